package lockfile_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/lockfile"
	"github.com/wnb-dev/wnb/notebooks"
)

// run runs a notebook of Starlark cells, given as "id: source", in memory.
func run(t *testing.T, sources ...string) (*kernel.Notebook, *kernel.Outcome) {
	t.Helper()
	doc := &notebooks.Document{}
	for _, s := range sources {
		id, source, _ := strings.Cut(s, ": ")
		doc.Cells = append(doc.Cells, notebooks.Cell{ID: id, Lang: notebooks.Starlark, Source: source})
	}
	env, err := builtin.Env(map[string]any{"seed": int64(42)})
	if err != nil {
		t.Fatal(err)
	}
	n := kernel.Compile(doc, env)
	clock := func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }
	return n, n.Run(t.Context(), kernel.Options{World: kernel.World{Clock: clock}, Builtins: env, Hashes: true})
}

var params = map[string]string{"seed": "42", "title": "two words"}

func lockOf(t *testing.T, sources ...string) *lockfile.Lock {
	t.Helper()
	_, o := run(t, sources...)
	return lockfile.Of(o, params)
}

func TestRoundTrip(t *testing.T) {
	want := lockOf(t,
		"a: x = 1\nprint('hello \"you\"')\ntrack.log_metric('loss', 0.1)\ntrack.log_metric('loss', 1e-30, step=2)\ntrack.set_tag('a b', 'c\\nd')",
		"b: y = now()", "c: fail('no')")
	var b bytes.Buffer
	if err := want.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, err := lockfile.Parse(b.Bytes())
	if err != nil {
		t.Fatalf("%v in\n%s", err, b.String())
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("written and read: %s\n%s", d, b.String())
	}
	if got.Cells[1].Impure != "now()" || got.Cells[1].Facts != nil {
		t.Errorf("a cell that asks the time is not written down as such: %+v", got.Cells[1])
	}
	if got.Cells[2].Status != "failed" {
		t.Errorf("a cell that failed: %+v", got.Cells[2])
	}
}

func TestCompare(t *testing.T) {
	was := []string{"a: x = 1\ntrack.log_metric('m', 0.5)", "b: y = x + 1\ny"}
	for name, c := range map[string]struct {
		now  []string
		want []string
	}{
		"nothing":           {was, nil},
		"comments":          {[]string{"a: x = 1 # one\ntrack.log_metric('m', 0.5)", "b: y = (x + 1)\ny"}, nil},
		"a metric":          {[]string{"a: x = 1\ntrack.log_metric('m', 0.75)", was[1]}, []string{"code", "cell a: metric m: 0.5 → 0.75"}},
		"a value":           {[]string{"a: x = 2\ntrack.log_metric('m', 0.5)", was[1]}, []string{"code", "cell a: value x", "cell b: output 1", "cell b: value y"}},
		"a cell more":       {append(was, "c: z = 1"), []string{"cell c: the cell is new"}},
		"a cell less":       {was[:1], []string{"cell b: the cell is gone"}},
		"a metric that was": {[]string{"a: x = 1", was[1]}, []string{"code", "cell a: metric m is gone, it was 0.5"}},
		"a failure":         {[]string{"a: x = 1\ntrack.log_metric('m', 0.5)", "b: y = x + 1\nfail('no')"}, []string{"code", "cell b: status: done → failed", "output 1 is gone", "value y is gone"}},
	} {
		t.Run(name, func(t *testing.T) {
			found := lockfile.Compare(lockOf(t, was...), lockOf(t, c.now...))
			if len(found) != len(c.want) {
				t.Fatalf("found %v, want %q", found, c.want)
			}
			for i, d := range found {
				if !strings.Contains(d.String(), c.want[i]) {
					t.Errorf("difference %d is %q, want %q", i, d, c.want[i])
				}
			}
		})
	}
}

func TestAnotherArchitecture(t *testing.T) {
	was := &lockfile.Lock{Arch: "arm64", Cells: []lockfile.Cell{{ID: "a", Code: "c", Facts: []lockfile.Fact{
		{"value", "x", "1"}, {"metric", "m", "0.1"}, {"metric", "n", "2"}, {"param", "p", "1"},
	}}}}
	now := &lockfile.Lock{Arch: "amd64", Cells: []lockfile.Cell{{ID: "a", Code: "c", Facts: []lockfile.Fact{
		{"value", "x", "2"}, {"metric", "m", "0.10000000001"}, {"metric", "n", "2.1"}, {"param", "p", "2"},
	}}}}
	var got []string
	for _, d := range lockfile.Compare(was, now) {
		got = append(got, d.What)
	}
	if d := cmp.Diff([]string{"metric n", "param p"}, got); d != "" {
		t.Error(d)
	}
}

func TestDrift(t *testing.T) {
	l := lockOf(t, "a: x = 1", "b: y = 2")
	n, _ := run(t, "a: x = 1 # the same", "b: y = 3")
	var got []string
	for _, d := range lockfile.Drift(l, n, map[string]string{"seed": "7", "title": "two words"}) {
		got = append(got, d.Cell+" "+d.What)
	}
	if d := cmp.Diff([]string{" param seed", "b code"}, got); d != "" {
		t.Error(d)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"empty":              "",
		"another file":       "# A notebook\n",
		"another version":    "wnb lock 2\narch amd64\n",
		"no arch":            "wnb lock 1\n",
		"a fact outside":     "wnb lock 1\narch amd64\n  value x 1\n",
		"an unknown word":    "wnb lock 1\narch amd64\nfrog 1\n",
		"an open quote":      "wnb lock 1\narch amd64\nparam x \"a\n",
		"a cell without id":  "wnb lock 1\narch amd64\ncell \"\" code 1\n",
		"a fact without end": "wnb lock 1\narch amd64\ncell a code 1\n  value x\n",
	} {
		if _, err := lockfile.Parse([]byte(text)); !errors.Is(err, lockfile.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("wnb lock 1\narch amd64\nparam x \"a b\"\ncell a code 1 status failed impure \"now()\"\n  metric m 0.5\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := lockfile.Parse(data)
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := l.Write(&b); err != nil {
			t.Fatal(err)
		}
		again, err := lockfile.Parse(b.Bytes())
		if err != nil {
			t.Fatalf("%v in\n%s", err, b.String())
		}
		if d := cmp.Diff(l, again); d != "" {
			t.Error(d)
		}
	})
}
