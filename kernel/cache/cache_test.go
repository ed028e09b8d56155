package cache_test

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/kernel/cache"
	"github.com/wnb-dev/wnb/kernel/runlog"
	"github.com/wnb-dev/wnb/storage"
)

func open(t *testing.T) (*cache.Cache, *runlog.Results) {
	t.Helper()
	store, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), ".wnb"), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	results := runlog.NewResults(store)
	return cache.New(results), results
}

func recipe() cache.Recipe {
	return cache.Recipe{
		Lang: "starlark", Code: "x = 1\n", Version: "v1", Arch: "amd64",
		Reads: map[string]string{"a": "1", "b": "2"}, Setting: map[string]string{"max_output": "10"},
	}
}

func TestEverythingOfARecipeIsInItsKey(t *testing.T) {
	changes := map[string]func(r *cache.Recipe){
		"language":               func(r *cache.Recipe) { r.Lang = "sql" },
		"code":                   func(r *cache.Recipe) { r.Code = "x = 2\n" },
		"version":                func(r *cache.Recipe) { r.Version = "v2" },
		"architecture":           func(r *cache.Recipe) { r.Arch = "arm64" },
		"a value":                func(r *cache.Recipe) { r.Reads["a"] = "3" },
		"a name":                 func(r *cache.Recipe) { delete(r.Reads, "a"); r.Reads["c"] = "1" },
		"one name less":          func(r *cache.Recipe) { delete(r.Reads, "a") },
		"exchanged values":       func(r *cache.Recipe) { r.Reads["a"], r.Reads["b"] = "2", "1" },
		"a name cut elsewhere":   func(r *cache.Recipe) { r.Reads = map[string]string{"a1": "", "b": "2"} },
		"a setting":              func(r *cache.Recipe) { r.Setting["max_output"] = "11" },
		"a read as a setting":    func(r *cache.Recipe) { r.Setting["b"] = "2"; delete(r.Reads, "b") },
		"the code cut elsewhere": func(r *cache.Recipe) { r.Lang, r.Code = "starlarkx", " = 1\n" },
	}
	keys := map[string]string{recipe().Key(): "no change"}
	for name, change := range changes {
		r := recipe()
		change(&r)
		if other, taken := keys[r.Key()]; taken {
			t.Errorf("%s and %s have the same key", name, other)
		}
		keys[r.Key()] = name
	}
	if recipe().Key() != recipe().Key() {
		t.Error("the same recipe has two keys")
	}
}

func TestKeysAreEqualIfRecipesAre(t *testing.T) {
	word := rapid.StringOfN(rapid.SampledFrom([]rune("ab\x00\x01")), 0, 3, -1)
	random := rapid.Custom(func(t *rapid.T) cache.Recipe {
		return cache.Recipe{
			Lang: word.Draw(t, "lang"), Code: word.Draw(t, "code"), Version: word.Draw(t, "version"), Arch: word.Draw(t, "arch"),
			Reads: rapid.MapOfN(word, word, 0, 2).Draw(t, "reads"), Setting: rapid.MapOfN(word, word, 0, 2).Draw(t, "setting"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := random.Draw(t, "a"), random.Draw(t, "b")
		if same := cmp.Equal(a, b, cmpopts.EquateEmpty()); same != (a.Key() == b.Key()) {
			t.Errorf("%+v and %+v: equal %v, keys %s and %s", a, b, same, a.Key(), b.Key())
		}
	})
}

// world answers questions.
type world map[string]string

func (w world) ask(_ context.Context, q cells.Input) (string, error) {
	answer, ok := w[q.Name]
	if !ok {
		return "", errors.New("nobody knows " + q.Name)
	}
	return answer, nil
}

// entry is a result that printed its name and asked questions.
func entry(name string, asked world) *cache.Entry {
	e := &cache.Entry{Cell: name, Run: "r", Start: time.Unix(1, 0).UTC(), Duration: time.Second}
	for _, question := range slices.Sorted(maps.Keys(asked)) {
		e.Effects = append(e.Effects, cells.Input{Kind: cells.FileInput, Name: question, SHA256: asked[question]})
	}
	e.Effects = append(e.Effects, cells.Stream{Name: "stdout", Text: name})
	return e
}

func TestFind(t *testing.T) {
	tests := map[string]struct {
		kept []*cache.Entry
		now  world
		want string // the cell of what is found
		miss string // the question that has another answer
	}{
		"nothing is kept":                  {},
		"no questions":                     {kept: []*cache.Entry{entry("a", nil)}, want: "a"},
		"the same answers":                 {kept: []*cache.Entry{entry("a", world{"f": "1", "g": "2"})}, now: world{"f": "1", "g": "2"}, want: "a"},
		"another answer":                   {kept: []*cache.Entry{entry("a", world{"f": "1", "g": "2"})}, now: world{"f": "1", "g": "3"}, miss: "g"},
		"one of several":                   {kept: []*cache.Entry{entry("a", world{"f": "1"}), entry("b", world{"f": "2"})}, now: world{"f": "1"}, want: "a"},
		"none of several":                  {kept: []*cache.Entry{entry("a", world{"f": "1"}), entry("b", world{"g": "2"})}, now: world{"f": "0", "g": "0"}, miss: "g"},
		"later questions are not asked":    {kept: []*cache.Entry{entry("a", world{"f": "1", "z": "1"})}, now: world{"f": "0"}, miss: "f"},
		"the most recently kept of equals": {kept: []*cache.Entry{entry("a", nil), entry("b", nil)}, want: "b"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c, _ := open(t)
			key := recipe().Key()
			for _, e := range tt.kept {
				if err := c.Save(t.Context(), key, e); err != nil {
					t.Fatal(err)
				}
			}
			peeked, miss, err := c.Peek(t.Context(), key, tt.now.ask)
			if err != nil || miss.Question.Name != tt.miss {
				t.Errorf("peek misses %+v, %v; want %q", miss, err, tt.miss)
			}
			found, err := c.Find(t.Context(), key, tt.now.ask)
			if d := cmp.Diff(found, peeked); d != "" || err != nil {
				t.Errorf("find and peek differ: %s, %v", d, err)
			}
			got := ""
			if found != nil {
				got = found.Cell
			}
			if got != tt.want {
				t.Errorf("found %q, want %q", got, tt.want)
			}
			if err := c.Forget(t.Context(), key); err != nil {
				t.Error(err)
			}
			if e, err := c.Find(t.Context(), key, tt.now.ask); e != nil || err != nil {
				t.Errorf("after it was forgotten: %+v, %v", e, err)
			}
		})
	}
}

func TestAQuestionThatCannotBeAskedIsAnError(t *testing.T) {
	c, _ := open(t)
	if err := c.Save(t.Context(), recipe().Key(), entry("a", world{"f": "1"})); err != nil {
		t.Fatal(err)
	}
	if e, err := c.Find(t.Context(), recipe().Key(), world{}.ask); e != nil || err == nil {
		t.Errorf("found %+v, %v", e, err)
	}
}

func TestAnEntryKeepsEverything(t *testing.T) {
	c, store := open(t)
	blob, err := store.PutBlob(t.Context(), strings.NewReader(strings.Repeat("x", 100_000)))
	if err != nil {
		t.Fatal(err)
	}
	want := entry("a", world{"f": "1"})
	want.Values = map[string]cache.Value{"small": {Hash: "h", Root: []byte{0, 1}}, "large": {Hash: "i", Blob: &blob, Parts: []cells.Blob{blob}}}
	want.Effects = append(want.Effects, cells.File{Path: "out.csv", Blob: blob}, cells.Artifact{Path: "t", Blob: blob}, cells.Stream{Name: "stderr", Whole: blob})
	if err := c.Save(t.Context(), recipe().Key(), want); err != nil {
		t.Fatal(err)
	}
	got, err := c.Find(t.Context(), recipe().Key(), world{"f": "1"}.ask)
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%s, %v", d, err)
	}
	if list := got.Blobs(); len(list) != 1 || list[0] != blob {
		t.Errorf("it refers to %v", list)
	}
}

func TestAnEntryWhoseBlobIsGoneIsDropped(t *testing.T) {
	c, store := open(t)
	e := entry("a", nil)
	blob, err := store.PutBlob(t.Context(), strings.NewReader("content"))
	if err != nil {
		t.Fatal(err)
	}
	e.Effects = append(e.Effects, cells.File{Path: "out.csv", Blob: blob})
	if err := c.Save(t.Context(), recipe().Key(), e); err != nil {
		t.Fatal(err)
	}
	gone := cache.New(without{store, blob})
	if found, miss, err := gone.Peek(t.Context(), recipe().Key(), world{}.ask); found != nil || miss.Question.Kind != "" || err != nil {
		t.Errorf("peek: %+v, %+v, %v", found, miss, err)
	}
	if list, err := store.Results(t.Context(), recipe().Key()); len(list) != 1 || err != nil {
		t.Errorf("peek changed something: %d results, %v", len(list), err)
	}
	if found, err := gone.Find(t.Context(), recipe().Key(), world{}.ask); found != nil || err != nil {
		t.Errorf("find: %+v, %v", found, err)
	}
	if list, err := store.Results(t.Context(), recipe().Key()); len(list) != 0 || err != nil {
		t.Errorf("%d results are left, %v", len(list), err)
	}
}

// without is a store that lost a blob.
type without struct {
	cache.Store
	blob cells.Blob
}

func (w without) HasBlob(ctx context.Context, b cells.Blob) (bool, error) {
	if b == w.blob {
		return false, nil
	}
	return w.Store.HasBlob(ctx, b)
}

func FuzzUnmarshal(f *testing.F) {
	good, err := entry("a", world{"f": "1"}).Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"format":1,"values":{"x":{"hash":"a","root":"AA==","blob":{"SHA256":"b"}}},"effects":[]}`))
	f.Add([]byte(`{"format":1,"duration":-1,"start":"0001-01-01T00:00:00Z"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := cache.Unmarshal(data)
		if err != nil {
			return
		}
		_ = e.Blobs()
		again, err := e.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		back, err := cache.Unmarshal(again)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(e, back, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); d != "" {
			t.Error(d)
		}
	})
}
