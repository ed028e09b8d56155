package storage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
)

// playCacher keeps results until it is killed and prints "key sha256-of-the-entry" when one is stored. Meanwhile it
// makes garbage and collects it.
func playCacher(ctx context.Context, dir string) error {
	s, err := Open(ctx, dir, Options{})
	if err != nil {
		return err
	}
	fmt.Println("started")
	return inParallel(4, func(g int) error {
		for i := 0; ; i++ {
			name := fmt.Sprintf("%d %d %d", os.Getpid(), g, i)
			if g == 0 {
				if err := litter(ctx, s, name); err != nil {
					return err
				}
				continue
			}
			line, err := cacheOne(ctx, s, name, g)
			if err != nil {
				return err
			}
			if _, err := fmt.Println(line); err != nil {
				return err
			}
		}
	})
}

// cacheOne keeps a result with two blobs. Goroutine 3 makes a large one, and entries that are blobs themselves.
func cacheOne(ctx context.Context, s *Store, name string, g int) (line string, err error) {
	r := Result{Entry: []byte("entry " + name)}
	blobs := []string{"blob " + name, "another " + name}
	if g == 3 {
		r.Entry = append(r.Entry, make([]byte, inlineEntry)...)
		blobs[0] += strings.Repeat(" ", smallBlob)
	}
	for _, content := range blobs {
		b, err := s.PutBlob(ctx, strings.NewReader(content))
		if err != nil {
			return "", err
		}
		r.Blobs = append(r.Blobs, b)
	}
	r.Key = hashOf([]byte(name))
	r, err = s.PutResult(ctx, r)
	return r.Key + " " + hashOf(r.Entry), err
}

func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func litter(ctx context.Context, s *Store, name string) error {
	b, err := s.PutBlob(ctx, strings.NewReader("garbage "+name))
	if err != nil {
		return err
	}
	old := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(s.blobPath(b.SHA256), old, old); err != nil {
		return err
	}
	_, err = s.GC(ctx, GCOptions{})
	return err
}

// TestKillWhileCaching kills a process at random points while it keeps results. What it was told to be stored must be
// there, and nothing may refer to a blob that is not.
func TestKillWhileCaching(t *testing.T) {
	rounds := 20
	if testing.Short() {
		rounds = 4
	}
	rng := rand.New(rand.NewPCG(3, 4))
	dir := t.TempDir()
	acknowledged := 0
	for round := range rounds {
		c := startChild(t, "cacher", dir)
		c.signal(t)
		if !c.stdout.Scan() {
			t.Fatal("the child did not start: ", c.stderr.String())
		}
		var lines []string
		for range rng.IntN(25) {
			if c.stdout.Scan() {
				lines = append(lines, c.stdout.Text())
			}
		}
		if err := c.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		more, err := c.rest(t)
		if err == nil {
			t.Fatal("the child ended by itself")
		}
		s := open(t, dir, Options{})
		acknowledged += checkCached(t, s, append(lines, more...))
		if report := verify(t, s, VerifyOptions{}); len(report.Problems) > 0 {
			t.Errorf("round %d: %v", round, report.Problems)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if acknowledged < rounds {
		t.Errorf("only %d results were stored in %d rounds", acknowledged, rounds)
	}
}

// checkCached checks that acknowledged results and their blobs are there, and counts them.
func checkCached(t *testing.T, s *Store, lines []string) (n int) {
	t.Helper()
	for _, line := range lines {
		key, entry, whole := strings.Cut(line, " ")
		if !whole || len(entry) < nameLength {
			continue // a line cut by the kill
		}
		n++
		list := results(t, s, key)
		if len(list) != 1 || hashOf(list[0].Entry) != entry || len(list[0].Blobs) != 2 {
			t.Errorf("acknowledged result lost: %s: %d found", line, len(list))
			continue
		}
		for _, b := range list[0].Blobs {
			if ok, err := s.HasBlob(t.Context(), b.SHA256, b.Size); err != nil || !ok {
				t.Errorf("blob of an acknowledged result lost: %v, %v", ok, err)
			}
		}
	}
	return n
}
