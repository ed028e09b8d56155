package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func claim(t testing.TB, s *Blobs, key string) func() error {
	t.Helper()
	release, err := s.Claim(context.Background(), key)
	if err != nil {
		t.Fatal(err)
	}
	return release
}

// claimed reports whether somebody has the claim to a key.
func claimed(t testing.TB, s *Blobs, key string) bool {
	t.Helper()
	free, err := s.claims.try(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	if !free {
		return true
	}
	if err := s.claims.release(key); err != nil {
		t.Fatal(err)
	}
	return false
}

// backdate makes a claim of s look as if it were held since then.
func backdate(t testing.TB, s *Blobs, key string, since time.Time) {
	t.Helper()
	if _, err := s.claims.own.WriteAt(record(key, since), s.claims.held[key]); err != nil {
		t.Fatal(err)
	}
}

func TestClaimsOfOneProcess(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	var inside, most atomic.Int32
	if err := inParallel(8, func(int) error {
		for range 20 {
			release, err := s.Claim(t.Context(), keyOf("a"))
			if err != nil {
				return err
			}
			if n := inside.Add(1); n > most.Load() {
				most.Store(n)
			}
			inside.Add(-1)
			if err := release(); err != nil {
				return err
			}
		}
		return nil
	}); err != nil || most.Load() != 1 {
		t.Errorf("%d at once, %v", most.Load(), err)
	}
}

func TestClaimsToOtherKeysDoNotWait(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	var held []func() error
	for i := range 40 { // several in every bucket
		held = append(held, claim(t, s.Blobs, fmt.Sprintf("%x%063d", i%16, i)))
	}
	for i, release := range held {
		key := fmt.Sprintf("%x%063d", i%16, i)
		if !claimed(t, s.Blobs, key) {
			t.Errorf("nobody has %s", key)
		}
		if err := errors.Join(release(), release()); err != nil {
			t.Errorf("released twice: %v", err)
		}
		if claimed(t, s.Blobs, key) {
			t.Errorf("%s is not released", key)
		}
	}
}

func TestClaimsLeaveFewFiles(t *testing.T) {
	dir := t.TempDir()
	for i := range 20 { // one after the other, none of which cleans up
		release := claim(t, newBlobs(dir), fmt.Sprintf("%064d", i))
		if err := release(); err != nil {
			t.Fatal(err)
		}
		runtime.GC() // closes the files of those that are gone, as the end of a process does
	}
	s := newBlobs(dir)
	for i := range 200 {
		if err := claim(t, s, fmt.Sprintf("%064d", i))(); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(filepath.Join(dir, "claims"))
	if err != nil || len(files) > 10 {
		t.Errorf("%d files, %v", len(files), err)
	}
	info, err := s.claims.own.Stat()
	if err != nil || info.Size() != recordSize {
		t.Errorf("one claim at a time took %d bytes, %v", info.Size(), err)
	}
}

func TestClaimsOfSeveral(t *testing.T) {
	dir := t.TempDir()
	several := make([]*Blobs, 4)
	for i := range several {
		several[i] = newBlobs(dir)
		claim(t, several[i], keyOf(fmt.Sprint(i)))
	}
	for i, s := range several {
		for k := range several {
			if !claimed(t, s, keyOf(fmt.Sprint(k))) {
				t.Errorf("%d thinks that nobody has the key of %d", i, k)
			}
		}
	}
	if err := several[2].claims.close(); err != nil {
		t.Fatal(err)
	}
	for i, s := range []*Blobs{several[0], several[1], newBlobs(dir)} {
		if claimed(t, s, keyOf("2")) || !claimed(t, s, keyOf("3")) {
			t.Errorf("%d does not see that one is gone, and just that one", i)
		}
	}
}

func TestClaimGivesUp(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	defer claim(t, s.Blobs, keyOf("a"))()
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error)
	go func() {
		_, err := s.Claim(ctx, keyOf("a"))
		result <- err
	}()
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), keyOf("a")) {
		t.Error(err)
	}
	if _, err := s.Claim(t.Context(), "A"); err == nil || !strings.Contains(err.Error(), "64 lower-case hex digits") {
		t.Error(err)
	}
}

// playClaimer claims a key, says so, and holds it until its stdin is closed.
func playClaimer(ctx context.Context, dir string) error {
	s, err := OpenBlobs(dir)
	if err != nil {
		return err
	}
	release, err := s.Claim(ctx, keyOf("a"))
	if err != nil {
		return err
	}
	fmt.Println("claimed")
	_, err = io.Copy(io.Discard, os.Stdin)
	return errors.Join(err, release())
}

// playCounter adds to a number in a file, which only works when one does so at a time.
func playCounter(ctx context.Context, dir string) error {
	s, err := OpenBlobs(dir)
	if err != nil {
		return err
	}
	for range 25 {
		release, err := s.Claim(ctx, keyOf("c"))
		if err != nil {
			return err
		}
		count, err := os.ReadFile(filepath.Join(dir, "count"))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, "count"), append(count, '+'), 0o600)
		}
		if err := errors.Join(err, release()); err != nil {
			return err
		}
	}
	return nil
}

func TestClaimsOfProcesses(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	for _, end := range []string{"released", "killed"} {
		t.Run(end, func(t *testing.T) {
			c := startChild(t, "claimer", dir)
			c.signal(t)
			if !c.stdout.Scan() || !claimed(t, s.Blobs, keyOf("a")) {
				t.Fatal("the child has no claim", c.stderr.String())
			}
			waiter := make(chan error)
			go func() {
				release, err := s.Claim(context.Background(), keyOf("a"))
				if err == nil {
					err = release()
				}
				waiter <- err
			}()
			var err error
			if end == "killed" {
				err = c.cmd.Process.Kill()
			} else {
				err = c.stdin.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := <-waiter; err != nil {
				t.Error(err)
			}
			if _, err := c.rest(t); (err != nil) != (end == "killed") {
				t.Error(err, c.stderr.String())
			}
		})
	}
}

func TestClaimsCount(t *testing.T) {
	dir := t.TempDir()
	count := filepath.Join(dir, "count")
	if err := os.WriteFile(count, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	children := make([]*child, 3)
	for i := range children {
		children[i] = startChild(t, "counter", dir)
	}
	for _, c := range children {
		c.signal(t)
	}
	for _, c := range children {
		if _, err := c.rest(t); err != nil {
			t.Error(err, c.stderr.String())
		}
	}
	if got, err := os.ReadFile(count); err != nil || len(got) != 25*len(children) {
		t.Errorf("counted %d, %v", len(got), err)
	}
}

func TestLeaseStart(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	start := func() time.Time {
		t.Helper()
		since, err := s.claims.leaseStart()
		if err != nil {
			t.Fatal(err)
		}
		return since
	}
	if since := start(); !since.IsZero() {
		t.Errorf("nothing is held, and yet since %v", since)
	}
	first := claim(t, s.Blobs, keyOf("a"))
	old := time.Now().Add(-5 * time.Hour).Truncate(time.Second)
	backdate(t, s.Blobs, keyOf("a"), old)
	release, err := s.Lease(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if since := start(); !since.Equal(old) {
		t.Errorf("oldest lease since %v, want %v", since, old)
	}
	if err := first(); err != nil {
		t.Fatal(err)
	}
	if since := start(); !since.After(old) {
		t.Errorf("the lease is held since %v", since)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	again := claim(t, s.Blobs, keyOf("a")) // where the old one was
	if since := start(); !since.After(old) {
		t.Errorf("a claim where another was counts since %v", since)
	}
	if err := again(); err != nil {
		t.Fatal(err)
	}
}
