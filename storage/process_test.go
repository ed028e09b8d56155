package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

func checkIntegrity(t *testing.T, s *Store) {
	t.Helper()
	for _, pragma := range []string{"integrity_check", "foreign_key_check"} {
		if err := s.read(context.Background(), func(tx *sql.Tx) error {
			return eachRow(context.Background(), tx, func(rows *sql.Rows) error {
				var text string
				if pragma == "foreign_key_check" {
					return errors.New("a broken reference")
				}
				if err := rows.Scan(&text); err != nil || text != "ok" {
					return fmt.Errorf("%s: %w", text, err)
				}
				return nil
			}, "PRAGMA "+pragma)
		}); err != nil {
			t.Errorf("%s: %v", pragma, err)
		}
	}
}

func TestFirstCreationByManyProcesses(t *testing.T) {
	for round := range 5 {
		dir := filepath.Join(t.TempDir(), "deep", ".wnb")
		children := make([]*child, 6)
		for i := range children {
			children[i] = startChild(t, "create", dir)
		}
		for _, c := range children {
			c.signal(t)
		}
		for _, c := range children {
			if _, err := c.rest(t); err != nil {
				t.Errorf("round %d: %v: %s", round, err, c.stderr.String())
			}
		}
		s := open(t, dir, Options{})
		runs, err := s.Runs(context.Background(), Query{Experiment: "first", Statuses: []Status{Killed}})
		if err != nil || len(runs) != len(children) {
			t.Errorf("round %d: %d runs, %v", round, len(runs), err)
		}
		checkIntegrity(t, s)
	}
}

func TestProcessesWriteAtOnce(t *testing.T) {
	dir := t.TempDir()
	a, b := startChild(t, "writers", dir), startChild(t, "writers", dir)
	a.signal(t)
	b.signal(t)
	for _, c := range []*child{a, b} {
		if _, err := c.rest(t); err != nil {
			t.Errorf("%v: %s", err, c.stderr.String())
		}
	}
	s := open(t, dir, Options{})
	runs, err := s.Runs(context.Background(), Query{Experiment: "parallel", Statuses: []Status{Finished}})
	if err != nil || len(runs) != 2*writerGoroutines {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
	for _, r := range runs {
		h, err := s.MetricHistory(context.Background(), r.ID, "loss")
		if err != nil || len(h) != writerBatches {
			t.Errorf("run %s: %d points, %v", r.ID, len(h), err)
		}
	}
	checkIntegrity(t, s)
}

// TestKillDuringCreation kills a process while it creates the store, as soon as each of its files appears.
func TestKillDuringCreation(t *testing.T) {
	for _, file := range []string{"lock", "wnb.db", "wnb.db-journal", "wnb.db-wal", "live"} {
		t.Run(file, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), ".wnb")
			c := startChild(t, "create", dir)
			c.signal(t)
			ended := make(chan error)
			go func() { ended <- c.cmd.Wait() }()
			for waiting := true; waiting; {
				_, err := os.Stat(filepath.Join(dir, file))
				if err == nil {
					if err := c.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
						t.Fatal(err)
					}
				}
				select {
				case <-ended: // killed, or done before the file was seen, which is as good
					waiting = false
				default:
					runtime.Gosched()
				}
			}
			s := open(t, dir, Options{})
			create(t, s, NewRun{Name: "after"})
			checkIntegrity(t, s)
		})
	}
}

// TestKill kills a process at random points of its work. What it was told to be stored must be there.
func TestKill(t *testing.T) {
	ctx := context.Background()
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	rng := rand.New(rand.NewPCG(1, 2))
	dir := t.TempDir()
	for round := range rounds {
		c := startChild(t, "victim", dir)
		c.signal(t)
		if !c.stdout.Scan() {
			t.Fatal("the child did not start: ", c.stderr.String())
		}
		id := c.stdout.Text()
		var lines []string
		for range rng.IntN(60) {
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
		checkAcknowledged(t, s, id, append(lines, more...))
		r, err := s.Run(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if r.Status != Killed || !r.End.Equal(r.LastActivity) || r.Tags[TagStatusReason] == "" {
			t.Errorf("round %d: run is %s, ended %v, last active %v, reason %q", round, r.Status, r.End, r.LastActivity, r.Tags[TagStatusReason])
		}
		checkIntegrity(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if left, err := os.ReadDir(filepath.Join(dir, "live")); err != nil || len(left) > 0 {
		t.Errorf("live files left: %v, %v", left, err)
	}
}

func checkAcknowledged(t *testing.T, s *Store, id string, lines []string) {
	t.Helper()
	ctx := context.Background()
	stored := map[string]bool{}
	for g := range 4 {
		key := fmt.Sprintf("m%d", g)
		history, err := s.MetricHistory(ctx, id, key)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range history {
			stored[fmt.Sprintf("%s %d", key, m.Step)] = true
		}
	}
	for _, line := range lines {
		var key, sha string
		var step int64
		if n, _ := fmt.Sscanf(line, "%s %d %s", &key, &step, &sha); n < 3 || len(sha) < 64 {
			continue // a line cut by the kill
		}
		if !stored[fmt.Sprintf("%s %d", key, step)] {
			t.Errorf("acknowledged metric lost: %s", line)
		}
		artifacts, err := s.Artifacts(ctx, id, fmt.Sprintf("%s/%d.txt", key, step))
		if err != nil || len(artifacts) != 1 || artifacts[0].Blob.SHA256 != sha {
			t.Errorf("acknowledged artifact lost: %s: %v, %v", line, artifacts, err)
		}
		if _, err := s.ReadBlob(ctx, sha); err != nil {
			t.Errorf("acknowledged blob lost: %s: %v", line, err)
		}
	}
}

func TestLiveness(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	c := startChild(t, "holder", dir)
	c.signal(t)
	if !c.stdout.Scan() {
		t.Fatal(c.stderr.String())
	}
	held := c.stdout.Text()

	own := open(t, dir, Options{})
	mine, finished := create(t, own, NewRun{}), create(t, own, NewRun{})
	foreign, remote := create(t, own, NewRun{}), create(t, own, NewRun{Remote: true})
	if err := own.FinishRun(ctx, finished.ID, Finished, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if err := own.write.run(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE runs SET host = 'elsewhere', boot_id = 'other', owner = 'theirs' WHERE run_id = ?`, foreign.ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	expect := func(when string, want map[string]Status) {
		t.Helper()
		s := open(t, dir, Options{})
		defer s.Close()
		for id, status := range want {
			if r, err := s.Run(ctx, id); err != nil || r.Status != status {
				t.Errorf("%s: %v, %v, want %s", when, r, err, status)
			}
		}
	}
	expect("all alive", map[string]Status{held: Running, mine.ID: Running, foreign.ID: Running, remote.ID: Running})
	if err := own.Close(); err != nil {
		t.Fatal(err)
	}
	expect("own store closed", map[string]Status{
		held: Running, mine.ID: Killed, finished.ID: Finished, foreign.ID: Running, remote.ID: Running})
	if err := c.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.rest(t); err != nil {
		t.Fatal(err, c.stderr.String())
	}
	expect("other process ended", map[string]Status{held: Killed, foreign.ID: Running})
}
