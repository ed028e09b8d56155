package scorer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// The rows of the hostile table that need more than one call to show.

func TestHostileAllocators(t *testing.T) {
	// 1 + the number of the call, for allocators that answer differently each time.
	counter := func(a *asm) string {
		g := a.global(0)
		return fmt.Sprintf("global.get %[1]d i32.const 1 i32.add global.set %[1]d global.get %[1]d ", g)
	}
	for _, tc := range []struct{ name, code, want, says string }{
		{"zero", "i32.const 0", "memory", "gave 0"},
		{"unaligned", "i32.const 1028", "abi", "not aligned"},
		{"outside", "i32.const 65528", "abi", "ends outside"},
		{"far outside", "i32.const -8", "abi", "ends outside"},
		{"wraps", "i32.const 0 local.get 0 i32.sub", "abi", "ends outside"},
		{"same twice", "i32.const 1024", "abi", "overlaps"},
		{"overlapping", "COUNT i32.const 8 i32.mul i32.const 1024 i32.add", "abi", "overlaps"},
		{"traps", "unreachable", "trap", "unreachable"},
		{"loops", "loop - br 0 end i32.const 8", "fuel", ""},
		{"recurses", "local.get 0 call 0", "stack", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := newAsm()
			a.mem(1, 2)
			text := strings.Replace(tc.code, "COUNT", counter(a), 1)
			a.fn(exportAlloc, "i>i", "", text)
			a.fn(exportMarker, ">", "", "")
			a.fn(exportMetric, "iiiii>d", "", "f64.const 1")
			a.manifest(fmt.Sprintf(metricManifest, "alloc"))
			e := openTest(t, Config{})
			j := metricTest(t, compileTest(t, e, a.bytes(), Limits{}), nil)
			_, err := j.Score(context.Background(), []float64{1, 2, 3}, []float64{1, 2, 3})
			if kindOf(err) != tc.want || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%v (%s), want %s with %q", err, kindOf(err), tc.want, tc.says)
			}
		})
	}
}

// The instance is dropped at an error, and the next call has a new one.
func TestErrorsDropTheInstance(t *testing.T) {
	a := newAsm()
	g := a.global(0)
	addMetric(a, "", fmt.Sprintf("global.get %[1]d i32.const 1 i32.add global.set %[1]d local.get 2 f64.load 3 0 f64.const 0 f64.lt if - unreachable end global.get %[1]d f64.convert_i32_s", g))
	e := openTest(t, Config{})
	j := metricTest(t, compileTest(t, e, a.bytes(), Limits{}), nil)
	good, bad := []float64{1}, []float64{-1}
	var got []float64
	for _, y := range [][]float64{good, good, bad, good, good} {
		v, err := j.Score(context.Background(), y, good)
		var trap *TrapError
		if (y[0] < 0) != errors.As(err, &trap) {
			t.Fatal(err)
		}
		if trap != nil && (trap.Reason != "unreachable" || trap.Stack == "") {
			t.Errorf("trap %+v", trap)
		}
		got = append(got, v)
	}
	if want := []float64{1, 2, 0, 1, 2}; !slices.Equal(got, want) {
		t.Errorf("calls of the instance: %v, want %v", got, want)
	}
	if e.pool.live != 1 {
		t.Errorf("%d live instances", e.pool.live)
	}
}

// A guest that grows its memory and overwrites its inputs changes neither the
// host's arrays nor where the host reads and writes next.
func TestGuestGrowsAndOverwrites(t *testing.T) {
	grow := "i32.const 4 memory.grow 0 drop "
	wipe := "local.get 2 i32.const 255 local.get 0 i32.const 3 i32.shl memory.fill local.get 3 i32.const 255 local.get 0 i32.const 3 i32.shl memory.fill "
	a := metricAsm("d", grow+"local.get 2 f64.load 3 8 local.get 3 f64.load 3 8 f64.add local.set 5 "+wipe+" local.get 5")
	e := openTest(t, Config{})
	j := metricTest(t, compileTest(t, e, a.bytes(), Limits{}), nil)
	for i := range 20 {
		y, p := []float64{0, float64(i)}, []float64{0, 100}
		got, err := j.Score(context.Background(), y, p)
		if err != nil || got != float64(100+i) {
			t.Fatalf("call %d: %v, %v", i, got, err)
		}
		if !slices.Equal(y, []float64{0, float64(i)}) || !slices.Equal(p, []float64{0, 100}) {
			t.Fatalf("the host's arrays are %v, %v", y, p)
		}
	}
}

func TestSelfCheckRefuses(t *testing.T) {
	state := newAsm()
	g := state.global(0)
	addMetric(state, "", fmt.Sprintf("global.get %[1]d i32.const 1 i32.add global.set %[1]d global.get %[1]d f64.convert_i32_s", g))
	wrong := metricAsm("", "f64.const 2")
	wrong.custom = nil
	wrong.manifest(strings.Replace(fmt.Sprintf(metricManifest, "wrong"), `"version"`, `"selfcheck":[{"y":[1],"p":[1],"expect":2},{"y":[1],"p":[1],"expect":1.5,"tol":0.1}],"version"`, 1))
	for _, tc := range []struct {
		name, says string
		asm        *asm
	}{
		{"state between calls", "state is kept", state},
		{"wrong result", "vector 1: result 0 is 2, expected 1.5", wrong},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := openTest(t, Config{})
			_, err := e.Install(context.Background(), tc.asm.bytes(), Limits{})
			var self *SelfCheckError
			if !errors.As(err, &self) || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%v, want %q", err, tc.says)
			}
		})
	}
}

func logging(locals, code string) *asm {
	a := newAsm()
	a.importFunc("wnb", "log", "iii>")
	a.importFunc("wnb", "fail", "iii>")
	a.datas = [][]byte{[]byte("a\x1b[31mb\xff\x00c")}
	addMetric(a, locals, code)
	return a
}

func TestLogAndFail(t *testing.T) {
	for _, tc := range []struct{ name, code, want, says string }{
		{"log is escaped", "i32.const 2 i32.const 16 i32.const 9 call 0 f64.const 1", "", ""},
		{"log outside", "i32.const 0 i32.const 65530 i32.const 100 call 0 f64.const 1", "abi", "outside of the memory"},
		{"log wraps", "i32.const 0 i32.const -4 i32.const 8 call 0 f64.const 1", "abi", "outside of the memory"},
		{"log of 4 GiB", "i32.const 0 i32.const 0 i32.const -1 call 0 f64.const 1", "abi", "outside of the memory"},
		{"fail", "i32.const 7 i32.const 16 i32.const 1 call 1 f64.const 1", "ext", "failed with code 7: a"},
		{"fail outside", "i32.const 7 i32.const -16 i32.const 100 call 1 f64.const 1", "abi", "outside of the memory"},
		{"log for ever", "loop - i32.const 0 i32.const 16 i32.const 9 call 0 br 0 end f64.const 1", "fuel", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var size, calls int
			last := ""
			e := openTest(t, Config{Log: func(_ string, _ int, msg string) { size, calls, last = size+len(msg), calls+1, msg }})
			j := metricTest(t, compileTest(t, e, logging("", tc.code).bytes(), Limits{}), nil)
			_, err := j.Score(context.Background(), []float64{1}, []float64{1})
			if kindOf(err) != tc.want || err != nil && !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%v (%s), want %s with %q", err, kindOf(err), tc.want, tc.says)
			}
			if size > 64<<10 {
				t.Errorf("%d bytes of log", size)
			}
			if want := "a\\u001b[31mb\uFFFD\\u0000"; tc.want == "" && last != want {
				t.Errorf("log %q, want %q", last, want)
			}
			if tc.want == "fuel" && j.DroppedLogs() == 0 {
				t.Errorf("%d messages and none was dropped", calls)
			}
		})
	}
}

func TestLongLogMessageIsCut(t *testing.T) {
	got := ""
	e := openTest(t, Config{Log: func(_ string, _ int, msg string) { got = msg }})
	a := logging("", "i32.const 2048 i32.const 65 i32.const 60000 memory.fill i32.const 0 i32.const 2048 i32.const 60000 call 0 f64.const 1")
	j := metricTest(t, compileTest(t, e, a.bytes(), Limits{}), nil)
	if _, err := j.Score(context.Background(), []float64{1}, []float64{1}); err != nil || len(got) != 4096 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestAbortOfAssemblyScript(t *testing.T) {
	a := newAsm()
	a.importFunc("env", "abort", "iiii>")
	a.datas = [][]byte{{4, 0, 0, 0, 'n', 0, 'o', 0}}
	addMetric(a, "", "i32.const 20 i32.const 0 i32.const 3 i32.const 9 call 0 f64.const 1")
	e := openTest(t, Config{})
	j := metricTest(t, compileTest(t, e, a.bytes(), Limits{}), nil)
	_, err := j.Score(context.Background(), []float64{1}, []float64{1})
	var ext *ExtError
	if !errors.As(err, &ext) || ext.Msg != "no (:3:9)" {
		t.Errorf("%v", err)
	}
}

func TestExitIsAnError(t *testing.T) {
	a := newAsm()
	a.importFunc("wasi_snapshot_preview1", "proc_exit", "i>")
	addMetric(a, "", "i32.const 0 call 0 f64.const 1")
	e := openTest(t, Config{})
	j := metricTest(t, compileTest(t, e, a.bytes(), Limits{}), nil)
	_, err := j.Score(context.Background(), []float64{1}, []float64{1})
	var exit *ExitError
	if !errors.As(err, &exit) || exit.Code != 0 {
		t.Errorf("%v", err)
	}
}

// 100 fresh instances read the clock, random numbers and sleep for an hour.
func TestNoClockNoRandomness(t *testing.T) {
	const wasi = "wasi_snapshot_preview1"
	a := newAsm()
	random := a.importFunc(wasi, "random_get", "ii>i")
	clock := a.importFunc(wasi, "clock_time_get", "ili>i")
	poll := a.importFunc(wasi, "poll_oneoff", "iiii>i")
	write := a.importFunc(wasi, "fd_write", "iiii>i")
	addMetric(a, "", fmt.Sprintf(`
		i32.const 4096 i32.const 8 call %d drop
		i32.const 8280 i64.const 3600000000000 i64.store 3 0
		i32.const 8256 i32.const 8320 i32.const 1 i32.const 8400 call %d drop
		i32.const 1 i64.const 0 i32.const 4104 call %d drop
		i32.const 9 i32.const 0 i32.const 0 i32.const 0 call %d drop
		i32.const 4096 i64.load 3 0 i64.const 11 i64.shr_u f64.convert_i64_s
		i32.const 4104 i64.load 3 0 f64.convert_i64_s f64.add`, random, poll, clock, write))
	e := openTest(t, Config{})
	m, err := e.Compile(context.Background(), a.bytes(), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var first float64
	start := time.Now()
	for i := range 100 {
		j := metricTest(t, m, nil)
		v, err := j.Score(context.Background(), []float64{1}, []float64{1})
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = v
		}
		if math.Float64bits(v) != math.Float64bits(first) {
			t.Fatalf("instance %d: %v, the first: %v", i, v, first)
		}
		j.Close()
	}
	if time.Since(start) > time.Minute {
		t.Error("the guest slept")
	}
}
