package kernel

import (
	"context"
	"errors"
	"fmt"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/value"
	"github.com/wnb-dev/wnb/kernel/cache"
	"github.com/wnb-dev/wnb/notebooks"
)

// replay makes a kept result that of the cell; false if there is none.
func (x *Executor) replay(ctx context.Context, n *Notebook, k *keeping, res *Result) bool {
	e, err := x.opts.Cache.Find(ctx, k.key, x.ask(res.Cell))
	if err == nil && e != nil {
		err = x.restoreFiles(ctx, e)
	}
	switch {
	case errors.Is(err, cache.ErrLost): // the cell runs, and mends it
		return false
	case err != nil:
		x.warn(res, err)
		return false
	case e == nil:
		return false
	}
	if err := x.learn(ctx, n, res.Cell, e); err != nil {
		x.warn(res, err)
		return false
	}
	res.Status, res.Effects, res.Values, res.From = notebooks.StatusCached, e.Effects, map[string]*Value{}, e
	for name, v := range e.Values {
		res.Values[name] = x.kept(n, v)
	}
	if x.opts.Observer != nil {
		for _, effect := range e.Effects {
			x.opts.Observer.CellEffect(res.Cell, effect)
		}
	}
	res.Duration = x.now().Sub(res.Start)
	return true
}

// learn notes the secrets that a kept result asked for: the cells behind it may
// find them in what it gives, as if it had run.
func (x *Executor) learn(ctx context.Context, n *Notebook, c *Cell, e *cache.Entry) error {
	var known secrets
	known.add(x.ledger.before(n, c.ID))
	for _, q := range e.Questions() {
		if q.Kind != cells.SecretInput {
			continue
		}
		text, err := x.opts.World.secret(ctx, q.Name)
		if err != nil {
			return fmt.Errorf("the secret %q: %w", q.Name, err)
		}
		known.learn(q.Name, text)
	}
	x.ledger.note(c.ID, known.all())
	return nil
}

// kept is a value of the cache.
func (x *Executor) kept(n *Notebook, v cache.Value) *Value {
	return &Value{hash: v.Hash, load: func(ctx context.Context) (starlark.Value, error) {
		return x.decode(ctx, v, x.home(n))
	}}
}

// decode loads a kept value. The error of one that is not there any more, or is
// not what was stored, wraps cache.ErrLost.
func (x *Executor) decode(ctx context.Context, v cache.Value, home func(code string) *lang.Home) (starlark.Value, error) {
	root, err := x.opts.Cache.Root(ctx, v)
	if err != nil {
		return nil, err
	}
	loaded, err := x.read(ctx, root, home)
	if errors.Is(err, value.ErrEncoding) {
		err = fmt.Errorf("%w: %w", cache.ErrLost, err)
	}
	return loaded, err
}

func (x *Executor) read(ctx context.Context, root []byte, home func(code string) *lang.Home) (starlark.Value, error) {
	d := value.Decoder{Makers: x.makers, Part: x.opts.Cache.Part, Home: home, Functions: x.functions}
	return d.Decode(ctx, root)
}
