package samples

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/wnb-dev/wnb/cells/frame"
)

// MaxValues is the most values, rows times features, that MakeClassification and
// MakeRegression give.
const MaxValues = 10_000_000

// A Classification says what MakeClassification makes.
type Classification struct {
	// Samples is the number of rows, Features that of columns besides target, of
	// which the first Informative differ between classes.
	Samples, Features, Informative int
	// Classes is at least 2 and at most Samples.
	Classes int
	// Sep is the distance of the outermost centres of classes from 0, in standard
	// deviations of the noise.
	Sep  float64
	Seed uint64
}

// MakeClassification makes columns x0, x1, ... of floats and target, the class from 0
// to Classes-1. Class sizes differ by one at most; rows are in random order. In each
// informative column the centres of the classes lie evenly from -Sep to Sep, in a
// random order of its own; every value is its centre (0 in other columns) plus standard
// normal noise. Two classes have their best accuracy at Φ(Sep·√Informative).
//
// The name is scikit-learn's; the numbers, and the geometry, are not.
func MakeClassification(ctx context.Context, o Classification) (*frame.Frame, error) {
	const sample = "make_classification"
	if err := checkShape(sample, o.Samples, 2, o.Features, o.Informative); err != nil {
		return nil, err
	}
	if err := within(sample, "n_classes", o.Classes, 2, o.Samples); err != nil {
		return nil, err
	}
	if err := finite(sample, "class_sep", o.Sep); err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(o.Seed, classificationStream))
	target := make([]int64, o.Samples)
	for i := range target {
		target[i] = int64(i % o.Classes)
	}
	rng.Shuffle(len(target), func(i, j int) { target[i], target[j] = target[j], target[i] })
	columns, err := noise(ctx, rng, o.Samples, o.Features)
	if err != nil {
		return nil, err
	}
	for _, x := range columns[:o.Informative] {
		level := rng.Perm(o.Classes)
		for i, class := range target {
			x[i] += float64(o.Sep * (float64(2*level[class])/float64(o.Classes-1) - 1))
		}
	}
	return withTarget(columns, frame.NewInt64("target", target))
}

// A Regression says what MakeRegression makes.
type Regression struct {
	// Samples is the number of rows, Features that of columns besides target, of
	// which the first Informative have a part in it.
	Samples, Features, Informative int
	// Noise is the standard deviation of what is added to target.
	Noise float64
	Seed  uint64
}

// MakeRegression makes columns x0, x1, ... of standard normal floats and target: the
// sum of the informative columns, each times a weight drawn evenly from 0 to 100, plus
// normal noise.
//
// The name is scikit-learn's; the numbers are not.
func MakeRegression(ctx context.Context, o Regression) (*frame.Frame, error) {
	const sample = "make_regression"
	if err := checkShape(sample, o.Samples, 1, o.Features, o.Informative); err != nil {
		return nil, err
	}
	if err := finite(sample, "noise", o.Noise); err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(o.Seed, regressionStream))
	columns, err := noise(ctx, rng, o.Samples, o.Features)
	if err != nil {
		return nil, err
	}
	target := make([]float64, o.Samples)
	for i := range target {
		target[i] = float64(o.Noise * rng.NormFloat64())
	}
	for _, x := range columns[:o.Informative] {
		weight := 100 * rng.Float64()
		for i := range target {
			target[i] += float64(weight * x[i]) // the conversion forbids a fused multiply-add
		}
	}
	return withTarget(columns, frame.NewFloat64("target", target))
}

// Streams tell the generators from others with the same seed.
const (
	classificationStream = 0x636c6173 // "clas"
	regressionStream     = 0x72656772 // "regr"
)

func checkShape(sample string, rows, leastRows, features, informative int) error {
	if err := within(sample, "n_features", features, 1, MaxValues/leastRows); err != nil {
		return err
	}
	if err := within(sample, "n_samples", rows, leastRows, MaxValues/features); err != nil {
		return err
	}
	return within(sample, "n_informative", informative, 1, features)
}

// finite wants a number from 0 on, with room for sums.
func finite(sample, argument string, x float64) error {
	if x >= 0 && x <= math.MaxFloat32 {
		return nil
	}
	return &ArgumentError{sample, argument, fmt.Sprintf("is %g, but must be a finite number that is not negative", x)}
}

// noise draws columns of standard normal numbers, one column after the other.
func noise(ctx context.Context, rng *rand.Rand, rows, features int) ([][]float64, error) {
	columns := make([][]float64, features)
	for j := range columns {
		columns[j] = make([]float64, rows)
		for i := range columns[j] {
			if i%4096 == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			columns[j][i] = rng.NormFloat64()
		}
	}
	return columns, nil
}

func withTarget(columns [][]float64, target *frame.Series) (*frame.Frame, error) {
	var all []*frame.Series
	for j, x := range columns {
		all = append(all, frame.NewFloat64(fmt.Sprintf("x%d", j), x))
	}
	return frame.New(append(all, target)...)
}
