package builtin

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/train"
	"github.com/wnb-dev/wnb/cells/value"
)

// Kinds as in form.go.
const (
	kindScorer       = "scorer"
	kindDistribution = "distribution"
	kindSearch       = "search"
	kindFound        = "fitted_search"
	kindExtension    = "extension"
)

var (
	_ value.Object = (*Scorer)(nil)
	_ value.Object = (*Distribution)(nil)
	_ value.Object = (*Searcher)(nil)
	_ value.Object = (*Found)(nil)
	_ value.Object = (*Extension)(nil)
)

// CompareSameType tells whether the scorers are made by the same call.
func (s *Scorer) CompareSameType(op lang.Token, y starlark.Value, _ int) (bool, error) {
	return sameForm(op, s, y)
}

// CompareSameType tells whether the distributions are the same.
func (d *Distribution) CompareSameType(op lang.Token, y starlark.Value, _ int) (bool, error) {
	return sameForm(op, d, y)
}

// CompareSameType tells whether the searches are made by the same call.
func (s *Searcher) CompareSameType(op lang.Token, y starlark.Value, _ int) (bool, error) {
	return sameForm(op, s, y)
}

// CompareSameType tells whether the same search found the same.
func (f *Found) CompareSameType(op lang.Token, y starlark.Value, _ int) (bool, error) {
	return sameForm(op, f, y)
}

// CompareSameType tells whether module and parameters are the same.
func (e *Extension) CompareSameType(op lang.Token, y starlark.Value, _ int) (bool, error) {
	return sameForm(op, e, y)
}

// addSearched adds the makers of searches, and of what scores.
func addSearched(makers map[string]value.Make) {
	makers[kindScorer] = remakeScorer
	makers[kindDistribution] = remakeDistribution
	makers[kindSearch] = remakeSearch
	makers[kindFound] = remakeFound
	makers[kindExtension] = remakeExtension
}

// Form is the call that makes the scorer.
func (s *Scorer) Form() (value.Form, error) {
	return value.Form{Kind: kindScorer, Fields: []starlark.Value{s.score, starlark.Bool(s.greaterIsBetter), starlark.Bool(s.needsProba)}}, nil
}

func remakeScorer(from []starlark.Value, _ []byte) (starlark.Value, error) {
	s := &Scorer{}
	return s, fields(kindScorer, from, &s.score, &s.greaterIsBetter, &s.needsProba)
}

// Form is the call that makes the distribution.
func (d *Distribution) Form() (value.Form, error) {
	return value.Form{Kind: kindDistribution, Fields: []starlark.Value{starlark.String(d.name), d.low, d.high}}, nil
}

func remakeDistribution(from []starlark.Value, _ []byte) (starlark.Value, error) {
	var name string
	var low, high starlark.Value
	if err := fields(kindDistribution, from, &name, &low, &high); err != nil {
		return nil, err
	}
	d, err := newDistribution(name, low, high)
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Form is the call that makes the search.
func (s *Searcher) Form() (value.Form, error) {
	o := s.options
	return value.Form{Kind: kindSearch, Fields: []starlark.Value{starlark.String(s.name), s.estimator, s.tries,
		o.scoring, o.cv, o.errorScore, o.seed, starlark.Bool(o.refit), starlark.MakeInt(o.nIter)}}, nil
}

func remakeSearch(from []starlark.Value, _ []byte) (starlark.Value, error) {
	var name string
	var e *Estimator
	var tries starlark.Value
	var o searchOptions
	err := fields(kindSearch, from, &name, &e, &tries, &o.scoring, &o.cv, &o.errorScore, &o.seed, &o.refit, &o.nIter)
	if err != nil {
		return nil, err
	}
	if name != gridSearch && name != randomSearch {
		return nil, fmt.Errorf("there is no search %s", name)
	}
	s, err := newSearcher(name, e, tries, o)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Form is the search, and what it found as it is saved.
func (f *Found) Form() (value.Form, error) {
	return value.Form{
		Kind:    kindFound,
		Fields:  []starlark.Value{f.search, starlark.MakeInt(f.rows), starlark.String(f.target)},
		Content: func(w io.Writer) error { return train.Save(w, f.fitted) },
		Memo:    &f.memo,
	}, nil
}

func remakeFound(from []starlark.Value, content []byte) (starlark.Value, error) {
	var s *Searcher
	var rows int
	var target string
	if err := fields(kindFound, from, &s, &rows, &target); err != nil {
		return nil, err
	}
	fitted, err := loadAll(content)
	if err != nil {
		return nil, err
	}
	f, err := newFound(s, fitted, rows, target)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Form is the module and the parameters.
func (e *Extension) Form() (value.Form, error) {
	params := starlark.NewDict(len(e.params))
	for _, name := range slices.Sorted(maps.Keys(e.params)) {
		if err := params.SetKey(starlark.String(name), valueOf(e.params[name])); err != nil {
			return value.Form{}, err
		}
	}
	return value.Form{Kind: kindExtension, Fields: []starlark.Value{params}, Memo: &e.memo, Content: func(w io.Writer) error {
		_, err := w.Write(e.module)
		return err
	}}, nil
}

func remakeExtension(from []starlark.Value, content []byte) (starlark.Value, error) {
	var params *starlark.Dict
	if err := fields(kindExtension, from, &params); err != nil {
		return nil, err
	}
	given := map[string]any{}
	err := entries(kindExtension, params, func(name string, v starlark.Value) (err error) {
		given[name], err = scalarOf(v)
		return err
	})
	if err != nil {
		return nil, err
	}
	e, err := NewExtension(content, given)
	if err != nil {
		return nil, err
	}
	return e, nil
}
