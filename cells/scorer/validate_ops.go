package scorer

import "slices"

// label gives the types that a branch to depth carries, and counts it.
func (c *checker) label(in *instr, depth uint32) []valType {
	if int64(depth) >= int64(len(c.frames)) {
		c.r.fail(in.at, "branch to label %d of %d", depth, len(c.frames))
		return nil
	}
	c.branches++
	f := &c.frames[len(c.frames)-1-int(depth)]
	f.branches++
	if f.op == 0x03 {
		return f.in
	}
	return f.out
}

// control checks blocks, branches and calls.
func (c *checker) control(in *instr) {
	switch in.op {
	case 0x00: // unreachable
		c.dead()
	case 0x02, 0x03, 0x04: // block, loop, if
		if in.op == 0x04 {
			c.pop(in, i32)
		}
		ins, outs := c.signature(in)
		c.popAll(in, ins)
		c.open(in, ins, outs)
	case 0x05: // else
		if c.top().op != 0x04 {
			c.r.fail(in.at, "else without if")
			return
		}
		f := c.close(in)
		f.op, f.unreachable = 0x05, false
		c.frames = append(c.frames, f)
		c.pushAll(f.in)
	case 0x0b: // end
		f := c.close(in)
		if f.op == 0x04 && !slices.Equal(f.in, f.out) {
			c.r.fail(in.at, "if without else must give what it takes")
		}
		c.pushAll(f.out)
	case 0x0c: // br
		c.popAll(in, c.label(in, in.a))
		c.dead()
	case 0x0d: // br_if
		c.pop(in, i32)
		ts := c.label(in, in.a)
		c.popAll(in, ts)
		c.pushAll(ts)
	case 0x0e: // br_table
		c.branchTable(in)
	case 0x0f: // return
		c.popAll(in, c.label(in, uint32(len(c.frames)-1)))
		c.dead()
	case 0x10, 0x11:
		c.call(in)
	}
}

func (c *checker) branchTable(in *instr) {
	c.pop(in, i32)
	last := c.label(in, in.targets[len(in.targets)-1])
	for _, depth := range in.targets[:len(in.targets)-1] {
		ts := c.label(in, depth)
		if !slices.Equal(ts, last) {
			c.r.fail(in.at, "branches of a table carry different types")
		}
		if c.r.err != nil {
			return
		}
	}
	c.popAll(in, last)
	c.dead()
}

func (c *checker) call(in *instr) {
	var t *funcType
	c.info.callSites++
	if in.op == 0x10 {
		if int64(in.a) >= int64(c.m.numFuncs()) {
			c.r.fail(in.at, "function %d does not exist", in.a)
			return
		}
		t = c.m.typeOf(in.a)
		c.info.calls = append(c.info.calls, in.a)
	} else {
		if int64(in.a) >= int64(len(c.m.types)) {
			c.r.fail(in.at, "type %d does not exist", in.a)
			return
		}
		if c.table(in, in.b) != funcref {
			c.r.fail(in.at, "table %d does not hold functions", in.b)
		}
		t = &c.m.types[in.a]
		c.info.indirect = append(c.info.indirect, in.a)
		c.pop(in, i32)
	}
	c.popAll(in, t.in)
	c.pushAll(t.out)
	c.results += int64(len(t.out))
}

// table gives the element type of table t.
func (c *checker) table(in *instr, t uint32) valType {
	if int64(t) >= int64(len(c.m.tables)) {
		c.r.fail(in.at, "table %d does not exist", t)
		return funcref
	}
	return c.m.tables[t].elem
}

// variable checks locals, globals, select and references.
func (c *checker) variable(in *instr) {
	switch in.op {
	case 0x1a: // drop
		c.pop(in, anyType)
	case 0x1b: // select
		c.pop(in, i32)
		a := c.pop(in, anyType)
		b := c.pop(in, a)
		if a.isRef() || b.isRef() {
			c.r.fail(in.at, "select of references needs a type")
		}
		c.push(max(a, b))
	case 0x1c:
		c.pop(in, i32)
		c.pop(in, in.typ)
		c.pop(in, in.typ)
		c.push(in.typ)
	case 0x20, 0x21, 0x22:
		c.local(in)
	case 0x23, 0x24:
		c.global(in)
	case 0xd0: // ref.null
		c.push(in.typ)
	case 0xd1: // ref.is_null
		if t := c.pop(in, anyType); t != anyType && !t.isRef() {
			c.r.fail(in.at, "ref.is_null of %s", t)
		}
		c.push(i32)
	case 0xd2: // ref.func
		if int64(in.a) >= int64(c.m.numFuncs()) || !c.m.declared[in.a] {
			c.r.fail(in.at, "ref.func of function %d, which no element segment or export declares", in.a)
		}
		c.push(funcref)
	}
}

func (c *checker) local(in *instr) {
	if int64(in.a) >= int64(len(c.locals)) {
		c.r.fail(in.at, "local %d of %d", in.a, len(c.locals))
		return
	}
	t := c.locals[in.a]
	if in.op != 0x20 {
		c.pop(in, t)
	}
	if in.op != 0x21 {
		c.push(t)
	}
}

func (c *checker) global(in *instr) {
	if int64(in.a) >= int64(len(c.m.globals)) {
		c.r.fail(in.at, "global %d of %d", in.a, len(c.m.globals))
		return
	}
	g := &c.m.globals[in.a]
	if in.op == 0x23 {
		c.push(g.typ)
		return
	}
	if !g.mutable {
		c.r.fail(in.at, "global %d is constant", in.a)
	}
	c.pop(in, g.typ)
}

// bulk checks the instructions on tables and on ranges of memory that depend on
// more than their opcode.
func (c *checker) bulk(in *instr) {
	three := []valType{i32, i32, i32}
	switch in.op {
	case 0x25: // table.get
		c.pop(in, i32)
		c.push(c.table(in, in.a))
	case 0x26: // table.set
		c.pop(in, c.table(in, in.a))
		c.pop(in, i32)
	case 0xfc08, 0xfc09: // memory.init, data.drop
		if !c.m.memory && in.op == 0xfc08 {
			c.r.fail(in.at, "there is no memory")
		}
		if int64(in.a) >= c.m.nData {
			c.r.fail(in.at, "data segment %d of %d in the data count section", in.a, max(c.m.nData, 0))
		}
		if in.op == 0xfc08 {
			c.popAll(in, three)
		}
	case 0xfc0a: // memory.copy
		if !c.m.memory {
			c.r.fail(in.at, "there is no memory")
		}
		c.popAll(in, three)
	case 0xfc0c, 0xfc0d: // table.init, elem.drop
		if int64(in.a) >= int64(len(c.m.elems)) {
			c.r.fail(in.at, "element segment %d of %d", in.a, len(c.m.elems))
			return
		}
		if in.op == 0xfc0c {
			if c.table(in, in.b) != c.m.elems[in.a].typ {
				c.r.fail(in.at, "element segment %d and table %d differ in type", in.a, in.b)
			}
			c.popAll(in, three)
		}
	case 0xfc0e: // table.copy
		if c.table(in, in.a) != c.table(in, in.b) {
			c.r.fail(in.at, "tables %d and %d differ in type", in.a, in.b)
		}
		c.popAll(in, three)
	case 0xfc0f: // table.grow
		c.pop(in, i32)
		c.pop(in, c.table(in, in.a))
		c.push(i32)
	case 0xfc10: // table.size
		c.table(in, in.a)
		c.push(i32)
	case 0xfc11: // table.fill
		c.pop(in, i32)
		c.pop(in, c.table(in, in.a))
		c.pop(in, i32)
	}
}
