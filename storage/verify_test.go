package storage

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func verify(t testing.TB, s *Store, opts VerifyOptions) VerifyReport {
	t.Helper()
	report, err := s.Verify(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// wellUsed makes a store that has some of everything.
func wellUsed(t testing.TB, dir string) *Store {
	t.Helper()
	s := open(t, dir, Options{Clock: tick()})
	outputs := put(t, s, "outputs")
	log(t, s, create(t, s, NewRun{Remote: true, Artifacts: []Artifact{{Path: "a.txt", Blob: put(t, s, "artifact")}}}).ID,
		Batch{Cells: []Cell{{ID: "c", Outputs: &outputs}}, Console: []byte("hello"), Metrics: curve(10, 2).Metrics})
	putResult(t, s, Result{Key: keyOf("a"), Entry: []byte("small"), Blobs: []Blob{put(t, s, "result"), outputs}})
	putResult(t, s, Result{Key: keyOf("b"), Entry: bytes.Repeat([]byte("large"), inlineEntry)})
	put(t, s, "unused")
	return s
}

func TestVerify(t *testing.T) {
	damage := func(content string) func(t *testing.T, s *Store) {
		return func(t *testing.T, s *Store) { overwrite(t, s, content, "damaged") }
	}
	remove := func(content string) func(t *testing.T, s *Store) {
		return func(t *testing.T, s *Store) {
			if err := os.Remove(s.blobPath(put(t, s, content).SHA256)); err != nil {
				t.Fatal(err)
			}
		}
	}
	large := strings.Repeat("large", inlineEntry)
	for _, c := range []struct {
		name     string
		harm     func(t *testing.T, s *Store)
		kind     string
		text     string // of the problem; none if empty
		repaired bool
		results  int // left after a repair
	}{
		{name: "sound", harm: func(*testing.T, *Store) {}, results: 2},
		{"artifact damaged", damage("artifact"), ProblemBlob, "damaged, and artifact a.txt of run ", false, 2},
		{"artifact missing", remove("artifact"), ProblemBlob, "missing, and artifact a.txt of run ", false, 2},
		{"outputs missing", remove("outputs"), ProblemBlob, "missing, and the outputs of cell c of run ", false, 1},
		{"table missing", func(t *testing.T, s *Store) {
			log(t, s, create(t, s, NewRun{}).ID, Batch{Cells: []Cell{{ID: "c", Blobs: []Blob{put(t, s, "table")}}}})
			remove("table")(t, s)
		}, ProblemBlob, "missing, and a table that cell c of run ", false, 2},
		{"blob of a result damaged", damage("result"), ProblemBlob, "damaged, and cached result 1 needs it: wnb store verify --repair", true, 1},
		{"blob of a result missing", remove("result"), ProblemBlob, "missing, and cached result 1 needs it: wnb store verify --repair", true, 1},
		{"large entry damaged", damage(large), ProblemBlob, "damaged, and cached result 2 needs it", true, 1},
		{"large entry missing", remove(large), ProblemBlob, "missing, and cached result 2 needs it", true, 1},
		{"unused blob damaged", damage("unused"), ProblemBlob, "damaged, and nothing refers to it: wnb store verify --repair removes it", true, 2},
		{"unused blob gone", remove("unused"), "", "", false, 2},
		{"entry damaged", func(t *testing.T, s *Store) {
			execute(t, s, `UPDATE results SET entry = x'00' WHERE key = ?`, keyOf("a"))
		}, ProblemResult, "1 of key aaaa", true, 1},
		{"history damaged", func(t *testing.T, s *Store) {
			execute(t, s, `UPDATE metric_chunks SET data = x'00' WHERE key = 'm1'`)
		}, ProblemMetric, `"m1" of run `, false, 2},
		{"reference broken", func(t *testing.T, s *Store) {
			if _, err := s.write.tx.exec(`PRAGMA foreign_keys = 0`); err != nil {
				t.Fatal(err)
			}
			execute(t, s, `DELETE FROM blobs WHERE size = 8`)
		}, ProblemDatabase, "a row of table artifacts refers to a row of blobs that is not there", false, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := wellUsed(t, t.TempDir())
			c.harm(t, s)
			report := verify(t, s, VerifyOptions{})
			checkProblem(t, report, c.kind, c.text)
			if report.Results != 2 || report.Blobs.Count < 4 {
				t.Errorf("checked %+v and %d results", report.Blobs, report.Results)
			}
			repaired := verify(t, s, VerifyOptions{Repair: true})
			checkProblem(t, repaired, c.kind, c.text)
			again := verify(t, s, VerifyOptions{})
			if clean := c.repaired || c.text == ""; (repaired.Left() == 0) != clean || (len(again.Problems) == 0) != clean {
				t.Errorf("repaired: left %d, then %v", repaired.Left(), again.Problems)
			}
			if n := len(results(t, s, keyOf("a"))) + len(results(t, s, keyOf("b"))); n != c.results {
				t.Errorf("%d results left, want %d", n, c.results)
			}
		})
	}
}

func overwrite(t *testing.T, s *Store, content, with string) {
	t.Helper()
	if err := os.WriteFile(s.blobPath(put(t, s, content).SHA256), []byte(with), 0o600); err != nil {
		t.Fatal(err)
	}
}

func checkProblem(t *testing.T, r VerifyReport, kind, text string) {
	t.Helper()
	switch {
	case text == "" && len(r.Problems) == 0:
	case text == "" || len(r.Problems) != 1:
		t.Errorf("problems %v, want %q", r.Problems, text)
	case r.Problems[0].Kind != kind || !strings.Contains(r.Problems[0].String(), text):
		t.Errorf("problem %v, want %s: %q", r.Problems[0], kind, text)
	}
}

func TestVerifyParsesEntries(t *testing.T) {
	s := wellUsed(t, t.TempDir())
	parse := func(entry []byte) error {
		if bytes.HasPrefix(entry, []byte("large")) {
			return errors.New("no such version")
		}
		return nil
	}
	report := verify(t, s, VerifyOptions{Entry: parse, Repair: true})
	checkProblem(t, report, ProblemResult, "no such version")
	if report.Left() != 0 || len(results(t, s, keyOf("b"))) != 0 || len(results(t, s, keyOf("a"))) != 1 {
		t.Errorf("not repaired: %v", report.Problems)
	}
}

func TestVerifyDamagedDatabase(t *testing.T) {
	dir := t.TempDir()
	s := wellUsed(t, dir)
	for i := range 300 {
		log(t, s, create(t, s, NewRun{Remote: true}).ID, Batch{Tags: map[string]string{"i": strings.Repeat("x", i)}})
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "wnb.db")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	for at := 0; at < len(content); at += page {
		if bytes.Contains(content[at:at+page], []byte(strings.Repeat("x", 200))) { // a page of tags
			content[at] = 0x55
		}
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	report := verify(t, open(t, dir, Options{}), VerifyOptions{Repair: true})
	if report.Left() == 0 || report.Problems[0].Kind != ProblemDatabase || !strings.Contains(report.Problems[0].Advice, "backup") {
		t.Errorf("%+v", report)
	}
}

func TestVerifyStops(t *testing.T) {
	s := wellUsed(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	var steps []string
	_, err := s.Verify(ctx, VerifyOptions{Progress: func(p Progress) {
		if len(steps) == 0 || steps[len(steps)-1] != p.Step {
			steps = append(steps, p.Step)
		}
		if p.Done > p.Total/2 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || len(steps) != 2 {
		t.Errorf("%v after %v", err, steps)
	}
}
