package train

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// blobs are n rows of d features around one random centre per class.
func blobs(n, d, classes int, spread float64, seed uint64) (*Matrix, *Labels) {
	rng := rand.New(rand.NewPCG(seed, 1))
	centres := NewMatrix(classes, d, nil)
	for i := range centres.Data {
		centres.Data[i] = rng.NormFloat64()
	}
	X := NewMatrix(n, d, nil)
	y := &Labels{Name: "y", Codes: make([]int, n)}
	for k := range classes {
		y.Classes = append(y.Classes, int64(k))
	}
	for i := range n {
		y.Codes[i] = i % classes
		for j := range d {
			X.Row(i)[j] = centres.At(y.Codes[i], j) + spread*rng.NormFloat64()
		}
	}
	return X, y
}

// objectiveGradient is the largest entry of the gradient of scikit-learn's
// objective at the coefficients of a softmax or sigmoid model, from its definition.
func objectiveGradient(m *LogisticModel, X *Matrix, y *Labels, c float64) float64 {
	top := 0.0
	for r := range m.coef {
		grad := make([]float64, X.Cols+1)
		copy(grad, m.coef[r])
		for i := range X.Rows {
			p := make([]float64, len(m.classes))
			m.probaRow(X.Row(i), p)
			k := r
			if m.link == sigmoid {
				k = 1
			}
			resid := c * (p[k] - float64(boolInt(y.Codes[i] == k)))
			for j, v := range X.Row(i) {
				grad[j] += resid * v
			}
			grad[X.Cols] += resid
		}
		top = max(top, maxAbs(grad))
	}
	return top
}

func fitLogistic(t testing.TB, l LogisticRegression, X *Matrix, y *Labels, opts FitOptions) *LogisticModel {
	t.Helper()
	m, err := l.Fit(context.Background(), X, y, opts)
	if err != nil {
		t.Fatal(err)
	}
	return m.(*LogisticModel)
}

func TestLogisticRegressionIsAtTheOptimum(t *testing.T) {
	for _, c := range []struct {
		name          string
		n, d, classes int
		tol           float64
	}{
		{"two classes, Newton", 500, 6, 2, 1e-6},
		{"five classes, Newton", 500, 6, 5, 1e-6},
		{"two classes, from a rough start", 20000, 5, 2, 1e-5},
		{"two classes, L-BFGS", 700, 310, 2, 1e-3},
		{"eight classes, L-BFGS", 700, 50, 8, 1e-3},
	} {
		t.Run(c.name, func(t *testing.T) {
			X, y := blobs(c.n, c.d, c.classes, 1.5, 3)
			m := fitLogistic(t, LogisticRegression{C: 0.7, MaxIter: 500}, X, y, FitOptions{})
			if g := objectiveGradient(m, X, y, 0.7); !(g <= c.tol) {
				t.Errorf("largest gradient %g after %d iterations, want at most %g", g, m.NIter(), c.tol)
			}
			if len(m.Warnings()) > 0 {
				t.Errorf("warnings %q", m.Warnings())
			}
		})
	}
}

func TestMultinomialOfTwoClassesIsAntisymmetric(t *testing.T) {
	X, y := blobs(300, 4, 2, 1, 5)
	multi := fitLogistic(t, LogisticRegression{MultiClass: "multinomial"}, X, y, FitOptions{})
	if len(multi.Coef()) != 1 || len(multi.Intercept()) != 1 {
		t.Fatalf("%d rows of coefficients, want 1", len(multi.Coef()))
	}
	// Two rows w and -w with half the score each are a sigmoid of 2w, for which
	// the penalty is half as strong.
	single := fitLogistic(t, LogisticRegression{C: 2}, X, y, FitOptions{})
	for j, v := range single.Coef()[0] {
		near(t, "coefficient", 2*multi.Coef()[0][j], v, 1e-6)
	}
}

func TestLogisticRegressionIgnoresThreads(t *testing.T) {
	for _, c := range []struct{ d, classes int }{{5, 2}, {8, 4}, {60, 6}} {
		X, y := blobs(1100, c.d, c.classes, 2, 9)
		var first []uint64
		for _, threads := range []int{1, 2, 3, 8} {
			m := fitLogistic(t, LogisticRegression{}, X, y, FitOptions{Threads: Threads{Max: threads}})
			var bits []uint64
			for r, row := range m.coef {
				for _, v := range append(slices.Clone(row), m.intercept[r]) {
					bits = append(bits, math.Float64bits(v))
				}
			}
			if first == nil {
				first = bits
			}
			if !slices.Equal(first, bits) {
				t.Errorf("%d classes: %d threads change the coefficients", c.classes, threads)
			}
		}
	}
}

func TestLogisticRegressionHardData(t *testing.T) {
	t.Run("separable without penalty", func(t *testing.T) {
		X := matrixOf([][]float64{{1}, {2}, {3}, {10}, {11}, {12}})
		m := fitLogistic(t, LogisticRegression{Penalty: "none"}, X, labelsOf(t, []int{0, 0, 0, 1, 1, 1}), FitOptions{})
		got, err := m.Predict(context.Background(), X, Threads{})
		if err != nil || !slices.Equal(got, []int{0, 0, 0, 1, 1, 1}) || !isFinite(m.Coef()[0][0]) {
			t.Errorf("predictions %v, coefficients %v, error %v", got, m.Coef(), err)
		}
	})
	t.Run("the same column twice without penalty", func(t *testing.T) {
		X, y := blobs(200, 2, 3, 1.5, 4)
		for i := range X.Rows {
			X.Row(i)[1] = X.Row(i)[0]
		}
		m := fitLogistic(t, LogisticRegression{Penalty: "none"}, X, y, FitOptions{})
		if !(maxAbs(slices.Concat(m.coef...)) < 100) {
			t.Errorf("coefficients %v", m.coef)
		}
	})
	t.Run("constant column", func(t *testing.T) {
		X, y := blobs(200, 3, 2, 1.5, 4)
		for i := range X.Rows {
			X.Row(i)[1] = 1e6
		}
		if m := fitLogistic(t, LogisticRegression{}, X, y, FitOptions{}); m.Coef()[0][1] != 0 {
			t.Errorf("the constant column has coefficient %v", m.Coef()[0][1])
		}
	})
	t.Run("columns of very different size", func(t *testing.T) {
		X, y := blobs(200, 3, 3, 1.5, 4)
		for i := range X.Rows {
			X.Row(i)[0] = X.Row(i)[0]*1e7 + 1e9
			X.Row(i)[1] *= 1e-7
		}
		if m := fitLogistic(t, LogisticRegression{}, X, y, FitOptions{}); len(m.Warnings()) > 0 {
			t.Errorf("warnings %q", m.Warnings())
		}
	})
	t.Run("too large to square", func(t *testing.T) {
		X := matrixOf([][]float64{{1e300}, {-1e300}})
		_, err := LogisticRegression{}.Fit(context.Background(), X, labelsOf(t, []int{0, 1}), FitOptions{})
		var large *NotFiniteError
		if !errors.As(err, &large) {
			t.Errorf("error %v, want a NotFiniteError", err)
		}
	})
	t.Run("one iteration", func(t *testing.T) {
		X, y := blobs(200, 3, 2, 1.5, 4)
		m := fitLogistic(t, LogisticRegression{MaxIter: 1}, X, y, FitOptions{})
		if w := m.Warnings(); len(w) != 1 || !strings.Contains(w[0], "no convergence after 1 iterations") {
			t.Errorf("warnings %q", w)
		}
	})
}

func TestLogisticRegressionRefuses(t *testing.T) {
	X, y := blobs(20, 2, 2, 1, 1)
	bad := X.Take(upToN(20))
	bad.Names = []string{"a", "b"}
	bad.Row(7)[1] = math.NaN()
	endless := X.Take(upToN(20))
	endless.Row(3)[0] = math.Inf(-1)
	one := &Labels{Name: "kind", Classes: y.Classes, Codes: make([]int, 20)}
	three := &Labels{Name: "kind", Classes: Classes{int64(0), int64(1), int64(2)}, Codes: y.Codes}
	for _, c := range []struct {
		name string
		l    LogisticRegression
		X    *Matrix
		y    *Labels
		want string
	}{
		{"NaN", LogisticRegression{}, bad, y, `column "b", row 7: is NaN (a missing value) (1 of 20 rows`},
		{"infinite", LogisticRegression{}, endless, y, `column "column 0", row 3: is infinite`},
		{"no rows", LogisticRegression{}, NewMatrix(0, 2, nil), y.Take(nil), "X has no rows"},
		{"no columns", LogisticRegression{}, NewMatrix(20, 0, nil), y, "X has no columns"},
		{"no matrix", LogisticRegression{}, nil, y, "X is missing"},
		{"lengths", LogisticRegression{}, X, y.Take([]int{0, 1}), "X has 20 rows but y has 2 labels"},
		{"one class", LogisticRegression{}, X, one, `column "kind": all 20 labels are of one class, 0`},
		{"class without a row", LogisticRegression{}, X, three, `column "kind": class 2 has no row among these 20`},
		{"codes", LogisticRegression{}, X, &Labels{Classes: y.Classes, Codes: slices.Repeat([]int{2}, 20)}, "class index 2 is not one of 2"},
		{"C", LogisticRegression{C: -1}, X, y, "C=-1: must be a number > 0"},
		{"penalty", LogisticRegression{Penalty: "l3"}, X, y, `penalty="l3": must be "l2" or "none"`},
		{"max_iter", LogisticRegression{MaxIter: -5}, X, y, "max_iter=-5"},
		{"tol", LogisticRegression{Tol: math.NaN()}, X, y, "tol=NaN"},
		{"class_weight", LogisticRegression{ClassWeight: "even"}, X, y, `class_weight="even"`},
		{"multi_class", LogisticRegression{MultiClass: "all"}, X, y, `multi_class="all"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.l.Fit(context.Background(), c.X, c.y, FitOptions{})
			if err == nil || !strings.HasPrefix(err.Error(), "LogisticRegression: ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q in it", err, c.want)
			}
		})
	}
}

func TestPredictRefuses(t *testing.T) {
	X, y := blobs(20, 2, 2, 1, 1)
	X.Names = []string{"a", "b"}
	m := fitLogistic(t, LogisticRegression{}, X, y, FitOptions{})
	swapped := X.Take(upToN(20))
	swapped.Names = []string{"b", "a"}
	for _, c := range []struct {
		name, want string
		X          *Matrix
	}{
		{"columns", "X has 3 columns but the model was trained on 2", NewMatrix(4, 3, nil)},
		{"order", `column "b": is at position 0, where the model was trained on "a"`, swapped},
		{"size", "X is 2 x 2 but holds 3 values", &Matrix{Rows: 2, Cols: 2, Data: []float64{1, 2, 3}}},
		{"NaN", "row 0: is NaN", matrixOf([][]float64{{1, math.NaN()}})},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := m.Predict(context.Background(), c.X, Threads{}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q in it", err, c.want)
			}
		})
	}
	if got, err := m.Predict(context.Background(), NewMatrix(0, 2, nil), Threads{}); err != nil || len(got) != 0 {
		t.Errorf("no rows: %v, %v", got, err)
	}
}

func TestLogisticRegressionCancels(t *testing.T) {
	for _, d := range []int{4, 400} {
		X, y := blobs(500, d, 2, 2, 1)
		ctx, cancel := context.WithCancel(context.Background())
		_, err := LogisticRegression{Tol: 1e-12}.Fit(ctx, X, y, FitOptions{Progress: func(int, int, float64) { cancel() }})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%d features: error %v, want context.Canceled", d, err)
		}
	}
}

func TestLogisticRegressionReportsProgress(t *testing.T) {
	for _, d := range []int{4, 400} {
		X, y := blobs(500, d, 2, 2, 1)
		var losses []float64
		var done, total int
		m := fitLogistic(t, LogisticRegression{MaxIter: 300}, X, y, FitOptions{Progress: func(i, n int, loss float64) {
			if i != done+1 {
				t.Errorf("iteration %d after %d", i, done)
			}
			done, total = i, n
			losses = append(losses, loss)
		}})
		if done != total || done != m.NIter() {
			t.Errorf("%d features: ends with %d of %d, %d iterations", d, done, total, m.NIter())
		}
		if first, last := losses[0], losses[len(losses)-1]; !(last < first) || !(first < math.Ln2) {
			t.Errorf("%d features: loss goes from %v to %v", d, first, last)
		}
	}
}

func TestLogisticRegressionParams(t *testing.T) {
	var got []string
	for _, p := range (LogisticRegression{}).Params() {
		got = append(got, p.Name)
	}
	want := []string{"C", "penalty", "max_iter", "tol", "fit_intercept", "class_weight", "multi_class"}
	if !slices.Equal(got, want) {
		t.Errorf("params %v, want %v", got, want)
	}
}
