package scorer

import (
	"context"

	"github.com/tetratelabs/wazero/api"
)

// call calls an export without arguments.
func (j *job) call(ctx context.Context, in *instance, name string, rows [2]int, n int) error {
	in.begin(ctx, j.budget(n))
	return j.end(in, name, rows, in.invoke(in.funcs[name]))
}

// end accounts for a call that began with begin.
func (j *job) end(in *instance, name string, rows [2]int, err error) error {
	fuel := in.spent()
	j.fuel.Add(fuel)
	return j.wrap(name, rows, fuel, err)
}

// chunk copies rows from..to of a batch to the guest and calls f on them.
func (m *Metric) chunk(ctx context.Context, in *instance, f api.Function, name string, b Batch, from, to int) error {
	n, k := to-from, len(b.P)
	if err := m.columns(ctx, in, b, from, to); err != nil {
		return m.wrap(name, [2]int{from, to}, in.spent(), err)
	}
	var w uint64
	if b.W != nil {
		w = uint64(in.bufs[bufW].ptr)
	}
	in.begin(ctx, m.budget(n))
	s := &in.stack
	s[0], s[1], s[2], s[3], s[4] = uint64(n), uint64(k), uint64(in.bufs[bufY].ptr), uint64(in.bufs[bufP].ptr), w
	return m.end(in, name, [2]int{from, to}, in.invoke(f))
}

// columns writes a batch. All buffers are there before the first byte is
// written: the guest's allocator may move its memory.
func (m *Metric) columns(ctx context.Context, in *instance, b Batch, from, to int) error {
	size := uint64(to-from) * 8
	if err := in.need(ctx, bufY, size); err != nil {
		return err
	}
	if err := in.need(ctx, bufP, size*uint64(len(b.P))); err != nil {
		return err
	}
	if b.W != nil {
		if err := in.need(ctx, bufW, size); err != nil {
			return err
		}
	}
	y, err := in.memory(bufY)
	if err != nil {
		return err
	}
	putFloats(y, b.Y[from:to])
	p, err := in.memory(bufP)
	if err != nil {
		return err
	}
	for c, col := range b.P {
		putFloats(p[uint64(c)*size:], col[from:to])
	}
	if b.W != nil {
		w, err := in.memory(bufW)
		if err != nil {
			return err
		}
		putFloats(w, b.W[from:to])
	}
	return nil
}
