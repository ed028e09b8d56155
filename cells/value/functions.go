package value

import (
	"crypto/sha256"
	"sync"
	"weak"

	"go.starlark.net/starlark"
)

// A digest is the SHA-256 of the bytes of a function.
type digest [sha256.Size]byte

// Functions holds functions that were read, as long as somebody uses them, so
// that equal ones are one: Starlark compares functions by where they stand in
// memory. The zero Functions is empty. It is safe for concurrent use.
type Functions struct {
	mu    sync.Mutex
	known map[digest]reference
}

// A reference gives a function as long as somebody else uses it, and then nil.
type reference func() starlark.Callable

func weakly[T any, P interface {
	*T
	starlark.Callable
}](fn P) reference {
	p := weak.Make((*T)(fn))
	return func() starlark.Callable {
		if fn := p.Value(); fn != nil {
			return P(fn)
		}
		return nil
	}
}

// one gives the function with these bytes: fn, if it is the first.
func (f *Functions) one(d digest, fn starlark.Callable) starlark.Callable {
	if f == nil {
		return fn
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if look := f.known[d]; look != nil {
		if first := look(); first != nil {
			return first
		}
	}
	if f.known == nil {
		f.known = map[digest]reference{}
	}
	switch fn := fn.(type) {
	case *starlark.Function:
		f.known[d] = weakly(fn)
	case *starlark.Builtin:
		f.known[d] = weakly(fn)
	}
	return fn
}
