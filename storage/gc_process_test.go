package storage

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// playCollector collects again and again until its stdin is closed, then prints how many blobs it removed.
func playCollector(ctx context.Context, dir string) error {
	s, err := Open(ctx, dir, Options{})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	go func() {
		_, _ = bufio.NewReader(os.Stdin).ReadString('\n') // the end of stdin is the signal
		stop()
	}()
	removed := 0
	for ctx.Err() == nil {
		report, err := s.GC(ctx, GCOptions{})
		removed += report.Blobs.Count
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
	}
	fmt.Println(removed)
	return s.Close()
}

const (
	putterRounds = 20
	putterBlobs  = 6
)

// playPutter puts the same few blobs over and over, checks each time that what it put or found is there, refers to some,
// and lets the others grow old at once, so that the collector takes them.
func playPutter(ctx context.Context, dir string) error {
	s, err := Open(ctx, dir, Options{})
	if err != nil {
		return err
	}
	run, err := s.CreateRun(ctx, NewRun{})
	if err != nil {
		return err
	}
	err = inParallel(2, func(g int) error {
		for round := range putterRounds {
			for k := range putterBlobs {
				content := fmt.Sprintf("process %d goroutine %d blob %d", os.Getpid(), g, k)
				if k == 0 {
					content += strings.Repeat(" ", smallBlob)
				}
				refer := k%3 == 2
				if refer {
					content += fmt.Sprint(" round ", round) // known content would stay for ever
				}
				if err := putAndUse(ctx, s, run.ID, content, refer); err != nil {
					return fmt.Errorf("round %d, blob %d: %w", round, k, err)
				}
			}
		}
		return nil
	})
	return errors.Join(err, s.FinishRun(ctx, run.ID, Finished, time.Time{}), s.Close())
}

func putAndUse(ctx context.Context, s *Store, run, content string, refer bool) error {
	b, err := s.PutBlob(ctx, strings.NewReader(content))
	if err != nil {
		return err
	}
	if _, err := s.ReadBlob(ctx, b.SHA256); err != nil {
		return fmt.Errorf("it was put: %w", err)
	}
	path := s.blobPath(b.SHA256)
	old := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(path, old, old); err != nil {
		return fmt.Errorf("it was put a moment ago: %w", err)
	}
	there, err := s.HasBlob(ctx, b.SHA256, b.Size)
	if err != nil || !there {
		return err // collected, which is right
	}
	if _, err := s.ReadBlob(ctx, b.SHA256); err != nil {
		return fmt.Errorf("it was found: %w", err)
	}
	if refer {
		if err := s.Log(ctx, run, Batch{Artifacts: []Artifact{{Path: b.SHA256, Blob: b}}}); err != nil {
			return err
		}
		if _, err := s.PutResult(ctx, Result{Key: b.SHA256, Blobs: []Blob{b}}); err != nil {
			return err
		}
	}
	return os.Chtimes(path, old, old)
}

func TestCollectWhileOthersWrite(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	collectors := []*child{startChild(t, "collector", dir), startChild(t, "collector", dir)}
	putters := []*child{startChild(t, "putter", dir), startChild(t, "putter", dir)}
	for _, c := range append(collectors, putters...) {
		c.signal(t)
	}
	for _, c := range putters {
		if _, err := c.rest(t); err != nil {
			t.Error(err, c.stderr.String())
		}
	}
	removed := 0
	for _, c := range collectors {
		if err := c.stdin.Close(); err != nil {
			t.Fatal(err)
		}
		lines, err := c.rest(t)
		if err != nil {
			t.Error(err, c.stderr.String())
		}
		n := 0
		if _, err := fmt.Sscan(strings.Join(lines, ""), &n); err != nil {
			t.Error(err)
		}
		removed += n
	}
	if removed == 0 {
		t.Error("the collectors found nothing, so that this shows nothing")
	}
	checkReferences(t, s)
	checkIntegrity(t, s)
}

// checkReferences checks that every blob that anything refers to is there.
func checkReferences(t *testing.T, s *Store) {
	t.Helper()
	refs, err := s.references(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	uses, err := s.usesOf(t.Context(), refs, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(uses) == 0 {
		t.Error("nothing is referred to")
	}
	for sha := range uses {
		if _, err := s.ReadBlob(t.Context(), sha); err != nil {
			t.Error(err)
		}
	}
}
