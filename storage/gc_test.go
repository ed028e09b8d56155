package storage

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// age makes blobs two hours old.
func age(t testing.TB, s *Blobs, blobs ...Blob) {
	t.Helper()
	old := time.Now().Add(-2 * time.Hour)
	for _, b := range blobs {
		if err := os.Chtimes(s.blobPath(b.SHA256), old, old); err != nil {
			t.Fatal(err)
		}
	}
}

func gc(t testing.TB, s *Store, opts GCOptions) GCReport {
	t.Helper()
	report, err := s.GC(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func there(t testing.TB, s *Blobs, b Blob) bool {
	t.Helper()
	_, err := os.Stat(s.blobPath(b.SHA256))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return err == nil
}

// holdsNoBlob are the text columns that name no blob. A new text column has to be added here or, if it names a blob, to
// be a foreign key to blobs, which is how the collector finds it.
var holdsNoBlob = strings.Fields(`
	artifacts.cell artifacts.kind artifacts.media_type artifacts.path blobs.sha256
	cell_blobs.cell_id cells.cell_id cells.error cells.reason cells.source_hash cells.status
	console.data experiments.lifecycle_stage experiments.name
	latest_metrics.key metric_chunks.data metric_chunks.key params.key params.value
	results.entry results.entry_sha256 results.key
	runs.boot_id runs.host runs.lifecycle_stage runs.name runs.owner runs.run_id runs.source runs.status runs.user
	tags.key tags.value`)

func TestCollectorKnowsEveryColumn(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	known := map[string]bool{}
	for _, c := range holdsNoBlob {
		known[c] = true
	}
	refs, err := s.references(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range refs.columns {
		names = append(names, c.table+"."+c.name)
	}
	want := []string{"artifacts.sha256", "cell_blobs.sha256", "cells.outputs", "result_blobs.sha256", "results.entry_blob"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("references: check that verify can tell who uses such a blob, then add it here (-want +got):\n%s", diff)
	}
	for _, n := range names {
		known[n] = true
	}
	if err := s.read(t.Context(), func(tx *sql.Tx) error {
		return eachRow(t.Context(), tx, func(rows *sql.Rows) error {
			var name string
			err := rows.Scan(&name)
			if !known[name] {
				t.Errorf("does column %s name a blob? If so, make it REFERENCES blobs (sha256), else the collector removes what it names; if not, add it to holdsNoBlob", name)
			}
			return err
		}, `SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
			WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'goose_db_version' AND c.type IN ('TEXT', 'BLOB', 'ANY')`)
	}); err != nil {
		t.Fatal(err)
	}
}

func TestCollect(t *testing.T) {
	for _, c := range []struct {
		name  string
		use   func(t *testing.T, s *Store, b Blob) // of an old blob
		young bool
		gone  bool
	}{
		{name: "unused", gone: true},
		{name: "unused and young", young: true},
		{name: "artifact", use: func(t *testing.T, s *Store, b Blob) {
			create(t, s, NewRun{Artifacts: []Artifact{{Path: "a", Blob: b}}})
		}},
		{name: "artifact of a deleted run", use: func(t *testing.T, s *Store, b Blob) {
			r := create(t, s, NewRun{Artifacts: []Artifact{{Path: "a", Blob: b}}})
			execute(t, s, `UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_id = ?`, r.ID)
		}},
		{name: "artifact that was replaced", gone: true, use: func(t *testing.T, s *Store, b Blob) {
			r := create(t, s, NewRun{Artifacts: []Artifact{{Path: "a", Blob: b}}})
			log(t, s, r.ID, Batch{Artifacts: []Artifact{{Path: "a", Blob: put(t, s, "new")}}})
		}},
		{name: "outputs of a cell", use: func(t *testing.T, s *Store, b Blob) {
			log(t, s, create(t, s, NewRun{}).ID, Batch{Cells: []Cell{{ID: "c", Outputs: &b}}})
		}},
		{name: "table that a cell shows", use: func(t *testing.T, s *Store, b Blob) {
			log(t, s, create(t, s, NewRun{}).ID, Batch{Cells: []Cell{{ID: "c", Blobs: []Blob{b, b}}}})
		}},
		{name: "table that a cell showed before it ran again", gone: true, use: func(t *testing.T, s *Store, b Blob) {
			r := create(t, s, NewRun{})
			log(t, s, r.ID, Batch{Cells: []Cell{{ID: "c", Blobs: []Blob{b}}}})
			log(t, s, r.ID, Batch{Cells: []Cell{{ID: "c"}}})
		}},
		{name: "blob of a result", use: func(t *testing.T, s *Store, b Blob) {
			putResult(t, s, Result{Key: keyOf("a"), Blobs: []Blob{b}})
		}},
		{name: "blob of a result that was dropped", gone: true, use: func(t *testing.T, s *Store, b Blob) {
			r := putResult(t, s, Result{Key: keyOf("a"), Blobs: []Blob{b}})
			if err := s.DropResult(t.Context(), r.ID); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "named in the console", use: func(t *testing.T, s *Store, b Blob) {
			log(t, s, create(t, s, NewRun{}).ID, Batch{Console: []byte("the whole output is blob " + b.SHA256 + "\n")})
		}},
		{name: "named in outputs", use: func(t *testing.T, s *Store, b Blob) {
			outputs := put(t, s, `[{"text":"the whole output is blob `+b.SHA256+`\n"}]`)
			log(t, s, create(t, s, NewRun{}).ID, Batch{Cells: []Cell{{ID: "c", Outputs: &outputs}}})
		}},
		{name: "named in a textual artifact", use: func(t *testing.T, s *Store, b Blob) {
			provenance := put(t, s, `{"written":{"a.csv":"`+b.SHA256+`"}}`)
			create(t, s, NewRun{Artifacts: []Artifact{{Path: "p", MediaType: "application/json", Blob: provenance}}})
		}},
		{name: "named in a binary artifact", gone: true, use: func(t *testing.T, s *Store, b Blob) {
			create(t, s, NewRun{Artifacts: []Artifact{{Path: "p", MediaType: "image/png", Blob: put(t, s, "png"+b.SHA256)}}})
		}},
		{name: "named in an entry", gone: true, use: func(t *testing.T, s *Store, b Blob) {
			putResult(t, s, Result{Key: keyOf("a"), Entry: []byte("blob " + b.SHA256)})
		}},
		{name: "named in a file of the server", use: func(t *testing.T, s *Store, b Blob) {
			dir := filepath.Join(s.Dir(), "serve", "outputs")
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "cell.json"), []byte(`{"blob":"blob `+b.SHA256+`"}`), 0o600); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "put again", use: func(t *testing.T, s *Store, b Blob) { put(t, s, "content") }},
		{name: "looked for", use: func(t *testing.T, s *Store, b Blob) {
			if ok, err := s.HasBlob(t.Context(), b.SHA256, b.Size); err != nil || !ok {
				t.Fatal(ok, err)
			}
		}},
		{name: "read", gone: true, use: func(t *testing.T, s *Store, b Blob) {
			if _, err := s.ReadBlob(t.Context(), b.SHA256); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "put under a lease that is held", use: func(t *testing.T, s *Store, b Blob) {
			t.Cleanup(holdSince(t, s, 3*time.Hour))
		}},
		{name: "put before a lease that is held", gone: true, use: func(t *testing.T, s *Store, b Blob) {
			t.Cleanup(holdSince(t, s, time.Hour))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, t.TempDir(), Options{})
			b := put(t, s, "content")
			if !c.young {
				age(t, s.Blobs, b)
			}
			if c.use != nil {
				c.use(t, s, b)
			}
			planned := gc(t, s, GCOptions{DryRun: true})
			if !there(t, s.Blobs, b) {
				t.Fatal("a dry run removed the blob")
			}
			report := gc(t, s, GCOptions{})
			if there(t, s.Blobs, b) == c.gone {
				t.Errorf("removed: %v, want %v", !c.gone, c.gone)
			}
			want := Tally{}
			if c.gone {
				want = Tally{1, b.Size}
			}
			if report.Blobs != want {
				t.Errorf("report %+v, want %+v", report.Blobs, want)
			}
			planned.DryRun = false
			if planned != report {
				t.Errorf("planned %+v, done %+v", planned, report)
			}
		})
	}
}

func execute(t testing.TB, s *Store, query string, args ...any) {
	t.Helper()
	if err := s.write.run(context.Background(), func(t *tx) error {
		_, err := t.exec(query, args...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// holdSince takes a claim that looks as if it were held for a time.
func holdSince(t *testing.T, s *Store, d time.Duration) (release func()) {
	free := claim(t, s.Blobs, keyOf("e"))
	backdate(t, s.Blobs, keyOf("e"), time.Now().Add(-d))
	return func() {
		if err := free(); err != nil {
			t.Error(err)
		}
	}
}

func TestCollectedFoldersGoToo(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	b := put(t, s, "content")
	age(t, s.Blobs, b)
	gc(t, s, GCOptions{})
	left, err := os.ReadDir(filepath.Join(s.Dir(), "blobs"))
	if err != nil || len(left) != 2 { // lock and tmp
		t.Errorf("left %v, %v", left, err)
	}
	put(t, s, "content")
	if !there(t, s.Blobs, b) {
		t.Error("the blob cannot be put again")
	}
}

func TestCollectTemporaryFiles(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	put(t, s, "content")
	make := func(name string, age time.Duration) string {
		path := filepath.Join(s.tempDir(), name)
		if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
		return path
	}
	dead, young, alive := make("dead", 2*time.Hour), make("young", time.Minute), make("alive", 2*time.Hour)
	lock, err := openLocked(alive, false, exclusive)
	if err != nil || lock == nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if r := gc(t, s, GCOptions{DryRun: true}); r.Temporary != (Tally{1, 4}) {
		t.Errorf("planned %+v", r.Temporary)
	}
	if r := gc(t, s, GCOptions{}); r.Temporary != (Tally{1, 4}) {
		t.Errorf("removed %+v", r.Temporary)
	}
	for path, want := range map[string]bool{dead: false, young: true, alive: true} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
}

// TestCollectProperty collects random stores: what was planned is done, what is used stays, what is not goes.
func TestCollectProperty(t *testing.T) {
	s := open(t, t.TempDir(), Options{Clock: tick()})
	rapid.Check(t, func(r *rapid.T) {
		empty(t, s)
		var blobs []Blob
		old, used := map[Blob]bool{}, map[Blob]bool{}
		for i := range rapid.IntRange(1, 6).Draw(r, "blobs") {
			b := put(t, s, strings.Repeat(fmt.Sprint(i), i*10))
			if old[b] = rapid.Bool().Draw(r, "old"); old[b] {
				age(t, s.Blobs, b)
			}
			blobs = append(blobs, b)
		}
		n := NewRun{}
		for i, b := range rapid.SliceOf(rapid.SampledFrom(blobs)).Draw(r, "logged") {
			n.Artifacts = append(n.Artifacts, Artifact{Path: fmt.Sprint(i), Blob: b})
			used[b] = true
		}
		create(t, s, n)
		for i := range rapid.IntRange(0, 4).Draw(r, "results") {
			of := rapid.SliceOf(rapid.SampledFrom(blobs)).Draw(r, "blobs of the result")
			putResult(t, s, Result{Key: keyOf(fmt.Sprint(i)), Blobs: of})
		}
		limit := int64(rapid.IntRange(-1, 200).Draw(r, "limit"))
		planned, report := gc(t, s, GCOptions{DryRun: true, MaxBytes: limit}), gc(t, s, GCOptions{MaxBytes: limit})
		if planned.DryRun = false; planned != report {
			r.Errorf("planned %+v, done %+v", planned, report)
		}
		for i := range 4 {
			for _, res := range results(t, s, keyOf(fmt.Sprint(i))) {
				for _, b := range res.Blobs {
					used[b] = true
				}
			}
		}
		for _, b := range blobs {
			if want := used[b] || !old[b]; there(t, s.Blobs, b) != want {
				r.Errorf("blob %d: used %v, old %v, there %v", b.Size, used[b], old[b], !want)
			}
		}
	})
}

// empty forgets everything in a store.
func empty(t testing.TB, s *Store) {
	t.Helper()
	for _, table := range []string{"runs", "results", "blobs"} {
		execute(t, s, `DELETE FROM `+table)
	}
	if err := os.RemoveAll(filepath.Join(s.Dir(), "blobs")); err != nil {
		t.Fatal(err)
	}
}
