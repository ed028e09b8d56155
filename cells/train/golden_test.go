package train

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// readJSON fills v from a file in testdata.
func readJSON(t testing.TB, file string, v any) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// matrixOf makes a matrix of rows.
func matrixOf(rows [][]float64, names ...string) *Matrix {
	m := NewMatrix(len(rows), len(rows[0]), names)
	for i, r := range rows {
		copy(m.Row(i), r)
	}
	return m
}

// labelsOf makes labels of ints.
func labelsOf(t testing.TB, y []int) *Labels {
	t.Helper()
	values := make([]any, len(y))
	for i, v := range y {
		values[i] = v
	}
	l, err := NewLabels("y", values)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// near fails unless got is want within rtol (and 1e-12 absolutely).
func near(t testing.TB, what string, got, want, rtol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= rtol*math.Abs(want)+1e-12) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

func nearAll(t testing.TB, what string, got, want []float64, rtol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s has %d values, want %d", what, len(got), len(want))
		return
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= rtol*math.Abs(want[i])+1e-12) {
			t.Errorf("%s[%d] = %v, want %v", what, i, got[i], want[i])
			return
		}
	}
}
