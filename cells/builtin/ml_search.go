package builtin

import (
	"math"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/train"
	"github.com/wnb-dev/wnb/cells/value"
)

// The two searches, under scikit-learn's names.
const (
	gridSearch   = "GridSearchCV"
	randomSearch = "RandomizedSearchCV"
)

// A Searcher is a GridSearchCV or RandomizedSearchCV that has not seen data. It
// is immutable.
type Searcher struct {
	name      string
	estimator *Estimator
	tries     starlark.Value // param_grid or param_distributions
	options   searchOptions

	grids []train.ParamGrid
	dists map[string]train.Distribution
	seed  uint32
}

// searchOptions are the other parameters, as they were given.
type searchOptions struct {
	scoring, cv, errorScore, seed starlark.Value
	refit                         bool
	nIter                         int
}

var _ starlark.HasAttrs = (*Searcher)(nil)

// searchFuncs make searches.
func searchFuncs() []*Func {
	const results = ` scoring and cv are as in ml.cross_val_score. fit(X, y) gives a value with best_params, best_score, best_estimator, which is fitted on all rows unless refit is False, cv_results, a frame, and the methods of a model. error_score is the score of a fold whose fit fails: "raise" makes it the error of the search.`
	return append(distributionFuncs(),
		&Func{gridSearch, `estimator, param_grid, scoring=None, cv=5, refit=True, error_score="raise"`,
			"Tries all combinations of parameters by cross-validation. param_grid is a dict of parameters and lists of values, or a list of such dicts; a parameter of a pipeline's step is step__parameter." + results,
			`ml.GridSearchCV(ml.LogisticRegression(max_iter=1000), {"C": [0.1, 1, 10]}, cv=3).fit(wine[features], wine["cultivar"])`, makeGridSearch},
		&Func{randomSearch, `estimator, param_distributions, n_iter=10, scoring=None, cv=5, refit=True, error_score="raise", seed=0`,
			"Tries n_iter settings that are drawn at random, those that scikit-learn draws for the same seed. param_distributions is a dict of parameters and lists of values, or ml.uniform, ml.loguniform and ml.randint. Of lists alone no setting is drawn twice." + results,
			`ml.RandomizedSearchCV(ml.LogisticRegression(max_iter=1000), {"C": ml.loguniform(0.01, 100)}, n_iter=3, cv=3, seed=1).fit(wine[features], wine["cultivar"])`, makeRandomSearch},
	)
}

func makeGridSearch(c *call) (starlark.Value, error) {
	o := searchOptions{scoring: starlark.None, cv: starlark.None, errorScore: starlark.None, seed: starlark.None, refit: true}
	var e *Estimator
	var grid starlark.Value
	if err := c.unpack("estimator", &e, "param_grid", &grid, "scoring?", &o.scoring, "cv?", &o.cv, "refit?", &o.refit, "error_score?", &o.errorScore); err != nil {
		return nil, err
	}
	return c.newSearch(gridSearch, e, grid, o)
}

func makeRandomSearch(c *call) (starlark.Value, error) {
	o := searchOptions{scoring: starlark.None, cv: starlark.None, errorScore: starlark.None, seed: starlark.None, refit: true, nIter: 10}
	var e *Estimator
	var dists starlark.Value
	if err := c.unpack("estimator", &e, "param_distributions", &dists, "n_iter?", &o.nIter, "scoring?", &o.scoring, "cv?", &o.cv,
		"refit?", &o.refit, "error_score?", &o.errorScore, "seed?", &o.seed, "random_state?", &o.seed); err != nil {
		return nil, err
	}
	return c.newSearch(randomSearch, e, dists, o)
}

// newSearch checks all that can be checked before there is data.
func (c *call) newSearch(name string, e *Estimator, tries starlark.Value, o searchOptions) (starlark.Value, error) {
	if o.scoring != starlark.None {
		_, free, err := c.scorerOf("scoring", o.scoring, false, &train.Labels{})
		if err != nil {
			return nil, err
		}
		free()
	}
	if _, err := c.splitterOf(o.folds()); err != nil {
		return nil, err
	}
	tries, err := value.Copy(c.context(), tries) // the cell may change its dict
	if err != nil {
		return nil, err
	}
	return newSearcher(name, e, tries, o)
}

// folds is cv with its default.
func (o searchOptions) folds() starlark.Value {
	if o.cv == starlark.None {
		return starlark.MakeInt(5)
	}
	return o.cv
}

// newSearcher makes a search of its parts.
func newSearcher(name string, e *Estimator, tries starlark.Value, o searchOptions) (*Searcher, error) {
	if e.final == nil {
		return nil, lang.WithHint("put it before an estimator with ml.Pipeline([...])", "ml.%s: %s cannot predict", name, e.name())
	}
	s := &Searcher{name: name, estimator: e, tries: tries, options: o, dists: map[string]train.Distribution{}}
	if _, err := s.errorScore(); err != nil {
		return nil, err
	}
	if s.random() && o.nIter < 1 {
		return nil, &train.ParamError{Estimator: "ml." + name, Param: "n_iter", Value: o.nIter, Want: "at least 1"}
	}
	var err error
	if s.seed, err = seedOf("ml."+name, o.seed); err != nil {
		return nil, err
	}
	if err := s.space(); err != nil {
		return nil, err
	}
	return s, hinted(train.Check(s.spec(nil, nil)))
}

func (s *Searcher) random() bool { return s.name == randomSearch }

// errorScore is error_score: nil to raise.
func (s *Searcher) errorScore() (*float64, error) {
	v := s.options.errorScore
	if v == starlark.None || v == starlark.String("raise") {
		return nil, nil
	}
	x, ok := asNumber(v)
	if !ok || math.IsInf(x, 0) {
		return nil, &train.ParamError{Estimator: "ml." + s.name, Param: "error_score", Value: v, Want: `"raise", float("nan") or a number`}
	}
	return &x, nil
}

// spec is the search for the training library.
func (s *Searcher) spec(scoring train.Scorer, cv train.Splitter) train.Estimator {
	errorScore, _ := s.errorScore() // it was checked
	if s.random() {
		return train.RandomizedSearchCV{Estimator: s.estimator.final, ParamDistributions: s.dists, NIter: s.options.nIter, Seed: s.seed,
			Scoring: scoring, CV: cv, NoRefit: !s.options.refit, ErrorScore: errorScore}
	}
	return train.GridSearchCV{Estimator: s.estimator.final, ParamGrid: s.grids, Scoring: scoring, CV: cv, NoRefit: !s.options.refit, ErrorScore: errorScore}
}

// String is the call that makes it.
func (s *Searcher) String() string {
	parts := []string{s.estimator.String(), s.tries.String()}
	add := func(name string, v starlark.Value) {
		if v != starlark.None {
			parts = append(parts, name+"="+v.String())
		}
	}
	if s.random() {
		add("n_iter", starlark.MakeInt(s.options.nIter))
	}
	add("scoring", s.options.scoring)
	add("cv", s.options.cv)
	if !s.options.refit {
		add("refit", starlark.False)
	}
	add("error_score", s.options.errorScore)
	add(seedName, s.options.seed)
	return s.name + "(" + strings.Join(parts, ", ") + ")"
}

// Type is "search".
func (s *Searcher) Type() string { return "search" }

// Freeze freezes what was given.
func (s *Searcher) Freeze() {
	for _, v := range []starlark.Value{s.tries, s.options.scoring, s.options.cv} {
		v.Freeze()
	}
}

// Truth is always true.
func (s *Searcher) Truth() starlark.Bool { return true }

// Hash refuses.
func (s *Searcher) Hash() (uint32, error) { return unhashable(s, "use a name as the key") }

var searcherMethods = newMethods("search",
	method[*Searcher]{"fit", "X, y", "Tries all settings on the features X and the labels y, several at a time, and fits the best on all rows. Functions of cells that score are called one after the other. The settings, their scores and the best of them are logged to the run unless track.autolog(False) was called.",
		`ml.GridSearchCV(ml.DecisionTreeClassifier(), {"max_depth": [1, 3]}).fit(wine[features], wine["cultivar"])`, fitSearch},
)

// AttrNames are parameters and methods.
func (s *Searcher) AttrNames() []string { return []string{"estimator", "fit", "name", s.spaceName()} }

// Attr is a parameter or a method.
func (s *Searcher) Attr(name string) (starlark.Value, error) {
	switch name {
	case "estimator":
		return s.estimator, nil
	case "name":
		return starlark.String(s.name), nil
	case s.spaceName():
		return s.tries, nil
	}
	if m := searcherMethods.bind(s, name); m != nil {
		return m, nil
	}
	if foundMethods.has(name) || modelMethods.has(name) {
		return nil, lang.WithHint("fit it first: found = search.fit(X, y); then found."+name, "%s has not been fitted, so it has no `%s`", s.name, name)
	}
	return nil, noAttr(s.name, name, s.AttrNames())
}

func fitSearch(s *Searcher, c *call) (starlark.Value, error) {
	var X, y starlark.Value
	if err := c.unpack("X", &X, "y", &y); err != nil {
		return nil, err
	}
	d, err := c.trainingData(X, y)
	if err != nil {
		return nil, err
	}
	scorer, free, err := s.scorer(c, d.y)
	if err != nil {
		return nil, err
	}
	defer free()
	cv, err := c.splitterOf(s.options.folds())
	if err != nil {
		return nil, err
	}
	fitted, err := s.spec(scorer, cv).Fit(c.context(), d.X, d.y, train.FitOptions{Threads: c.threads()})
	if err != nil {
		return nil, hinted(err)
	}
	found, err := newFound(s, fitted, d.X.Rows, d.target.Name())
	if err != nil {
		return nil, err
	}
	if err := warnOnce(c, found.fitted.Warnings()); err != nil {
		return nil, err
	}
	return found, logSearch(c, found, d)
}

// scorer is scoring for labels y, by default the accuracy.
func (s *Searcher) scorer(c *call, y *train.Labels) (train.Scorer, func(), error) {
	if s.options.scoring == starlark.None {
		return c.scorerOf("scoring", starlark.String("accuracy"), false, y)
	}
	return c.scorerOf("scoring", s.options.scoring, false, y)
}
