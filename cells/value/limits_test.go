package value_test

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/value"
)

// Values that share their parts again and again are as large as they look: that
// is found out without writing all of it twice, or taking more memory than the
// largest value does.
func TestMaxRoot(t *testing.T) {
	for name, source := range map[string]string{
		"lists":     "v = [1]\nfor i in range(60):\n    v = [v, v]",
		"tuples":    "v = (1,)\nfor i in range(40):\n    v = [(v, v)]",
		"dicts":     "v = {}\nfor i in range(60):\n    v = {'a': v, 'b': v}",
		"functions": "def both(f, g):\n    return lambda: [f, g]\nv = lambda: 1\nfor i in range(25):\n    v = both(v, v)",
		"one text":  "s = 'x' * 100000\nv = [s] * 100000",
		"circles":   "v = []\nv.append(v)\nfor i in range(60):\n    v = [v, v, i]",
	} {
		t.Run(name, func(t *testing.T) {
			v := eval(t, source)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := value.Encode(t.Context(), v, nil)
			runtime.ReadMemStats(&after)
			if !errors.Is(err, value.ErrNoForm) || !strings.Contains(err.Error(), "larger than 256 MiB") {
				t.Errorf("got %v", err)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 4*value.MaxRoot {
				t.Errorf("it took %d MiB of memory", used>>20)
			}
		})
	}
}

// Functions that capture values that hold functions that capture ... are deeper
// than any value that a cell may make.
func TestTooDeep(t *testing.T) {
	v := starlark.Value(starlark.None)
	for range 30_000 {
		v = starlark.NewList([]starlark.Value{v})
	}
	for name, try := range map[string]func() error{
		"encode": func() error { _, err := value.Encode(t.Context(), v, nil); return err },
		"copy":   func() error { _, err := value.Copy(t.Context(), v); return err },
	} {
		if err := try(); !errors.Is(err, value.ErrNoForm) || !strings.Contains(err.Error(), "nested more than") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var errEnough = errors.New("enough")

// countdown is a context that ends when it was looked at so often.
type countdown struct {
	context.Context
	left   int
	cancel context.CancelCauseFunc
}

func (c *countdown) Err() error {
	if c.left--; c.left == 0 {
		c.cancel(errEnough)
	}
	return c.Context.Err()
}

func TestInterrupt(t *testing.T) {
	long := eval(t, "v = [list(range(100)) for i in range(1000)]")
	circle := eval(t, "v = [0]\nfor i in range(2000):\n    v.append([i, v])")
	large := &thing{content: make([]byte, 1<<20)}
	root := encode(t, long).Root
	for name, try := range map[string]func(context.Context) error{
		"encode": func(ctx context.Context) error { _, err := value.Encode(ctx, long, nil); return err },
		"flat": func(ctx context.Context) error {
			_, err := value.Encode(ctx, eval(t, "list(range(100000))"), nil)
			return err
		},
		"circle":  func(ctx context.Context) error { _, err := value.Encode(ctx, circle, nil); return err },
		"content": func(ctx context.Context) error { _, err := value.Encode(ctx, large, nil); return err },
		"copy":    func(ctx context.Context) error { _, err := value.Copy(ctx, long); return err },
		"decode":  func(ctx context.Context) error { _, err := memory{}.decoder().Decode(ctx, root); return err },
	} {
		for _, looks := range []int{1, 2, 10} {
			ctx, cancel := context.WithCancelCause(t.Context())
			err := try(&countdown{ctx, looks, cancel})
			if name == "content" && looks > 1 {
				continue // it is written at once
			}
			if !errors.Is(err, errEnough) || errors.Is(err, value.ErrNoForm) || errors.Is(err, value.ErrEncoding) {
				t.Errorf("%s after %d looks: %v", name, looks, err)
			}
			cancel(nil)
		}
	}
}

// full is a store that is full.
type full struct{ memory }

var errFull = errors.New("the disk is full")

func (full) PutBlob(_ context.Context, r io.Reader) (cells.Blob, error) {
	_, err := io.CopyN(io.Discard, r, 50_000)
	return cells.Blob{}, errors.Join(errFull, err)
}

// half takes not all of what it is given.
type half struct{ memory }

func (half) PutBlob(context.Context, io.Reader) (cells.Blob, error) {
	return cells.Blob{SHA256: strings.Repeat("0", 64)}, nil
}

func TestPartsThatCannotBeKept(t *testing.T) {
	large := &thing{content: make([]byte, 1<<20)}
	_, err := value.Encode(t.Context(), large, full{})
	if !errors.Is(err, errFull) || errors.Is(err, value.ErrNoForm) {
		t.Errorf("a full store: %v", err)
	}
	if _, err := value.Encode(t.Context(), large, half{}); err == nil {
		t.Error("a store that takes only half goes unnoticed")
	}
	worn := &thing{content: make([]byte, 1<<20), err: errors.New("it is worn out")}
	parts := memory{}
	if _, err := value.Encode(t.Context(), worn, parts); !errors.Is(err, value.ErrNoForm) || len(parts) != 0 {
		t.Errorf("content that cannot be written: %v, %d parts are kept", err, len(parts))
	}
	if _, err := value.Encode(t.Context(), worn, nil); !errors.Is(err, value.ErrNoForm) {
		t.Errorf("content that cannot be hashed: %v", err)
	}
}
