package scorer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
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

// Whoever closes a module second waits for the calls in it as the first does: it
// may be the engine, which takes the memory away.
func TestTheSecondCloseWaits(t *testing.T) {
	var logged atomic.Int64
	began := make(chan struct{})
	e := openTest(t, Config{Log: func(string, int, string) {
		if logged.Add(1) == 1 {
			close(began)
		}
	}})
	a := logging("i", `i32.const 0 i32.const 16 i32.const 1 call 0
		loop - local.get 5 i32.const 1 i32.add local.tee 5 i32.const 50000000 i32.lt_u br_if 0 end
		i32.const 0 i32.const 16 i32.const 1 call 0 f64.const 1`)
	m := compileTest(t, e, a.bytes(), Limits{Fuel: math.MaxInt64 / 4})
	j := metricTest(t, m, nil)
	done := make(chan error, 2)
	go func() {
		_, err := j.Score(context.Background(), []float64{1}, []float64{1})
		done <- err
	}()
	<-began
	go func() { done <- m.Close() }()
	for closed := false; !closed; {
		m.mu.Lock()
		closed = m.closed
		m.mu.Unlock()
	}
	if err := m.Close(); err != nil || logged.Load() != 2 {
		t.Errorf("closed in the middle of a call: %v", err)
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// Self-checks are bounded as evaluations are.
func TestSelfChecksTakeAPlace(t *testing.T) {
	var running, most atomic.Int64
	e := openTest(t, Config{Instances: 1, Reserve: 1 << 20, Log: func(string, int, string) {
		most.Store(max(most.Load(), running.Add(1)))
		time.Sleep(time.Millisecond) // so that others would come
		running.Add(-1)
	}})
	var wait sync.WaitGroup
	for range 4 {
		m := compileTest(t, e, logging("", "i32.const 0 i32.const 16 i32.const 1 call 0 f64.const 1").bytes(), Limits{})
		wait.Go(func() {
			if err := m.SelfCheck(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if most.Load() != 1 || e.pool.live != 0 || e.pool.reserved != 0 {
		t.Errorf("%d guests at once; %d instances and %d bytes are left", most.Load(), e.pool.live, e.pool.reserved)
	}
}

// Modules that differ in their manifests only have one file of native code.
func TestEqualCodeIsLoadedAtOnce(t *testing.T) {
	if !hasCompiler() {
		t.Skip("no compiler for this machine, so nothing is cached")
	}
	dir := t.TempDir()
	var all [][]byte
	for i := range 16 {
		a := metricAsm("", strings.Repeat("i32.const 0 i32.load 2 0 drop ", 7000)+"f64.const 1")
		a.custom = nil
		a.manifest(fmt.Sprintf(metricManifest, fmt.Sprintf("n%d", i)))
		all = append(all, a.bytes())
	}
	for range 10 { // the first fills the cache
		e := openTest(t, Config{CacheDir: dir})
		var wait sync.WaitGroup
		for _, wasm := range all {
			wait.Go(func() {
				if _, err := e.Compile(context.Background(), wasm, Limits{}); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
	}
}

func TestTheCacheFolderIsMadeAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	e := openTest(t, Config{CacheDir: dir})
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Compile(context.Background(), meanError().bytes(), Limits{}); err != nil {
		t.Error(err)
	}
}
