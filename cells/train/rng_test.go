package train

import (
	"slices"
	"testing"
)

// The expected numbers are numpy 1.24.2's for RandomState(42).
func TestRandomStateIsNumpys(t *testing.T) {
	if got, want := NewRandomState(42).Permutation(20), []int{0, 17, 15, 1, 8, 5, 11, 3, 18, 16, 13, 2, 9, 19, 4, 12, 7, 10, 14, 6}; !slices.Equal(got, want) {
		t.Errorf("permutation(20) = %v, want %v", got, want)
	}
	r := NewRandomState(42)
	for i, want := range []int{51, 92, 14, 71, 60, 20, 82, 86, 74, 74} {
		if got := r.Intn(100); got != want {
			t.Errorf("randint(100) number %d = %d, want %d", i, got, want)
		}
	}
	r = NewRandomState(42)
	for i, want := range []float64{0.3745401188473625, 0.9507143064099162, 0.7319939418114051, 0.5986584841970366, 0.15601864044243652} {
		if got := r.RandomSample(); got != want {
			t.Errorf("random_sample number %d = %v, want %v", i, got, want)
		}
	}
}

func TestIntnCoversLargeRanges(t *testing.T) {
	r := NewRandomState(1)
	const n = 1 << 40
	high := false
	for range 50 {
		v := r.Intn(n)
		if v < 0 || v >= n {
			t.Fatalf("Intn(%d) = %d", n, v)
		}
		high = high || v > 1<<32
	}
	if !high {
		t.Error("no value above 32 bits")
	}
	if got := r.Intn(0); got != 0 {
		t.Errorf("Intn(0) = %d, want 0", got)
	}
}

func TestStreamsDiffer(t *testing.T) {
	seen := map[uint64]bool{}
	for seed := range uint64(20) {
		for piece := range uint64(20) {
			seen[newStream(seed, piece).Uint64()] = true
		}
	}
	if len(seen) != 400 {
		t.Errorf("400 streams start with %d distinct numbers", len(seen))
	}
	if newStream(3, 4).Uint64() != newStream(3, 4).Uint64() {
		t.Error("the same stream gave two numbers")
	}
}
