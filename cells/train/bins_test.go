package train

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func binOne(t testing.TB, values []float64, limit int) binned {
	t.Helper()
	b, err := binColumns(context.Background(), "test", &Matrix{Rows: len(values), Cols: 1, Data: values}, limit, Threads{Max: 1})
	if err != nil {
		t.Fatal(err)
	}
	return b.columns[0]
}

func TestBins(t *testing.T) {
	negativeZero := math.Copysign(0, -1)
	for _, test := range []struct {
		name   string
		values []float64
		limit  int
		bin    []uint16
		lo, hi []float32
	}{
		{"ranks", []float64{3, -1, 3, 2, -7}, 10, []uint16{3, 1, 3, 2, 0}, []float32{-7, -1, 2, 3}, []float32{-7, -1, 2, 3}},
		{"constant", []float64{5, 5}, 10, []uint16{0, 0}, []float32{5}, []float32{5}},
		{"zeros are one", []float64{negativeZero, 0, 1}, 10, []uint16{0, 0, 1}, []float32{0, 1}, []float32{0, 1}},
		{"as float32", []float64{1, 1 + 1e-12, 2}, 10, []uint16{0, 0, 1}, []float32{1, 2}, []float32{1, 2}},
		{"quantiles", []float64{1, 2, 3, 4, 5, 6}, 3, []uint16{0, 0, 1, 1, 2, 2}, []float32{1, 3, 5}, []float32{2, 4, 6}},
		{"equal values stay together", []float64{1, 1, 1, 1, 2, 3}, 2, []uint16{0, 0, 0, 0, 1, 1}, []float32{1, 2}, []float32{1, 3}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := binOne(t, test.values, test.limit)
			if diff := cmp.Diff(binned{test.bin, test.lo, test.hi}, got, cmp.AllowUnexported(binned{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFloat32Range(t *testing.T) {
	for _, v := range []float64{math.MaxFloat32, math.Nextafter(0x1.ffffffp127, 0), 0x1.ffffffp127, 1e39} {
		for _, v := range []float64{v, -v} {
			err := checkFloat32("test", &Matrix{Rows: 1, Cols: 1, Data: []float64{v}})
			if infinite := math.IsInf(float64(float32(v)), 0); infinite != (err != nil) {
				t.Errorf("%v as float32 is %v, error %v", v, float32(v), err)
			}
		}
	}
}

func TestBinsKeepTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-1e30, 1e30), 1, 300).Draw(t, "values")
		limit := rapid.IntRange(2, 300).Draw(t, "limit")
		b, err := binColumns(context.Background(), "test", &Matrix{Rows: len(values), Cols: 1, Data: values}, limit, Threads{Max: 1})
		if err != nil {
			t.Fatal(err)
		}
		c := b.columns[0]
		if len(c.lo) > limit || len(c.lo) != len(c.hi) || !slices.IsSorted(c.lo) || !slices.IsSorted(c.hi) {
			t.Fatalf("%d bins from %v to %v, limit %d", len(c.lo), c.lo, c.hi, limit)
		}
		for i, v := range values {
			k := c.bin[i]
			if x := float32(v); x < c.lo[k] || x > c.hi[k] {
				t.Fatalf("%v is in bin %d from %v to %v", x, k, c.lo[k], c.hi[k])
			}
			if k > 0 && c.hi[k-1] >= c.lo[k] {
				t.Fatalf("bins %d and %d overlap", k-1, k)
			}
		}
	})
}
