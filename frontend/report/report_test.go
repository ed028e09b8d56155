package report_test

import (
	"bytes"
	"encoding/json"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/frontend/report"
	"github.com/wnb-dev/wnb/kernel/runlog"
	"github.com/wnb-dev/wnb/notebooks"
	"github.com/wnb-dev/wnb/notebooks/export"
	"github.com/wnb-dev/wnb/storage"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

const notebook = "---\nwnb: 1\ntitle: Wine\ndescription: How good is a plain model?\n---\n\n# Wine\n\n```starlark {#fit}\nx = 1\n```\n\n```starlark {#check}\nx / 0\n```\n"

// track stores a run with a param, curves and a figure.
func track(t *testing.T, store *storage.Store, name, c string, accuracy float64) *storage.Run {
	t.Helper()
	put := func(content []byte) storage.Blob {
		t.Helper()
		blob, err := store.PutBlob(t.Context(), bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		return blob
	}
	encode := func(v any) storage.Blob {
		t.Helper()
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return put(text)
	}
	run, err := store.CreateRun(t.Context(), storage.NewRun{
		Experiment: "wine", Name: name, Source: "n.wnb", User: "ada",
		Params:    []storage.Param{{Key: "C", Value: c}, {Key: "seed", Value: "42"}},
		Tags:      map[string]string{runlog.TagGitCommit: "abc", runlog.TagGitBranch: "main", runlog.TagDirty: "true"},
		Artifacts: []storage.Artifact{{Path: runlog.NotebookArtifact, Kind: storage.KindNotebook, Blob: put([]byte(notebook))}},
	})
	if err != nil {
		t.Fatal(err)
	}
	outputs := encode([]notebooks.Output{{Type: notebooks.Stream, Name: "stdout", Text: "fitted " + name + "\n"}})
	failure := encode([]notebooks.Output{{Type: notebooks.ErrorOutput, EName: "error", EValue: "division by zero", Traceback: []string{"division by zero"}}})
	err = store.Log(t.Context(), run.ID, storage.Batch{
		Metrics: []storage.Metric{
			{Key: "accuracy", Value: accuracy, Time: start}, {Key: "log_loss", Value: 1 - accuracy, Time: start},
			{Key: "fit.loss", Value: 3, Step: 1, Time: start}, {Key: "fit.loss", Value: accuracy, Step: 2, Time: start},
		},
		Artifacts: []storage.Artifact{
			{Path: "curve.svg", Kind: storage.KindFigure, MediaType: "image/svg+xml", Blob: put([]byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>`))},
			{Path: runlog.ProvenanceArtifact, Kind: storage.KindText, Blob: encode([]runlog.CellProvenance{{Cell: "fit", Inputs: map[string]string{"file wine.csv": "ff"}, Writes: map[string]string{"out.csv": "ee"}}})},
		},
		Cells: []storage.Cell{
			{ID: "fit", Position: 1, Status: "done", Start: start, Duration: time.Second, Outputs: &outputs},
			{ID: "check", Position: 2, Status: "failed", Start: start, Outputs: &failure},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.FinishRun(t.Context(), run.ID, storage.Finished, start.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	run, err = store.Run(t.Context(), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func open(t *testing.T) *storage.Store {
	t.Helper()
	store, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), ".wnb"), storage.Options{Clock: func() time.Time { return start }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

func markdown(t *testing.T, page export.Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := export.Markdown(&b, page, func(name string, _ []byte) (string, error) { return name, nil }); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPageOfOneRun(t *testing.T) {
	store := open(t)
	page, err := report.Run(t.Context(), store, track(t, store, "first", "1", 0.75))
	if err != nil {
		t.Fatal(err)
	}
	if page.Title != "Wine" || page.Subtitle != "How good is a plain model?" {
		t.Errorf("title %q, subtitle %q", page.Title, page.Subtitle)
	}
	want := []export.Field{{Name: "accuracy", Value: "0.7500"}, {Name: "log_loss", Value: "0.2500"}}
	if d := cmp.Diff(want, page.Headline); d != "" {
		t.Errorf("headline: %s", d)
	}
	text := markdown(t, page)
	for _, want := range []string{"fitted first", "division by zero", "wine.csv", "out.csv", "with uncommitted changes", "seed"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q:\n%s", want, text)
		}
	}
}

func TestPageOfSeveralRuns(t *testing.T) {
	store := open(t)
	runs := []*storage.Run{track(t, store, "first", "1", 0.75), track(t, store, "sec|ond", "10", 0.8), track(t, store, "third", "1", math.NaN())}
	page, err := report.Several(t.Context(), store, runs, start)
	if err != nil {
		t.Fatal(err)
	}
	if page.Title != "wine, 3 runs" || page.Subtitle != "Best accuracy: 0.8000 in run sec|ond (C 10)." {
		t.Errorf("title %q, subtitle %q", page.Title, page.Subtitle)
	}
	text := markdown(t, page)
	for _, want := range []string{`| C | 1 | 10 | 1 |`, `| accuracy | 0.7500 | **0.8000** | NaN |`, `| log\_loss | 0.2500 | **0.2000** | NaN |`, `sec\|ond`, "Curves", "curve.svg", "figure-1.svg"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "| seed |") {
		t.Error("a param that does not differ is shown")
	}
}

func TestCompare(t *testing.T) {
	run := func(params []storage.Param, metrics ...storage.Metric) *storage.Run {
		return &storage.Run{Params: params, Metrics: metrics}
	}
	c := report.Compare([]*storage.Run{
		run([]storage.Param{{Key: "a", Value: "1"}, {Key: "z", Value: "1"}}, storage.Metric{Key: "loss", Value: 2}),
		run([]storage.Param{{Key: "a", Value: "1"}, {Key: "z", Value: "2"}}, storage.Metric{Key: "loss", Value: 1}, storage.Metric{Key: "acc", Value: 0.5}),
		run([]storage.Param{{Key: "a", Value: "1"}}),
	})
	wantParams := []report.ParamRow{
		{Key: "z", Values: []string{"1", "2", ""}, Set: []bool{true, true, false}, Differ: true},
		{Key: "a", Values: []string{"1", "1", "1"}, Set: []bool{true, true, true}},
	}
	if d := cmp.Diff(wantParams, c.Params); d != "" {
		t.Error(d)
	}
	loss, _ := c.Metric("loss")
	if loss.Best != 1 || loss.Delta[1] != -1 || !math.IsNaN(loss.Delta[2]) || loss.Set[2] {
		t.Errorf("loss %+v", loss)
	}
	if c.Lead() != "acc" {
		t.Errorf("lead %q", c.Lead())
	}
}

func TestMinimised(t *testing.T) {
	for key, want := range map[string]bool{"accuracy": false, "log_loss": true, "fit.loss": true, "val-loss": true, "rmse": true, "neg_log_loss": false, "lossless": false, "mean error": true} {
		if got := report.Minimised(key); got != want {
			t.Errorf("%s: %v, want %v", key, got, want)
		}
	}
}

func TestNumber(t *testing.T) {
	for x, want := range map[float64]string{3: "3", 0.63318: "0.6332", 1234.5678: "1234.6", 0.00001234: "1.234e-05", 1e20: "1e+20", -0.5: "-0.5000", math.Inf(1): "+Inf"} {
		if got := report.Number(x); got != want {
			t.Errorf("%v: %s, want %s", x, got, want)
		}
	}
}
