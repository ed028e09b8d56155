package scorer

import "strings"

func (m *module) customSection(r *reader) {
	at := r.pos
	name := r.name()
	body := r.take(r.end - r.pos)
	if r.err != nil || name != manifestSection {
		return
	}
	if m.manifest != nil {
		r.fail(at, "a second section %q", manifestSection)
		return
	}
	m.manifest, m.manAt = body, at
}

func (m *module) typeSection(r *reader, lim *Limits) {
	n := r.count(lim.Types, 3, "types")
	m.types = make([]funcType, 0, n)
	for ; n > 0 && r.err == nil; n-- {
		at := r.pos
		if form := r.byte(); form != 0x60 && r.err == nil {
			r.fail(at, "type form %#x is not a function", form)
		}
		t := funcType{in: r.valTypes(), out: r.valTypes()}
		if len(t.in)+len(t.out) > maxParams {
			r.fail(at, "%d parameters and results, the limit is %d", len(t.in)+len(t.out), maxParams)
		}
		m.types = append(m.types, t)
	}
}

func (r *reader) valTypes() []valType {
	n := r.count(maxParams, 1, "values")
	var ts []valType
	for ; n > 0 && r.err == nil; n-- {
		ts = append(ts, r.valType())
	}
	return ts
}

func (r *reader) valType() valType {
	at := r.pos
	switch t := valType(r.byte()); t {
	case i32, i64, f32, f64, v128, funcref, externref:
		return t
	default:
		r.fail(at, "unknown value type %#x", byte(t))
		return 0
	}
}

func (r *reader) refType() valType {
	at := r.pos
	t := r.valType()
	if r.err == nil && !t.isRef() {
		r.fail(at, "%s is not a reference type", t)
	}
	return t
}

func (m *module) typeIndex(r *reader) uint32 {
	at := r.pos
	t := r.u32()
	if int64(t) >= int64(len(m.types)) && r.err == nil {
		r.fail(at, "type %d does not exist", t)
	}
	return t
}

var externKinds = [...]string{"function", "table", "memory", "global"}

func (m *module) importSection(r *reader, lim *Limits) {
	for n := r.count(lim.Imports, 4, "imports"); n > 0 && r.err == nil; n-- {
		at := r.pos
		mod, name := r.name(), r.name()
		kindAt := r.pos
		kind := r.byte()
		switch {
		case r.err != nil:
		case kind >= byte(len(externKinds)):
			r.fail(kindAt, "import %s.%s has unknown kind %d", mod, name, kind)
		case kind != 0:
			r.fail(at, "import %s.%s is a %s; only functions may be imported", mod, name, externKinds[kind])
		default:
			m.imports = append(m.imports, importedFunc{mod, name, m.typeIndex(r), at})
		}
	}
}

// limits reads a minimum and a maximum; a missing maximum is the largest.
func (r *reader) limits(what string) (lo, hi uint32) {
	at := r.pos
	flag := r.byte()
	switch {
	case r.err != nil:
		return 0, 0
	case flag&4 != 0:
		r.fail(at, "64-bit %s (memory64) is not supported", what)
	case flag&2 != 0:
		r.fail(at, "shared %s (threads) is not supported", what)
	case flag > 1:
		r.fail(at, "unknown limits flag %#x", flag)
	}
	lo, hi = r.u32(), 1<<32-1
	if flag&1 != 0 {
		hi = r.u32()
	}
	if lo > hi {
		r.fail(at, "%s minimum %d is over its maximum %d", what, lo, hi)
	}
	return lo, hi
}

func (m *module) tableSection(r *reader, lim *Limits) {
	for n := r.count(maxTables, 3, "tables"); n > 0 && r.err == nil; n-- {
		at := r.pos
		t := tableType{elem: r.refType()}
		t.min, t.max = r.limits("table")
		if int64(t.min) > int64(lim.TableEntries) {
			r.fail(at, "table of %d entries, the limit is %d", t.min, lim.TableEntries)
		}
		t.max = min(t.max, uint32(lim.TableEntries))
		m.tables = append(m.tables, t)
	}
}

func (m *module) memorySection(r *reader) {
	at := r.pos
	n := r.u32()
	if n != 1 && r.err == nil {
		r.fail(at, "%d memories; exactly one is wanted", n)
		return
	}
	m.memAt = r.pos
	m.memMin, m.memMax = r.limits("memory")
	if m.memMin > pageSize || (m.memMax > pageSize && m.memMax != 1<<32-1) {
		r.fail(m.memAt, "memory of more than 4 GiB")
	}
	m.memory = true
}

func (m *module) globalSection(r *reader, lim *Limits) {
	for n := r.count(lim.Globals, 4, "globals"); n > 0 && r.err == nil; n-- {
		g := globalVar{typ: r.valType()}
		at := r.pos
		mut := r.byte()
		if mut > 1 {
			r.fail(at, "mutability %#x", mut)
		}
		g.mutable = mut == 1
		g.init = m.constant(r, g.typ)
		m.globals = append(m.globals, g)
	}
}

// constant reads a constant expression of type want. Other globals cannot be
// read in one, since only imported ones could be and those are refused.
func (m *module) constant(r *reader, want valType) constExpr {
	at := r.pos
	c := constExpr{typ: want}
	op := r.byte()
	got := anyType
	switch op {
	case 0x41:
		got = i32
		r.signed(32)
	case 0x42:
		got = i64
		r.signed(64)
	case 0x43:
		got = f32
		r.take(4)
	case 0x44:
		got = f64
		r.take(8)
	case 0xfd:
		got = v128
		if sub := r.u32(); sub != 12 {
			r.fail(at, "opcode 0xfd %#x in a constant expression", sub)
		}
		r.take(16)
	case 0xd0:
		got = r.refType()
	case 0xd2:
		got = funcref
		c.isRef, c.fn = true, m.funcIndex(r)
	default:
		r.fail(at, "opcode %#x in a constant expression", op)
	}
	end := r.pos
	if e := r.byte(); e != 0x0b && r.err == nil {
		r.fail(end, "a constant expression is one constant; found opcode %#x after it", e)
	}
	if got != want && r.err == nil {
		r.fail(at, "constant is %s, wanted %s", got, want)
	}
	if r.err == nil {
		c.raw = r.data[at:end]
	}
	return c
}

// funcIndex reads an index of a function. Functions named outside of bodies are
// those that ref.func may name inside.
func (m *module) funcIndex(r *reader) uint32 {
	at := r.pos
	f := r.u32()
	if int64(f) >= int64(m.numFuncs()) && r.err == nil {
		r.fail(at, "function %d does not exist", f)
	}
	m.declared[f] = true
	return f
}

func (m *module) exportSection(r *reader, lim *Limits) {
	names := map[string]bool{}
	for n := r.count(lim.Exports, 3, "exports"); n > 0 && r.err == nil; n-- {
		e := exportEntry{at: r.pos, name: r.name(), kind: r.byte()}
		e.index = r.u32()
		if r.err != nil {
			return
		}
		var have int
		switch e.kind {
		case 0:
			have = m.numFuncs()
		case 1:
			have = len(m.tables)
		case 2:
			if m.memory {
				have = 1
			}
		case 3:
			have = len(m.globals)
		}
		switch {
		case names[e.name]:
			r.fail(e.at, "export %q twice", e.name)
		case e.kind >= byte(len(externKinds)):
			r.fail(e.at, "export %q has unknown kind %d", e.name, e.kind)
		case int64(e.index) >= int64(have):
			r.fail(e.at, "export %q: %s %d does not exist", e.name, externKinds[e.kind], e.index)
		case strings.HasPrefix(e.name, reservedPrefix) || strings.HasPrefix(e.name, "wnb.__"):
			r.fail(e.at, "export %q: names that start with %s or wnb.__ are reserved", e.name, reservedPrefix)
		}
		if e.kind == 0 {
			m.declared[e.index] = true
		}
		names[e.name] = true
		m.exports = append(m.exports, e)
	}
}

func (m *module) codeSection(r *reader, lim *Limits) {
	n := r.count(lim.Functions, 2, "bodies")
	m.bodies = make([]body, 0, n)
	for i := 0; i < n && r.err == nil; i++ {
		r.fn = len(m.imports) + i
		at := r.pos
		size := r.size()
		if size > lim.FunctionBytes {
			r.fail(at, "body of %d bytes, the limit is %d", size, lim.FunctionBytes)
		}
		if size > r.end-r.pos {
			r.fail(at, "body says %d bytes, %d are left", size, r.end-r.pos)
		}
		if r.err != nil {
			return
		}
		b := &reader{data: r.data, pos: r.pos, end: r.pos + size, section: r.section, fn: r.fn}
		m.bodies = append(m.bodies, b.locals(lim))
		if b.err != nil {
			r.err = b.err
			return
		}
		r.pos += size
	}
	r.fn = -1
}

// locals reads the declarations that precede the instructions of a body.
func (r *reader) locals(lim *Limits) body {
	var b body
	var total int64
	for n := r.count(lim.Locals, 2, "local declarations"); n > 0 && r.err == nil; n-- {
		at := r.pos
		run := localRun{n: r.u32(), typ: r.valType()}
		if total += int64(run.n); total > int64(lim.Locals) {
			r.fail(at, "%d locals, the limit is %d", total, lim.Locals)
		}
		b.locals = append(b.locals, run)
	}
	b.at, b.end = r.pos, r.end
	return b
}
