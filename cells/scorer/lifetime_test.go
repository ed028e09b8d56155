package scorer

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// A compilation that takes too long is left behind, but not for ever: Close
// waits for it.
func TestCompileDeadline(t *testing.T) {
	defer goleak.VerifyNone(t)
	e, err := Open(Config{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.Compile(context.Background(), everyInstruction(), Limits{CompileTime: time.Nanosecond})
	if !errors.Is(err, ErrDeadline) {
		t.Errorf("%v", err)
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err = e.Compile(cancelled, everyInstruction(), Limits{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if _, err = e.Compile(context.Background(), meanError().bytes(), Limits{}); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// The caller's context stops a guest, before it starts and while it runs.
func TestContextStopsGuests(t *testing.T) {
	e := openTest(t, Config{})
	spin := metricAsm("", "loop - br 0 end f64.const 1")
	j := metricTest(t, compileTest(t, e, spin.bytes(), Limits{Fuel: math.MaxInt64 / 4, CallTime: time.Minute}), nil)
	one := []float64{1}
	soon, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err := j.Score(soon, one, one)
	var call *CallError
	if !errors.Is(err, ErrDeadline) || !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &call) {
		t.Errorf("deadline of the context: %v", err)
	}
	if call != nil && (call.Extension != "test" || call.Version != "1.2" || call.Call != exportMetric || call.Rows != [2]int{0, 1} || call.Fuel == 0) {
		t.Errorf("%+v", call)
	}
	if _, err := j.Score(soon, one, one); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("after the deadline: %v", err)
	}
}

// Jobs that reserve more than there is wait for each other, and idle instances
// make room.
func TestReservationsAreBounded(t *testing.T) {
	e := openTest(t, Config{Instances: 4, Reserve: 100 << 20}) // room for one of 64 MiB
	m := compileTest(t, e, meanError().bytes(), Limits{})
	done := make(chan error)
	for range 4 {
		j := metricTest(t, m, nil)
		go func() {
			var err error
			for range 10 {
				if _, e := j.Score(context.Background(), []float64{1}, []float64{1}); e != nil {
					err = e
				}
			}
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	e.pool.mu.Lock()
	defer e.pool.mu.Unlock()
	if e.pool.live != 1 || e.pool.reserved != 64<<20 {
		t.Errorf("%d instances, %d bytes", e.pool.live, e.pool.reserved)
	}
}

// A job that waits for room gives up when its context ends.
func TestWaitingForRoomEnds(t *testing.T) {
	e := openTest(t, Config{Instances: 1})
	spin := metricTest(t, compileTest(t, e, metricAsm("", "loop - br 0 end f64.const 1").bytes(), Limits{Fuel: math.MaxInt64 / 4, CallTime: time.Minute}), nil)
	honest := metricTest(t, compileTest(t, e, meanError().bytes(), Limits{}), nil)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		_, err := spin.Score(ctx, []float64{1}, []float64{1})
		done <- err
	}()
	for busy := false; !busy; { // until the guest has the only place
		e.pool.mu.Lock()
		busy = e.pool.live == 1
		e.pool.mu.Unlock()
	}
	short, stop := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer stop()
	if _, err := honest.Score(short, []float64{1}, []float64{1}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if _, err := honest.Score(context.Background(), []float64{1}, []float64{1}); err != nil {
		t.Error(err)
	}
}
