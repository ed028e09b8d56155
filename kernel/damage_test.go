package kernel_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/cache"
	"github.com/wnb-dev/wnb/kernel/runlog"
	"github.com/wnb-dev/wnb/storage"
)

// stored is a notebook whose results are kept in all the ways there are.
const stored = `
%% frame
df = frame({'a': [i * params.n for i in range(9000)]})
%% list
xs = [str(i * params.n) for i in range(20000)]
%% small
y = params.n
def f(x): return x + y
%% file
df.to_csv('out.csv')
%% artifact
track.log_text('n is ' + str(params.n), 'n.txt')
%% long
for i in range(3000): print('line', i)
%% use
df['a'].sum() + len(xs) + f(1)
`

func damaged(t *testing.T, store cache.Store) *rig {
	t.Helper()
	r := newRig(t, store, stored)
	setParam("n", int64(2))(r)
	with(func(o *kernel.Options) { o.World.MaxOutput = 4096 })(r)
	if out := r.run(); out.Verdict() != kernel.Finished {
		t.Fatal(summary(out))
	}
	return r
}

// mends runs the notebook twice: what is left must be as if nothing had been
// damaged, and the second run must find everything again.
func mends(t *testing.T, r *rig, round int) {
	t.Helper()
	r.cells = strings.Replace(stored, "+ f(1)", fmt.Sprintf("+ f(%d)", 10*round+2), 1) // so that the last cell loads what it reads
	fresh := r.fresh()
	if d := cmp.Diff(fresh, picture(t, r.dir, r.run())); d != "" {
		t.Errorf("a run from scratch leaves something else (-fresh +damaged):\n%s", d)
	}
	r.cells = strings.Replace(stored, "+ f(1)", fmt.Sprintf("+ f(%d)", 10*round+3), 1)
	out := r.run()
	if got := strings.Join(ran(out), " "); got != "use" {
		t.Errorf("the next run runs %q, want use: the damage is still there", got)
	}
	for _, res := range out.Results {
		for _, e := range res.Effects {
			if a, ok := e.(cells.Artifact); ok {
				if _, err := r.store.ReadBlob(t.Context(), a.Blob); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

func TestDamagedContentIsComputedAgain(t *testing.T) {
	damages := map[string]func(path string, content []byte) error{
		"deleted":   func(path string, _ []byte) error { return os.Remove(path) },
		"truncated": func(path string, content []byte) error { return os.WriteFile(path, content[:len(content)/2], 0o600) },
		"empty":     func(path string, _ []byte) error { return os.WriteFile(path, nil, 0o600) },
		"flipped": func(path string, content []byte) error {
			if strings.HasPrefix(string(content), "n is") || strings.HasPrefix(string(content), "line 0") {
				return nil // an artifact is not read when its cell is found; store verify finds it
			}
			content[len(content)/2] ^= 4
			return os.WriteFile(path, content, 0o600)
		},
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			r := damaged(t, resultsIn(t, dir))
			list := blobFiles(t, dir)
			if len(list) < 5 {
				t.Fatalf("only %d blobs", len(list))
			}
			for i, path := range list { // one after the other, each in a store that was mended
				content, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if err := damage(path, content); err != nil {
					t.Fatal(err)
				}
				mends(t, r, i)
			}
		})
	}
}

func resultsIn(t *testing.T, dir string) cache.Store {
	t.Helper()
	store, err := storage.Open(t.Context(), dir, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return runlog.NewResults(store)
}

func blobFiles(t *testing.T, dir string) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(filepath.Join(dir, "blobs"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && len(d.Name()) == 64 {
			list = append(list, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestDamagedEntriesAreDropped(t *testing.T) {
	damages := map[string]string{
		"cut":                `UPDATE results SET entry = substr(entry, 1, length(entry) / 2)`,
		"empty":              `UPDATE results SET entry = x''`,
		"not JSON":           `UPDATE results SET entry = CAST('hello' AS BLOB)`,
		"another's":          `UPDATE results SET entry = (SELECT entry FROM results r WHERE r.id = results.id % 7 + 1)`,
		"gone":               `DELETE FROM results`,
		"without its blobs":  `DELETE FROM result_blobs`,
		"one letter changed": `UPDATE results SET entry = CAST(replace(CAST(entry AS TEXT), '"cell":"s', '"cell":"S') AS BLOB)`,
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			r := damaged(t, resultsIn(t, dir))
			execute(t, filepath.Join(dir, "wnb.db"), damage)
			mends(t, r, 0)
		})
	}
}

func execute(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path+"?_pragma=busy_timeout(5000)")
	if err == nil {
		_, err = db.ExecContext(t.Context(), statement)
	}
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestEntriesThatMeanNothingAreDropped(t *testing.T) {
	values := func(hash, root string) string {
		v := fmt.Sprintf(`{"hash":%q,"root":%q}`, hash, root)
		return `{"format":1,"cell":"small","values":{"y":` + v + `,"f":` + v + `},"effects":[]}`
	}
	tests := map[string]string{
		"no JSON":                  `{`,
		"an unknown format":        `{"format":99}`,
		"an unknown effect":        `{"format":1,"effects":[{"kind":"spell"}]}`,
		"no effects":               `{"format":1}`,
		"an unknown kind of value": values(hexOf("\x00"), "AA=="),
		"another hash":             values(hexOf("x"), "AA=="),
		"no value":                 values(hexOf(""), ""),
	}
	for name, entry := range tests {
		t.Run(name, func(t *testing.T) {
			store := newMemoryStore()
			r := damaged(t, store)
			for key, list := range store.records {
				for i := range list {
					if strings.Contains(string(list[i].Entry), `"cell":"small"`) {
						store.records[key][i].Entry = []byte(entry)
					}
				}
			}
			r.cells = strings.Replace(stored, "+ f(1)", "+ f(99)", 1)
			r.run() // one whose values are not those of the cell may fail the run that finds out
			mends(t, r, 0)
		})
	}
}

// A failing store fails at one of its methods.
type failing struct {
	cache.Store
	at string
}

var errFull = errors.New("no space left on device")

func (f failing) err(at string) error {
	if f.at == at {
		return errFull
	}
	return nil
}

func (f failing) Results(ctx context.Context, key string) ([]cache.Record, error) {
	list, err := f.Store.Results(ctx, key)
	return list, errors.Join(err, f.err("Results"))
}

func (f failing) PutResult(ctx context.Context, key string, entry []byte, blobs []cells.Blob) error {
	if err := f.err("PutResult"); err != nil {
		return err
	}
	return f.Store.PutResult(ctx, key, entry, blobs)
}

func (f failing) Claim(ctx context.Context, key string) (func() error, error) {
	if err := f.err("Claim"); err != nil {
		return nil, err
	}
	release, err := f.Store.Claim(ctx, key)
	return func() error { return errors.Join(release(), f.err("release")) }, err
}

func (f failing) UseResult(ctx context.Context, id int64) error {
	return errors.Join(f.Store.UseResult(ctx, id), f.err("UseResult"))
}

func (f failing) PutBlob(ctx context.Context, r io.Reader) (cells.Blob, error) {
	if err := f.err("PutBlob"); err != nil {
		return cells.Blob{}, err
	}
	return f.Store.PutBlob(ctx, r)
}

func (f failing) HasBlob(ctx context.Context, b cells.Blob) (bool, error) {
	ok, err := f.Store.HasBlob(ctx, b)
	return ok, errors.Join(err, f.err("HasBlob"))
}

func (f failing) ReadBlob(ctx context.Context, b cells.Blob) ([]byte, error) {
	if err := f.err("ReadBlob"); err != nil {
		return nil, err
	}
	return f.Store.ReadBlob(ctx, b)
}

func TestAStoreThatFailsFailsNoCell(t *testing.T) {
	for _, at := range []string{"Results", "PutResult", "Claim", "release", "UseResult", "PutBlob", "HasBlob", "ReadBlob"} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			store := newMemoryStore()
			r := newRig(t, store, stored)
			setParam("n", int64(2))(r)
			fresh := r.fresh()
			with(func(o *kernel.Options) {
				o.World.Blobs = store // what cells log is kept elsewhere
				o.Cache = cache.New(failing{store, at})
			})(r)
			for run := range 3 {
				out := r.run()
				if d := cmp.Diff(fresh, picture(t, r.dir, out)); d != "" {
					t.Fatalf("run %d: a run from scratch leaves something else (-fresh +failing):\n%s", run+1, d)
				}
				told := false
				for _, res := range out.Results {
					told = told || strings.Contains(res.Uncached, errFull.Error())
				}
				if !told && run == 0 && at != "UseResult" && at != "HasBlob" && at != "ReadBlob" {
					t.Error("nobody says that results are not kept")
				}
			}
		})
	}
}
