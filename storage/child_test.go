package storage

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// The test binary plays other processes: childVariable names the part, dirVariable the store.
const (
	childVariable = "WNB_STORAGE_TEST_CHILD"
	dirVariable   = "WNB_STORAGE_TEST_DIR"
)

// parts waits for a line on stdin, so that the children of a test start together.
var parts = map[string]func(ctx context.Context, dir string) error{
	"create":    playCreate,
	"writers":   playWriters,
	"victim":    playVictim,
	"holder":    playHolder,
	"claimer":   playClaimer,
	"counter":   playCounter,
	"collector": playCollector,
	"putter":    playPutter,
	"cacher":    playCacher,
}

func runChild(name string) int {
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		fmt.Fprintln(os.Stderr, "no start signal:", err)
		return 1
	}
	play, ok := parts[name]
	if !ok {
		play = systemParts[name]
	}
	if err := play(context.Background(), os.Getenv(dirVariable)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// A child is a started process of the test binary that waits for its signal.
type child struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Scanner
	stderr strings.Builder
}

func startChild(t *testing.T, part, dir string) *child {
	t.Helper()
	c := &child{cmd: exec.Command(os.Args[0])}
	c.cmd.Env = append(os.Environ(), childVariable+"="+part, dirVariable+"="+dir)
	c.cmd.Stderr = &c.stderr
	in, err := c.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.stdin, c.stdout = in, bufio.NewScanner(out)
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *child) signal(t *testing.T) {
	t.Helper()
	if _, err := io.WriteString(c.stdin, "go\n"); err != nil {
		t.Fatal(err)
	}
}

// rest reads what is left of the child's output and waits for its end.
func (c *child) rest(t *testing.T) (lines []string, err error) {
	t.Helper()
	for c.stdout.Scan() {
		lines = append(lines, c.stdout.Text())
	}
	if err := c.stdout.Err(); err != nil {
		t.Fatal(err)
	}
	return lines, c.cmd.Wait()
}

func playCreate(ctx context.Context, dir string) error {
	s, err := Open(ctx, dir, Options{})
	if err != nil {
		return err
	}
	_, err = s.CreateRun(ctx, NewRun{Experiment: "first"})
	return errors.Join(err, s.Close())
}

const (
	writerGoroutines = 8
	writerBatches    = 40
)

func playWriters(ctx context.Context, dir string) error {
	s, err := Open(ctx, dir, Options{})
	if err != nil {
		return err
	}
	return errors.Join(inParallel(writerGoroutines, func(int) error {
		r, err := s.CreateRun(ctx, NewRun{Experiment: "parallel"})
		if err != nil {
			return err
		}
		for i := range writerBatches {
			if err := s.Log(ctx, r.ID, Batch{Metrics: []Metric{{Key: "loss", Step: int64(i), Value: 1}}}); err != nil {
				return err
			}
			if _, err := s.Runs(ctx, Query{Limit: 3}); err != nil {
				return err
			}
		}
		return s.FinishRun(ctx, r.ID, Finished, time.Time{})
	}), s.Close())
}

func inParallel(n int, f func(i int) error) error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = f(i) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// playVictim logs until it is killed and prints what was acknowledged: the run, then "key step sha256" per call.
func playVictim(ctx context.Context, dir string) error {
	s, err := Open(ctx, dir, Options{})
	if err != nil {
		return err
	}
	r, err := s.CreateRun(ctx, NewRun{Params: []Param{{"seed", "42"}}})
	if err != nil {
		return err
	}
	fmt.Println(r.ID)
	return inParallel(4, func(g int) error {
		key := fmt.Sprintf("m%d", g)
		for step := int64(0); ; step++ {
			b, err := s.PutBlob(ctx, strings.NewReader(fmt.Sprintf("%s at %d", key, step)))
			if err != nil {
				return err
			}
			if err := s.Log(ctx, r.ID, Batch{
				Metrics:   []Metric{{Key: key, Step: step, Value: float64(step)}},
				Artifacts: []Artifact{{Path: fmt.Sprintf("%s/%d.txt", key, step), Blob: b}},
				Console:   []byte("x"),
			}); err != nil {
				return err
			}
			if _, err := fmt.Printf("%s %d %s\n", key, step, b.SHA256); err != nil {
				return err
			}
		}
	})
}

// playHolder keeps a run going until its stdin is closed, then ends without finishing it.
func playHolder(ctx context.Context, dir string) error {
	s, err := Open(ctx, dir, Options{})
	if err != nil {
		return err
	}
	r, err := s.CreateRun(ctx, NewRun{})
	if err != nil {
		return err
	}
	fmt.Println(r.ID)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}
