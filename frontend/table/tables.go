package table

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/wnb-dev/wnb/cells/frame"
)

// Options are what Tables are made of. Open is required.
type Options struct {
	// Open opens the content that a ref names. The error of one that is not
	// there wraps NotFound.
	Open     func(ctx context.Context, ref string) (io.ReadCloser, error)
	NotFound error

	MaxTable int64 // bytes of the largest frame; 256 MiB
	Memory   int64 // bytes of frames and orders that stay in memory; 512 MiB
	Sorts    int   // how many requests sort, search or decode at one time; 2
}

// Tables are the frames that cells showed. They are safe for concurrent use.
type Tables struct {
	opt   Options
	cache *cache
	slots chan struct{}
}

// New makes Tables.
func New(opt Options) *Tables {
	if opt.MaxTable == 0 {
		opt.MaxTable = 256 << 20
	}
	if opt.Memory == 0 {
		opt.Memory = 512 << 20
	}
	if opt.Sorts == 0 {
		opt.Sorts = 2
	}
	return &Tables{opt: opt, cache: newCache(opt.Memory), slots: make(chan struct{}, opt.Sorts)}
}

// ErrGone is wrapped by the errors of tables that are not there: never shown, not
// kept yet, or not any more.
var ErrGone = errors.New("this table is not kept: wait until its cell is done, or run the cell again")

// errGivenUp is the error of what was not made since the request ended.
var errGivenUp = errors.New("the request ended")

// A view says which rows of a frame are asked for, and in which order.
type view struct {
	sort   string // column
	sorted bool
	desc   bool
	filter string // what rows hold in some column; case does not matter
}

func (v view) key(ref string) string {
	return fmt.Sprintf("%s %t %t %q %q", ref, v.sorted, v.desc, v.sort, v.filter)
}

// frame gives the frame of a ref.
func (t *Tables) frame(ctx context.Context, ref string) (*frame.Frame, error) {
	v, err := t.cache.get(ctx, ref, func(ctx context.Context) (any, int64, error) {
		free, err := t.slot(ctx)
		if err != nil {
			return nil, 0, err
		}
		defer free()
		content, err := t.read(ctx, ref)
		if err != nil {
			return nil, 0, err
		}
		f, err := frame.Decode(content)
		if err != nil {
			return nil, 0, fmt.Errorf("%w: %w", ErrGone, err)
		}
		return f, int64(cap(content)), nil
	})
	if err != nil {
		return nil, err
	}
	return v.(*frame.Frame), nil
}

// slot waits until there is a processor for something that takes long.
func (t *Tables) slot(ctx context.Context) (free func(), err error) {
	select {
	case t.slots <- struct{}{}:
		return func() { <-t.slots }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// read reads a frame's encoding, and of other content no more than its begin.
func (t *Tables) read(ctx context.Context, ref string) (content []byte, err error) {
	r, err := t.opt.Open(ctx, ref)
	switch {
	case err != nil && t.opt.NotFound != nil && errors.Is(err, t.opt.NotFound):
		return nil, ErrGone // the error names a folder, which is not for all who ask
	case err != nil:
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	head := make([]byte, len(frame.Magic))
	if _, err := io.ReadFull(r, head); err != nil || string(head) != frame.Magic {
		return nil, fmt.Errorf("%w: %s is not a table", ErrGone, ref)
	}
	var all bytes.Buffer
	all.Write(head)
	n, err := io.Copy(&all, io.LimitReader(r, t.opt.MaxTable))
	if err == nil && n == t.opt.MaxTable {
		err = fmt.Errorf("%w: it is larger than %d MiB", ErrGone, t.opt.MaxTable>>20)
	}
	return all.Bytes(), err
}

// rows gives the rows of a view in their order; nil stands for all rows in the
// order of the frame.
func (t *Tables) rows(ctx context.Context, ref string, f *frame.Frame, v view) ([]int, error) {
	if !v.sorted && v.filter == "" {
		return nil, nil
	}
	rows, err := t.cache.get(ctx, v.key(ref), func(ctx context.Context) (any, int64, error) {
		free, err := t.slot(ctx)
		if err != nil {
			return nil, 0, err
		}
		defer free()
		rows, err := order(ctx, f, v)
		return rows, int64(8 * len(rows)), err
	})
	if err != nil {
		return nil, err
	}
	return rows.([]int), nil
}

func order(ctx context.Context, f *frame.Frame, v view) (rows []int, err error) {
	var keep []bool
	if v.filter != "" {
		if keep, err = f.Search(ctx, v.filter); err != nil {
			return nil, err
		}
	}
	if v.sorted {
		if rows, err = f.Order(ctx, []string{v.sort}, []bool{v.desc}); err != nil {
			return nil, err
		}
	} else {
		for i := range keep {
			rows = append(rows, i)
		}
	}
	if keep == nil {
		return rows, nil
	}
	kept := make([]int, 0, len(rows))
	for _, r := range rows {
		if keep[r] {
			kept = append(kept, r)
		}
	}
	return kept, nil
}
