package runlog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/runlog"
	"github.com/wnb-dev/wnb/notebooks"
	"github.com/wnb-dev/wnb/storage"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func open(t *testing.T) *storage.Store {
	t.Helper()
	store, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), ".wnb"), storage.Options{Clock: func() time.Time { return start }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

func begin(t *testing.T, store *storage.Store) *runlog.Run {
	t.Helper()
	run, err := runlog.Start(t.Context(), store, runlog.Spec{
		Experiment: "wine", Name: "first", Path: "n.wnb", Source: []byte("---\nwnb: 1\n---\n"),
		Params: map[string]any{"seed": int64(42), "C": 1.0, "names": []any{"a", "b"}, "text": "x"},
		Tags:   map[string]string{"stage": "train"}, Command: []string{"wnb", "run", "n.wnb"}, Version: "v1", Build: "build 1", User: "ada",
		Git:   runlog.Git{Commit: "abc", Branch: "main", Dirty: true, Diff: []byte("-a\n+b\n")},
		Clock: func() time.Time { return start },
	})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func TestRunRecordsEverything(t *testing.T) {
	store := open(t)
	run := begin(t, store)
	blob, err := store.PutBlob(t.Context(), strings.NewReader("model"))
	if err != nil {
		t.Fatal(err)
	}
	done := &kernel.Result{
		Cell: &kernel.Cell{ID: "fit", Index: 1, Source: "x = 1"}, Status: notebooks.StatusDone, Start: start, Duration: time.Second,
		Effects: []cells.Effect{
			cells.Stream{Name: "stdout", Text: "hello\n"},
			cells.Param{Key: "fit.rows", Value: "10"},
			cells.Metric{Key: "loss", Value: 0.5, Step: 1, Time: start},
			cells.Metric{Key: "loss", Value: 0.25, Step: 2, Time: start},
			cells.Tag{Key: "kind", Value: "baseline"},
			cells.Artifact{Path: "model/model.wnbm", Kind: "model", MediaType: "application/octet-stream", Blob: cells.Blob(blob)},
			cells.Input{Kind: "file", Name: "wine.csv", SHA256: "ff"},
			cells.File{Path: "out.csv", Blob: cells.Blob(blob)},
			cells.Notice{Text: "done", Deliveries: []cells.Delivery{{Channel: "log"}, {Channel: "mail", Error: "no route"}}},
			cells.Display{Data: map[string][]byte{"text/plain": []byte("1")}, Result: true},
		},
	}
	failed := &kernel.Result{
		Cell: &kernel.Cell{ID: "check", Index: 2}, Status: notebooks.StatusFailed, Start: start,
		Err: &lang.Error{Kind: lang.KindRuntime, Cell: "check", Line: 1, Msg: "no"},
	}
	run.CellDone(done)
	run.CellDone(failed)
	outcome := &kernel.Outcome{Results: []*kernel.Result{done, failed}}
	if err := run.Finish(outcome, start.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}

	got, err := store.Run(t.Context(), "first")
	if err != nil {
		t.Fatal(err)
	}
	wantParams := []storage.Param{{Key: "C", Value: "1"}, {Key: "fit.rows", Value: "10"}, {Key: "names", Value: `["a","b"]`}, {Key: "seed", Value: "42"}, {Key: "text", Value: "x"}}
	wantTags := map[string]string{
		"stage": "train", "kind": "baseline", runlog.TagCommand: "wnb run n.wnb", runlog.TagVersion: "v1", runlog.TagBuild: "build 1", runlog.TagDirty: "true",
		runlog.TagGitCommit: "abc", runlog.TagGitBranch: "main", runlog.TagNotebook: notebooks.Hash([]byte("---\nwnb: 1\n---\n")),
		storage.TagStatusReason: "cell check failed: no",
	}
	for _, d := range []string{
		cmp.Diff(wantParams, got.Params), cmp.Diff(wantTags, got.Tags),
		cmp.Diff([]storage.Metric{{Key: "loss", Value: 0.25, Step: 2, Time: start}}, got.Metrics),
		cmp.Diff(storage.Failed, got.Status), cmp.Diff(start.Add(time.Minute), got.End),
	} {
		if d != "" {
			t.Error(d)
		}
	}
	checkCells(t, store, run.ID)
	checkArtifacts(t, store, run.ID)
	var console bytes.Buffer
	if err := store.WriteConsole(t.Context(), run.ID, &console); err != nil || console.String() != "hello\n" {
		t.Errorf("console %q, %v", console.String(), err)
	}
}

func checkCells(t *testing.T, store *storage.Store, id string) {
	t.Helper()
	list, err := store.Cells(t.Context(), id)
	if err != nil || len(list) != 2 {
		t.Fatalf("cells %v, %v", list, err)
	}
	if c := list[0]; c.ID != "fit" || c.Status != "done" || c.Duration != time.Second || c.SourceHash != notebooks.Hash([]byte("x = 1")) {
		t.Errorf("cell %+v", c)
	}
	content, err := store.ReadBlob(t.Context(), list[0].Outputs.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	var outputs []notebooks.Output
	if err := json.Unmarshal(content, &outputs); err != nil {
		t.Fatal(err)
	}
	want := []notebooks.Output{
		{Type: notebooks.Stream, Name: "stdout", Text: "hello\n"},
		{Type: notebooks.Stream, Name: "stdout", Text: "sent to log: done\n"},
		{Type: notebooks.Stream, Name: "stderr", Text: "not sent to mail: no route\n"},
		{Type: notebooks.ExecuteResult, Data: map[string][]byte{"text/plain": []byte("1")}},
	}
	if d := cmp.Diff(want, outputs, cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
	if list[1].Error != "cell check, line 1: no" || list[1].Outputs == nil {
		t.Errorf("failed cell %+v", list[1])
	}
}

func checkArtifacts(t *testing.T, store *storage.Store, id string) {
	t.Helper()
	list, err := store.Artifacts(t.Context(), id, "")
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, a := range list {
		paths = append(paths, a.Path+" "+a.Kind+" "+a.Cell)
	}
	want := []string{"git.diff diff ", "model/model.wnbm model fit", "notebook.wnb notebook ", "provenance.json text "}
	if d := cmp.Diff(want, paths); d != "" {
		t.Error(d)
	}
	for _, a := range list {
		if a.Path != runlog.ProvenanceArtifact {
			continue
		}
		content, err := store.ReadBlob(t.Context(), a.Blob.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		var cells []runlog.CellProvenance
		if err := json.Unmarshal(content, &cells); err != nil {
			t.Fatal(err)
		}
		if cells[0].Inputs["file wine.csv"] != "ff" || cells[0].Writes["out.csv"] == "" || len(cells) != 2 {
			t.Errorf("provenance %+v", cells)
		}
	}
}

func TestStatusOfARun(t *testing.T) {
	fails := func(c kernel.Cell) *kernel.Result {
		return &kernel.Result{Cell: &c, Status: notebooks.StatusFailed, Err: &lang.Error{Msg: "no"}}
	}
	tests := map[string]struct {
		outcome kernel.Outcome
		want    storage.Status
		reason  string
	}{
		"all done":    {kernel.Outcome{}, storage.Finished, ""},
		"failed":      {kernel.Outcome{Results: []*kernel.Result{fails(kernel.Cell{ID: "a"})}}, storage.Failed, "cell a failed: no"},
		"may fail":    {kernel.Outcome{Results: []*kernel.Result{fails(kernel.Cell{ID: "a", Continue: true})}}, storage.Finished, "cell a failed: no"},
		"interrupted": {kernel.Outcome{Stopped: kernel.ErrInterrupted}, storage.Killed, "interrupted"},
		"timed out":   {kernel.Outcome{Stopped: errors.Join(errors.New("too long"), lang.ErrTimeout)}, storage.Failed, "too long\ntime limit reached"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			store := open(t)
			run := begin(t, store)
			if err := run.Finish(&tt.outcome, start); err != nil {
				t.Fatal(err)
			}
			got, err := store.Run(t.Context(), run.ID)
			if err != nil || got.Status != tt.want || got.Tags[storage.TagStatusReason] != tt.reason {
				t.Errorf("status %s, reason %q, %v", got.Status, got.Tags[storage.TagStatusReason], err)
			}
		})
	}
}

func TestWhatCannotBeTrackedIsReported(t *testing.T) {
	store := open(t)
	run := begin(t, store)
	run.CellDone(&kernel.Result{
		Cell: &kernel.Cell{ID: "a"}, Status: notebooks.StatusDone,
		Effects: []cells.Effect{cells.Metric{Key: strings.Repeat("k", 300), Value: 1}},
	})
	err := run.Finish(&kernel.Outcome{}, start)
	var limit *storage.LimitError
	if !errors.As(err, &limit) || !strings.Contains(err.Error(), "track cell a") {
		t.Errorf("got %v", err)
	}
}

func TestReadGit(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git")
	}
	dir := t.TempDir()
	if g := runlog.ReadGit(t.Context(), dir); g.Commit != "" || g.Dirty {
		t.Errorf("outside of a repository: %+v", g)
	}
	git := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(context.Background(), "git", append([]string{"-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"}, args...)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	write := func(content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "f.txt"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	git("init", "-q", "-b", "trunk")
	write("one\n")
	git("add", ".")
	git("commit", "-q", "-m", "first")
	g := runlog.ReadGit(t.Context(), dir)
	if len(g.Commit) != 40 || g.Branch != "trunk" || g.Dirty || g.Diff != nil {
		t.Errorf("clean: %+v", g)
	}
	write("two\n")
	if g := runlog.ReadGit(t.Context(), dir); !g.Dirty || !bytes.Contains(g.Diff, []byte("+two")) {
		t.Errorf("dirty: %+v", g)
	}
	write(strings.Repeat("long line of text\n", 100_000))
	if g := runlog.ReadGit(t.Context(), dir); len(g.Diff) > 1<<20+100 || !bytes.Contains(g.Diff, []byte("bytes left out")) {
		t.Errorf("a diff of %d bytes is kept", len(g.Diff))
	}
}
