package contents

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSave(t *testing.T) {
	f := newFixture(t, files)
	for _, tc := range []struct {
		name, path string
		model      *Model
		want       error
		created    bool
		file       string
	}{
		{name: "new text", path: "new.txt", model: text("a\nb"), created: true, file: "a\nb"},
		{name: "old text", path: "dir/a.csv", model: text("new"), file: "new"},
		{name: "base64", path: "new.bin", model: &Model{Type: File, Format: Base64, Content: "AAEC\n/w=="}, created: true, file: "\x00\x01\x02\xff"},
		{name: "wrong base64", path: "new2.bin", model: &Model{Type: File, Format: Base64, Content: "???"}, want: ErrInvalid},
		{name: "no format", path: "new2.bin", model: &Model{Type: File, Content: "x"}, want: ErrInvalid},
		{name: "no type", path: "new2.bin", model: &Model{Content: "x"}, want: ErrInvalid},
		{name: "no content", path: "new2.bin", model: &Model{Type: File, Format: Text}, want: ErrInvalid},
		{name: "no folder", path: "no/new.txt", model: text("x"), want: ErrNotFound},
		{name: "below a file", path: "sample.wnb/new.txt", model: text("x"), want: ErrInvalid},
		{name: "over a folder", path: "dir", model: text("x"), want: ErrInvalid},
		{name: "the root", path: "", model: text("x"), want: ErrInvalid},
		{name: "hidden", path: ".bashrc", model: text("x"), want: ErrInvalid},
		{name: "in a hidden folder", path: ".git/hooks", model: text("x"), want: ErrInvalid},
		{name: "long name", path: strings.Repeat("x", 300), model: text("x"), want: ErrInvalid},
		{name: "notebook as text", path: "dir/x.txt", model: &Model{Type: Notebook, Format: JSON, Content: json.RawMessage(`{"nbformat":4,"cells":[]}`)}, want: ErrInvalid},
		{name: "no notebook", path: "dir/x.wnb", model: &Model{Type: Notebook, Format: JSON, Content: json.RawMessage(`[1]`)}, want: ErrInvalid},
		{name: "document as text", path: "dir/x.wnb", model: text("anything"), created: true, file: "anything"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			model, created, err := f.Save(t.Context(), tc.path, tc.model, "")
			if !errors.Is(err, tc.want) {
				t.Fatalf("error %v, want %v", err, tc.want)
			}
			if err != nil {
				return
			}
			if created != tc.created || model.Content != nil || model.Hash != hash([]byte(tc.file)) {
				t.Errorf("created %v, %+v", created, model)
			}
			if diff := cmp.Diff(tc.file, f.file(t, tc.path)); diff != "" {
				t.Error(diff)
			}
		})
	}
	f.noLeftovers(t)
}

func TestDirectories(t *testing.T) {
	f := newFixture(t, files)
	if _, created, err := f.Save(t.Context(), "made", &Model{Type: Directory}, ""); err != nil || !created {
		t.Fatal(created, err)
	}
	if _, created, err := f.Save(t.Context(), "made", &Model{Type: Directory}, ""); err != nil || created {
		t.Fatal(created, err)
	}
	if _, _, err := f.Save(t.Context(), "dir/a.csv", &Model{Type: Directory}, ""); !errors.Is(err, ErrInvalid) {
		t.Errorf("over a file: %v", err)
	}
}

func TestConditions(t *testing.T) {
	for _, tc := range []struct {
		name, path, ifMatch string
		conflict            bool
	}{
		{name: "none", path: "a.txt"},
		{name: "the version", path: "a.txt", ifMatch: hash([]byte("old"))},
		{name: "another version", path: "a.txt", ifMatch: hash([]byte("other")), conflict: true},
		{name: "a version of nothing", path: "b.txt", ifMatch: hash([]byte("other")), conflict: true},
		{name: "any", path: "a.txt", ifMatch: Any},
		{name: "any of nothing", path: "b.txt", ifMatch: Any, conflict: true},
		{name: "absent", path: "b.txt", ifMatch: Absent},
		{name: "not absent", path: "a.txt", ifMatch: Absent, conflict: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t, map[string]string{"a.txt": "old"})
			_, _, err := f.Save(t.Context(), tc.path, text("new"), tc.ifMatch)
			var conflict *ConflictError
			if errors.As(err, &conflict) != tc.conflict || errors.Is(err, ErrConflict) != tc.conflict {
				t.Fatal(err)
			}
			if !tc.conflict {
				return
			}
			kept, err := os.ReadFile(filepath.Join(f.root, ".wnb/contents/checkpoints", tc.path, conflict.Kept))
			if err != nil || string(kept) != "new" {
				t.Errorf("the refused version: %q %v", kept, err)
			}
			if tc.path == "a.txt" && (f.file(t, "a.txt") != "old" || conflict.Current != hash([]byte("old"))) {
				t.Errorf("the version there: %q, %+v", f.file(t, "a.txt"), conflict)
			}
		})
	}
}

// Of many clients that save over the version they all read, one wins, and no
// text is lost.
func TestConcurrentSavesKeepAll(t *testing.T) {
	f := newFixture(t, map[string]string{"a.txt": "old"})
	f.opt.MaxCheckpoints = 100
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() {
			_, _, errs[i] = f.Save(t.Context(), "a.txt", text(strings.Repeat("x", i+1)), hash([]byte("old")))
		})
	}
	wg.Wait()
	won, kept := 0, map[string]bool{f.file(t, "a.txt"): true}
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, ErrConflict) {
			t.Error(err)
		}
	}
	points, err := f.Checkpoints(t.Context(), "a.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, point := range points {
		kept[f.file(t, ".wnb/contents/checkpoints/a.txt/"+point.ID)] = true
	}
	if won != 1 || len(kept) != 9 {
		t.Errorf("%d saves won, %d versions are there", won, len(kept))
	}
}

func TestOverwrittenVersionsAreKept(t *testing.T) {
	f := newFixture(t, map[string]string{"a.txt": "0"})
	for _, version := range []string{"1", "2", "2", "3", "4", "5", "6"} {
		f.save(t, "a.txt", text(version), "")
	}
	points, err := f.Checkpoints(t.Context(), "a.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, point := range points {
		if !strings.HasSuffix(point.ID, "-overwritten") {
			t.Error(point.ID)
		}
		got = append(got, f.file(t, ".wnb/contents/checkpoints/a.txt/"+point.ID))
	}
	if diff := cmp.Diff([]string{"2", "3", "4", "5"}, got); diff != "" { // 4 are kept
		t.Error(diff)
	}
}

func TestCheckpoints(t *testing.T) {
	f := newFixture(t, map[string]string{"d/a.txt": "1"})
	ctx := t.Context()
	point, err := f.CreateCheckpoint(ctx, "d/a.txt")
	if err != nil {
		t.Fatal(err)
	}
	f.save(t, "d/a.txt", text("2"), "")
	if _, err := f.Rename(ctx, "d", "e"); err != nil { // they follow
		t.Fatal(err)
	}
	if err := f.RestoreCheckpoint(ctx, "e/a.txt", point.ID); err != nil {
		t.Fatal(err)
	}
	if got := f.file(t, "e/a.txt"); got != "1" {
		t.Errorf("restored %q", got)
	}
	points, err := f.Checkpoints(ctx, "e/a.txt")
	if err != nil || len(points) != 2 {
		t.Fatalf("%v %v: the versions 1 (kept once) and 2 (before the restore)", points, err)
	}
	if err := f.DeleteCheckpoint(ctx, "e/a.txt", point.ID); err != nil {
		t.Fatal(err)
	}
	if err := f.DeleteCheckpoint(ctx, "e/a.txt", point.ID); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if err := f.Delete(ctx, "e/a.txt"); err != nil {
		t.Fatal(err)
	}
	f.write(t, "e/a.txt", "fresh")
	if points, err := f.Checkpoints(ctx, "e/a.txt"); err != nil || len(points) != 0 {
		t.Errorf("a new file has versions of a deleted one: %v %v", points, err)
	}
	for _, path := range []string{"e", "nope"} {
		if _, err := f.Checkpoints(ctx, path); err == nil {
			t.Errorf("checkpoints of %s", path)
		}
	}
}

// Versions bring back a file that somebody removed behind the server's back.
func TestRestoreRemovedFile(t *testing.T) {
	f := newFixture(t, map[string]string{"a.txt": "1"})
	point, err := f.CreateCheckpoint(t.Context(), "a.txt")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(f.root, "a.txt")); err != nil {
		t.Fatal(err)
	}
	if points, err := f.Checkpoints(t.Context(), "a.txt"); err != nil || len(points) != 1 || !f.IsFile("a.txt") {
		t.Fatalf("%v %v", points, err)
	}
	if err := f.RestoreCheckpoint(t.Context(), "a.txt", point.ID); err != nil || f.file(t, "a.txt") != "1" {
		t.Error(err)
	}
}

func TestSaveThroughLink(t *testing.T) {
	f := newFixture(t, map[string]string{"dir/real.txt": "old"})
	if err := os.Symlink("dir/real.txt", filepath.Join(f.root, "link.txt")); err != nil {
		t.Fatal(err)
	}
	f.save(t, "link.txt", text("new"), "")
	if info, err := os.Lstat(filepath.Join(f.root, "link.txt")); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v %v", info, err)
	}
	if got := f.file(t, "dir/real.txt"); got != "new" {
		t.Errorf("%q", got)
	}
}

func TestReadOnlyFile(t *testing.T) {
	f := newFixture(t, map[string]string{"a.txt": "old"})
	if err := os.Chmod(filepath.Join(f.root, "a.txt"), 0o444); err != nil {
		t.Fatal(err)
	}
	if f.get(t, "a.txt", GetOptions{}).Writable {
		t.Error("it is said to be writable")
	}
	if _, _, err := f.Save(t.Context(), "a.txt", text("new"), ""); !errors.Is(err, ErrDenied) {
		t.Error(err)
	}
}

// A write that fails in the middle leaves the old bytes. A limit on the size of
// files makes the system refuse it, as a full disk does; it holds for all files
// of a process, and so for one of its own.
func TestDiskFull(t *testing.T) {
	const child = "CONTENTS_TEST_DISK_FULL"
	if os.Getenv(child) == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDiskFull$")
		cmd.Env = append(os.Environ(), child+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	f := newFixture(t, map[string]string{"a.txt": "old"})
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 4096, Max: before.Max}); err != nil {
		t.Skipf("the size of files cannot be limited: %v", err)
	}
	_, _, err := f.Save(t.Context(), "a.txt", text(strings.Repeat("x", 1<<20)), "")
	if restoreErr := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); restoreErr != nil {
		t.Fatal(restoreErr)
	}
	if !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), "free some space") {
		t.Error(err)
	}
	if got := f.file(t, "a.txt"); got != "old" {
		t.Errorf("%q", got)
	}
	f.noLeftovers(t)
	f.save(t, "a.txt", text("new"), "")
}

func TestCancelled(t *testing.T) {
	f := newFixture(t, map[string]string{"a.txt": "old"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := f.Save(ctx, "a.txt", text("new"), ""); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := f.Get(ctx, "a.txt", GetOptions{Content: true}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestUploadInPieces(t *testing.T) {
	f := newFixture(t, map[string]string{"old.bin": "old"})
	piece := func(path string, chunk int, content string) error {
		_, _, err := f.Save(t.Context(), path, &Model{Type: File, Format: Text, Content: content, Chunk: chunk}, "")
		return err
	}
	for _, path := range []string{"new.bin", "old.bin"} {
		for i, content := range []string{"a", "b", "c"} {
			if err := piece(path, i+1, content); err != nil {
				t.Fatal(err)
			}
		}
		if path == "old.bin" && f.file(t, path) != "old" {
			t.Error("the file changed before the upload was complete")
		}
		if err := piece(path, last, "d"); err != nil {
			t.Fatal(err)
		}
		if got := f.file(t, path); got != "abcd" {
			t.Errorf("%s: %q", path, got)
		}
	}
	for _, wrong := range []int{2, last, -2} {
		if err := piece("x.bin", wrong, "x"); !errors.Is(err, ErrInvalid) {
			t.Errorf("piece %d first: %v", wrong, err)
		}
	}
	if err := errors.Join(piece("y.bin", 1, "a"), piece("y.bin", 1, "A"), piece("y.bin", last, "B")); err != nil {
		t.Fatal(err)
	}
	if got := f.file(t, "y.bin"); got != "AB" {
		t.Errorf("started over: %q", got)
	}
}
