package builtin

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/train"
	"github.com/wnb-dev/wnb/cells/value"
)

// A Found is what a search found: how each setting did, and a model of the best.
// It is immutable.
type Found struct {
	fitted *train.Search
	search *Searcher
	best   *Estimator // with the best parameters
	model  *Model     // nil without a refit
	rows   int        // that were searched on
	target string     // the column of the labels
	memo   value.Memo
}

var (
	_ starlark.HasAttrs = (*Found)(nil)
	_ Renderer          = (*Found)(nil)
)

// newFound is what the fit of a search gave.
func newFound(s *Searcher, fitted train.Classifier, rows int, target string) (*Found, error) {
	search, ok := fitted.(*train.Search)
	if !ok {
		return nil, fmt.Errorf("a search gave a %T", fitted)
	}
	f := &Found{fitted: search, search: s, best: s.estimator, rows: rows, target: target}
	for _, p := range f.result().Params {
		v, err := toStarlark(p.Value)
		if err != nil {
			return nil, err
		}
		if f.best, err = f.best.with(ownName(p.Name), v); err != nil {
			return nil, err
		}
	}
	if m := search.BestModel(); m != nil {
		f.model = &Model{fitted: m, estimator: f.best, rows: rows, target: target}
	}
	return f, nil
}

// result is the best one.
func (f *Found) result() train.SearchResult { return f.fitted.Results()[f.fitted.Best()] }

// String is one line.
func (f *Found) String() string {
	return fmt.Sprintf("<%s of %s, %d settings, best %s %.4g>", f.search.name, f.search.estimator, len(f.fitted.Results()), f.fitted.Scoring(), f.result().Mean)
}

// Type is "fitted_search".
func (f *Found) Type() string { return "fitted_search" }

// Freeze does nothing: nothing changes it.
func (f *Found) Freeze() { f.search.Freeze() }

// Truth is always true.
func (f *Found) Truth() starlark.Bool { return true }

// Hash refuses.
func (f *Found) Hash() (uint32, error) { return unhashable(f, "use a name as the key") }

var foundMethods = newMethods("fitted_search",
	method[*Found]{"score", "X, y", "The score of the best model for X, whose labels are y, by the scoring of the search.", `ml.GridSearchCV(ml.DecisionTreeClassifier(), {"max_depth": [1, 3]}).fit(wine[features], wine["cultivar"]).score(wine[features], wine["cultivar"])`, scoreFound},
)

// AttrNames are results and methods.
func (f *Found) AttrNames() []string {
	names := []string{"best_index", "best_params", "best_score", "cv_results", "estimator", "scoring"}
	if f.model != nil {
		names = append(names, ofBestModel...)
	}
	slices.Sort(names)
	return names
}

// Attr is a result or a method. A trailing underscore is left out, as in
// best_params_.
func (f *Found) Attr(name string) (starlark.Value, error) {
	switch strings.TrimSuffix(name, "_") {
	case "best_index":
		return starlark.MakeInt(f.fitted.Best()), nil
	case "best_params":
		return f.bestParams()
	case "best_score":
		return starlark.Float(f.result().Mean), nil
	case "cv_results":
		return frameValue(f.table())
	case "estimator":
		return f.search, nil
	case "scoring":
		return starlark.String(f.fitted.Scoring()), nil
	}
	if !slices.Contains(ofBestModel, strings.TrimSuffix(name, "_")) {
		return nil, noAttr("a "+f.search.name, name, f.AttrNames())
	}
	if f.model == nil {
		return nil, lang.WithHint("search with refit=True, or fit an estimator with best_params", "the best setting was not fitted on all rows, so there is no `%s`", name)
	}
	if strings.TrimSuffix(name, "_") == "best_estimator" {
		return f.model, nil
	}
	if m := foundMethods.bind(f, name); m != nil {
		return m, nil
	}
	return f.model.Attr(name)
}

// ofBestModel are the attributes that need a refit.
var ofBestModel = []string{"best_estimator", "classes", "feature_names", "predict", "predict_proba", "score"}

func (f *Found) bestParams() (starlark.Value, error) {
	params := f.result().Params
	for i, p := range params {
		params[i].Name = ownName(p.Name)
	}
	return dictOfParams(params)
}

// table has a row for each setting, in the order in which they were tried.
func (f *Found) table() (*frame.Frame, error) {
	results := f.fitted.Results()
	var columns []*frame.Series
	for _, name := range f.paramNames() {
		s, err := paramColumn("param_"+ownName(name), name, results)
		if err != nil {
			return nil, err
		}
		columns = append(columns, s)
	}
	numbers := func(name string, get func(train.SearchResult) float64) {
		values := make([]float64, len(results))
		for i, r := range results {
			values[i] = get(r)
		}
		columns = append(columns, frame.NewFloat64(name, values))
	}
	for k := range results[0].Scores {
		numbers(fmt.Sprintf("split%d_test_score", k), func(r train.SearchResult) float64 { return r.Scores[k] })
	}
	numbers("mean_test_score", func(r train.SearchResult) float64 { return r.Mean })
	numbers("std_test_score", func(r train.SearchResult) float64 { return r.Std })
	ranks := make([]int64, len(results))
	for i, r := range results {
		ranks[i] = int64(r.Rank)
	}
	return frame.New(append(columns, frame.NewInt64("rank_test_score", ranks))...)
}

// paramNames are the parameters that any setting has, in order.
func (f *Found) paramNames() []string {
	var names []string
	for _, r := range f.fitted.Results() {
		for _, p := range r.Params {
			if !slices.Contains(names, p.Name) {
				names = append(names, p.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// paramColumn has the values of a parameter, null where it was None or not set.
// Values of different types are shown as text.
func paramColumn(column, param string, results []train.SearchResult) (*frame.Series, error) {
	values, texts := make([]any, len(results)), make([]any, len(results))
	for i, r := range results {
		k := slices.IndexFunc(r.Params, func(p train.Param) bool { return p.Name == param })
		if k < 0 {
			continue
		}
		v := r.Params[k].Value
		if n, ok := v.(int); ok {
			v = int64(n)
		}
		values[i], texts[i] = v, pythonText(r.Params[k].Value)
	}
	if s, err := frame.FromAny(column, values); err == nil {
		return s, nil
	}
	return frame.FromAny(column, texts)
}

func scoreFound(f *Found, c *call) (starlark.Value, error) {
	var X, y starlark.Value
	if err := c.unpack("X", &X, "y", &y); err != nil {
		return nil, err
	}
	truth, err := c.labelsArgument("y", y)
	if err != nil {
		return nil, err
	}
	matrix, err := f.model.matrix(c, X)
	if err != nil {
		return nil, err
	}
	scorer, free, err := f.search.scorer(c, truth)
	if err != nil {
		return nil, err
	}
	defer free()
	score, err := train.Rate(c.context(), scorer, f.model.fitted, matrix, truth, c.threads())
	if err != nil {
		return nil, hinted(err)
	}
	return starlark.Float(score), nil
}
