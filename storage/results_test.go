package storage

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// keyOf makes a key of a digit.
func keyOf(digit string) string { return strings.Repeat(digit, 64) }

func putResult(t testing.TB, s *Store, r Result) Result {
	t.Helper()
	r, err := s.PutResult(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func results(t testing.TB, s *Store, key string) []Result {
	t.Helper()
	list, err := s.Results(context.Background(), key)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestResultRoundTrip(t *testing.T) {
	for _, c := range []struct{ name, entry string }{
		{"empty entry", ""},
		{"small entry", "an entry"},
		{"largest in the database", strings.Repeat("e", inlineEntry)},
		{"smallest as a blob", strings.Repeat("e", inlineEntry+1)},
		{"some MiB", strings.Repeat("0123456789abcdef", 3<<16)},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, t.TempDir(), Options{Clock: tick()})
			a, b := put(t, s, "a"), put(t, s, "bb")
			given := Result{Key: keyOf("1"), Entry: []byte(c.entry), Blobs: []Blob{b, a, b}}
			stored := putResult(t, s, given)
			want := []Blob{a, b}
			if a.SHA256 > b.SHA256 {
				want = []Blob{b, a}
			}
			if diff := cmp.Diff(want, stored.Blobs); diff != "" {
				t.Error(diff)
			}
			if stored.Size != int64(len(c.entry))+3 || stored.ID == 0 || stored.Created.IsZero() {
				t.Errorf("stored as %d with %d bytes, %v", stored.ID, stored.Size, stored.Created)
			}
			if diff := cmp.Diff([]Result{stored}, results(t, s, keyOf("1")), cmp.Comparer(bytes.Equal)); diff != "" {
				t.Error(diff)
			}
			if other := results(t, s, keyOf("2")); other != nil {
				t.Errorf("another key has %v", other)
			}
		})
	}
}

func TestResultsOrderAndUse(t *testing.T) {
	ctx := context.Background()
	s := open(t, t.TempDir(), Options{Clock: tick()})
	order := func(want string) {
		t.Helper()
		var got []string
		for _, r := range results(t, s, keyOf("a")) {
			got = append(got, string(r.Entry))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("order %v, want %s", got, want)
		}
	}
	one := putResult(t, s, Result{Key: keyOf("a"), Entry: []byte("one")})
	two := putResult(t, s, Result{Key: keyOf("a"), Entry: []byte("two")})
	order("two one")
	if again := putResult(t, s, Result{Key: keyOf("a"), Entry: []byte("one")}); again.ID != one.ID || !again.Created.Equal(one.Created) || !again.Used.After(one.Used) {
		t.Errorf("put again: %+v, first %+v", again, one)
	}
	order("one two")
	if err := s.UseResults(ctx, []int64{two.ID, 999}); err != nil {
		t.Fatal(err)
	}
	order("two one")
	if err := s.DropResult(ctx, two.ID); err != nil {
		t.Fatal(err)
	}
	order("one")
	if err := s.DropResult(ctx, two.ID); err != nil {
		t.Errorf("dropped twice: %v", err)
	}
}

func TestResultsPerKey(t *testing.T) {
	s := open(t, t.TempDir(), Options{Clock: tick()})
	first := putResult(t, s, Result{Key: keyOf("a"), Entry: []byte{0}})
	second := putResult(t, s, Result{Key: keyOf("a"), Entry: []byte{1}})
	other := putResult(t, s, Result{Key: keyOf("b"), Entry: []byte{0}})
	if err := s.UseResults(context.Background(), []int64{first.ID}); err != nil {
		t.Fatal(err)
	}
	for i := range MaxResultsPerKey - 1 {
		putResult(t, s, Result{Key: keyOf("a"), Entry: []byte{byte(i + 2)}})
	}
	kept := map[int64]bool{}
	for _, r := range results(t, s, keyOf("a")) {
		kept[r.ID] = true
	}
	if len(kept) != MaxResultsPerKey || !kept[first.ID] || kept[second.ID] {
		t.Errorf("%d kept; used one %v, least recently used one %v", len(kept), kept[first.ID], kept[second.ID])
	}
	if list := results(t, s, keyOf("b")); len(list) != 1 || list[0].ID != other.ID {
		t.Errorf("another key lost its result: %v", list)
	}
}

func TestRefusedResults(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	there := put(t, s, "there")
	for _, c := range []struct {
		name string
		r    Result
		is   error
		text string
	}{
		{"short key", Result{Key: "abc"}, nil, `result "abc": a key is 64 lower-case hex digits`},
		{"large entry", Result{Key: keyOf("a"), Entry: make([]byte, MaxEntry+1)}, nil, "keep its parts as blobs"},
		{"absent blob", Result{Key: keyOf("a"), Blobs: []Blob{there, {SHA256: keyOf("0")}}}, ErrNotFound, "put it before naming it"},
		{"no hash", Result{Key: keyOf("a"), Blobs: []Blob{{SHA256: "../../wnb.db"}}}, ErrNotFound, "put it before naming it"},
		{"other size", Result{Key: keyOf("a"), Blobs: []Blob{{there.SHA256, 4}}}, ErrCorrupt, "has 5 bytes, not 4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := s.PutResult(t.Context(), c.r)
			if err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.text) {
				t.Error(err)
			}
		})
	}
	if list := results(t, s, keyOf("a")); list != nil {
		t.Errorf("a refused result is there: %v", list)
	}
}

func TestDamagedEntriesAreLeftOut(t *testing.T) {
	s := open(t, t.TempDir(), Options{Clock: tick()})
	inline := putResult(t, s, Result{Key: keyOf("a"), Entry: []byte("inline")})
	large := putResult(t, s, Result{Key: keyOf("a"), Entry: make([]byte, inlineEntry+1)})
	absent := putResult(t, s, Result{Key: keyOf("a"), Entry: make([]byte, inlineEntry+2)})
	good := putResult(t, s, Result{Key: keyOf("a"), Entry: []byte("good")})
	if err := s.write.run(t.Context(), func(t *tx) error {
		_, err := t.exec(`UPDATE results SET entry = x'00' WHERE id = ?`, inline.ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.blobPath(entryBlob(t, s, large.ID)), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(s.blobPath(entryBlob(t, s, absent.ID))); err != nil {
		t.Fatal(err)
	}
	if list := results(t, s, keyOf("a")); len(list) != 1 || list[0].ID != good.ID {
		t.Errorf("found %v", list)
	}
	for _, size := range []int{inlineEntry + 1, inlineEntry + 2} { // storing it again repairs it
		putResult(t, s, Result{Key: keyOf("a"), Entry: make([]byte, size)})
	}
	putResult(t, s, Result{Key: keyOf("a"), Entry: []byte("inline")})
	if list := results(t, s, keyOf("a")); len(list) != 4 {
		t.Errorf("%d results after they were put again", len(list))
	}
}

func entryBlob(t *testing.T, s *Store, id int64) (sha string) {
	t.Helper()
	if err := s.read(t.Context(), func(tx *sql.Tx) error {
		return tx.QueryRow(`SELECT entry_blob FROM results WHERE id = ?`, id).Scan(&sha)
	}); err != nil {
		t.Fatal(err)
	}
	return sha
}

func TestResultsOfAClosedStore(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	results(t, s, keyOf("a"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Results(t.Context(), keyOf("a")); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
}

func TestSecretKey(t *testing.T) {
	dir := filepath.Join(t.TempDir(), ".wnb")
	s := open(t, dir, Options{})
	keys := make(chan string, 8)
	if err := inParallel(cap(keys), func(int) error {
		key, err := s.SecretKey(context.Background())
		keys <- string(key)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	first := <-keys
	for range cap(keys) - 1 {
		if key := <-keys; key != first {
			t.Errorf("two keys: %x and %x", first, key)
		}
	}
	blobs, err := OpenBlobs(dir)
	if err != nil {
		t.Fatal(err)
	}
	if key, err := blobs.SecretKey(t.Context()); err != nil || string(key) != first || len(first) != secretSize {
		t.Errorf("a kernel sees %x, %v; the store %x", key, err, first)
	}
	if info, err := os.Stat(s.secretFile()); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(s.secretFile(), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SecretKey(t.Context()); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "restore it from a backup") {
		t.Error(err)
	}
}
