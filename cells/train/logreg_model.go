package train

import (
	"context"
	"math"
	"slices"
)

// A link says how linear scores become probabilities.
type link int

const (
	sigmoid   link = iota // two classes, one row of coefficients for the second
	softmax               // one row per class
	oneVsRest             // one row per class, a sigmoid each, then normalised
)

// A LogisticModel is a fitted LogisticRegression.
type LogisticModel struct {
	names      []string
	cols       int
	classes    Classes
	link       link
	coef       [][]float64
	intercept  []float64
	iterations int
	warnings   []string
}

// Name is "LogisticRegression".
func (m *LogisticModel) Name() string { return "LogisticRegression" }

// Classes are the classes seen in the fit, sorted.
func (m *LogisticModel) Classes() Classes { return m.classes }

// FeatureNames are the columns seen in the fit.
func (m *LogisticModel) FeatureNames() []string { return m.names }

// Coef has one row per class, for two classes one row, that of the second.
func (m *LogisticModel) Coef() [][]float64 {
	var out [][]float64
	for _, c := range m.shown(m.coef) {
		out = append(out, slices.Clone(c))
	}
	return out
}

// shown drops the first of two rows, which is the second with the sign changed.
func (m *LogisticModel) shown(rows [][]float64) [][]float64 {
	if len(rows) == 2 {
		return rows[1:]
	}
	return rows
}

// Intercept has one entry per row of Coef.
func (m *LogisticModel) Intercept() []float64 {
	return slices.Clone(m.intercept[len(m.intercept)-len(m.shown(m.coef)):])
}

// NIter is the number of iterations of the solver, the most of any class for "ovr".
func (m *LogisticModel) NIter() int { return m.iterations }

// Warnings say which fits did not converge.
func (m *LogisticModel) Warnings() []string { return slices.Clone(m.warnings) }

// Predict gives the most probable class of each row, the first of equal ones.
func (m *LogisticModel) Predict(ctx context.Context, X *Matrix, threads Threads) ([]int, error) {
	return predictByProba(ctx, m, X, threads)
}

// PredictProba gives the probability of each class for each row.
func (m *LogisticModel) PredictProba(ctx context.Context, X *Matrix, threads Threads) (*Matrix, error) {
	if err := checkPredict(m.Name(), m.names, m.cols, X); err != nil {
		return nil, err
	}
	out := NewMatrix(X.Rows, len(m.classes), nil)
	cuts := pieces(X.Rows)
	err := eachPiece(ctx, threads, len(cuts), func(_, p int) error {
		for i := cuts[p].from; i < cuts[p].to; i++ {
			m.probaRow(X.Row(i), out.Row(i))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (m *LogisticModel) probaRow(x, out []float64) {
	for r, c := range m.coef {
		out[r] = dot(c, x) + m.intercept[r]
	}
	switch m.link {
	case sigmoid:
		out[0], out[1] = logistic(-out[0]), logistic(out[0])
	case softmax:
		softmaxRow(out)
	case oneVsRest:
		for k, z := range out {
			out[k] = logistic(z)
		}
		normalise(out)
	}
}

func logistic(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// softmaxRow turns scores into probabilities and returns log Σ exp(score).
func softmaxRow(z []float64) float64 {
	top := slices.Max(z)
	sum := 0.0
	for k, v := range z {
		z[k] = math.Exp(v - top)
		sum += z[k]
	}
	for k := range z {
		z[k] /= sum
	}
	return top + math.Log(sum)
}

// normalise makes v sum to 1; zeros become equal shares.
func normalise(v []float64) {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	for k := range v {
		if sum > 0 {
			v[k] /= sum
		} else {
			v[k] = 1 / float64(len(v))
		}
	}
}

// dot is the inner product of a and b, in four sums that do not wait for each
// other.
func dot(a, b []float64) float64 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(a); i += 4 {
		x, y := a[i:i+4:i+4], b[i:i+4:i+4]
		s0 += x[0] * y[0]
		s1 += x[1] * y[1]
		s2 += x[2] * y[2]
		s3 += x[3] * y[3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return (s0 + s1) + (s2 + s3)
}

const kindLogistic = "logistic_regression/1"

func (m *LogisticModel) kind() string { return kindLogistic }

func (m *LogisticModel) encode(e *encoder) {
	e.classes(m.classes)
	e.int(m.cols)
	e.names(m.names)
	e.int(int(m.link))
	e.int(len(m.coef))
	for _, c := range m.coef {
		e.floats(c)
	}
	e.floats(m.intercept)
	e.int(m.iterations)
	e.strs(m.warnings)
}

func decodeLogistic(d *decoder) Classifier {
	m := &LogisticModel{classes: d.classes(), cols: d.int()}
	m.names = d.names(m.cols)
	m.link = link(d.int())
	m.coef = make([][]float64, d.length(8))
	for r := range m.coef {
		m.coef[r] = d.finite()
		if len(m.coef[r]) != m.cols {
			d.fail("%d coefficients for %d features", len(m.coef[r]), m.cols)
		}
	}
	m.intercept = d.finite()
	m.iterations = d.int()
	m.warnings = d.strs()
	rows := len(m.classes)
	if m.link == sigmoid {
		rows = 1
	}
	if m.link < sigmoid || m.link > oneVsRest || len(m.coef) != rows || len(m.intercept) != rows ||
		m.link == sigmoid && len(m.classes) != 2 {
		d.fail("%d rows of coefficients and %d intercepts for %d classes", len(m.coef), len(m.intercept), len(m.classes))
	}
	return m
}
