package scorer

// funcInfo is what the meter needs to know of a function.
type funcInfo struct {
	costs       []int64  // fuel of the function's entry, then of each loop in order
	spends      []bool   // as costs: fuel is taken within, other than by loops
	calls       []uint32 // functions it calls
	indirect    []uint32 // types it calls through tables
	callSites   int
	instrs      int
	locals      int // with parameters
	height      int // of the operand stack
	vector      bool
	compileCost int64
}

// compileCost follows what the compiler was measured to do. Its time grows with
// the blocks of a function times the values that may live across them, and again
// with every loop around a block; with the branches times those values, and the
// square of the branches that lead to one place; with the results of calls, and
// the values that live across calls. A unit takes up to 1.1 microseconds, and
// mostly a tenth of that. A plain guest of Go's compiler costs 8 million, one that
// uses encoding/json 17 million, those of other compilers less than 150 thousand.
func (c *checker) compileCost() int64 {
	values := int64(c.info.locals + c.info.height)
	blocks := c.weight * (values + int64(c.depth))
	branches := 5 * (c.branches + c.crowds/600) * values
	calls := 5*c.results + int64(c.info.callSites)*int64(c.info.height)/64
	return blocks + branches + calls
}

// frame is an open block. region is the index in costs that its instructions add to.
type frame struct {
	op          opcode
	in, out     []valType
	height      int
	unreachable bool
	region      int
	loops       int   // open loops, this one included
	branches    int64 // that lead here
}

// checker validates bodies with the algorithm of the specification's appendix:
// a stack of operand types and a stack of open blocks.
type checker struct {
	m      *module
	r      instrReader
	locals []valType
	vals   []valType
	frames []frame
	info   funcInfo
	blocks int
	depth  int

	// What compileCost is made of.
	weight   int64 // of the blocks: 1, and 1 for every loop that is open
	branches int64
	crowds   int64 // squares of the branches that lead to one label
	results  int64 // of the calls
}

// body checks function i of the code section and stores what it learnt.
func (c *checker) body(i int) bool {
	b := &c.m.bodies[i]
	t := &c.m.types[c.m.funcs[i]]
	c.r.reader = reader{data: c.m.data, pos: b.at, end: b.end, section: "code", fn: len(c.m.imports) + i}
	c.r.nTarget = 0
	c.locals = append(c.locals[:0], t.in...)
	for _, run := range b.locals {
		for range run.n {
			c.locals = append(c.locals, run.typ)
		}
	}
	c.vals, c.frames, c.blocks, c.depth = c.vals[:0], c.frames[:0], 0, 0
	c.weight, c.branches, c.crowds, c.results = 0, 0, 0, 0
	c.info = funcInfo{costs: []int64{0}, spends: []bool{false}, locals: len(c.locals)}
	for _, l := range c.locals {
		c.info.vector = c.info.vector || l == v128
	}
	c.frames = append(c.frames, frame{out: t.out})
	for c.r.err == nil && len(c.frames) > 0 {
		in := c.r.next()
		if c.r.err == nil {
			c.step(&in)
		}
	}
	if c.r.err == nil && c.r.pos != c.r.end {
		c.r.fail(c.r.pos, "%d bytes after the end of the function", c.r.end-c.r.pos)
	}
	c.info.compileCost = c.compileCost()
	b.info = c.info
	return c.r.err == nil
}

// step checks one instruction and charges it to the region it is in.
func (c *checker) step(in *instr) {
	c.info.instrs++
	region := c.top().region
	c.info.costs[region] += c.cost(in)
	c.info.spends[region] = c.info.spends[region] || in.spends()
	if info := in.op.info(); info.plain {
		if (info.imm == immMemory || info.imm == immZero || info.imm == immMemoryLane) && !c.m.memory {
			c.r.fail(in.at, "there is no memory")
		}
		c.info.vector = c.info.vector || in.op>>8 == 0xfd
		c.popAll(in, info.in)
		c.pushAll(info.out)
		return
	}
	switch {
	case in.op <= 0x11:
		c.control(in)
	case in.op>>8 == 0xfc || in.op == 0x25 || in.op == 0x26:
		c.bulk(in)
	default:
		c.variable(in)
	}
}

// spends is true for what takes fuel when it runs: calls, and what is charged by
// its length.
func (in *instr) spends() bool {
	switch in.op {
	case 0x10, 0x11, 0x40, 0xfc08, 0xfc0a, 0xfc0b, 0xfc0c, 0xfc0e, 0xfc0f, 0xfc11:
		return true
	}
	return false
}

// cost of an instruction in units of fuel.
func (c *checker) cost(in *instr) int64 {
	switch {
	case in.op == 0x10 && int64(in.a) < int64(len(c.m.imports)):
		return importCallCost
	case in.op == 0x40 || in.op == 0xfc0f:
		return growCost
	}
	return 1
}

func (c *checker) top() *frame { return &c.frames[len(c.frames)-1] }

func (c *checker) push(t valType) {
	c.vals = append(c.vals, t)
	c.info.height = max(c.info.height, len(c.vals))
}

func (c *checker) pushAll(ts []valType) {
	for _, t := range ts {
		c.push(t)
	}
}

// pop takes an operand of type want (anyType: of any type) off the stack.
func (c *checker) pop(in *instr, want valType) valType {
	f := c.top()
	if len(c.vals) == f.height {
		if !f.unreachable {
			c.r.fail(in.at, "opcode %#x needs %s and the stack is empty", uint16(in.op), want)
		}
		return anyType
	}
	got := c.vals[len(c.vals)-1]
	c.vals = c.vals[:len(c.vals)-1]
	if got != want && got != anyType && want != anyType {
		c.r.fail(in.at, "opcode %#x needs %s and finds %s", uint16(in.op), want, got)
	}
	return got
}

func (c *checker) popAll(in *instr, ts []valType) {
	for i := len(ts) - 1; i >= 0; i-- {
		c.pop(in, ts[i])
	}
}

func (c *checker) dead() {
	f := c.top()
	c.vals = c.vals[:f.height]
	f.unreachable = true
}

// signature of a block.
func (c *checker) signature(in *instr) (ins, outs []valType) {
	b := in.block
	switch {
	case b.index >= int64(len(c.m.types)):
		c.r.fail(in.at, "type %d does not exist", b.index)
	case b.index >= 0:
		return c.m.types[b.index].in, c.m.types[b.index].out
	case b.result != 0:
		return nil, []valType{b.result}
	}
	return nil, nil
}

func (c *checker) open(in *instr, ins, outs []valType) {
	region, loops := c.top().region, c.top().loops
	if in.op == 0x03 {
		loops++
		region = len(c.info.costs)
		c.info.costs = append(c.info.costs, 0)
		c.info.spends = append(c.info.spends, false)
	}
	c.frames = append(c.frames, frame{op: in.op, in: ins, out: outs, height: len(c.vals), region: region, loops: loops})
	c.pushAll(ins)
	c.blocks++
	c.weight += int64(1 + loops)
	c.depth = max(c.depth, len(c.frames)-1)
	if c.blocks > c.r.lim.Blocks {
		c.r.fail(in.at, "more than %d blocks", c.r.lim.Blocks)
	}
	if c.depth > c.r.lim.Depth {
		c.r.fail(in.at, "blocks nest deeper than %d", c.r.lim.Depth)
	}
}

func (c *checker) close(in *instr) frame {
	f := *c.top()
	c.popAll(in, f.out)
	if len(c.vals) != f.height {
		c.r.fail(in.at, "%d values too many at the end of a block", len(c.vals)-f.height)
	}
	c.crowds += f.branches * f.branches
	f.branches = 0 // an else goes on with the frame
	c.frames = c.frames[:len(c.frames)-1]
	if len(c.frames) > 0 {
		outer := c.top().region
		c.info.spends[outer] = c.info.spends[outer] || c.info.spends[f.region]
	}
	return f
}
