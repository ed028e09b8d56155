package storage

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"
)

// TestSchema keeps the schema of a new store from changing unnoticed.
func TestSchema(t *testing.T) {
	ctx := context.Background()
	s := open(t, t.TempDir(), Options{})
	var b strings.Builder
	var version int
	if err := s.read(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
			return err
		}
		return eachRow(ctx, tx, func(rows *sql.Rows) error {
			var text string
			err := rows.Scan(&text)
			b.WriteString(text + ";\n\n")
			return err
		}, `SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY tbl_name, type DESC, name`)
	}); err != nil {
		t.Fatal(err)
	}
	known, err := knownVersion()
	if err != nil || version != known {
		t.Errorf("user_version is %d, the last migration is %d: a migration must end with PRAGMA user_version (%v)", version, known, err)
	}
	golden := filepath.Join("testdata", "schema.sql")
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("schema changed; if a new migration did it, run with -update (-want +got):\n%s", diff)
	}
}

// TestOlderStores opens stores as every earlier version left them.
func TestOlderStores(t *testing.T) {
	known, err := knownVersion()
	if err != nil {
		t.Fatal(err)
	}
	for version := 1; version < known; version++ {
		t.Run(strconv.Itoa(version), func(t *testing.T) {
			dir := t.TempDir()
			makeOlderStore(t, dir, version)
			s := open(t, dir, Options{})
			r := create(t, s, NewRun{Artifacts: []Artifact{{Path: "a", Blob: put(t, s, "a")}}})
			putResult(t, s, Result{Key: keyOf("a"), Blobs: []Blob{put(t, s, "b")}})
			if runs, err := s.Runs(t.Context(), Query{}); err != nil || len(runs) != 2 || runs[0].ID != r.ID || runs[1].Name != "old" {
				t.Errorf("%v, %v", runs, err)
			}
			checkIntegrity(t, s)
		})
	}
}

func makeOlderStore(t *testing.T, dir string, version int) {
	t.Helper()
	db, err := connect(filepath.Join(dir, "wnb.db"), writeSlice, "immediate", "journal_mode(WAL)")
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), int64(version)); err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(`INSERT INTO runs (run_id, experiment, name, status, user, source, start_ms, last_activity_ms, host, boot_id, pid)
		VALUES ('0123', 0, 'old', 'FINISHED', '', '', 1, 1, '', '', 0)`)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestConnectionSettings(t *testing.T) {
	ctx := context.Background()
	s := open(t, filepath.Join(t.TempDir(), "a ?b%20#c"), Options{})
	if _, err := os.Stat(filepath.Join(s.Dir(), "wnb.db")); err != nil {
		t.Error("the folder's name was misread:", err)
	}
	for name, want := range map[string]int{"synchronous": 2, "foreign_keys": 1, "busy_timeout": 5} {
		var got int
		if err := s.write.run(ctx, func(t *tx) error { return t.get("PRAGMA "+name, nil, &got) }); err != nil || got != want {
			t.Errorf("%s = %d, %v, want %d", name, got, err, want)
		}
	}
	if err := s.read(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM experiments`)
		return err
	}); err == nil {
		t.Error("the read pool can write")
	}
}

func TestUnusableStores(t *testing.T) {
	for _, c := range []struct {
		name    string
		prepare func(t *testing.T, dir string) error
		text    string
	}{
		{"newer", func(t *testing.T, dir string) error {
			s := open(t, dir, Options{})
			_, err := s.write.tx.exec(`PRAGMA user_version = 99`)
			return errors.Join(err, s.Close())
		}, "was written by a newer wnb (schema version 99, this one knows up to 3): update wnb"},
		{"not a database", func(t *testing.T, dir string) error {
			return os.WriteFile(filepath.Join(dir, "wnb.db"), []byte(strings.Repeat("no database ", 100)), 0o600)
		}, "wnb.db is damaged or not a database; restore it from a backup"},
		{"a file in the way", func(t *testing.T, dir string) error {
			return errors.Join(os.Remove(dir), os.WriteFile(dir, nil, 0o600))
		}, "not a directory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), ".wnb")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := c.prepare(t, dir); err != nil {
				t.Fatal(err)
			}
			s, err := Open(context.Background(), dir, Options{})
			if err == nil {
				t.Fatal("opened", s.Close())
			}
			if !strings.Contains(err.Error(), c.text) || !strings.Contains(err.Error(), dir) {
				t.Error(err)
			}
		})
	}
}

// TestWaitForOtherProcess holds the write lock as another process would.
func TestWaitForOtherProcess(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	patient, hasty := open(t, dir, Options{}), open(t, dir, Options{BusyTimeout: 20 * time.Millisecond})
	r := create(t, patient, NewRun{})
	other := open(t, dir, Options{})
	if _, err := other.write.tx.exec(`BEGIN IMMEDIATE`); err != nil {
		t.Fatal(err)
	}
	tag := Batch{Tags: map[string]string{"a": "b"}}
	if err := hasty.Log(ctx, r.ID, tag); !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), dir) {
		t.Errorf("out of patience: %v", err)
	}
	interrupted, cancel := context.WithCancel(ctx)
	result := make(chan error)
	go func() { result <- patient.Log(interrupted, r.ID, tag) }()
	go func() { result <- patient.Log(ctx, r.ID, Batch{Metrics: []Metric{{Key: "m"}}}) }()
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted while it waited: %v", err)
	}
	if runs, err := patient.Runs(ctx, Query{}); err != nil || len(runs) != 1 {
		t.Errorf("readers must not wait: %v", err)
	}
	if _, err := other.write.tx.exec(`COMMIT`); err != nil {
		t.Fatal(err)
	}
	if err := <-result; err != nil {
		t.Errorf("a patient writer failed: %v", err)
	}
}

func TestClosed(t *testing.T) {
	ctx := context.Background()
	s := open(t, t.TempDir(), Options{})
	r := create(t, s, NewRun{})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
	if err := s.Log(ctx, r.ID, Batch{}); !errors.Is(err, ErrClosed) {
		t.Errorf("log: %v", err)
	}
	if _, err := s.Runs(ctx, Query{}); !errors.Is(err, ErrClosed) {
		t.Errorf("read: %v", err)
	}
}

func FuzzArtifactPath(f *testing.F) {
	for _, seed := range []string{"a/b.txt", "./a//b/", "../x", "a/../b", `a\b`, "/etc/passwd", "a\x00", "..", "...", "a/.. /b", "C:/x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, p string) {
		clean, err := cleanPath("run", p)
		if err != nil {
			return
		}
		if clean != path.Clean(clean) || strings.HasPrefix(clean, "/") || clean == ".." || strings.HasPrefix(clean, "../") ||
			strings.ContainsAny(clean, "\\\x00") {
			t.Errorf("%q was let in as %q", p, clean)
		}
		if again, err := cleanPath("run", clean); err != nil || again != clean {
			t.Errorf("%q is not in normal form: %q, %v", clean, again, err)
		}
	})
}
