package storage

import (
	"context"
	"errors"
	"flag"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

var update = flag.Bool("update", false, "write the golden files")

func TestMain(m *testing.M) {
	if name := os.Getenv(childVariable); name != "" {
		os.Exit(runChild(name))
	}
	goleak.VerifyTestMain(m)
}

// open opens a store that is closed at the end of the test, unless the test closed it.
func open(t testing.TB, dir string, opts Options) *Store {
	t.Helper()
	s, err := Open(context.Background(), dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func create(t testing.TB, s *Store, n NewRun) *Run {
	t.Helper()
	r, err := s.CreateRun(context.Background(), n)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func log(t testing.TB, s *Store, run string, b Batch) {
	t.Helper()
	if err := s.Log(context.Background(), run, b); err != nil {
		t.Fatal(err)
	}
}

func put(t testing.TB, s *Store, content string) Blob {
	t.Helper()
	b, err := s.PutBlob(context.Background(), strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// tick is a clock that advances a second per call.
func tick() func() time.Time {
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	return func() time.Time { now = now.Add(time.Second); return now }
}

func TestRunRoundTrip(t *testing.T) {
	ctx := context.Background()
	clock := tick()
	s := open(t, t.TempDir(), Options{Clock: clock})
	origin := create(t, s, NewRun{Experiment: "wine", Name: "first"})
	parent := create(t, s, NewRun{Experiment: "wine", Name: "parent"})
	notebook := put(t, s, "# Wine\n")
	r := create(t, s, NewRun{
		Experiment: "wine", Name: "second", ParentID: parent.ID, OriginID: origin.ID, User: "ada", Source: "wine.wnb",
		Params: []Param{{"seed", "42"}, {"model", "logreg"}}, Tags: map[string]string{"git.commit": "abc"},
		Artifacts: []Artifact{{Path: "./notebook.wnb", Blob: notebook, MediaType: "text/markdown", Kind: KindNotebook}},
	})
	when := time.Date(2026, 5, 4, 13, 0, 0, 0, time.UTC)
	log(t, s, r.ID, Batch{
		Params:  []Param{{"model", "logreg"}, {"C", "1.0"}},
		Metrics: []Metric{{"loss", 3, 0, when}, {"loss", 1, 2, when}, {"loss", 2, 1, when}, {"inf", math.Inf(-1), 0, when}},
		Tags:    map[string]string{"git.commit": "def"},
		Cells: []Cell{
			{ID: "train", Position: 1, Status: "done", Start: when, Duration: 1234567 * time.Nanosecond, SourceHash: "h2", Outputs: &notebook, Blobs: []Blob{notebook}},
			{ID: "load", Position: 0, Status: "failed", Reason: "r", Error: "line 3: boom"},
		},
		Artifacts: []Artifact{{Path: "plots//a.svg", Blob: put(t, s, "<svg/>"), Kind: KindFigure, Cell: "train"}},
		Console:   []byte("hello\n"),
	})
	log(t, s, r.ID, Batch{Console: []byte("world\n")})
	end := time.Date(2026, 5, 4, 14, 0, 0, 0, time.UTC)
	if err := s.FinishRun(ctx, r.ID, Finished, end); err != nil {
		t.Fatal(err)
	}
	got, err := s.Run(ctx, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := &Run{
		ID: r.ID, Name: "second", ExperimentID: "1", Experiment: "wine", Status: Finished, LifecycleStage: Active,
		ParentID: parent.ID, OriginID: origin.ID, User: "ada", Source: "wine.wnb", Host: s.live.host, PID: os.Getpid(),
		Start: r.Start, End: end, LastActivity: end,
		Params:  []Param{{"C", "1.0"}, {"model", "logreg"}, {"seed", "42"}},
		Metrics: []Metric{{"inf", math.Inf(-1), 0, when}, {"loss", 1, 2, when}},
		Tags:    map[string]string{"git.commit": "def"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("run (-want +got):\n%s", diff)
	}
	artifacts, err := s.Artifacts(ctx, r.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Artifact{
		{Path: "notebook.wnb", Blob: notebook, MediaType: "text/markdown", Kind: KindNotebook},
		{Path: "plots/a.svg", Blob: put(t, s, "<svg/>"), Kind: KindFigure, Cell: "train"},
	}, artifacts); diff != "" {
		t.Errorf("artifacts (-want +got):\n%s", diff)
	}
	cells, err := s.Cells(ctx, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Cell{
		{ID: "load", Position: 0, Status: "failed", Reason: "r", Error: "line 3: boom"},
		{ID: "train", Position: 1, Status: "done", Start: when, Duration: 1234567 * time.Nanosecond, SourceHash: "h2", Outputs: &notebook, Blobs: []Blob{notebook}},
	}, cells); diff != "" {
		t.Errorf("cells (-want +got):\n%s", diff)
	}
	var console strings.Builder
	if err := s.WriteConsole(ctx, r.ID, &console); err != nil || console.String() != "hello\nworld\n" {
		t.Errorf("console %q, %v", console.String(), err)
	}
}

func TestConsoleInPieces(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	r := create(t, s, NewRun{})
	var want strings.Builder
	for i := range 20 {
		text := strings.Repeat(string(rune('a'+i)), consolePiece/5)
		want.WriteString(text)
		log(t, s, r.ID, Batch{Console: []byte(text)})
	}
	var got strings.Builder
	if err := s.WriteConsole(context.Background(), r.ID, &got); err != nil {
		t.Fatal(err)
	}
	if got.String() != want.String() {
		t.Errorf("%d bytes came back of %d", got.Len(), want.Len())
	}
	if err := s.WriteConsole(context.Background(), "none", &got); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

func TestRules(t *testing.T) {
	ctx := context.Background()
	s := open(t, t.TempDir(), Options{})
	blob := put(t, s, "x")
	over := create(t, s, NewRun{Name: "over"})
	if err := s.FinishRun(ctx, over.ID, Failed, time.Time{}); err != nil {
		t.Fatal(err)
	}
	r := create(t, s, NewRun{Params: []Param{{"C", "1"}}})
	long := strings.Repeat("k", MaxKey+1)
	cases := []struct {
		name string
		run  string
		b    Batch
		want error // nil: accepted
		text string
	}{
		{"same param again", r.ID, Batch{Params: []Param{{"C", "1"}}}, nil, ""},
		{"param rewritten", r.ID, Batch{Params: []Param{{"C", "2"}}}, &ParamError{r.ID, "C", "1", "2"}, `param "C" is already "1" and cannot become "2"`},
		{"param twice in a batch", r.ID, Batch{Params: []Param{{"D", "2"}, {"D", "3"}}}, &ParamError{r.ID, "D", "2", "3"}, ""},
		{"long param value", r.ID, Batch{Params: []Param{{"D", strings.Repeat("é", MaxParamValue)}}}, nil, ""},
		{"too long param value", r.ID, Batch{Params: []Param{{"E", strings.Repeat("é", MaxParamValue+1)}}}, &LimitError{r.ID, "value of param", "E", MaxParamValue + 1, MaxParamValue}, "6001 characters"},
		{"long metric key", r.ID, Batch{Metrics: []Metric{{Key: long}}}, &LimitError{r.ID, "metric", long, MaxKey + 1, MaxKey}, "the limit is 250"},
		{"nested key", r.ID, Batch{Metrics: []Metric{{Key: "train/loss 1.é:x"}}}, nil, ""},
		{"empty key", r.ID, Batch{Tags: map[string]string{"": "v"}}, &NameError{r.ID, "tag", "", "a name is needed"}, ""},
		{"key with a parent", r.ID, Batch{Metrics: []Metric{{Key: "../x"}}}, &NameError{r.ID, "metric", "../x", "a name with slashes must read like a relative path, such as train/loss"}, ""},
		{"key with a quote", r.ID, Batch{Metrics: []Metric{{Key: "a'b"}}}, &NameError{r.ID, "metric", "a'b", "a name may hold letters, digits, spaces and _ - . : /"}, ""},
		{"run that is over", over.ID, Batch{Metrics: []Metric{{Key: "loss"}}}, &FinishedError{over.ID, Failed, Active, `metric "loss"`}, "is FAILED"},
		{"tags on a run that is over", over.ID, Batch{Tags: map[string]string{"note": "good"}}, nil, ""},
		{"unknown run", "f00d", Batch{}, ErrNotFound, `"f00d"`},
		{"unknown blob", r.ID, Batch{Artifacts: []Artifact{{Path: "a", Blob: Blob{SHA256: strings.Repeat("0", 64)}}}}, ErrNotFound, `artifact "a"`},
		{"unknown table", r.ID, Batch{Cells: []Cell{{ID: "a", Blobs: []Blob{{SHA256: strings.Repeat("0", 64)}}}}}, ErrNotFound, `cell "a"`},
		{"unknown outputs", r.ID, Batch{Cells: []Cell{{ID: "a", Outputs: &Blob{SHA256: "../../x"}}}}, ErrNotFound, `cell "a"`},
		{"cell without id", r.ID, Batch{Cells: []Cell{{}}}, &NameError{r.ID, "cell", "", "a cell needs an id"}, ""},
		{"artifact replaced", r.ID, Batch{Artifacts: []Artifact{{Path: "a", Blob: blob}, {Path: "a", Blob: blob, Kind: KindText}}}, nil, ""},
		{"path up", r.ID, Batch{Artifacts: []Artifact{{Path: "a/../b", Blob: blob}}}, &NameError{r.ID, "artifact path", "a/../b", `the path must not leave the run by ".."`}, ""},
		{"absolute path", r.ID, Batch{Artifacts: []Artifact{{Path: "/b", Blob: blob}}}, &NameError{r.ID, "artifact path", "/b", "the path must be relative to the run"}, ""},
		{"backslash", r.ID, Batch{Artifacts: []Artifact{{Path: `a\b`, Blob: blob}}}, &NameError{r.ID, "artifact path", `a\b`, `use / between folders, not \`}, ""},
		{"NUL", r.ID, Batch{Artifacts: []Artifact{{Path: "a\x00b", Blob: blob}}}, &NameError{r.ID, "artifact path", "a\x00b", "the path holds a control character"}, ""},
		{"path without a name", r.ID, Batch{Artifacts: []Artifact{{Path: "./.", Blob: blob}}}, &NameError{r.ID, "artifact path", "./.", "the path names no file"}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := s.Log(ctx, c.run, c.b)
			switch {
			case c.want == nil && err != nil:
				t.Fatal(err)
			case c.want == nil:
				return
			case err == nil:
				t.Fatal("accepted")
			}
			if c.want == ErrNotFound {
				if !errors.Is(err, ErrNotFound) {
					t.Error(err)
				}
			} else if diff := cmp.Diff(c.want, err); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if !strings.Contains(err.Error(), c.text) {
				t.Errorf("%q does not say %q", err, c.text)
			}
		})
	}
	t.Run("all or nothing", func(t *testing.T) {
		err := s.Log(ctx, r.ID, Batch{Metrics: []Metric{{Key: "half"}}, Params: []Param{{"P", "1"}, {"P", "2"}}})
		if err == nil {
			t.Fatal("accepted")
		}
		got, err := s.Run(ctx, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		if v, ok := got.Param("P"); ok {
			t.Errorf("P = %q was kept", v)
		}
		if _, ok := got.Metric("half"); ok {
			t.Error("a metric was kept")
		}
	})
}

func TestFinishRun(t *testing.T) {
	ctx := context.Background()
	s := open(t, t.TempDir(), Options{Clock: tick()})
	r := create(t, s, NewRun{})
	if err := s.FinishRun(ctx, r.ID, Running, time.Time{}); err == nil {
		t.Error("a run ended RUNNING")
	}
	if err := s.FinishRun(ctx, "nope", Finished, time.Time{}); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown run: %v", err)
	}
	for range 2 {
		if err := s.FinishRun(ctx, r.ID, Finished, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	var over *FinishedError
	if err := s.FinishRun(ctx, r.ID, Failed, time.Time{}); !errors.As(err, &over) || over.Status != Finished {
		t.Errorf("ended twice: %v", err)
	}
	if _, err := s.CreateRun(ctx, NewRun{ParentID: "nope"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown parent: %v", err)
	}
}

func TestRunReferences(t *testing.T) {
	ctx := context.Background()
	s := open(t, t.TempDir(), Options{Clock: tick(), Rand: strings.NewReader(
		strings.Repeat("\xab", 16) + strings.Repeat("o", 16) + // run id, owner
			strings.Repeat("\xab", 15) + "\xac" + strings.Repeat("\xcd", 16) + "\xab\xab\xab\xab")})
	if _, err := s.Run(ctx, "latest"); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "no runs yet") {
		t.Errorf("empty store: %v", err)
	}
	a := create(t, s, NewRun{Name: "twin", Remote: false})
	b, err := s.CreateRun(ctx, NewRun{Name: "twin", Remote: true})
	if err != nil {
		t.Fatal(err)
	}
	c := create(t, s, NewRun{Hidden: true, Remote: true})
	if c.Name != readableName([]byte("\xab\xab\xab\xab")) {
		t.Errorf("generated name %q", c.Name)
	}
	for _, x := range []struct{ name, ref, want string }{
		{"latest is visible", "latest", b.ID},
		{"full id", a.ID, a.ID},
		{"newest of a name", "twin", b.ID},
		{"hidden by name", c.Name, c.ID},
		{"prefix", "cd", c.ID},
		{"long prefix", a.ID[:32], a.ID},
	} {
		t.Run(x.name, func(t *testing.T) {
			r, err := s.Run(ctx, x.ref)
			if err != nil || r.ID != x.want {
				t.Errorf("got %v, %v, want %s", r, err, x.want)
			}
		})
	}
	var many *AmbiguousError
	if _, err := s.Run(ctx, "abab"); !errors.As(err, &many) || len(many.Candidates) != 2 || many.Candidates[0].ID != b.ID {
		t.Errorf("ambiguous: %v", err)
	} else if !strings.Contains(err.Error(), a.ID) {
		t.Errorf("%v does not list the candidates", err)
	}
	for _, ref := range []string{"", "ff", "twi", "a%"} {
		if _, err := s.Run(ctx, ref); !errors.Is(err, ErrNotFound) {
			t.Errorf("%q: %v", ref, err)
		}
	}
}

func TestRunsQuery(t *testing.T) {
	ctx := context.Background()
	s := open(t, t.TempDir(), Options{Clock: tick()})
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	a := create(t, s, NewRun{Experiment: "one", Start: start})
	b := create(t, s, NewRun{Experiment: "one", Start: start, ParentID: a.ID})
	c := create(t, s, NewRun{Experiment: "two", Start: start.Add(-time.Hour)})
	h := create(t, s, NewRun{Experiment: "two", Start: start.Add(time.Hour), Hidden: true})
	d := create(t, s, NewRun{Start: start.Add(-2 * time.Hour)})
	if err := s.FinishRun(ctx, c.ID, Failed, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if err := s.write.run(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_id = ?`, d.ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	var over *FinishedError
	if err := s.Log(ctx, d.ID, Batch{Tags: map[string]string{"a": "b"}}); !errors.As(err, &over) || !strings.Contains(err.Error(), "deleted") {
		t.Errorf("log to a deleted run: %v", err)
	}
	for _, x := range []struct {
		name string
		q    Query
		want []*Run
	}{
		{"all, later created first", Query{}, []*Run{b, a, c}},
		{"experiment", Query{Experiment: "one"}, []*Run{b, a}},
		{"unknown experiment", Query{Experiment: "none"}, nil},
		{"ids", Query{IDs: []string{c.ID, a.ID, "x"}}, []*Run{a, c}},
		{"no ids", Query{IDs: []string{}}, nil},
		{"status", Query{Statuses: []Status{Failed, Killed}}, []*Run{c}},
		{"children", Query{ParentID: a.ID}, []*Run{b}},
		{"hidden", Query{IncludeHidden: true}, []*Run{h, b, a, c}},
		{"deleted", Query{IncludeDeleted: true}, []*Run{b, a, c, d}},
		{"limit", Query{Limit: 2}, []*Run{b, a}},
	} {
		t.Run(x.name, func(t *testing.T) {
			got, err := s.Runs(ctx, x.q)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(ids(x.want), ids(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	experiments, err := s.Experiments(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range experiments {
		names = append(names, e.ID+" "+e.Name+strings.Repeat(" run", e.Runs))
	}
	if diff := cmp.Diff([]string{"0 Default", "1 one run run", "2 two run"}, names); diff != "" {
		t.Errorf("experiments (-want +got):\n%s", diff)
	}
}

func ids(runs []*Run) []string {
	list := []string{}
	for _, r := range runs {
		list = append(list, r.ID)
	}
	return list
}
