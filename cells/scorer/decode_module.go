package scorer

import "bytes"

type valType byte

const (
	i32       valType = 0x7f
	i64       valType = 0x7e
	f32       valType = 0x7d
	f64       valType = 0x7c
	v128      valType = 0x7b
	funcref   valType = 0x70
	externref valType = 0x6f
	anyType   valType = 0 // what unreachable code leaves on the stack
)

func (t valType) String() string {
	switch t {
	case i32:
		return "i32"
	case i64:
		return "i64"
	case f32:
		return "f32"
	case f64:
		return "f64"
	case v128:
		return "v128"
	case funcref:
		return "funcref"
	case externref:
		return "externref"
	}
	return "any"
}

func (t valType) isRef() bool { return t == funcref || t == externref }

type funcType struct{ in, out []valType }

type importedFunc struct {
	module, name string
	typ          uint32
	at           int
}

type tableType struct {
	elem     valType
	min, max uint32
}

type globalVar struct {
	typ     valType
	mutable bool
	init    constExpr
}

// constExpr is an initialiser: one constant, kept as its bytes without the end;
// a reference to a function is kept as the index, since metering moves it.
type constExpr struct {
	typ   valType
	raw   []byte
	fn    uint32
	isRef bool
}

type exportEntry struct {
	name  string
	kind  byte // 0 function, 1 table, 2 memory, 3 global
	index uint32
	at    int
}

type elemSegment struct {
	flag  uint32
	table uint32
	off   constExpr
	typ   valType
	items []constExpr
}

type body struct {
	at, end int // instructions, offsets in the module
	locals  []localRun
	info    funcInfo
}

type localRun struct {
	n   uint32
	typ valType
}

// module is a decoded module. It shares the bytes it was decoded from.
type module struct {
	data     []byte
	types    []funcType
	imports  []importedFunc
	funcs    []uint32 // type of each defined function
	tables   []tableType
	memory   bool
	memMin   uint32
	memMax   uint32
	memAt    int
	globals  []globalVar
	exports  []exportEntry
	start    int64 // -1 = none
	startAt  int
	elems    []elemSegment
	nData    int64 // from the data count section, -1 = none
	bodies   []body
	dataRaw  []byte // the data section as it came
	datas    int
	manifest []byte
	manAt    int
	declared map[uint32]bool // functions that ref.func may name
	cost     int64           // estimate for compiling all bodies
}

func (m *module) numFuncs() int { return len(m.imports) + len(m.funcs) }

func (m *module) typeOf(fn uint32) *funcType {
	if n := uint32(len(m.imports)); fn < n {
		return &m.types[m.imports[fn].typ]
	} else {
		return &m.types[m.funcs[fn-n]]
	}
}

var sectionNames = [...]string{"custom", "type", "import", "function", "table", "memory", "global", "export", "start", "element", "code", "data", "data count"}

// sectionRank is the order in which sections must come.
var sectionRank = [...]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 10}

// decode reads and validates a module. It is a pure function of its arguments
// and allocates in proportion to the bytes that are there, not to what they claim.
func decode(wasm []byte, lim *Limits) (*module, error) {
	r := &reader{data: wasm, end: len(wasm), section: "header", fn: -1}
	if len(wasm) > lim.ModuleBytes {
		r.fail(0, "%d bytes, the limit is %d", len(wasm), lim.ModuleBytes)
		return nil, r.err
	}
	m := &module{data: wasm, start: -1, nData: -1, declared: map[uint32]bool{}}
	header(r)
	rank, seen := 0, [len(sectionNames)]bool{}
	for r.more() {
		at := r.pos
		id := r.byte()
		size := r.size()
		if r.err == nil && int(id) >= len(sectionNames) {
			r.fail(at, "section id %d is not supported (exception handling and other proposals are not)", id)
		}
		if r.err == nil && id != 0 && sectionRank[id] <= rank {
			r.fail(at, "section %s is repeated or out of order", sectionNames[id])
		}
		if r.err != nil {
			break
		}
		if size > r.end-r.pos {
			r.fail(at, "section %s says %d bytes, %d are left", sectionNames[id], size, r.end-r.pos)
			break
		}
		if id != 0 {
			rank, seen[id] = sectionRank[id], true
		}
		s := &reader{data: wasm, pos: r.pos, end: r.pos + size, section: sectionNames[id], fn: -1}
		m.section(id, s, lim)
		if s.err == nil && s.pos != s.end {
			s.fail(s.pos, "%d bytes left over", s.end-s.pos)
		}
		if s.err != nil {
			return nil, s.err
		}
		r.pos += size
	}
	if r.err == nil {
		m.counts(r)
	}
	if r.err == nil {
		m.validate(r, lim)
	}
	if r.err != nil {
		return nil, r.err
	}
	return m, nil
}

func header(r *reader) {
	switch {
	case len(r.data) < 8 || !bytes.Equal(r.data[:4], []byte("\x00asm")):
		r.fail(0, "not a WebAssembly module")
	case bytes.Equal(r.data[4:8], []byte{0x0d, 0, 1, 0}):
		r.fail(4, "a component, not a core module")
	case !bytes.Equal(r.data[4:8], []byte{1, 0, 0, 0}):
		r.fail(4, "unknown version % x of the binary format", r.data[4:8])
	default:
		r.pos = 8
	}
}

// counts compares numbers that two sections must agree on.
func (m *module) counts(r *reader) {
	switch {
	case len(m.funcs) != len(m.bodies):
		r.section = "code"
		r.fail(r.pos, "%d functions declared and %d bodies", len(m.funcs), len(m.bodies))
	case m.nData >= 0 && int(m.nData) != m.datas:
		r.section = "data"
		r.fail(r.pos, "data count is %d and there are %d segments", m.nData, m.datas)
	}
}

func (m *module) section(id byte, r *reader, lim *Limits) {
	switch id {
	case 0:
		m.customSection(r)
	case 1:
		m.typeSection(r, lim)
	case 2:
		m.importSection(r, lim)
	case 3:
		for n := r.count(lim.Functions, 1, "functions"); n > 0 && r.err == nil; n-- {
			m.funcs = append(m.funcs, m.typeIndex(r))
		}
	case 4:
		m.tableSection(r, lim)
	case 5:
		m.memorySection(r)
	case 6:
		m.globalSection(r, lim)
	case 7:
		m.exportSection(r, lim)
	case 8:
		m.startAt = r.pos
		m.start = int64(r.u32())
	case 9:
		m.elemSection(r, lim)
	case 10:
		m.codeSection(r, lim)
	case 11:
		m.dataSection(r, lim)
	case 12:
		m.nData = int64(r.u32())
	}
}
