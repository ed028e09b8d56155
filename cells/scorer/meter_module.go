package scorer

import "math"

// rewriterVersion is part of every cache key. Another one may use other amounts of
// fuel for the same call.
const rewriterVersion = 4

const (
	refuelName = "__refuel"
	fuelName   = "__wnb_fuel"
	// stackSignal is what the guest passes to refuel when its calls nest too deep.
	stackSignal = math.MinInt64
	// memorySignal is what it passes when its memory cannot grow.
	memorySignal = math.MinInt64 + 1
)

// meter rewrites a decoded module. It adds the import wnb.__refuel (i64)->i64 in
// front of the defined functions, four helper functions behind them, and two
// globals: the fuel left in the slice, exported, and the call depth.
type meter struct {
	m       *module
	lim     *Limits
	types   []funcType // those of the module, then added ones
	byKey   map[string]uint32
	weights []int
	fuel    uint32 // globals
	depth   uint32
	refuel  uint32 // functions
	charge  uint32
	fill    uint32
	copy    uint32
	grow    uint32
}

// metered gives the rewritten module: it computes what m computes, to the bit.
// All custom sections are gone. memPages clamps the memory.
func (m *module) metered(lim *Limits, memPages uint32) []byte {
	imported, globals := uint32(len(m.imports)), uint32(len(m.globals))
	first := imported + 1 + uint32(len(m.funcs))
	x := &meter{
		m: m, lim: lim, types: append([]funcType(nil), m.types...), weights: m.stackWeights(lim),
		fuel: globals, depth: globals + 1, refuel: imported,
		charge: first, fill: first + 1, copy: first + 2, grow: first + 3, byKey: map[string]uint32{},
	}
	for i := range x.types {
		x.byKey[typeKey(&x.types[i])] = uint32(i)
	}
	refuelType := x.typeFor([]valType{i64}, []valType{i64})
	chargeType := x.typeFor([]valType{i32}, []valType{i32})
	bulkType := x.typeFor([]valType{i32, i32, i32}, nil)
	code := x.code() // may add types

	w := &writer{}
	w.raw(m.data[:8])
	w.section(1, x.typeSection())
	w.section(2, x.importSection(refuelType))
	w.section(3, x.funcSection(chargeType, bulkType))
	if len(m.tables) > 0 {
		w.section(4, x.tableSection())
	}
	if m.memory {
		w.section(5, limitsOf(m.memMin, min(m.memMax, memPages)))
	}
	w.section(6, x.globalSection())
	w.section(7, x.exportSection())
	if m.start >= 0 {
		var s writer
		s.u32(x.shift(uint32(m.start)))
		w.section(8, s.buf)
	}
	if len(m.elems) > 0 {
		w.section(9, x.elemSection())
	}
	if m.nData >= 0 {
		var s writer
		s.u32(uint32(m.nData))
		w.section(12, s.buf)
	}
	w.section(10, code)
	if m.dataRaw != nil {
		w.section(11, m.dataRaw)
	}
	return w.buf
}

// typeFor gives the index of a function type, adding it if it is new.
func (x *meter) typeFor(in, out []valType) uint32 {
	t := funcType{in, out}
	key := typeKey(&t)
	i, ok := x.byKey[key]
	if !ok {
		i = uint32(len(x.types))
		x.types = append(x.types, t)
		x.byKey[key] = i
	}
	return i
}

// shift is where function f is after the import was put in front of it.
func (x *meter) shift(f uint32) uint32 {
	if f >= x.refuel {
		return f + 1
	}
	return f
}

func (x *meter) typeSection() []byte {
	var w writer
	w.u32(uint32(len(x.types)))
	for _, t := range x.types {
		w.put(0x60)
		w.types(t.in)
		w.types(t.out)
	}
	return w.buf
}

func (x *meter) importSection(refuelType uint32) []byte {
	var w writer
	w.u32(uint32(len(x.m.imports) + 1))
	for _, imp := range x.m.imports {
		w.name(imp.module)
		w.name(imp.name)
		w.op(0, imp.typ)
	}
	w.name("wnb")
	w.name(refuelName)
	w.op(0, refuelType)
	return w.buf
}

func (x *meter) funcSection(chargeType, bulkType uint32) []byte {
	var w writer
	w.u32(uint32(len(x.m.funcs) + 4))
	for _, t := range x.m.funcs {
		w.u32(t)
	}
	w.u32(chargeType)
	w.u32(bulkType)
	w.u32(bulkType)
	w.u32(chargeType)
	return w.buf
}

func (x *meter) tableSection() []byte {
	var w writer
	w.u32(uint32(len(x.m.tables)))
	for _, t := range x.m.tables {
		w.put(byte(t.elem), 1)
		w.u32(t.min)
		w.u32(t.max)
	}
	return w.buf
}

func limitsOf(lo, hi uint32) []byte {
	var w writer
	w.put(1, 1)
	w.u32(lo)
	w.u32(hi)
	return w.buf
}

func (x *meter) globalSection() []byte {
	var w writer
	w.u32(uint32(len(x.m.globals) + 2))
	for _, g := range x.m.globals {
		mut := byte(0)
		if g.mutable {
			mut = 1
		}
		w.put(byte(g.typ), mut)
		x.constant(&w, g.init)
	}
	w.put(byte(i64), 1, 0x42, 0, 0x0b)
	w.put(byte(i32), 1, 0x41, 0, 0x0b)
	return w.buf
}

func (x *meter) constant(w *writer, c constExpr) {
	if c.isRef {
		w.op(0xd2, x.shift(c.fn))
	} else {
		w.raw(c.raw)
	}
	w.put(0x0b)
}

func (x *meter) exportSection() []byte {
	var w writer
	w.u32(uint32(len(x.m.exports) + 1))
	for _, e := range x.m.exports {
		w.name(e.name)
		if e.kind == 0 {
			w.op(e.kind, x.shift(e.index))
		} else {
			w.op(e.kind, e.index)
		}
	}
	w.name(fuelName)
	w.op(3, x.fuel)
	return w.buf
}

func (x *meter) elemSection() []byte {
	var w writer
	w.u32(uint32(len(x.m.elems)))
	for _, s := range x.m.elems {
		w.u32(s.flag)
		if s.flag&1 == 0 {
			if s.flag&2 != 0 {
				w.u32(s.table)
			}
			x.constant(&w, s.off)
		}
		if s.flag&3 != 0 {
			if s.flag&4 != 0 {
				w.put(byte(s.typ))
			} else {
				w.put(0)
			}
		}
		w.u32(uint32(len(s.items)))
		for _, item := range s.items {
			if s.flag&4 != 0 {
				x.constant(&w, item)
			} else {
				w.u32(x.shift(item.fn))
			}
		}
	}
	return w.buf
}
