package builtin

import (
	"cmp"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/train"
)

// AttrNames are properties, those that this model has, and methods.
func (m *Model) AttrNames() []string {
	names := append(modelMethods.names(), "classes", "feature_names")
	fitted := m.final()
	if _, ok := fitted.(train.FeatureImporter); ok {
		names = append(names, "feature_importances")
	}
	if _, ok := fitted.(train.Linear); ok {
		names = append(names, "coef", "intercept")
	}
	if _, ok := fitted.(iterated); ok {
		names = append(names, "n_iter")
	}
	if _, ok := fitted.(train.Staged); ok {
		names = append(names, "n_estimators")
	}
	if m.evaluations() != nil {
		names = append(names, "best_iteration", "best_score", "evals_result")
	}
	if m.estimator != nil {
		names = append(names, "estimator")
	}
	slices.Sort(names)
	return names
}

// evaluations are what was watched during the fit, nil if nothing was.
func (m *Model) evaluations() *train.Evaluations {
	if s, ok := m.final().(train.Staged); ok {
		return s.Evaluations()
	}
	return nil
}

// iterated is a model that knows how many iterations its fit took.
type iterated interface{ NIter() int }

// Attr is a property or a method. A trailing underscore is left out, as in
// coef_.
func (m *Model) Attr(name string) (starlark.Value, error) {
	if method := modelMethods.bind(m, name); method != nil {
		return method, nil
	}
	fitted := m.final()
	switch strings.TrimSuffix(name, "_") {
	case "classes":
		return classList(m.fitted.Classes()), nil
	case "feature_names":
		return stringList(m.fitted.FeatureNames()), nil
	case "estimator":
		if m.estimator != nil {
			return m.estimator, nil
		}
	case "feature_importances":
		if f, ok := fitted.(train.FeatureImporter); ok {
			return importances(m.finalFeatures(), f.FeatureImportances())
		}
	case "coef":
		if l, ok := fitted.(train.Linear); ok {
			return m.coefficients(l.Coef())
		}
	case "intercept":
		if l, ok := fitted.(train.Linear); ok {
			return NewSeries(frame.NewFloat64("intercept", l.Intercept())), nil
		}
	case "n_iter":
		if it, ok := fitted.(iterated); ok {
			return starlark.MakeInt(it.NIter()), nil
		}
	case "n_estimators":
		if s, ok := fitted.(train.Staged); ok {
			return starlark.MakeInt(s.Stages()), nil
		}
	}
	if seen := m.evaluations(); seen != nil {
		if v, err := evaluationsAttr(seen, strings.TrimSuffix(name, "_")); v != nil || err != nil {
			return v, err
		}
	}
	return nil, noAttr("a model of "+fitted.Name(), name, m.AttrNames())
}

// evaluationsAttr is an attribute about what was watched, nil for another one.
func evaluationsAttr(seen *train.Evaluations, name string) (starlark.Value, error) {
	switch name {
	case "best_iteration":
		return starlark.MakeInt(seen.Best()), nil
	case "best_score":
		return starlark.Float(seen.Values[seen.Best()-1]), nil
	case "evals_result":
		return evalsFrame(seen)
	}
	return nil, nil
}

// evalsFrame has the metric after each iteration, counted from 1.
func evalsFrame(seen *train.Evaluations) (starlark.Value, error) {
	iterations := make([]int64, len(seen.Values))
	for i := range iterations {
		iterations[i] = int64(i + 1)
	}
	return frameValue(frame.New(frame.NewInt64("iteration", iterations), frame.NewFloat64(unused(seen.Metric, "iteration"), seen.Values)))
}

// finalFeatures are the features as the last step sees them.
func (m *Model) finalFeatures() []string {
	if names := m.final().FeatureNames(); names != nil {
		return names
	}
	return m.fitted.FeatureNames()
}

// importances is a frame of features and weights, the greatest first.
func importances(names []string, weights []float64) (starlark.Value, error) {
	order := make([]int, len(names))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(weights[b], weights[a]) })
	f, err := frame.New(frame.NewString("feature", names), frame.NewFloat64("importance", weights))
	if err != nil {
		return nil, err
	}
	return frameValue(f.Take(order))
}

// coefficients is a frame with a row per feature and a column per class; of two
// classes only the second has one.
func (m *Model) coefficients(coef [][]float64) (starlark.Value, error) {
	names := classNames(m.fitted.Classes())
	columns := []*frame.Series{frame.NewString("feature", m.finalFeatures())}
	for r, row := range coef {
		columns = append(columns, frame.NewFloat64(unused(names[len(names)-len(coef)+r], "feature"), row))
	}
	return frameValue(frame.New(columns...))
}

// unused is a column name that is not taken: a class may be called as the
// column that names the rows.
func unused(name string, taken ...string) string {
	for slices.Contains(taken, name) {
		name += "_"
	}
	return name
}
