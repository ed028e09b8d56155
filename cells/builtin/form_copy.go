package builtin

import (
	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/value"
)

// Objects that hold functions, or other objects that do, are copied with them.
var (
	_ value.Holder = (*boundMethod)(nil)
	_ value.Holder = (*Scorer)(nil)
	_ value.Holder = (*Searcher)(nil)
	_ value.Holder = (*Found)(nil)
)

// CopyWith is the method of the copied receiver.
func (m *boundMethod) CopyWith(copied func(starlark.Value) (starlark.Value, error)) (starlark.Value, error) {
	receiver, err := copied(m.receiver)
	if err != nil || receiver == m.receiver {
		return m, err
	}
	return remakeMember([]starlark.Value{receiver, starlark.String(m.member())}, nil)
}

// CopyWith copies the function.
func (s *Scorer) CopyWith(copied func(starlark.Value) (starlark.Value, error)) (starlark.Value, error) {
	score, err := copied(s.score)
	if err != nil {
		return nil, err
	}
	out := *s
	out.score = score.(starlark.Callable)
	return &out, nil
}

// CopyWith copies what the search was given.
func (s *Searcher) CopyWith(copied func(starlark.Value) (starlark.Value, error)) (starlark.Value, error) {
	out := *s
	for _, v := range []*starlark.Value{&out.tries, &out.options.scoring, &out.options.cv} {
		var err error
		if *v, err = copied(*v); err != nil {
			return nil, err
		}
	}
	return &out, nil
}

// CopyWith copies the search.
func (f *Found) CopyWith(copied func(starlark.Value) (starlark.Value, error)) (starlark.Value, error) {
	search, err := copied(f.search)
	if err != nil {
		return nil, err
	}
	return newFound(search.(*Searcher), f.fitted, f.rows, f.target)
}
