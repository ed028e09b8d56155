package kernel

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strconv"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/value"
	"github.com/wnb-dev/wnb/kernel/cache"
)

// keeping is what is known about keeping the result of one cell.
type keeping struct {
	key   string            // "" if the result is not kept
	why   string            // it is not kept
	reads map[string]string // hashes of what the cell reads, by name
}

// A narrowable value, such as params, can be reduced to the attributes that are
// read.
type narrowable interface {
	Narrow(attrs []string) starlark.Value
}

// keepFor finds the key of a cell.
func (x *Executor) keepFor(ctx context.Context, n *Notebook, c *Cell, values map[string]*Value) *keeping {
	if x.opts.Cache == nil && !x.opts.Hashes {
		return &keeping{}
	}
	recipe, why := x.recipe(ctx, n, c, values)
	k := &keeping{reads: recipe.Reads, why: why}
	switch {
	case why != "" || x.opts.Cache == nil:
	case c.Always:
		k.why = "it always runs"
	case c.NoCache:
		k.why = "cache=off"
	default:
		k.key = recipe.Key()
	}
	return k
}

// notGiven stands for a name that its cell did not give a value.
const notGiven = "not given"

// recipe is what the cell is made of. why is not empty if that cannot be told.
func (x *Executor) recipe(ctx context.Context, n *Notebook, c *Cell, values map[string]*Value) (r cache.Recipe, why string) {
	r = cache.Recipe{
		Lang: string(c.Lang), Reads: map[string]string{}, Version: x.opts.Version, Arch: runtime.GOARCH,
		Setting: map[string]string{"max_output": strconv.Itoa(x.opts.World.maxOutput())},
	}
	if isExtension(c.Lang) {
		r.Code, r.Setting["kind"], r.Setting["name"] = c.Source, c.Kind, c.outName
		return r, ""
	}
	if c.Program == nil {
		return r, string(c.Lang) + " cells are not kept yet"
	}
	r.Code = c.Program.Canonical()
	for _, read := range c.Program.Reads() {
		hash, err := x.readHash(ctx, n, c, read.Name, values)
		if err != nil && why == "" {
			why = err.Error()
		}
		if hash != "" {
			r.Reads[read.Name] = hash
		}
	}
	if err := x.loadsOf(ctx, c, r.Reads); err != nil && why == "" {
		why = err.Error()
	}
	return r, why
}

// loadsOf adds the hashes of what a cell loads from files.
func (x *Executor) loadsOf(ctx context.Context, c *Cell, to map[string]string) error {
	var first error
	for _, l := range c.Program.Loads() {
		if err := x.loadHashes(ctx, l, to); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// OutsideChanged names what a cell read, from neither another cell nor the
// world, and that is another one now: the params, or a function of a file that
// it loads. It is empty if all is as it was.
func (x *Executor) OutsideChanged(ctx context.Context, n *Notebook, c *Cell, res *Result) string {
	if c.Program == nil {
		return ""
	}
	now := map[string]string{}
	for _, read := range c.Program.Reads() {
		if _, owned := n.Graph.Owner(read.Name); owned {
			continue
		}
		if hash, err := x.readHash(ctx, n, c, read.Name, nil); err == nil && hash != "" {
			now[read.Name] = hash
		}
	}
	if x.loadsOf(ctx, c, now) != nil {
		return ""
	}
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if res.Reads[name] != now[name] {
			return name
		}
	}
	return ""
}

// FilesChanged tells whether a file that a cell loaded has another content now.
// An executor reads files once: a new one is needed then.
func (x *Executor) FilesChanged() bool { return x.files.Changed() }

// readHash is the hash of a name that a cell reads; "" for what is part of the
// release.
func (x *Executor) readHash(ctx context.Context, n *Notebook, c *Cell, name string, values map[string]*Value) (string, error) {
	if owner, owned := n.Graph.Owner(name); owned {
		v := values[name]
		if v == nil {
			return notGiven, nil
		}
		hash, err := v.Hash()
		if err == nil && hash == "" {
			err = errors.New("nobody asked for its hash when it was made")
		}
		if err != nil {
			return "", fmt.Errorf("`%s` of cell %s cannot be hashed: %w", name, owner, err)
		}
		return hash, nil
	}
	b, ok := x.opts.Builtins[name].(narrowable)
	if !ok {
		return "", nil
	}
	v := x.opts.Builtins[name]
	if attrs, whole := c.Program.AttrsOf(name); !whole {
		v = b.Narrow(attrs)
	}
	return value.Hash(ctx, v)
}

// loadHashes adds what a cell loads from a file: only what it names, and so
// only what that reaches.
func (x *Executor) loadHashes(ctx context.Context, l lang.Loading, to map[string]string) error {
	exports, err := x.files.Exports(ctx, l.File)
	if err != nil {
		return nil //nolint:nilerr // the cell says so itself when it runs
	}
	for _, name := range l.Names {
		v, ok := exports[name]
		if !ok {
			continue
		}
		hash, err := value.Hash(ctx, v)
		if err != nil {
			return fmt.Errorf("`%s` of %s cannot be hashed: %w", name, l.File, err)
		}
		to[l.File+":"+name] = hash
	}
	return nil
}

// hashed gives the exports of a cell their hashes, and keeps their large parts
// if the result will be kept.
func (x *Executor) hashed(ctx context.Context, k *keeping, rec *recorder, exports starlark.StringDict) (map[string]*Value, error) {
	values := make(map[string]*Value, len(exports))
	for name, v := range exports {
		values[name] = NewValue(v, "", nil)
		if x.opts.Cache == nil && !x.opts.Hashes {
			continue
		}
		if err := x.hash(ctx, k, rec, values[name]); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// hash gives a value its hash. The error is that of ctx; a value that cannot be
// written, or not be kept since the store is full or broken, has no hash, and
// the cell is done all the same.
func (x *Executor) hash(ctx context.Context, k *keeping, rec *recorder, v *Value) error {
	var parts value.Parts
	if k.key != "" {
		parts = guardedParts{x.opts.Cache.Parts(), &rec.secrets}
	}
	stored, err := value.Encode(ctx, v.value, parts)
	if err == nil {
		if name := rec.secrets.found(stored.Root); name != "" {
			err = secretError(name)
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		v.noForm = rec.secrets.redactError(err)
		return nil
	}
	v.hash = stored.Hash()
	if v.keyed, err = rec.holdsKeyed(ctx, stored.Root); err != nil {
		return err
	}
	if k.key != "" {
		v.stored = stored
	}
	return nil
}

// store keeps the result of a cell that is done.
func (x *Executor) store(ctx context.Context, n *Notebook, k *keeping, res *Result) {
	if k.key == "" {
		return
	}
	if err := x.save(ctx, n, k, res); err != nil && ctx.Err() == nil {
		x.warn(res, err)
	}
	for _, v := range res.Values {
		v.stored = value.Stored{}
	}
}

// warn notes that the result could not be kept.
func (x *Executor) warn(res *Result, err error) {
	if res.Uncached == "" {
		res.Uncached = err.Error()
	}
}

func (x *Executor) save(ctx context.Context, n *Notebook, k *keeping, res *Result) error {
	if why := notKept(res.Effects); why != "" {
		res.Uncached = why
		return nil
	}
	e := &cache.Entry{Cell: res.Cell.ID, Run: x.opts.RunID, Start: res.Start, Duration: res.Duration, Values: map[string]cache.Value{}, Effects: res.Effects}
	for name, v := range res.Values {
		if v.noForm != nil {
			return fmt.Errorf("`%s`: %w", name, v.noForm)
		}
		packed, err := x.opts.Cache.Pack(ctx, v.stored)
		if err != nil {
			return err
		}
		e.Values[name] = packed
	}
	if err := x.reread(ctx, n, res.Values); err != nil {
		return err
	}
	return x.opts.Cache.Save(ctx, k.key, e)
}

// reread makes values with functions those that the cache will give: a cell that
// compares functions gets the same answer, whether theirs ran or not.
func (x *Executor) reread(ctx context.Context, n *Notebook, values map[string]*Value) error {
	again := map[string]starlark.Value{}
	for name, v := range values {
		if !v.stored.Functions {
			continue
		}
		loaded, err := x.read(ctx, v.stored.Root, x.home(n))
		if err != nil {
			return fmt.Errorf("`%s` cannot be read back: %w", name, err)
		}
		again[name] = loaded
	}
	for name, loaded := range again {
		values[name].value = loaded
	}
	return nil
}

// notKept says why what a cell did cannot be used again: it asked what nobody
// can ask again, or a message of it did not arrive and is to be sent next time.
func notKept(effects []cells.Effect) string {
	for _, e := range effects {
		switch e := e.(type) {
		case cells.Input:
			if e.Kind == cells.ImpureInput {
				return e.Name
			}
		case cells.Notice:
			for _, d := range e.Deliveries {
				if d.Error != "" {
					return "its message was not sent: " + d.Error
				}
			}
		}
	}
	return ""
}
