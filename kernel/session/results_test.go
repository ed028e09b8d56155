package session

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/kernel/cache"
	"github.com/wnb-dev/wnb/kernel/protocol"
	"github.com/wnb-dev/wnb/kernel/runlog"
	"github.com/wnb-dev/wnb/storage"
)

// table is a kernel and a server that talk about results: a real store, and a
// time that passes when the test says so.
type table struct {
	*remote
	store  *runlog.Results
	passes chan time.Time
	mu     sync.Mutex
	logged []string
}

func newTable(t *testing.T) *table {
	t.Helper()
	store, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), ".wnb"), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tb := &table{store: runlog.NewResults(store), passes: make(chan time.Time)}
	src := protocol.Source{Session: "s", Username: "u", Now: time.Now, NewID: func() string { return "id" }}
	asked := make(chan Asked, 16)
	out := &outbox{source: src}
	tb.remote = newRemote(tb.store, out)
	out.to(func(m *protocol.Message) error {
		asked <- Asked{m, tb.answered}
		return nil
	})
	results := Results{Store: tb.store, Source: src, After: func(time.Duration) <-chan time.Time { return tb.passes }, Log: func(err error) {
		tb.mu.Lock()
		defer tb.mu.Unlock()
		tb.logged = append(tb.logged, err.Error())
	}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		results.Serve(context.Background(), asked)
	}()
	t.Cleanup(func() {
		close(asked)
		<-done
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return tb
}

// entries are the results under a key, as the kernel or the store has them.
func (tb *table) entries(t *testing.T, from cache.Store, key string) string {
	t.Helper()
	records, err := from.Results(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, r := range records {
		all = append(all, string(r.Entry))
	}
	return strings.Join(all, " ")
}

func (tb *table) put(t *testing.T, key, entry string) {
	t.Helper()
	if err := tb.PutResult(t.Context(), key, []byte(entry), nil); err != nil {
		t.Fatal(err)
	}
}

var keyA, keyB = strings.Repeat("a", 64), strings.Repeat("b", 64)

func TestResultsAreKeptTogether(t *testing.T) {
	tb := newTable(t)
	tb.put(t, keyA, "one")
	tb.put(t, keyB, "two")
	if got := tb.entries(t, tb.remote, strings.Repeat("c", 64)); got != "" { // which is about none of them
		t.Errorf("found %q", got)
	}
	if got := tb.entries(t, tb.store, keyA); got != "" {
		t.Errorf("%q is kept at once", got)
	}
	tb.passes <- time.Time{}
	for key, want := range map[string]string{keyA: "one", keyB: "two"} {
		if got := tb.entries(t, tb.remote, key); got != want {
			t.Errorf("found %q, want %q", got, want)
		}
	}
}

func TestAKernelFindsWhatItKept(t *testing.T) {
	tb := newTable(t)
	tb.put(t, keyA, "one")
	if got := tb.entries(t, tb.remote, keyA); got != "one" {
		t.Errorf("found %q", got)
	}
}

func TestAKeyIsClaimedUntilItsResultIsKept(t *testing.T) {
	tb := newTable(t)
	release, err := tb.Claim(t.Context(), keyA)
	if err != nil {
		t.Fatal(err)
	}
	tb.put(t, keyA, "one")
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if tb.claimable(t, keyA) {
		t.Error("another one can claim a key whose result is not kept yet")
	}
	tb.passes <- time.Time{}
	again, err := tb.store.Claim(t.Context(), keyA) // waits
	if err != nil {
		t.Fatal(err)
	}
	if got := tb.entries(t, tb.store, keyA); got != "one" {
		t.Errorf("found %q", got)
	}
	if err := again(); err != nil {
		t.Fatal(err)
	}
}

func TestAClaimThatLedToNothingEnds(t *testing.T) {
	tb := newTable(t)
	release, err := tb.Claim(t.Context(), keyA)
	if err != nil {
		t.Fatal(err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if !tb.claimable(t, keyA) {
		t.Error("the key is still claimed")
	}
}

// claimable tells whether a key can be claimed now.
func (tb *table) claimable(t *testing.T, key string) bool {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	release, err := tb.store.Claim(ctx, key)
	if err != nil {
		return false
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	return true
}

func TestWhatCannotBeKeptIsLogged(t *testing.T) {
	tb := newTable(t)
	release, err := tb.Claim(t.Context(), keyA)
	if err != nil {
		t.Fatal(err)
	}
	if err := tb.PutResult(t.Context(), keyA, []byte("one"), []cells.Blob{{SHA256: keyB, Size: 1}}); err != nil {
		t.Fatal(err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	tb.passes <- time.Time{}
	if got := tb.entries(t, tb.remote, keyA); got != "" {
		t.Errorf("found %q", got)
	}
	tb.mu.Lock()
	defer tb.mu.Unlock()
	if len(tb.logged) != 1 || !strings.Contains(tb.logged[0], "a result cannot be kept: ") {
		t.Errorf("logged: %v", cmp.Diff(nil, tb.logged))
	}
	if !tb.claimable(t, keyA) {
		t.Error("the key is still claimed")
	}
}
