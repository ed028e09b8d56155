package train

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// readWine is the real WineQT.csv without its Id, which is not in the repository.
func readWine(tb testing.TB) (*Matrix, *Labels) {
	tb.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", "WineQT.csv")
	if dir := os.Getenv("WNB_TEST_DATA"); dir != "" {
		path = filepath.Join(dir, "WineQT.csv")
	}
	f, err := os.Open(path)
	if err != nil {
		tb.Skipf("needs WineQT.csv in $WNB_TEST_DATA: %v", err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	const features = 11
	X := NewMatrix(len(records)-1, features, records[0][:features])
	quality := make([]any, X.Rows)
	for i, r := range records[1:] {
		for j := range features {
			if X.Row(i)[j], err = strconv.ParseFloat(r[j], 64); err != nil {
				tb.Fatal(err)
			}
		}
		q, err := strconv.ParseInt(r[features], 10, 64)
		if err != nil {
			tb.Fatal(err)
		}
		quality[i] = q
	}
	y, err := NewLabels("quality", quality)
	if err != nil {
		tb.Fatal(err)
	}
	return X, y
}

func TestTmp(t *testing.T) {
	X, y := readWine(t)
	s := 0.0
	for seed := range 10 {
		p := NewRandomState(uint32(seed)).Permutation(X.Rows)
		te, tr := p[:229], p[229:]
		t0 := time.Now()
		m, err := RandomForestClassifier{Seed: uint64(seed)}.Fit(context.Background(), X.Take(tr), y.Take(tr), FitOptions{})
		if err != nil {
			t.Fatal(err)
		}
		d := time.Since(t0)
		t0 = time.Now()
		c, err := m.Predict(context.Background(), X.Take(te))
		d2 := time.Since(t0)
		ok := 0
		for i, r := range te {
			if c[i] == y.Codes[r] {
				ok++
			}
		}
		s += float64(ok) / 229
		fmt.Println(d, d2, float64(ok)/229, m.(*treeModel).importances)
	}
	fmt.Println(s / 10)
}
