package train

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the files in testdata/models that are not there yet")

// TestLoadsFilesOfOldReleases reads the models in testdata/models, which are
// kept for good: what was saved once must load and predict the same bits.
// -update adds files for new kinds and never changes one that is there.
func TestLoadsFilesOfOldReleases(t *testing.T) {
	const index = "testdata/models/index.json"
	X, _ := blobs(12, 3, 3, 2, 7)
	var want map[string][]float64 // file name -> probabilities for X
	if b, err := os.ReadFile(index); err == nil {
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatal(err)
		}
	}
	if *update {
		addModels(t, index, want, X)
		return
	}
	if len(want) == 0 {
		t.Fatal("no models in " + index)
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		t.Run(name, func(t *testing.T) {
			b, err := os.ReadFile("testdata/models/" + name)
			if err != nil {
				t.Fatal(err)
			}
			m, err := Load(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			got := value[*Matrix](t)(m.PredictProba(context.Background(), X, Threads{}))
			// exp and log differ in the last bits between processors.
			nearAll(t, "probability", got.Data, want[name], 1e-12)
		})
	}
}

func addModels(t *testing.T, index string, want map[string][]float64, X *Matrix) {
	if want == nil {
		want = map[string][]float64{}
	}
	if err := os.MkdirAll("testdata/models", 0o755); err != nil {
		t.Fatal(err)
	}
	for name, m := range saved(t) {
		file := strings.ReplaceAll(name, " ", "_") + "_1.model"
		if _, ok := want[file]; ok {
			continue
		}
		if s, ok := m.(*Search); ok && s.BestModel() == nil {
			continue // it predicts nothing
		}
		want[file] = value[*Matrix](t)(m.PredictProba(context.Background(), X, Threads{})).Data
		if err := os.WriteFile("testdata/models/"+file, save(t, m), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(index, append(b, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The frame of the file, byte for byte.
func TestModelFileLayout(t *testing.T) {
	m := &LogisticModel{classes: Classes{false, true}, cols: 1, coef: [][]float64{{1}}, intercept: []float64{math.Pi}}
	file := save(t, m)
	if got, want := string(file[:20]), "wnbmodel\x01\x00\x00\x00\x90\x00\x00\x00\x00\x00\x00\x00"; got != want {
		t.Errorf("head %q, want %q", got, want)
	}
	if got, want := string(file[20:49]), "\x15\x00\x00\x00\x00\x00\x00\x00logistic_regression/1"; got != want {
		t.Errorf("kind %q, want %q", got, want)
	}
}
