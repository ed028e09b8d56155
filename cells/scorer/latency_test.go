package scorer

import (
	"context"
	"math"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// spinners keep compiled code busy in the ways that are slowest per unit of fuel.
var spinners = map[string]func() *asm{
	"empty loop": func() *asm { return metricAsm("", "loop - br 0 end f64.const 1") },
	"division": func() *asm {
		return metricAsm("d", "loop - "+strings.Repeat("local.get 5 f64.const 1.1 f64.div local.set 5 ", 20)+"br 0 end f64.const 1")
	},
	"cache misses": func() *asm {
		return metricAsm("i", "i32.const 1023 memory.grow 0 drop loop - "+
			strings.Repeat("local.get 5 i32.const 1103515245 i32.mul i32.const 12345 i32.add local.tee 5 i32.const 0x3fffff8 i32.and i32.load 2 0 local.get 5 i32.add local.set 5 ", 20)+"br 0 end f64.const 1")
	},
	"fill": func() *asm {
		return metricAsm("", "i32.const 1023 memory.grow 0 drop loop - i32.const 0 i32.const 1 memory.size 0 i32.const 16 i32.shl memory.fill br 0 end f64.const 1")
	},
	"copy": func() *asm {
		return metricAsm("", "i32.const 1023 memory.grow 0 drop loop - i32.const 8 i32.const 0 memory.size 0 i32.const 16 i32.shl i32.const 8 i32.sub memory.copy br 0 end f64.const 1")
	},
	"memory.grow": func() *asm { return metricAsm("", "loop - i32.const 0 memory.grow 0 drop br 0 end f64.const 1") },
	"table.grow": func() *asm {
		a := newAsm()
		a.table = []byte{0, 1}
		addMetric(a, "", "loop - ref.null func i32.const 0 table.grow 0 drop br 0 end f64.const 1")
		return a
	},
}

// While an extension spins, the collector, which must stop every goroutine,
// waits for no longer than a slice of fuel takes. The bound is asserted on the
// best of some tries: this machine may be busy with other things.
func TestGuestsDoNotStallTheCollector(t *testing.T) {
	e := openTest(t, Config{})
	for name, guest := range spinners {
		t.Run(name, func(t *testing.T) {
			m := compileTest(t, e, guest().bytes(), Limits{Fuel: math.MaxInt64 / 4, CallTime: time.Minute})
			j := metricTest(t, m, nil)
			ctx, cancel := context.WithCancel(context.Background())
			var wg sync.WaitGroup
			wg.Go(func() {
				if _, err := j.Score(ctx, []float64{1}, []float64{1}); err == nil || ctx.Err() == nil {
					t.Errorf("the guest ended by itself: %v", err)
				}
			})
			var all []time.Duration
			for range 10 {
				start := time.Now()
				runtime.GC()
				all = append(all, time.Since(start))
			}
			start := time.Now()
			cancel()
			wg.Wait()
			stop := time.Since(start)
			best, worst := all[0], all[0]
			for _, d := range all {
				best, worst = min(best, d), max(worst, d)
			}
			t.Logf("collections took %v to %v, stopping %v", best, worst, stop)
			if best > 100*time.Millisecond {
				t.Errorf("every collection took over 100 ms: %v", all)
			}
		})
	}
}

// An extension that spins does not keep others from scoring.
func TestOthersScoreWhileOneSpins(t *testing.T) {
	e := openTest(t, Config{Instances: 2})
	spin := metricTest(t, compileTest(t, e, spinners["empty loop"]().bytes(), Limits{Fuel: math.MaxInt64 / 4, CallTime: time.Minute}), nil)
	honest := metricTest(t, compileTest(t, e, meanError().bytes(), Limits{}), nil)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := spin.Score(ctx, []float64{1}, []float64{1})
		if err == nil {
			t.Error("the guest ended by itself")
		}
	})
	y, p := sample(100)
	for range 50 {
		if _, err := honest.Score(context.Background(), y, p); err != nil {
			t.Error(err)
		}
	}
	cancel()
	wg.Wait()
}
