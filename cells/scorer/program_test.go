package scorer

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// program generates a module of well-typed code that ends: the choices come
// from fuzzed bytes, then from a generator seeded with them.
type generator struct {
	data []byte
	rng  *rand.Rand
	w    writer
	fns  int // functions that may be called
	ops  int // left in this function
}

func (g *generator) n(limit int) int {
	if len(g.data) > 0 {
		v := int(g.data[0])
		g.data = g.data[1:]
		return v % limit
	}
	return g.rng.IntN(limit)
}

// scalarCodes are the instructions that give the same bits on every engine: not
// those that show the bits of a NaN, and no vectors.
var scalarCodes = func() []int {
	var codes []int
	for i := range ops[:256+8] {
		switch {
		case !ops[i].plain, i == 0xbc, i == 0xbd, i == 0x98, i == 0xa6, i == 0x38, i == 0x39, i == 0x2a, i == 0x2b:
		default:
			codes = append(codes, i)
		}
	}
	return codes
}()

// Locals: 0 to 4 are parameters, then two of each type, then loop counters.
const (
	genLocals   = "iillffdd" + "iiii"
	genCounters = 13
)

var genTypes = map[valType]int{i32: 5, i64: 7, f32: 9, f64: 11}

func (g *generator) operand(t valType) {
	switch choice := g.n(3); {
	case choice > 0:
		g.w.op(0x20, uint32(genTypes[t]+g.n(2)))
	case t == i32:
		g.w.put(0x41)
		g.w.s64(int64(int32(g.rng.Uint32() >> g.n(32))))
	case t == i64:
		g.w.put(0x42)
		g.w.s64(int64(g.rng.Uint64() >> g.n(64)))
	case t == f32:
		g.w.put(0x43, 0, 0, byte(g.n(256)), byte(0x30+g.n(0x20)))
	default:
		g.w.put(0x44, 0, 0, 0, 0, 0, byte(g.n(256)), byte(g.n(256)), byte(0x30+g.n(0x20)))
	}
}

func (g *generator) store(t valType) { g.w.op(0x21, uint32(genTypes[t]+g.n(2))) }

func (g *generator) statements(depth int) {
	for range 1 + g.n(6) {
		if g.ops--; g.ops < 0 {
			return
		}
		g.statement(depth)
	}
}

func (g *generator) statement(depth int) {
	switch choice := g.n(12); {
	case choice == 0 && depth < 3: // if
		g.operand(i32)
		g.w.put(0x04, 0x40)
		g.statements(depth + 1)
		if g.n(2) == 0 {
			g.w.put(0x05)
			g.statements(depth + 1)
		}
		g.w.put(0x0b)
	case choice == 1 && depth < 3: // loop that counts down
		c := byte(genCounters + depth)
		g.w.put(0x41, byte(g.n(6)), 0x21, c, 0x03, 0x40)
		g.statements(depth + 1)
		g.w.put(0x20, c, 0x41, 1, 0x6b, 0x22, c, 0x41, 0, 0x4a, 0x0d, 0, 0x0b)
	case choice == 2 && depth < 3: // block that may be left
		g.w.put(0x02, 0x40)
		g.statements(depth + 1)
		g.operand(i32)
		g.w.put(0x0d, 0)
		g.statements(depth + 1)
		g.w.put(0x0b)
	case choice == 3: // return
		g.operand(i32)
		g.w.put(0x04, 0x40)
		g.operand(f64)
		g.w.put(0x0f, 0x0b)
	case choice == 4: // fill or copy within a page
		for range 3 {
			g.operand(i32)
			g.w.put(0x41, 0xff, 0xff, 1, 0x71)
		}
		g.w.raw([][]byte{{0xfc, 10, 0, 0}, {0xfc, 11, 0}}[g.n(2)])
	case choice == 5 && g.fns > 0: // call, also of itself
		for range 5 {
			g.operand(i32)
		}
		g.w.op(0x10, uint32(g.n(g.fns)))
		g.store(f64)
	default:
		g.plain(scalarCodes[g.n(256)*len(scalarCodes)/256])
	}
}

func (g *generator) plain(code int) {
	info := &ops[code]
	for _, t := range info.in {
		g.operand(t)
		if info.imm == immMemory && t == i32 {
			g.w.put(0x41, 0xff, 0xff, 1, 0x71) // below 32 KiB
		}
	}
	if code >= 256 {
		g.w.put(0xfc)
	}
	g.w.put(byte(code))
	switch info.imm {
	case immMemory:
		g.w.put(info.align, 16)
	case immZero:
		g.w.put(0)
	case immI32, immI64:
		g.w.put(byte(g.n(64)))
	case immF32:
		g.w.put(0, 0, 0x80, 0x3f)
	case immF64:
		g.w.put(0, 0, 0, 0, 0, 0, 0xf0, 0x3f)
	}
	for _, t := range info.out {
		g.store(t)
	}
}

// generate makes a metric out of data.
func generate(data []byte) []byte {
	seed := uint64(len(data))
	for _, b := range data {
		seed = seed*1099511628211 + uint64(b)
	}
	g := &generator{data: data, rng: rand.New(rand.NewPCG(seed, 1))}
	a := newAsm()
	for range 1 + g.n(3) {
		g.w = writer{}
		g.fns, g.ops = len(a.funcs), 60
		g.statements(0)
		g.statements(0)
		g.operand(f64)
		a.fnRaw("", "iiiii>d", genLocals, g.w.buf)
	}
	addMetric(a, "", fmt.Sprintf("local.get 0 local.get 1 local.get 2 local.get 3 local.get 4 call %d f64.const 0 f64.add", len(a.funcs)-1))
	return a.bytes()
}

// FuzzProgram: generated programs pass the validator, and metered they compute
// what they compute plain, with the same fuel on both engines.
func FuzzProgram(f *testing.F) {
	for i := range 40 {
		data := make([]byte, i*8)
		for k := range data {
			data[k] = byte(i*31 + k*k*7)
		}
		f.Add(data)
	}
	native, slow := openTest(f, Config{}), openTest(f, Config{Interpreter: true})
	f.Fuzz(func(t *testing.T, data []byte) {
		wasm := generate(data)
		want, trapped := plainRun(t, wasm)
		var fuel int64
		for _, e := range []*Engine{native, slow} {
			m, err := e.Compile(context.Background(), wasm, Limits{Slice: 1000})
			if err != nil {
				t.Fatalf("%v\n%x", err, wasm)
			}
			j := metricTest(t, m, nil)
			got, err := j.Score(context.Background(), []float64{1}, []float64{0.5})
			switch kind := kindOf(err); {
			case kind == "trap" && trapped, kind == "undefined" && (math.IsNaN(want) || math.IsInf(want, 0)):
			case kind == "fuel":
			case kind != "" || trapped || math.Float64bits(got) != math.Float64bits(want):
				t.Errorf("%s: %v, %v; plain: %v, trapped %v\n%x", m.Engine(), got, err, want, trapped, wasm)
			}
			if fuel != 0 && fuel != j.Fuel() {
				t.Errorf("fuel %d on the compiler, %d on the interpreter\n%x", fuel, j.Fuel(), wasm)
			}
			fuel = j.Fuel()
			if err := m.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

// plainRun scores one row with the unmetered module. The pointers are those
// that the allocator gives in the metered one.
func plainRun(t *testing.T, wasm []byte) (v float64, trapped bool) {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithMemoryLimitPages(1024))
	defer r.Close(ctx)
	mod, err := r.Instantiate(ctx, wasm)
	if err != nil {
		t.Fatalf("%v\n%x", err, wasm)
	}
	mod.Memory().WriteFloat64Le(1024, 1)
	mod.Memory().WriteFloat64Le(1032, 0.5)
	res, err := mod.ExportedFunction(exportMetric).Call(ctx, 1, 1, 1024, 1032, 0)
	if err != nil {
		return 0, true
	}
	return canonical(api.DecodeF64(res[0])), false
}
