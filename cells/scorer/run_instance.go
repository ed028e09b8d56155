package scorer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// instance is one running copy of a module. One goroutine uses it at a time. Any
// error is its end.
type instance struct {
	job      *job
	ctx      context.Context // what guests are called with; the caller's is in tank
	guest    api.Module
	mem      api.Memory
	fuel     api.MutableGlobal
	funcs    map[string]api.Function
	metric   api.Function
	predict  api.Function
	tank     tank
	stack    [8]uint64
	bufs     [bufCount]buffer
	used     bool   // in a call that ended well
	noMemory bool   // it could not grow in this call
	clock    uint64 // of WASI, as what follows
	random   uint64
	output   [2]output // standard output and error
}

// buffer is a range of guest memory that wnb_alloc gave.
type buffer struct {
	ptr  uint32
	size uint64
}

// The buffers of an instance.
const (
	bufY = iota
	bufP
	bufW
	bufConfig
	bufCount
	bufX   = bufY
	bufOut = bufP
)

// newInstance instantiates prog and runs _initialize and wnb_configure, all of
// it under one budget.
func newInstance(ctx context.Context, j *job, prog *program) (in *instance, err error) {
	lim := &j.mod.limits
	in = &instance{job: j, random: randomSeed}
	in.tank.slice = lim.Slice
	in.ctx = context.WithValue(context.Background(), instanceKey{}, in)
	in.tank.fill(ctx, lim.Fuel, lim.InitTime)
	in.tank.granted = 0 // the guest starts with an empty tank and asks
	defer func() {
		if err != nil {
			_ = in.close() // the error to report is the first
			err = j.wrap("start", [2]int{}, in.tank.granted, &InitError{err})
		}
	}()
	if err = in.instantiate(prog); err != nil {
		return in, err
	}
	if f := in.funcs[exportInitialize]; f != nil {
		if err = in.invoke(f); err != nil {
			return in, err
		}
	}
	return in, in.configure()
}

func (in *instance) instantiate(prog *program) (err error) {
	defer func() {
		if v := recover(); v != nil { // a reservation that failed, for one
			err = fmt.Errorf("%w: instantiate: %v", ErrMemory, v)
		}
	}()
	var failed error
	alloc := experimental.MemoryAllocatorFunc(func(_, most uint64) experimental.LinearMemory {
		r, err := reserve(most)
		if err != nil {
			failed = err
			return &reservation{}
		}
		return r
	})
	// Without a source, wazero seeds one for each instance, which takes a sixth of
	// the time. Nothing reads it: the host's functions are ours.
	cfg := wazero.NewModuleConfig().WithName("").WithStartFunctions().WithRandSource(strings.NewReader(""))
	in.guest, err = prog.runtime.InstantiateModule(experimental.WithMemoryAllocator(in.ctx, alloc), prog.code, cfg)
	if failed != nil {
		return fmt.Errorf("%w: reserve address space: %w", ErrMemory, failed)
	}
	if err != nil {
		return cause(err)
	}
	in.mem = in.guest.Memory()
	in.fuel, _ = in.guest.ExportedGlobal(fuelName).(api.MutableGlobal)
	if in.mem == nil || in.fuel == nil {
		return errors.New("the metered module has no memory or no fuel")
	}
	in.funcs = map[string]api.Function{}
	for _, name := range prog.calls { // asking for one that is not there is slow
		in.funcs[name] = in.guest.ExportedFunction(name)
	}
	in.metric, in.predict = in.funcs[exportMetric], in.funcs[exportPredict]
	return nil
}

func (in *instance) configure() error {
	f := in.funcs[exportConfigure]
	if f == nil || in.job.config == nil {
		return nil
	}
	if err := in.need(nil, bufConfig, uint64(len(in.job.config))); err != nil {
		return err
	}
	dst, err := in.memory(bufConfig)
	if err != nil {
		return err
	}
	copy(dst, in.job.config)
	return in.invoke(f, uint64(in.bufs[bufConfig].ptr), uint64(len(in.job.config)))
}

func (in *instance) close() error {
	if in.guest == nil {
		return nil
	}
	return in.guest.Close(context.Background())
}

// invoke calls f; its result, if it has one, is in stack[0].
func (in *instance) invoke(f api.Function, args ...uint64) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the engine panicked: %v", v)
		}
	}()
	if len(args) > 0 {
		copy(in.stack[:], args)
	}
	err = f.CallWithStack(in.ctx, in.stack[:])
	for i := range in.output {
		in.output[i].flush(in.job)
	}
	if err != nil {
		return in.blame(cause(err))
	}
	return nil
}

// blame adds what is known about why the guest ended: what its runtime said, and
// that memory was missing, if it gave up by itself or ran out of fuel looking for
// some. Other traps have reasons of their own.
func (in *instance) blame(err error) error {
	var (
		trap *TrapError
		ext  *ExtError
		exit *ExitError
	)
	said := in.output[1].reason
	if errors.As(err, &trap) {
		trap.Said = said
	}
	if errors.As(err, &exit) {
		exit.Said = said
	}
	gaveUp := errors.As(err, &trap) && trap.Reason == "unreachable" || errors.As(err, &ext) || errors.As(err, &exit) || errors.Is(err, ErrFuel)
	if !in.noMemory || !gaveUp {
		return err
	}
	return fmt.Errorf("%w: %w", ErrMemory, err)
}

// begin starts a call that has its own budget.
func (in *instance) begin(ctx context.Context, limit int64) {
	in.noMemory, in.output[1].reason = false, ""
	in.fuel.Set(uint64(in.tank.fill(ctx, limit, in.job.mod.limits.CallTime)))
}

// spent is the fuel of the call that began last.
func (in *instance) spent() int64 { return in.tank.used(int64(in.fuel.Get())) }

// cause finds why a guest ended in what wazero says about it.
func cause(err error) error {
	var s *stop
	if errors.As(err, &s) {
		return s.err
	}
	text, stack, _ := strings.Cut(err.Error(), "\nwasm stack trace:\n")
	reason, ok := strings.CutPrefix(text, "wasm error: ")
	switch {
	case strings.HasSuffix(text, "wasm error: stack overflow"):
		return ErrStack
	case !ok:
		if _, after, found := strings.Cut(text, "wasm error: "); found {
			return &TrapError{Reason: after, Stack: stack}
		}
		return err
	}
	return &TrapError{Reason: reason, Stack: stack}
}

// need sees to it that buffer i holds at least size bytes. The guest's allocator
// runs on a budget of its own, or, without a ctx, on that of the start.
func (in *instance) need(ctx context.Context, i int, size uint64) error {
	b := &in.bufs[i]
	switch {
	case b.size >= size && b.size > 0:
		return nil
	case b.size > 0:
		size += size / 8 // the last size was too small: leave some room
	}
	if ctx != nil {
		in.begin(ctx, in.job.mod.limits.Fuel)
	}
	return in.allocate(i, (max(size, 8)+7)&^7)
}

// memory gives the bytes of buffer i. It is asked for again after every call:
// the guest may have grown its memory, which may have moved.
func (in *instance) memory(i int) ([]byte, error) {
	b := in.bufs[i]
	return in.bytes("buffer", uint64(b.ptr), b.size)
}

// allocate gets a buffer from the guest's allocator and checks what it says
// before anything is written there.
func (in *instance) allocate(i int, size uint64) error {
	if size > uint64(in.job.mod.pages)*pageSize {
		return fmt.Errorf("%w: %d bytes do not fit in the limit of %d MiB", ErrMemory, size, in.job.mod.pages/16)
	}
	if err := in.invoke(in.funcs[exportAlloc], size); err != nil {
		return err
	}
	ptr := uint64(uint32(in.stack[0]))
	switch {
	case ptr == 0:
		return fmt.Errorf("%w: %s(%d) gave 0", ErrMemory, exportAlloc, size)
	case ptr%8 != 0:
		return &ABIError{fmt.Sprintf("%s(%d) gave %#x, which is not aligned to 8 bytes", exportAlloc, size, ptr)}
	case ptr+size > uint64(in.mem.Size()):
		return &ABIError{fmt.Sprintf("%s(%d) gave %#x, which ends outside of the memory of %d bytes", exportAlloc, size, ptr, in.mem.Size())}
	}
	for k, other := range in.bufs {
		if k != i && ptr < uint64(other.ptr)+other.size && uint64(other.ptr) < ptr+size {
			return &ABIError{fmt.Sprintf("%s(%d) gave %#x, which overlaps a buffer of %d bytes at %#x", exportAlloc, size, ptr, other.size, other.ptr)}
		}
	}
	in.bufs[i] = buffer{uint32(ptr), size}
	return nil
}

const canonicalNaN = 0x7ff8 << 48

// canonical gives every NaN the same bits: those of a guest depend on the engine.
func canonical(v float64) float64 {
	if v != v {
		return math.Float64frombits(canonicalNaN)
	}
	return v
}
