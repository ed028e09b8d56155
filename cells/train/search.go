package train

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// GridSearchCV is an Estimator that tries all settings of a grid by
// cross-validation and then fits the best of them, as scikit-learn's.
type GridSearchCV struct {
	// Estimator is what is tuned.
	Estimator Estimator
	// ParamGrid is what to try; several grids are tried one after the other.
	ParamGrid []ParamGrid
	// Scoring rates a setting on a fold; nil is the accuracy.
	Scoring Scorer
	// CV divides the rows; nil is StratifiedKFold{}.
	CV Splitter
	// NoRefit leaves out the fit of the best setting on all rows, without which
	// the search cannot predict.
	NoRefit bool
	// ErrorScore is the score of a fold whose fit fails, NaN to rank such a
	// setting last; nil makes the first such error that of the search.
	ErrorScore *float64
}

// RandomizedSearchCV is GridSearchCV for settings that are drawn at random.
type RandomizedSearchCV struct {
	Estimator Estimator
	// ParamDistributions are what to draw from, by parameter. If all are of
	// type Choice, no setting is drawn twice.
	ParamDistributions map[string]Distribution
	// NIter is the number of settings; 0 means 10.
	NIter int
	// Seed chooses them: those that scikit-learn draws for the same seed.
	Seed uint32

	Scoring    Scorer
	CV         Splitter
	NoRefit    bool
	ErrorScore *float64
}

// Name is "GridSearchCV".
func (GridSearchCV) Name() string { return "GridSearchCV" }

// Name is "RandomizedSearchCV".
func (RandomizedSearchCV) Name() string { return "RandomizedSearchCV" }

// Params are those of the estimator, as estimator__param, refit and scoring.
func (g GridSearchCV) Params() []Param { return g.plan().params() }

// Params are those of the estimator, as estimator__param, refit and scoring,
// n_iter and random_state.
func (s RandomizedSearchCV) Params() []Param {
	return append(s.plan().params(), Param{"n_iter", s.nIter()}, Param{"random_state", int(s.Seed)})
}

func (s RandomizedSearchCV) nIter() int { return defaultTo(s.NIter, 10) }

func (g GridSearchCV) plan() searchPlan {
	return searchPlan{g.Name(), g.Estimator, g.Scoring, g.CV, g.NoRefit, g.ErrorScore}.withDefaults()
}

func (s RandomizedSearchCV) plan() searchPlan {
	return searchPlan{s.Name(), s.Estimator, s.Scoring, s.CV, s.NoRefit, s.ErrorScore}.withDefaults()
}

// settings are what the search tries.
func (g GridSearchCV) settings() ([]setting, []string, error) {
	if err := checkGrids(g.Name(), g.ParamGrid, mostSettings); err != nil {
		return nil, nil, err
	}
	out := make([]setting, int(size(g.ParamGrid)))
	for i := range out {
		out[i] = settingAt(g.ParamGrid, i)
	}
	return out, nil, nil
}

func (s RandomizedSearchCV) settings() ([]setting, []string, error) {
	n := s.nIter()
	if n < 1 || n > mostSettings {
		return nil, nil, &ParamError{s.Name(), "n_iter", n, fmt.Sprintf("from 1 to %d", mostSettings)}
	}
	if err := checkDistributions(s.Name(), s.ParamDistributions); err != nil {
		return nil, nil, err
	}
	grid, finite := choices(s.ParamDistributions)
	if !finite {
		return sampleSettings(s.ParamDistributions, n, s.Seed), nil, nil
	}
	if err := checkGrids(s.Name(), []ParamGrid{grid}, math.MaxInt32); err != nil {
		return nil, nil, err
	}
	var warnings []string
	if all := int(size([]ParamGrid{grid})); all < n {
		warnings = []string{fmt.Sprintf("%s: there are only %d settings, which is fewer than n_iter=%d: all of them are tried", s.Name(), all, n)}
		n = all
	}
	return sampleSettings(s.ParamDistributions, n, s.Seed), warnings, nil
}

// Fit is Search.
func (g GridSearchCV) Fit(ctx context.Context, X *Matrix, y *Labels, opts FitOptions) (Classifier, error) {
	return asClassifier(g.Search(ctx, X, y, opts))
}

// Fit is Search.
func (s RandomizedSearchCV) Fit(ctx context.Context, X *Matrix, y *Labels, opts FitOptions) (Classifier, error) {
	return asClassifier(s.Search(ctx, X, y, opts))
}

func asClassifier(s *Search, err error) (Classifier, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Search tries all settings on all folds, several at a time within
// opts.Threads, which does not change the result. Progress counts these fits.
// The error of a fold names it and its setting, and is the first of them.
func (g GridSearchCV) Search(ctx context.Context, X *Matrix, y *Labels, opts FitOptions) (*Search, error) {
	settings, warnings, err := g.settings()
	if err != nil {
		return nil, err
	}
	return g.plan().search(ctx, settings, warnings, X, y, opts)
}

// Search draws the settings and tries them as GridSearchCV does.
func (s RandomizedSearchCV) Search(ctx context.Context, X *Matrix, y *Labels, opts FitOptions) (*Search, error) {
	settings, warnings, err := s.settings()
	if err != nil {
		return nil, err
	}
	return s.plan().search(ctx, settings, warnings, X, y, opts)
}

// A searchPlan is what both searches have in common, with effective values.
type searchPlan struct {
	name       string
	estimator  Estimator
	scoring    Scorer
	cv         Splitter
	noRefit    bool
	errorScore *float64
}

func (p searchPlan) withDefaults() searchPlan {
	if p.scoring == nil {
		p.scoring = scorer{name: "accuracy", byClass: Accuracy}
	}
	if p.cv == nil {
		p.cv = StratifiedKFold{}
	}
	return p
}

func (p searchPlan) params() []Param {
	var out []Param
	if p.estimator != nil {
		for _, q := range p.estimator.Params() {
			out = append(out, Param{"estimator__" + q.Name, q.Value})
		}
	}
	return append(out, Param{"refit", !p.noRefit}, Param{"scoring", p.scoring.Name()})
}

// candidates are the estimators to try, whose parameters are in range.
func (p searchPlan) candidates(settings []setting) ([]Estimator, error) {
	if p.estimator == nil {
		return nil, &ParamError{p.name, "estimator", nil, "an estimator"}
	}
	out := make([]Estimator, len(settings))
	for i, s := range settings {
		e, err := WithParams(p.estimator, s...)
		if err == nil {
			err = Check(e)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", p.name, s, err)
		}
		out[i] = e
	}
	return out, nil
}

func (p searchPlan) search(ctx context.Context, settings []setting, warnings []string, X *Matrix, y *Labels, opts FitOptions) (*Search, error) {
	candidates, err := p.candidates(settings)
	if err != nil {
		return nil, err
	}
	cv, err := newCrossVal(p.name, X, y, p.cv, p.scoring)
	if err != nil {
		return nil, err
	}
	cv.settings, cv.errorScore = candidates, p.errorScore
	cv.title = func(i int) string { return p.name + ": " + settings[i].String() }
	if err := cv.run(ctx, opts); err != nil {
		return nil, err
	}
	if !slices.Contains(cv.failed, false) {
		return nil, fmt.Errorf("all %d fits failed, the first: %w", len(cv.failed), cv.firstErr)
	}
	s := &Search{name: p.name, scoring: p.scoring.Name(), classes: cv.y.Classes, features: X.Names, cols: X.Cols}
	s.results = results(settings, cv)
	s.warnings = append(warnings, cv.warnings...)
	if p.noRefit {
		return s, nil
	}
	if s.model, err = candidates[s.Best()].Fit(ctx, X, cv.y, FitOptions{Threads: opts.Threads}); err != nil {
		return nil, fmt.Errorf("%s: %s: fit on all rows: %w", p.name, settings[s.Best()], err)
	}
	for _, w := range WarningsOf(s.model) {
		if !slices.Contains(s.warnings, w) {
			s.warnings = append(s.warnings, w)
		}
	}
	return s, nil
}

func (g GridSearchCV) check() error {
	settings, _, err := g.settings()
	if err != nil {
		return err
	}
	_, err = g.plan().candidates(settings)
	return err
}

func (s RandomizedSearchCV) check() error {
	settings, _, err := s.settings()
	if err != nil {
		return err
	}
	_, err = s.plan().candidates(settings)
	return err
}
