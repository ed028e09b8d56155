package kernel

import (
	"context"
	"sync"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/value"
)

// A Value is what a cell gave to a name: its hash, and the value itself. One
// that comes from the cache is loaded when it is first needed, so that a run in
// which nothing changed loads nothing.
type Value struct {
	hash   string
	noForm error        // why there is no hash
	keyed  bool         // the hash is one of this store
	stored value.Stored // its bytes, until they are kept

	mu    sync.Mutex
	value starlark.Value // nil until it is loaded
	load  func(ctx context.Context) (starlark.Value, error)
}

// NewValue is a value that is there. hash may be empty; noForm then says why.
func NewValue(v starlark.Value, hash string, noForm error) *Value {
	return &Value{value: v, hash: hash, noForm: noForm}
}

// Hash stands for the value; the error says why it cannot be hashed. Both are
// empty where hashes are not asked for.
func (v *Value) Hash() (string, error) { return v.hash, v.noForm }

// Keyed tells whether the value holds a secret, so that another store gives it
// another hash. It is false for a value that comes from the cache.
func (v *Value) Keyed() bool { return v.keyed }

// Get gives the value, frozen.
func (v *Value) Get(ctx context.Context) (starlark.Value, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.value == nil {
		loaded, err := v.load(ctx)
		if err != nil {
			return nil, err
		}
		v.value = loaded
	}
	return v.value, nil
}

// Loaded is the value if it is there without loading, else nil.
func (v *Value) Loaded() starlark.Value {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.value
}
