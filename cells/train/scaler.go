package train

import (
	"context"
	"math"
)

// StandardScaler makes each column have mean 0 and (population) variance 1, as
// scikit-learn's. A constant column becomes 0: its scale is 1.
type StandardScaler struct {
	// NoMean leaves the mean where it is (with_mean=False), NoStd the scale
	// (with_std=False).
	NoMean, NoStd bool
}

// Name is "StandardScaler".
func (s StandardScaler) Name() string { return "StandardScaler" }

// Params are with_mean and with_std.
func (s StandardScaler) Params() []Param {
	return []Param{{"with_mean", !s.NoMean}, {"with_std", !s.NoStd}}
}

// Fit learns the mean and scale of each column.
func (s StandardScaler) Fit(ctx context.Context, X *Matrix, opts FitOptions) (FittedTransformer, error) {
	if err := checkMatrix(s.Name(), X); err != nil {
		return nil, err
	}
	mean, variance, err := moments(ctx, X, opts.Threads)
	if err != nil {
		return nil, err
	}
	f := &FittedScaler{names: X.Names, mean: mean, variance: variance, scale: make([]float64, X.Cols)}
	for j, v := range variance {
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return nil, &NotFiniteError{s.Name(), "column " + X.ColumnName(j) + " holds values too large to square"}
		}
		f.scale[j] = 1
		if !s.NoStd && !isConstant(v, mean[j], X.Rows) {
			f.scale[j] = math.Sqrt(v)
		}
		if s.NoMean {
			f.mean[j] = 0
		}
	}
	return f, nil
}

// isConstant says that a variance is nothing but rounding, as scikit-learn
// decides it.
func isConstant(variance, mean float64, n int) bool {
	const eps = 0x1p-52
	m := float64(n) * mean * eps
	return variance <= float64(n)*eps*variance+m*m
}

// moments are the mean and population variance of each column. A second pass
// over the deviations removes what the first rounded away.
func moments(ctx context.Context, X *Matrix, threads Threads) (mean, variance []float64, err error) {
	mean = make([]float64, X.Cols)
	first, _, err := deviations(ctx, X, mean, threads)
	if err != nil {
		return nil, nil, err
	}
	n := float64(X.Rows)
	for j := range mean {
		mean[j] = first[j] / n
	}
	sum, squares, err := deviations(ctx, X, mean, threads)
	if err != nil {
		return nil, nil, err
	}
	variance = squares
	for j := range mean {
		variance[j] = max(0, (squares[j]-sum[j]*sum[j]/n)/n)
		mean[j] += sum[j] / n
	}
	return mean, variance, nil
}

// deviations sums x-center and its square over the rows, per column.
func deviations(ctx context.Context, X *Matrix, center []float64, threads Threads) (sum, squares []float64, err error) {
	cuts := pieces(X.Rows)
	parts := make([][]float64, len(cuts))
	err = eachPiece(ctx, threads, len(cuts), func(_, p int) error {
		part := make([]float64, 2*X.Cols)
		s, q := part[:X.Cols], part[X.Cols:]
		for i := cuts[p].from; i < cuts[p].to; i++ {
			for j, v := range X.Row(i) {
				d := v - center[j]
				s[j] += d
				q[j] += d * d
			}
		}
		parts[p] = part
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	total := make([]float64, 2*X.Cols)
	for _, part := range parts {
		addTo(total, part)
	}
	return total[:X.Cols], total[X.Cols:], nil
}

func addTo(sum, v []float64) {
	for i, x := range v {
		sum[i] += x
	}
}

// A FittedScaler is a StandardScaler that has seen data.
type FittedScaler struct {
	names                 []string
	mean, scale, variance []float64
}

// Name is "StandardScaler".
func (f *FittedScaler) Name() string { return "StandardScaler" }

// FeatureNames are the columns seen in the fit.
func (f *FittedScaler) FeatureNames() []string { return f.names }

// Mean is what is subtracted from each column.
func (f *FittedScaler) Mean() []float64 { return append([]float64(nil), f.mean...) }

// Scale is what each column is divided by.
func (f *FittedScaler) Scale() []float64 { return append([]float64(nil), f.scale...) }

// Var is the population variance of each column.
func (f *FittedScaler) Var() []float64 { return append([]float64(nil), f.variance...) }

// Transform gives (x - mean) / scale.
func (f *FittedScaler) Transform(ctx context.Context, X *Matrix, threads Threads) (*Matrix, error) {
	if err := checkPredict(f.Name(), f.names, len(f.mean), X); err != nil {
		return nil, err
	}
	out := NewMatrix(X.Rows, X.Cols, X.Names)
	cuts := pieces(X.Rows)
	err := eachPiece(ctx, threads, len(cuts), func(_, p int) error {
		for i := cuts[p].from; i < cuts[p].to; i++ {
			o := out.Row(i)
			for j, v := range X.Row(i) {
				o[j] = (v - f.mean[j]) / f.scale[j]
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

const kindScaler = "standard_scaler/1"

func (f *FittedScaler) kind() string { return kindScaler }

func (f *FittedScaler) encode(e *encoder) {
	e.floats(f.mean)
	e.floats(f.scale)
	e.floats(f.variance)
	e.names(f.names)
}

func decodeScaler(d *decoder) FittedTransformer {
	f := &FittedScaler{mean: d.finite(), scale: d.finite(), variance: d.finite()}
	f.names = d.names(len(f.mean))
	if len(f.scale) != len(f.mean) || len(f.variance) != len(f.mean) {
		d.fail("a scaler with %d means, %d scales and %d variances", len(f.mean), len(f.scale), len(f.variance))
	}
	for _, s := range f.scale {
		if s <= 0 {
			d.fail("a scaler with scale %v", s)
		}
	}
	return f
}
