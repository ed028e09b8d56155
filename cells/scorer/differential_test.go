package scorer

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// bulkGuest moves the columns about with memory.copy and memory.fill, in
// overlapping ranges in both directions and over more than one chunk.
func bulkGuest() *asm {
	return metricAsm("iid", `
		i32.const 700 memory.grow 0 drop
		local.get 0 i32.const 3 i32.shl local.set 5
		i32.const 0x400000 local.get 2 local.get 5 memory.copy
		i32.const 0x400008 i32.const 0x400000 i32.const 0x2400000 memory.copy
		i32.const 0x400000 i32.const 0x400010 i32.const 0x2400000 memory.copy
		i32.const 0x400100 i32.const 7 i32.const 0x1200000 memory.fill
		i32.const 0x400103 i32.const 0x3ffff0 local.get 5 memory.copy
		`+strings.NewReplacer("local.get 2 local.get 6 i32.add f64.load 3 0", "local.get 6 i32.const 0x400000 i32.add f64.load 0 1").
		Replace(overRows(6, at(2, 6)+" "+at(3, 6)+" f64.mul local.get 7 f64.add local.set 7"))+`
		local.get 7`)
}

// recursionGuest recurses to a depth of 500 with a result that depends on the
// way back, over early returns.
func recursionGuest() *asm {
	a := newAsm()
	a.fn("", "id>d", "", `
		local.get 0 i32.eqz if - local.get 1 return end
		local.get 0 i32.const 1 i32.sub local.get 1 f64.const 1.0001 f64.mul call 0
		block d local.get 1 local.get 0 i32.const 1 i32.and br_if 0 f64.neg end f64.add`)
	addMetric(a, "", "i32.const 500 local.get 2 f64.load 3 0 local.get 3 f64.load 3 0 f64.add call 0")
	return a
}

// everyInstruction has functions with all instructions that take and give plain
// values, so that the table of instructions is compared with the compiler's.
func everyInstruction() []byte {
	a := newAsm()
	consts := map[valType][]byte{
		i32: {0x41, 3}, i64: {0x42, 5}, f32: {0x43, 0, 0, 0x80, 0x3f}, f64: {0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f},
		v128: append([]byte{0xfd, 12}, make([]byte, 16)...),
	}
	var body []byte
	count := 0
	for i := range ops {
		info := &ops[i]
		if !info.plain {
			continue
		}
		for _, t := range info.in {
			body = append(body, consts[t]...)
		}
		if i >= 256 {
			body = append(body, []byte{0xfc, 0xfd}[i/512])
			body = append(body, lebs(uint32(i%256))...)
		} else {
			body = append(body, byte(i))
		}
		switch info.imm {
		case immMemory:
			body = append(body, info.align, 8)
		case immMemoryLane:
			body = append(body, info.align, 8, info.lanes-1)
		case immLane:
			body = append(body, info.lanes-1)
		case immZero, immI32, immI64:
			body = append(body, 0)
		case immF32:
			body = append(body, make([]byte, 4)...)
		case immF64:
			body = append(body, make([]byte, 8)...)
		case immV128, immShuffle:
			body = append(body, make([]byte, 16)...)
		}
		for range info.out {
			body = append(body, 0x1a)
		}
		if count++; count%64 == 0 {
			a.fnRaw("", ">", "", body)
			body = nil
		}
	}
	a.fnRaw("", ">", "", body)
	calls := ""
	for i := range a.funcs {
		calls += fmt.Sprintf("call %d ", i)
	}
	addMetric(a, "", calls+"memory.size 0 f64.convert_i32_s")
	return a.bytes()
}

// plainScore runs the module as it came, not metered, with wazero alone.
func plainScore(t *testing.T, cfg wazero.RuntimeConfig, wasm []byte, y, p []float64) float64 {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, cfg.WithMemoryLimitPages(1024))
	defer r.Close(ctx)
	mod, err := r.Instantiate(ctx, wasm)
	if err != nil {
		t.Fatal(err)
	}
	args := []uint64{uint64(len(y)), 1, 0, 0, 0}
	for i, v := range [][]float64{y, p} {
		res, err := mod.ExportedFunction(exportAlloc).Call(ctx, uint64(8*len(v)))
		if err != nil {
			t.Fatal(err)
		}
		args[2+i] = res[0]
	}
	for i, v := range [][]float64{y, p} {
		b, ok := mod.Memory().Read(uint32(args[2+i]), uint32(8*len(v)))
		if !ok {
			t.Fatal("outside of the memory")
		}
		putFloats(b, v)
	}
	res, err := mod.ExportedFunction(exportMetric).Call(ctx, args...)
	if err != nil {
		t.Fatal(err)
	}
	return canonical(api.DecodeF64(res[0]))
}

// Metered and plain modules give the same bits on compiler and interpreter, and
// the fuel is the same on both.
func TestMeteredEqualsPlain(t *testing.T) {
	guests := []struct {
		name string
		wasm []byte
	}{
		{"mean error", meanError().bytes()}, {"F-beta", fbeta().bytes()}, {"log-loss", logLossGuest().bytes()},
		{"bulk", bulkGuest().bytes()}, {"recursion", recursionGuest().bytes()}, {"every instruction", everyInstruction()},
	}
	engines := map[string]*Engine{"compiler": openTest(t, Config{}), "interpreter": openTest(t, Config{Interpreter: true})}
	plain := map[string]wazero.RuntimeConfig{"compiler": wazero.NewRuntimeConfig(), "interpreter": wazero.NewRuntimeConfigInterpreter()}
	for _, g := range guests {
		for _, n := range []int{1, 10, 1000, 20000} {
			t.Run(fmt.Sprintf("%s of %d", g.name, n), func(t *testing.T) {
				y, p := sample(n)
				want := plainScore(t, plain["compiler"], g.wasm, y, p)
				var fuel int64
				for _, name := range []string{"compiler", "interpreter"} {
					if got := plainScore(t, plain[name], g.wasm, y, p); math.Float64bits(got) != math.Float64bits(want) {
						t.Errorf("plain on the %s: %v, want %v", name, got, want)
					}
					j := metricTest(t, compileTest(t, engines[name], g.wasm, Limits{}), nil)
					got, err := j.Score(context.Background(), y, p)
					if err != nil || math.Float64bits(got) != math.Float64bits(want) {
						t.Errorf("metered on the %s: %v, %v; want %v", name, got, err, want)
					}
					if fuel != 0 && j.Fuel() != fuel {
						t.Errorf("fuel %d on the %s, %d before", j.Fuel(), name, fuel)
					}
					fuel = j.Fuel()
				}
			})
		}
	}
}

// The same input costs the same fuel, on an instance of any age, in slices of
// any size, and it runs out at the same instruction.
func TestFuelIsDeterministic(t *testing.T) {
	y, p := sample(3000)
	var want, stopped int64
	for i, slice := range []int64{2_000_000, 1_000, 37, 1} {
		e := openTest(t, Config{})
		j := metricTest(t, compileTest(t, e, logLossGuest().bytes(), Limits{Slice: slice}), nil)
		small := metricTest(t, compileTest(t, e, logLossGuest().bytes(), Limits{Slice: slice, Fuel: 50_000, FuelPerRow: 1}), nil)
		for range 3 {
			before := j.Fuel()
			if _, err := j.Score(context.Background(), y, p); err != nil {
				t.Fatal(err)
			}
			used := j.Fuel() - before
			if want == 0 {
				want = used
			}
			if used != want {
				t.Errorf("slices of %d: %d units of fuel, want %d", slice, used, want)
			}
		}
		_, err := small.Score(context.Background(), y, p)
		if kindOf(err) != "fuel" {
			t.Fatal(err)
		}
		if used := small.Fuel(); i == 0 {
			stopped = used
		} else if used != stopped {
			t.Errorf("slices of %d: stopped at %d, want %d", slice, used, stopped)
		}
	}
}
