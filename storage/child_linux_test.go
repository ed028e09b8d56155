package storage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
)

// systemParts are the parts that need Linux.
var systemParts = map[string]func(ctx context.Context, dir string) error{
	"nobody":  playNobody,
	"cramped": playCramped,
}

// playNobody opens the store as an unprivileged user.
func playNobody(ctx context.Context, dir string) error {
	if os.Getuid() == 0 {
		if err := errors.Join(syscall.Setgid(65534), syscall.Setuid(65534)); err != nil {
			fmt.Println("cannot drop privileges:", err)
			return nil
		}
	}
	s, err := Open(ctx, dir, Options{})
	if err == nil {
		return errors.Join(errors.New("a read-only store was opened"), s.Close())
	}
	fmt.Println(err)
	return nil
}

// playCramped logs until no file may grow any more, the nearest thing to a full disk that needs no privileges, then
// shows that what was acknowledged is still there.
func playCramped(ctx context.Context, dir string) error {
	s, err := Open(ctx, dir, Options{})
	if err != nil {
		return err
	}
	r, err := s.CreateRun(ctx, NewRun{Remote: true})
	if err != nil {
		return err
	}
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1 << 20, Max: 1 << 20}); err != nil {
		return err
	}
	_, blobErr := s.PutBlob(ctx, strings.NewReader(strings.Repeat("x", 2<<20)))
	fmt.Println(blobErr)
	kept := int64(0)
	for ; err == nil; kept++ {
		err = s.Log(ctx, r.ID, curveAt(kept))
	}
	fmt.Println(err)
	kept--
	history, err := s.MetricHistory(ctx, r.ID, "m")
	fmt.Println(int64(len(history)) == kept*1000, err)
	return nil // the store cannot be closed in order: its log cannot be copied back
}

func curveAt(batch int64) Batch {
	var b Batch
	for i := range int64(1000) {
		b.Metrics = append(b.Metrics, Metric{Key: "m", Step: batch*1000 + i})
	}
	return b
}

func TestReadOnlyStore(t *testing.T) {
	for _, c := range []struct {
		name    string
		prepare func(t *testing.T, dir string)
	}{
		{"absent", func(*testing.T, string) {}},
		{"existing", func(t *testing.T, dir string) {
			create(t, open(t, dir, Options{}), NewRun{Remote: true})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			// t.TempDir is below a folder that only its owner can enter.
			top, err := os.MkdirTemp("", "wnb-storage")
			if err != nil {
				t.Fatal(err)
			}
			dir := top + "/.wnb"
			t.Run("prepare", func(t *testing.T) { c.prepare(t, dir) })
			if err := os.Chmod(top, 0o555); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(dir); err == nil {
				if err := os.Chmod(dir, 0o555); err != nil {
					t.Fatal(err)
				}
			}
			defer func() {
				err := os.Chmod(top, 0o755)
				if _, e := os.Stat(dir); e == nil {
					err = errors.Join(err, os.Chmod(dir, 0o700))
				}
				if err = errors.Join(err, os.RemoveAll(top)); err != nil {
					t.Error(err)
				}
			}()
			child := startChild(t, "nobody", dir)
			child.signal(t)
			lines, err := child.rest(t)
			if err != nil {
				t.Fatal(err, child.stderr.String())
			}
			text := strings.Join(lines, "\n")
			if strings.HasPrefix(text, "cannot drop privileges") {
				t.Skip(text)
			}
			if !strings.Contains(text, "store "+dir+": it cannot be written; make the folder writable") {
				t.Error(text)
			}
		})
	}
}

func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	c := startChild(t, "cramped", dir)
	c.signal(t)
	lines, err := c.rest(t)
	if err != nil || len(lines) != 3 {
		t.Fatal(err, lines, c.stderr.String())
	}
	for i, line := range lines[:2] {
		if !strings.Contains(line, "store "+dir+": ") || !strings.Contains(line, "full") {
			t.Errorf("message %d: %s", i, line)
		}
	}
	if lines[2] != "true <nil>" {
		t.Errorf("after the disk was full: %s", lines[2])
	}
	checkIntegrity(t, open(t, dir, Options{}))
	left, err := os.ReadDir(dir + "/blobs/tmp")
	if err != nil || len(left) > 0 {
		t.Errorf("temporary files left: %v, %v", left, err)
	}
}
