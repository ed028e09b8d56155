package frame

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// wine reads the real data, which is not part of the repository.
func wine(t *testing.T) *Frame {
	t.Helper()
	dir := os.Getenv("WNB_TEST_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	f, err := ReadCSVFile(context.Background(), filepath.Join(dir, "WineQT.csv"), CSVOptions{})
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the wine data is not here: %v; set WNB_TEST_DATA to its folder", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestWine(t *testing.T) {
	f := wine(t)
	if rows, columns := f.Shape(); rows != 1143 || columns != 13 {
		t.Fatalf("shape %d × %d", rows, columns)
	}
	for i, dtype := range f.DTypes() {
		want := Float64
		if name := f.Columns()[i]; name == "quality" || name == "Id" {
			want = Int64
		}
		if dtype != want {
			t.Errorf("column %q is %s, want %s", f.Columns()[i], dtype, want)
		}
	}
	described, err := f.Describe(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	// Computed with Python's statistics module.
	want := map[string][]float64{
		"fixed acidity": {1143, 8.311111111111112, 1.74759501716954, 4.6, 7.1, 7.9, 9.1, 15.9},
		"alcohol":       {1143, 10.442111402741032, 1.0821956098890875, 8.4, 9.5, 10.2, 11.1, 14.9},
		"quality":       {1143, 5.657042869641295, 0.8058242481000951, 3.0, 5.0, 6.0, 6.0, 8.0},
	}
	for name, values := range want {
		c, err := described.Column(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			if math.Abs(c.Floats()[i]-v) > 1e-12*v {
				t.Errorf("%s of %q is %v, want %v", numberStats[i], name, c.Floats()[i], v)
			}
		}
	}
	counts := must[*Series](t)(f.Column("quality")).ValueCounts()
	diffTable(t, counts, [][]any{{"quality int64", "count int64"}, {int64(5), int64(483)}, {int64(6), int64(462)}, {int64(7), int64(143)}, {int64(4), int64(33)},
		{int64(8), int64(16)}, {int64(3), int64(6)}})
	golden(t, "wine_describe.txt", described.Text(DisplayOptions{Width: 120}))
}
