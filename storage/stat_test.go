package storage

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestStat(t *testing.T) {
	s := wellUsed(t, t.TempDir())
	execute(t, s, `UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_id = ?`, create(t, s, NewRun{Remote: true}).ID)
	if err := os.WriteFile(filepath.Join(s.tempDir(), "new-1"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	u, err := s.Stat(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if u.Database == 0 || u.Free <= 0 {
		t.Errorf("database %d bytes, %d free", u.Database, u.Free)
	}
	u.Database, u.Free = 0, 0
	large := int64(len("large") * inlineEntry)
	want := Usage{
		Experiments: 1, Runs: 1, DeletedRuns: 1,
		Results:   Tally{2, int64(len("small"+"result"+"outputs")) + large},
		Blobs:     Tally{5, int64(len("outputs"+"artifact"+"result"+"unused")) + large},
		Temporary: Tally{1, 4},
	}
	if diff := cmp.Diff(want, u); diff != "" {
		t.Error(diff)
	}
}

func TestBackup(t *testing.T) {
	for _, opts := range []BackupOptions{{}, {Copy: true}} {
		t.Run(map[bool]string{false: "links", true: "copies"}[opts.Copy], func(t *testing.T) {
			top := t.TempDir()
			s := wellUsed(t, filepath.Join(top, ".wnb"))
			key, err := s.SecretKey(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			served := filepath.Join("serve", "outputs", "cell.json")
			if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(s.Dir(), served)), 0o700), os.WriteFile(filepath.Join(s.Dir(), served), []byte("{}"), 0o600)); err != nil {
				t.Fatal(err)
			}
			defer claim(t, s.Blobs, keyOf("a"))()
			report, err := s.Backup(t.Context(), filepath.Join(top, "deep", "copy"), opts)
			if err != nil {
				t.Fatal(err)
			}
			if linked := map[bool]int{false: 5, true: 0}[opts.Copy]; report.Blobs.Count != 5 || report.Linked != linked || report.Database == 0 || report.Damaged != nil {
				t.Errorf("%+v", report)
			}
			checkBackup(t, s, report.Dir, key)
			if got, err := os.ReadFile(filepath.Join(report.Dir, served)); err != nil || string(got) != "{}" {
				t.Errorf("what the server keeps: %q, %v", got, err)
			}
			if left, err := os.ReadDir(filepath.Dir(report.Dir)); err != nil || len(left) != 1 {
				t.Errorf("beside the backup: %v, %v", left, err)
			}
		})
	}
}

// checkBackup checks that a backup is a sound store with what its origin has.
func checkBackup(t *testing.T, origin *Store, dir string, key []byte) {
	t.Helper()
	s := open(t, dir, Options{})
	if report := verify(t, s, VerifyOptions{}); len(report.Problems) > 0 || report.Blobs.Count != 5 || report.Results != 2 {
		t.Errorf("%+v", report)
	}
	if got, err := s.SecretKey(t.Context()); err != nil || string(got) != string(key) {
		t.Errorf("the key is another: %v", err)
	}
	want, err := origin.Runs(t.Context(), Query{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Runs(t.Context(), Query{})
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	var mode string
	if err := s.reads.QueryRow(`PRAGMA journal_mode`).Scan(&mode); err != nil || mode != "wal" {
		t.Errorf("journal mode %s, %v", mode, err)
	}
	info, err := os.Stat(s.databaseFile())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	// The origin goes its own way.
	put(t, origin, "new")
	log(t, s, got[0].ID, Batch{Tags: map[string]string{"only": "here"}})
	if files, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || strings.Contains(strings.Join(files, " "), "claims") {
		t.Errorf("%v, %v", files, err)
	}
}

func TestBackupTargets(t *testing.T) {
	top := t.TempDir()
	s := wellUsed(t, filepath.Join(top, ".wnb"))
	empty, full := filepath.Join(top, "empty"), filepath.Join(top, "full")
	if err := errors.Join(os.Mkdir(empty, 0o755), os.MkdirAll(filepath.Join(full, "x"), 0o755), os.WriteFile(filepath.Join(top, "file"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, dir, text string }{
		{"empty folder", empty, ""},
		{"full folder", full, "the folder is not empty; name one that does not exist yet"},
		{"a file", filepath.Join(top, "file"), "not a directory"},
		{"the store", s.Dir(), "inside the store"},
		{"inside the store", filepath.Join(s.Dir(), "backup"), "inside the store"},
		{"beside the store", filepath.Join(top, ".wnb-backup"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := s.Backup(t.Context(), c.dir, BackupOptions{})
			if (err == nil) != (c.text == "") || err != nil && !strings.Contains(err.Error(), c.text) {
				t.Error(err)
			}
		})
	}
}

func TestBackupOfADamagedStore(t *testing.T) {
	top := t.TempDir()
	s := wellUsed(t, filepath.Join(top, ".wnb"))
	overwrite(t, s, "artifact", "damaged")
	report, err := s.Backup(t.Context(), filepath.Join(top, "copy"), BackupOptions{Copy: true})
	if err != nil || len(report.Damaged) != 1 {
		t.Errorf("%+v, %v", report, err)
	}
}

// TestBackupWhileOthersWrite: what a backup refers to is in it.
func TestBackupWhileOthersWrite(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	others := []*child{startChild(t, "putter", dir), startChild(t, "collector", dir)}
	for _, c := range others {
		c.signal(t)
	}
	for waited := time.Now(); ; {
		if runs, err := s.Runs(t.Context(), Query{}); err != nil || time.Since(waited) > time.Minute {
			t.Fatal("the child does nothing", err)
		} else if len(runs) > 0 {
			break
		}
	}
	for i := range 3 {
		to := filepath.Join(t.TempDir(), "copy")
		if _, err := s.Backup(t.Context(), to, BackupOptions{Copy: i == 0}); err != nil {
			t.Fatal(err)
		}
		if report := verify(t, open(t, to, Options{}), VerifyOptions{}); len(report.Problems) > 0 {
			t.Errorf("%+v", report.Problems)
		}
	}
	if _, err := others[0].rest(t); err != nil {
		t.Error(err, others[0].stderr.String())
	}
	if err := others[1].stdin.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := others[1].rest(t); err != nil {
		t.Error(err, others[1].stderr.String())
	}
}
