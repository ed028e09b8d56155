package builtin

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/scorer"
)

// waiting starts a caller who waits for c, which another one compiles.
func waiting(t *testing.T, ctx context.Context, x *Extensions, c *compiled, wasm []byte) <-chan error {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		_, release, err := x.acquire(ctx, wasm)
		if err == nil {
			release()
		}
		done <- err
	}()
	users := func() int {
		x.mu.Lock()
		defer x.mu.Unlock()
		return c.users
	}
	for users() < 2 {
		select {
		case <-t.Context().Done():
			t.Fatal("nobody waits")
		case <-time.After(time.Millisecond):
		}
	}
	return done
}

// What ends one caller's compilation fails the others only if it is about the
// module.
func TestWaitingForACompilation(t *testing.T) {
	wasm := []byte(guest(t, metricManifest("brier", `"greater_is_better":false,"input":"proba","outputs":"k"`, 1)))
	sum := sha256.Sum256(wasm)
	interrupted, stop := context.WithCancelCause(t.Context())
	stop(errors.New("interrupted"))
	late := fmt.Errorf("self-check: %w: %w", scorer.ErrDeadline, context.DeadlineExceeded)
	for name, tc := range map[string]struct {
		compile func(x *Extensions, c *compiled)
		want    error
	}{
		"the compiling caller is interrupted": {func(x *Extensions, c *compiled) { x.compile(interrupted, sum, c, wasm) }, nil},
		"it compiles":                         {func(x *Extensions, c *compiled) { x.compile(t.Context(), sum, c, wasm) }, nil},
		"the self-check takes too long": {func(x *Extensions, c *compiled) {
			x.mu.Lock()
			delete(x.modules, sum)
			x.mu.Unlock()
			c.err = late
			close(c.ready)
		}, late},
	} {
		t.Run(name, func(t *testing.T) {
			x := openExtensions(t)
			c, mine, err := x.reserve(sum)
			if err != nil || !mine {
				t.Fatal(mine, err)
			}
			done := waiting(t, t.Context(), x, c, wasm)
			tc.compile(x, c)
			x.release(c)
			if err := <-done; !errors.Is(err, tc.want) {
				t.Errorf("the caller who waited: %v, want %v", err, tc.want)
			}
		})
	}
}

// A caller who is interrupted says so, whatever becomes of the compilation.
func TestInterruptWhileWaitingForACompilation(t *testing.T) {
	wasm := []byte(guest(t, metricManifest("brier", `"greater_is_better":false,"input":"proba","outputs":"k"`, 1)))
	x := openExtensions(t)
	c, _, err := x.reserve(sha256.Sum256(wasm))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	done := waiting(t, ctx, x, c, wasm)
	interrupt := errors.New("interrupted")
	cancel(interrupt)
	if err := <-done; !errors.Is(err, interrupt) {
		t.Errorf("got %v", err)
	}
	x.compile(t.Context(), sha256.Sum256(wasm), c, wasm)
	x.release(c)
}

// Whatever the command line takes for a limit is one for a cell, with a hint of
// its own.
func TestEveryLimitHasAHint(t *testing.T) {
	hints := map[string]error{}
	for _, limit := range []error{scorer.ErrFuel, scorer.ErrDeadline, scorer.ErrStack, scorer.ErrMemory, scorer.ErrTooCostly} {
		err := sandboxed(fmt.Errorf("extension x: %w", limit))
		var hinted *lang.HintError
		if !errors.Is(err, ErrSandboxLimit) || !errors.Is(err, limit) || !errors.As(err, &hinted) || hinted.Hint == "" {
			t.Errorf("%v is not a limit with a hint", err)
			continue
		}
		if other, ok := hints[hinted.Hint]; ok {
			t.Errorf("%v and %v have the same hint", limit, other)
		}
		hints[hinted.Hint] = limit
	}
	if err := sandboxed(scorer.ErrClosed); errors.Is(err, ErrSandboxLimit) {
		t.Errorf("%v is said to be a limit", err)
	}
}
