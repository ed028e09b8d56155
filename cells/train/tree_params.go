package train

import "math"

// treeLimits are the parameters that all trees share, with their effective values.
type treeLimits struct {
	maxDepth        int // 0: no limit
	minSamplesSplit int
	minSamplesLeaf  int
	maxFeatures     any
}

// withDefaults replaces zeros by scikit-learn's defaults.
func (l treeLimits) withDefaults() treeLimits {
	l.minSamplesSplit = defaultTo(l.minSamplesSplit, 2)
	l.minSamplesLeaf = defaultTo(l.minSamplesLeaf, 1)
	return l
}

// defaultTo is v, or other if v is its type's zero.
func defaultTo[T comparable](v, other T) T {
	var zero T
	if v == zero {
		return other
	}
	return v
}

// check refuses limits out of range.
func (l treeLimits) check(name string) error {
	switch {
	case l.maxDepth < 0:
		return &ParamError{name, "max_depth", l.maxDepth, "at least 1, or 0 for the default"}
	case l.minSamplesSplit < 2:
		return &ParamError{name, "min_samples_split", l.minSamplesSplit, "at least 2"}
	case l.minSamplesLeaf < 1:
		return &ParamError{name, "min_samples_leaf", l.minSamplesLeaf, "at least 1"}
	}
	_, err := featureCount(name, l.maxFeatures, 1)
	return err
}

// featureCount is how many of d features max_features asks for: nil and "all"
// are all of them, then "sqrt", "log2", a number, or a fraction of d.
func featureCount(name string, maxFeatures any, d int) (int, error) {
	switch v := maxFeatures.(type) {
	case nil:
		return d, nil
	case string:
		switch v {
		case "all":
			return d, nil
		case "sqrt":
			return max(1, int(math.Sqrt(float64(d)))), nil
		case "log2":
			return max(1, int(math.Log2(float64(d)))), nil
		}
	case int:
		if v >= 1 {
			return min(v, d), nil
		}
	case float64:
		if v > 0 && v <= 1 {
			return max(1, int(v*float64(d))), nil
		}
	}
	return 0, &ParamError{name, "max_features", maxFeatures,
		`"sqrt", "log2", "all", a number of features from 1, or a fraction above 0.0 and up to 1.0`}
}

// A criterion measures how mixed the classes of a node are.
type criterion int

const (
	gini criterion = iota
	entropy
)

func parseCriterion(name, s string) (criterion, error) {
	switch s {
	case "gini":
		return gini, nil
	case "entropy", "log_loss":
		return entropy, nil
	}
	return 0, &ParamError{name, "criterion", s, `"gini", "entropy" or "log_loss"`}
}
