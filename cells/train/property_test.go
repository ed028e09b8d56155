package train

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawLabels are 4 to 60 labels of 2 to 5 classes, each with at least 2 rows.
func drawLabels(t *rapid.T) *Labels {
	classes := rapid.IntRange(2, 5).Draw(t, "classes")
	n := rapid.IntRange(2*classes, 60).Draw(t, "n")
	y := &Labels{Name: "y", Codes: make([]int, n)}
	for k := range classes {
		y.Classes = append(y.Classes, int64(k))
	}
	for i := range y.Codes {
		if y.Codes[i] = i % classes; i >= 2*classes {
			y.Codes[i] = rapid.IntRange(0, classes-1).Draw(t, "class")
		}
	}
	return y
}

// disjoint fails unless the rows of both parts are distinct and below n.
func disjoint(t *rapid.T, n int, a, b []int) {
	all := slices.Sorted(slices.Values(slices.Concat(a, b)))
	if len(slices.Compact(slices.Clone(all))) != len(all) || all[0] < 0 || all[len(all)-1] >= n {
		t.Fatalf("rows %v and %v of %d", a, b, n)
	}
}

func TestSplitsAreParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := drawLabels(t)
		n, seed := y.Len(), rapid.Uint32().Draw(t, "seed")
		size := rapid.Float64Range(0.01, 0.99).Draw(t, "size")
		train, test, err := TrainTestSplit(n, size, seed, nil)
		if err != nil {
			t.Skip(err)
		}
		disjoint(t, n, train, test)
		if want := int(math.Ceil(size * float64(n))); len(test) != want || len(train)+len(test) != n {
			t.Fatalf("%d + %d rows of %d, want %d for testing", len(train), len(test), n, want)
		}
		if train, test, err = TrainTestSplit(n, size, seed, y); err != nil {
			return // too few rows for all classes
		}
		disjoint(t, n, train, test)
		for k, count := range y.Take(test).Counts() {
			if share := size * float64(y.Counts()[k]); math.Abs(float64(count)-share) > 2 {
				t.Fatalf("class %d has %d rows for testing, its share is %v", k, count, share)
			}
		}
	})
}

func TestFoldsAreParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := drawLabels(t)
		n := y.Len()
		splits := rapid.IntRange(2, 4).Draw(t, "splits")
		seed, shuffle := rapid.Uint32().Draw(t, "seed"), rapid.Bool().Draw(t, "shuffle")
		for _, s := range []Splitter{KFold{splits, shuffle, seed}, StratifiedKFold{splits, shuffle, seed}} {
			folds, _, err := s.Split(n, y)
			if err != nil {
				continue // fewer rows in each class than folds
			}
			var tested []int
			for _, f := range folds {
				disjoint(t, n, f.Train, f.Test)
				tested = append(tested, f.Test...)
			}
			if slices.Sort(tested); !slices.Equal(tested, upToN(n)) {
				t.Fatalf("%T tests rows %v of %d", s, tested, n)
			}
		}
	})
}

// The area under the curve is the share of pairs in which the positive row
// scores higher, a tie counting half.
func TestAUCIsTheShareOfOrderedPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 30).Draw(t, "n")
		y := &Labels{Classes: Classes{false, true}, Codes: make([]int, n)}
		score := make([]float64, n)
		for i := range n {
			score[i] = float64(rapid.IntRange(0, 6).Draw(t, "score"))
			y.Codes[i] = rapid.IntRange(0, 1).Draw(t, "class")
		}
		y.Codes[0], y.Codes[1] = 0, 1
		pairs, won := 0.0, 0.0
		for i := range n {
			for j := range n {
				if y.Codes[i] == 1 && y.Codes[j] == 0 {
					pairs++
					if score[i] > score[j] {
						won++
					} else if score[i] == score[j] {
						won += 0.5
					}
				}
			}
		}
		got, err := ROCAUC(y, score, true)
		if err != nil || math.Abs(got-won/pairs) > 1e-12 {
			t.Fatalf("auc %v (%v), want %v", got, err, won/pairs)
		}
	})
}

// Metrics do not depend on which classes a list declares beyond those it has.
func TestMetricsIgnoreUnusedClasses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := drawLabels(t)
		pred := y.Take(rapid.Permutation(upToN(y.Len())).Draw(t, "order"))
		wider := &Labels{Classes: append(Classes{int64(-1)}, y.Classes...), Codes: make([]int, y.Len())}
		for i, c := range pred.Codes {
			wider.Codes[i] = c + 1
		}
		a, err := ClassificationReport(y, pred)
		if err != nil {
			t.Fatal(err)
		}
		b, err := ClassificationReport(y, wider)
		if err != nil || a.Text(6) != b.Text(6) {
			t.Fatalf("%v:\n%s\n%s", err, a.Text(6), b.Text(6))
		}
	})
}
