package kernel_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/kernel"
)

// wholeTable is the form of a display that names the whole of a table.
type wholeTable struct {
	Rows    int
	Columns []struct{ Name, DType string }
	Ref     string
	Reason  string
}

func wholeTables(t *testing.T, out *kernel.Outcome) []wholeTable {
	t.Helper()
	var list []wholeTable
	for _, res := range out.Results {
		if res.Err != nil {
			t.Fatal(res.Err)
		}
		for _, e := range res.Effects {
			d, ok := e.(cells.Display)
			if !ok || d.Data[cells.TableType] == nil {
				continue
			}
			var w wholeTable
			if err := json.Unmarshal(d.Data[cells.TableType], &w); err != nil {
				t.Fatal(err)
			}
			if (w.Ref == "") != (len(d.Blobs) == 0) || w.Ref != "" && d.Blobs[0].SHA256 != w.Ref {
				t.Errorf("%+v refers to %+v", w, d.Blobs)
			}
			list = append(list, w)
		}
	}
	return list
}

func TestAFrameThatIsShownInPartIsKept(t *testing.T) {
	tests := map[string]struct {
		cells string
		rows  []int // of the tables
		blobs int   // in the store
	}{
		"all rows are shown":         {cells: "%% a\nframe({'a': range(20)})"},
		"a row more":                 {cells: "%% a\nframe({'a': range(21)})", rows: []int{21}, blobs: 1},
		"more columns":               {cells: "%% a\nframe({'c' + str(i): [1] for i in range(30)})", rows: []int{1}, blobs: 1},
		"shown twice":                {cells: "%% a\ndf = frame({'a': range(30)})\ndisplay(df)\ndf", rows: []int{30, 30}, blobs: 1},
		"a large value too":          {cells: "%% a\ndf = frame({'a': range(30000)})\ndf\n%% b\ndf", rows: []int{30000, 30000}, blobs: 1},
		"a small value too":          {cells: "%% a\ndf = frame({'a': range(100)})\ndf\n%% b\ndf2 = [df]", rows: []int{100}, blobs: 1},
		"of a cell that is not kept": {cells: "%% a cache=off\nframe({'a': range(40)})", rows: []int{40}, blobs: 1},
		"by pmap":                    {cells: "%% a\nys = pmap(lambda i: display(frame({'a': range(30 + i)})), [0, 1])", rows: []int{30, 31}, blobs: 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			store := newMemoryStore()
			r := newRig(t, store, tt.cells)
			first := wholeTables(t, r.run())
			var rows []int
			for _, w := range first {
				rows = append(rows, w.Rows)
				content := store.blobs[w.Ref]
				if f, err := frame.Decode(content); err != nil || f.NumRows() != w.Rows || f.Columns()[0] != w.Columns[0].Name {
					t.Errorf("%+v is %v, %v", w, f, err)
				}
			}
			if d := cmp.Diff(tt.rows, rows); d != "" || len(store.blobs) != tt.blobs {
				t.Errorf("%s, %d blobs", d, len(store.blobs))
			}
			if d := cmp.Diff(first, wholeTables(t, r.run())); d != "" {
				t.Errorf("the next run shows others: %s", d)
			}
		})
	}
}

func TestATableThatIsGoneIsMadeAgain(t *testing.T) {
	store := newMemoryStore()
	r := newRig(t, store, "%% a\nframe({'a': range(40)})")
	ref := wholeTables(t, r.run())[0].Ref
	delete(store.blobs, ref)
	if out := r.run(); len(ran(out)) != 1 || store.blobs[ref] == nil {
		t.Errorf("%v ran, the blob is %v", ran(out), store.blobs[ref] != nil)
	}
}

func TestTablesWithoutCacheAreKept(t *testing.T) {
	store := newMemoryStore()
	r := newRig(t, store, "%% a\nframe({'a': range(40)})")
	with(func(o *kernel.Options) { o.Cache = nil })(r)
	if w := wholeTables(t, r.run()); len(w) != 1 || store.blobs[w[0].Ref] == nil {
		t.Errorf("%+v", w)
	}
}

// fullBlobs take nothing.
type fullBlobs struct{}

func (fullBlobs) PutBlob(context.Context, io.Reader) (cells.Blob, error) {
	return cells.Blob{}, errors.New("no space left")
}

func TestATableThatCannotBeKeptIsShownWithoutIt(t *testing.T) {
	r := newRig(t, newMemoryStore(), "%% a\nframe({'a': range(40)})")
	with(func(o *kernel.Options) { o.World.Blobs = fullBlobs{} })(r)
	out := r.run()
	if w := wholeTables(t, out); len(w) != 0 || !strings.Contains(out.Results[0].Uncached, "no space left") {
		t.Errorf("%+v, kept: %q", w, out.Results[0].Uncached)
	}
	with(func(o *kernel.Options) { o.World.Blobs = nil })(r)
	if w := wholeTables(t, r.run()); len(w) != 1 || w[0].Ref != "" || w[0].Reason != "there is no store" {
		t.Errorf("%+v", w)
	}
}
