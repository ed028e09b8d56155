package scorer

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

// hostile is one row of the table of hostile modules.
type hostile struct {
	name   string
	wasm   func() []byte
	limits Limits
	want   string // kind of error, see kindOf; "" = a score
	says   string // part of the error's text
	score  float64
	wallMs int64 // bound on compile and call; 0 = 2 s
	rssMiB int64 // bound on growth; 0 = 32
}

func code(locals, text string) func() []byte {
	return func() []byte { return metricAsm(locals, text).bytes() }
}

// insert replaces a section of an honest module.
func insert(id byte, raw ...byte) func() []byte {
	return func() []byte {
		a := meanError()
		a.insert[id] = raw
		return a.bytes()
	}
}

// withFunc adds functions in front of the metric, whose code is text.
func withFunc(text string, add func(a *asm)) func() []byte {
	return func() []byte {
		a := newAsm()
		add(a)
		addMetric(a, "i", text)
		return a.bytes()
	}
}

func lebs(n uint32) []byte {
	var w writer
	w.u32(n)
	return w.buf
}

// oneBody is a code section of one function that declares n locals of i32.
func oneBody(n uint32) []byte {
	body := append(append([]byte{1}, lebs(n)...), byte(i32), 0x0b)
	return append([]byte{0, 'a', 's', 'm', 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, byte(len(body) + 2), 1, byte(len(body))}, body...)
}

func startWith(text string) func() []byte {
	return func() []byte {
		a := meanError()
		a.start = int(a.fn("", ">", "", text))
		return a.bytes()
	}
}

// recursive calls itself with its own parameters and locals for ever.
func recursive(sig, locals string) func() []byte {
	in, out := signature(sig)
	args := ""
	for i := range in {
		args += fmt.Sprintf(" local.get %d", i)
	}
	consts := map[valType]string{i32: " i32.const 1", f64: " f64.const 1", i64: " i64.const 1"}
	first := ""
	for _, t := range in {
		first += consts[t]
	}
	drop := ""
	if len(out) > 0 {
		drop = " drop"
	}
	return withFunc(first+" call 0"+drop+" f64.const 1", func(a *asm) { a.fn("", sig, locals, args+" call 0 nop") })
}

// spread has n ifs, each of which changes another one of 990 locals: the shape
// that takes the compiler longest for its size.
func spread(n int) func() []byte { return code(strings.Repeat("i", 990), spreadBody(n)) }

func spreadBody(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "local.get %d if - local.get %d i32.const 1 i32.add local.set %d end ", 10+i%900, 10+i%900, 10+i*7%900)
	}
	return text.String() + "f64.const 1"
}

// crowd has n branches to each of so many labels, over locals that change between
// them.
func crowd(locals, labels, n int) func() []byte {
	var text strings.Builder
	text.WriteString(strings.Repeat("block - ", labels))
	for i := range n {
		if i%4 == 0 {
			fmt.Fprintf(&text, "local.get 0 local.set %d ", 5+i/4%locals)
		}
		fmt.Fprintf(&text, "local.get 0 br_if %d ", i%labels)
	}
	text.WriteString(strings.Repeat("end ", labels) + "f64.const 0 ")
	for i := range locals {
		fmt.Fprintf(&text, "local.get %d f64.convert_i32_s f64.add ", 5+i)
	}
	return code(strings.Repeat("i", locals), text.String())
}

// floods calls a function of 250 results n times and leaves them on the stack.
func floods(n int) func() []byte {
	return withFunc(strings.Repeat("call 0 ", n)+"unreachable", func(a *asm) {
		a.fn("", ">"+strings.Repeat("i", 250), "", strings.Repeat("i32.const 1 ", 250))
	})
}

var hostiles = []hostile{
	{name: "1 endless loop", wasm: code("", "loop - br 0 end f64.const 1"), want: "fuel"},
	{name: "1 endless loop with fuel", wasm: code("", "loop - br 0 end f64.const 1"),
		limits: Limits{Fuel: math.MaxInt64 / 4, CallTime: 300 * time.Millisecond}, want: "deadline", wallMs: 450},
	{name: "2 tree of calls", want: "fuel", wasm: withFunc("call 40 f64.const 1", func(a *asm) {
		a.fn("", ">", "", "nop")
		for i := range 40 {
			a.fn("", ">", "", fmt.Sprintf("call %d call %d", i, i))
		}
	})},
	{name: "3 straight line of memory.fill", want: "fuel",
		wasm: code("", "i32.const 1023 memory.grow 0 drop"+strings.Repeat(" i32.const 0 i32.const 1 memory.size 0 i32.const 16 i32.shl memory.fill", 5000)+" f64.const 1"), wallMs: 4000, rssMiB: 64 + 32},
	{name: "4 loop of memory.fill", want: "fuel", rssMiB: 64 + 32,
		wasm: code("", "i32.const 1023 memory.grow 0 drop loop - i32.const 0 i32.const 1 memory.size 0 i32.const 16 i32.shl memory.fill br 0 end f64.const 1")},
	{name: "5 recursion", want: "stack", wasm: recursive(">", "")},
	{name: "5 recursion with values", want: "stack", wasm: recursive("iiiillllddddddddddddddddi>i", "")},
	{name: "5 recursion with locals", want: "stack", wasm: recursive("iiiiddddd>d", strings.Repeat("d", 900))},
	{name: "5 recursion through a table", want: "stack", wasm: withFunc("call 1 f64.const 1", func(a *asm) {
		a.table, a.elems = []byte{1, 2, 2}, []uint32{0, 1}
		t := a.typ(">")
		a.fn("", ">", "", "call 1")
		a.fn("", ">", "", fmt.Sprintf("i32.const 0 call_indirect %d 0", t))
	})},
	{name: "5 long chain of fat calls", want: "", score: 1, wasm: withFunc("i32.const 1 call 3999 drop f64.const 1", func(a *asm) {
		a.fn("", "i>i", "", "local.get 0")
		for i := range 3999 {
			live := strings.Repeat(" local.get 0 i32.const 1 i32.add local.tee 0", 40)
			a.fn("", "i>i", "", live+fmt.Sprintf(" local.get 0 call %d ", i)+strings.Repeat(" i32.add", 40))
		}
	}), wallMs: 8000, rssMiB: 200},
	{name: "6 memory of 4 GiB", want: "validation", says: "memory starts with 65536 pages", wasm: insert(5, 1, 0, 0x80, 0x80, 4)},
	{name: "7 gives up where memory does not grow", wasm: code("", "i32.const 65535 memory.grow 0 drop unreachable"), want: "memory"},
	{name: "7 traps for another reason after that", wasm: code("", "i32.const 65535 memory.grow 0 drop i32.const 1 i32.const 0 i32.div_s f64.convert_i32_s"), want: "trap"},
	{name: "7 memory.grow of 4 GiB", wasm: code("", "i32.const 65535 memory.grow 0 f64.convert_i32_s"), score: -1},
	{name: "8 grow to the limit and touch all", rssMiB: 64 + 32, score: 1024,
		wasm: code("", `block - loop - i32.const 16 memory.grow 0 i32.const -1 i32.eq br_if 1 br 0 end end
			block - loop - i32.const 1 memory.grow 0 i32.const -1 i32.eq br_if 1 br 0 end end
			i32.const 0 i32.const 1 memory.size 0 i32.const 16 i32.shl memory.fill memory.size 0 f64.convert_i32_u`)},
	{name: "9 table of 100 M entries", want: "validation", says: "table of 100000000 entries", wasm: insert(4, append([]byte{1, byte(funcref), 0}, lebs(100_000_000)...)...)},
	{name: "10 table.grow by 100 M", score: -1, wasm: withFunc("ref.null func i32.const 100000000 table.grow 0 f64.convert_i32_s", func(a *asm) { a.table = []byte{0, 1} })},
	{name: "11 start traps", want: "init trap", says: "unreachable", wasm: startWith("unreachable")},
	{name: "11 start loops", want: "init fuel", wasm: startWith("loop - br 0 end")},
	{name: "11 start loops with fuel", want: "init deadline", wasm: startWith("loop - br 0 end"),
		limits: Limits{Fuel: math.MaxInt64 / 4, InitTime: 200 * time.Millisecond}, wallMs: 400},
	{name: "12 division by zero", want: "trap", says: "integer divide by zero", wasm: code("", "i32.const 1 i32.const 0 i32.div_s f64.convert_i32_s")},
	{name: "12 load out of bounds", want: "trap", says: "out of bounds memory access", wasm: code("", "i32.const -8 f64.load 3 0")},
	{name: "12 fill out of bounds", want: "trap", says: "out of bounds memory access", wasm: code("", "i32.const 0 i32.const 0 i32.const -1 memory.fill f64.const 1"), rssMiB: 96},
	{name: "12 unreachable", want: "trap", says: "unreachable", wasm: code("", "unreachable")},
	{name: "12 bad indirect call", want: "trap", says: "invalid table access", wasm: withFunc("i32.const 7 call_indirect 0 0 f64.const 1", func(a *asm) { a.typ(">"); a.table = []byte{0, 1} })},
	{name: "13 2^32-1 locals", want: "validation", says: "4294967295 locals", wasm: func() []byte { return oneBody(math.MaxUint32) }},
	{name: "14 50 M locals", want: "validation", says: "50000000 locals", wasm: func() []byte { return oneBody(50_000_000) }},
	{name: "15 data count that lies", want: "validation", says: "data segments", wasm: insert(11, append(lebs(1<<28), 0, 0x41, 0, 0x0b, 0)...)},
	{name: "15 data count within the limit that lies", want: "validation", says: "do not fit", wasm: insert(11, append(lebs(9_000), 0, 0x41, 0, 0x0b, 0)...)},
	{name: "16 type count that lies", want: "validation", says: "types", wasm: insert(1, append(lebs(1<<30), 0x60, 0, 0)...)},
	{name: "16 parameter count that lies", want: "validation", says: "values", wasm: insert(1, append([]byte{1, 0x60}, lebs(1<<30)...)...)},
	{name: "16 function count that lies", want: "validation", says: "functions", wasm: insert(3, append(lebs(1<<30), 0)...)},
	{name: "16 element count that lies", want: "validation", says: "", wasm: insert(9, append(lebs(1<<28), 0)...)},
	{name: "16 custom name that lies", want: "validation", says: "bytes wanted", wasm: func() []byte {
		a := meanError()
		a.custom = append(a.custom, lebs(1<<31-1))
		return a.bytes()
	}},
	{name: "17 200k nested blocks", want: "validation", says: "blocks nest deeper than 1024", limits: Limits{FunctionBytes: 1 << 20, Blocks: 1 << 20},
		wasm: code("", strings.Repeat("block - ", 200_000)+strings.Repeat("end ", 200_000)+"f64.const 1")},
	{name: "17 200k nested blocks, all limits", want: "validation", says: "body of", wasm: code("", strings.Repeat("block - ", 200_000)+strings.Repeat("end ", 200_000)+"f64.const 1")},
	{name: "17 loops in loops over many locals", want: "validation", says: "too costly to compile",
		wasm: code(strings.Repeat("i", 990), strings.Repeat("loop - ", 200)+strings.Repeat("end ", 200)+"f64.const 1")},
	{name: "18 br_table of 2 M targets", want: "validation", says: "branch targets", limits: Limits{FunctionBytes: 4 << 20},
		wasm: func() []byte {
			a := newAsm()
			b := append([]byte{0x41, 0, 0x0e}, lebs(2_000_000)...)
			a.fnRaw("", ">", "", append(b, make([]byte, 2_000_001)...))
			addMetric(a, "", "f64.const 1")
			return a.bytes()
		}},
	{name: "19 20k ifs over 50 locals", want: "validation", says: "more than 3000 blocks", limits: Limits{FunctionBytes: 4 << 20},
		wasm: code(strings.Repeat("i", 50), strings.Repeat("local.get 5 if - end ", 20_000)+"f64.const 1")},
	{name: "19 ifs over many locals within the limits", wasm: spread(900), score: 1, wallMs: 10_000, rssMiB: 400},
	{name: "19 ifs over many locals", wasm: spread(2_900), want: "validation", says: "too costly to compile"},
	{name: "19 branches to one label", wasm: crowd(300, 1, 10_000), want: "validation", says: "too costly to compile"},
	{name: "19 branches to one label, few locals", wasm: crowd(2, 1, 10_000), want: "validation", says: "too costly to compile"},
	{name: "19 branches to many labels", wasm: crowd(200, 100, 5_000), want: "validation", says: "too costly to compile"},
	{name: "19 branches within the limits", wasm: crowd(200, 100, 1_300), score: 1, wallMs: 10_000, rssMiB: 400},
	{name: "19 calls with many results", wasm: floods(20_000), want: "validation", says: "too costly to compile"},
	{name: "19 calls with many results within the limits", wasm: floods(450), want: "trap", wallMs: 10_000, rssMiB: 400},
	{name: "20 50k functions", want: "validation", says: "50003 functions, the limit is 20000", wasm: withFunc("f64.const 1", func(a *asm) {
		for range 50_000 {
			a.funcs = append(a.funcs, asmFunc{"", "", []byte{0x0b}})
		}
		a.typ("")
	})},
	{name: "21 1 M globals", want: "validation", says: "globals, the limit is 2000", wasm: func() []byte {
		a := meanError()
		a.nGlobal, a.globals = 1_000_000, []byte(strings.Repeat("\x7f\x01\x41\x00\x0b", 1_000_000))
		return a.bytes()
	}},
	{name: "22 200k data segments", want: "validation", says: "data segments, the limit is", wasm: func() []byte {
		a := meanError()
		a.insert[11] = append(lebs(200_000), []byte(strings.Repeat("\x00\x41\x00\x0b\x00", 200_000))...)
		return a.bytes()
	}},
	{name: "23 NaN with a payload", want: "undefined", wasm: code("", "i64.const 0xfff8000000012345 f64.reinterpret_i64")},
	{name: "23 infinity", want: "undefined", wasm: code("", "f64.const +Inf")},
	{name: "34b call of a function of a type that does not exist", want: "validation", says: "type 5 does not exist",
		wasm: func() []byte {
			return []byte{0, 'a', 's', 'm', 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 3, 2, 0, 5, 10, 9, 2, 4, 0, 0x10, 1, 0x0b, 2, 0, 0x0b}
		}},
}

func TestHostileModules(t *testing.T) {
	for _, h := range hostiles {
		t.Run(h.name, func(t *testing.T) {
			r := inChild(t, h.name)
			t.Logf("%d ms, +%d MiB, fuel %d: %.200s", r.WallMs, r.GrownMiB, r.Fuel, r.Err)
			if r.Kind != h.want || !strings.Contains(r.Err, h.says) {
				t.Errorf("outcome %q (%s), want %q with %q", r.Kind, r.Err, h.want, h.says)
			}
			if h.want == "" && r.Score != h.score {
				t.Errorf("score %v, want %v", r.Score, h.score)
			}
			if limit := or(h.wallMs, 2000); r.WallMs > limit && !raceDetector {
				t.Errorf("took %d ms, the bound is %d", r.WallMs, limit)
			}
			if limit := or(h.rssMiB, 32); r.GrownMiB > limit && !raceDetector {
				t.Errorf("memory grew by %d MiB, the bound is %d", r.GrownMiB, limit)
			}
		})
	}
}

func or(v, standard int64) int64 {
	if v == 0 {
		return standard
	}
	return v
}
