package scorer

// reservedPrefix starts the names that the meter adds to modules.
const reservedPrefix = "__wnb_"

// Validate decodes wasm and checks it against the rules of WebAssembly 2.0 and
// against lim. It is a pure function and runs none of the module. The error is
// a *ValidationError.
func Validate(wasm []byte, lim Limits) error {
	lim = lim.withDefaults()
	_, err := decode(wasm, &lim)
	return err
}

// validate checks what needs the whole module: start function and bodies.
func (m *module) validate(r *reader, lim *Limits) {
	if m.start >= 0 {
		r.section = "start"
		if m.start >= int64(m.numFuncs()) {
			r.fail(m.startAt, "function %d does not exist", m.start)
			return
		}
		if t := m.typeOf(uint32(m.start)); len(t.in)+len(t.out) > 0 {
			r.fail(m.startAt, "the start function takes or gives values")
			return
		}
	}
	c := checker{m: m, r: instrReader{reader: *r, lim: lim}}
	for i := range m.bodies {
		if !c.body(i) {
			r.err = c.r.err
			return
		}
		own := m.bodies[i].info.compileCost
		m.cost += own
		if own > lim.FunctionCost || m.cost > lim.CompileCost {
			r.section, r.fn = "code", len(m.imports)+i
			r.fail(m.bodies[i].at, "too costly to compile: %d for this function (limit %d), %d up to here (limit %d); it has too many blocks, branches and loops in loops for its values", own, lim.FunctionCost, m.cost, lim.CompileCost)
			return
		}
	}
}
