package train

import (
	"context"
	"math"
	"slices"
)

// A Search is a fitted GridSearchCV or RandomizedSearchCV. As a Classifier it is
// the model of the best setting, fitted on all rows.
type Search struct {
	name     string
	scoring  string
	classes  Classes
	features []string
	cols     int
	results  []SearchResult
	warnings []string
	model    Classifier // nil without a refit
}

// A SearchResult is how one setting did.
type SearchResult struct {
	Params []Param   // by name
	Scores []float64 // by fold; greater is better
	// Mean and Std are over the folds, as those of CVScores. They are NaN if no
	// fold has a score, or if a fit failed and ErrorScore is NaN.
	Mean, Std float64
	// Rank is 1 for the best mean; equal means have one rank, NaN the last.
	Rank int
}

// results sums up a cross-validation by setting.
func results(settings []setting, cv *crossVal) []SearchResult {
	folds := len(cv.folds)
	out := make([]SearchResult, len(settings))
	for i, s := range settings {
		from, to := i*folds, (i+1)*folds
		r := SearchResult{Params: s, Scores: cv.scores[from:to]}
		r.Mean, r.Std = meanScore(r.Scores), stdScore(r.Scores)
		for t := from; t < to; t++ {
			if cv.failed[t] && math.IsNaN(cv.scores[t]) {
				r.Mean, r.Std = math.NaN(), math.NaN()
			}
		}
		out[i] = r
	}
	rank(out)
	return out
}

// rank gives every result its place among the means.
func rank(results []SearchResult) {
	// A NaN is placed as if it was worse than any number.
	mean := func(r SearchResult) float64 {
		if math.IsNaN(r.Mean) {
			return math.Inf(-1)
		}
		return r.Mean
	}
	losses := make([]float64, len(results))
	for i, r := range results {
		losses[i] = -mean(r)
	}
	slices.Sort(losses)
	for i, r := range results {
		better, _ := slices.BinarySearch(losses, -mean(r))
		results[i].Rank = better + 1
	}
}

// Results are all settings, in the order in which they were tried.
func (s *Search) Results() []SearchResult {
	out := slices.Clone(s.results)
	for i := range out {
		out[i].Params, out[i].Scores = slices.Clone(out[i].Params), slices.Clone(out[i].Scores)
	}
	return out
}

// Best is the index of the best setting, the first of equal ones.
func (s *Search) Best() int {
	return slices.IndexFunc(s.results, func(r SearchResult) bool { return r.Rank == 1 })
}

// BestModel is the model of the best setting, nil without a refit.
func (s *Search) BestModel() Classifier { return s.model }

// Scoring is the name of the scorer.
func (s *Search) Scoring() string { return s.scoring }

// Name is that of the estimator that searched.
func (s *Search) Name() string { return s.name }

// Classes are the classes seen in the search, sorted.
func (s *Search) Classes() Classes { return slices.Clone(s.classes) }

// FeatureNames are the columns seen in the search.
func (s *Search) FeatureNames() []string { return slices.Clone(s.features) }

// Warnings are those of the splitter and of all fits.
func (s *Search) Warnings() []string { return slices.Clone(s.warnings) }

// Predict asks the best model.
func (s *Search) Predict(ctx context.Context, X *Matrix, threads Threads) ([]int, error) {
	if s.model == nil {
		return nil, s.notRefit()
	}
	return s.model.Predict(ctx, X, threads)
}

// PredictProba asks the best model.
func (s *Search) PredictProba(ctx context.Context, X *Matrix, threads Threads) (*Matrix, error) {
	if s.model == nil {
		return nil, s.notRefit()
	}
	return s.model.PredictProba(ctx, X, threads)
}

func (s *Search) notRefit() error {
	return inputError(s.name, "search with a refit (refit=True), or fit an estimator with the best parameters",
		"the best setting was not fitted on all rows, so that there is no model to ask")
}

const kindSearch = "search/1"

func (s *Search) kind() string { return kindSearch }

func (s *Search) encode(e *encoder) {
	e.str(s.name)
	e.str(s.scoring)
	e.classes(s.classes)
	e.int(s.cols)
	e.names(s.features)
	e.strs(s.warnings)
	e.int(len(s.results))
	for _, r := range s.results {
		e.int(len(r.Params))
		for _, p := range r.Params {
			e.str(p.Name)
			e.param(p.Value)
		}
		e.floats(r.Scores)
		e.float(r.Mean)
		e.float(r.Std)
		e.int(r.Rank)
	}
	e.bool(s.model != nil)
	if s.model != nil {
		e.model(s.model)
	}
}

func decodeSearch(d *decoder) Classifier {
	s := &Search{name: d.str(), scoring: d.str(), classes: d.classes(), cols: d.int()}
	s.features = d.names(s.cols)
	s.warnings = d.strs()
	s.results = make([]SearchResult, d.length(5*8))
	for i := range s.results {
		r := &s.results[i]
		r.Params = make([]Param, d.length(9))
		for k := range r.Params {
			r.Params[k] = Param{d.str(), d.param()}
		}
		r.Scores, r.Mean, r.Std, r.Rank = d.floats(), d.float(), d.float(), d.int()
	}
	if d.err == nil && s.Best() < 0 {
		d.fail("a search without a best setting")
	}
	if d.bool() {
		if s.model = d.model(); d.err == nil && !slices.Equal(s.model.Classes(), s.classes) {
			d.fail("a search over classes %v with a model of classes %v", s.classes, s.model.Classes())
		}
	}
	return s
}
