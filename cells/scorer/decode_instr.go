package scorer

// instr is one decoded instruction; its bytes are data[at:end].
type instr struct {
	at, end int
	op      opcode
	a, b    uint32 // indices; alignment and offset
	lane    byte
	block   blockType
	typ     valType  // of select, ref.null
	targets []uint32 // of br_table, the default last; valid until the next instruction
}

// blockType is the type of a block: an index of a type, or at most one result.
type blockType struct {
	index  int64 // -1 = none
	result valType
}

// instrReader reads the instructions of one body.
type instrReader struct {
	reader
	lim     *Limits
	targets []uint32
	nTarget int // in this function so far
}

func (r *instrReader) next() instr {
	in := instr{at: r.pos}
	b := r.byte()
	in.op = opcode(b)
	if b == 0xfc || b == 0xfd {
		sub := r.u32()
		if sub > 255 {
			r.unsupported(in.at, b, sub)
			return in
		}
		if want := 2 + int(sub>>7); r.err == nil && r.pos-in.at != want {
			r.fail(in.at, "opcode %#x %d is not in its shortest form", b, sub)
			return in
		}
		in.op = opcode(b)<<8 | opcode(sub)
	}
	info := in.op.info()
	if b == 0xfc && in.op&0xff > 17 || info.imm == immUnknown {
		r.unsupported(in.at, b, uint32(in.op&0xff))
		return in
	}
	r.immediates(&in, info)
	in.end = r.pos
	return in
}

func (r *instrReader) immediates(in *instr, info *opInfo) {
	switch info.imm {
	case immBlock:
		in.block = r.blockType()
	case immIndex:
		in.a = r.u32()
	case immTwoIndices:
		in.a, in.b = r.u32(), r.u32()
	case immBranches:
		in.targets = r.branches()
	case immTypes:
		at := r.pos
		if n := r.u32(); n != 1 {
			r.fail(at, "select with %d types", n)
		}
		in.typ = r.valType()
	case immMemory, immMemoryLane:
		at := r.pos
		if in.a = r.u32(); in.a > uint32(info.align) {
			r.fail(at, "alignment 2^%d is over the natural 2^%d", in.a, info.align)
		}
		in.b = r.u32()
		if info.imm == immMemoryLane {
			r.lane(in, info)
		}
	case immLane:
		r.lane(in, info)
	case immZero:
		r.zero()
	case immTwoZeros:
		r.zero()
		r.zero()
	case immDataZero:
		in.a = r.u32()
		r.zero()
	case immI32:
		r.signed(32)
	case immI64:
		r.signed(64)
	case immF32:
		r.take(4)
	case immF64:
		r.take(8)
	case immV128:
		r.take(16)
	case immShuffle:
		for _, l := range r.take(16) {
			if l >= 32 {
				r.fail(in.at, "shuffle lane %d", l)
			}
		}
	case immRef:
		in.typ = r.refType()
	}
}

func (r *instrReader) lane(in *instr, info *opInfo) {
	at := r.pos
	if in.lane = r.byte(); in.lane >= info.lanes {
		r.fail(at, "lane %d of %d", in.lane, info.lanes)
	}
}

func (r *instrReader) zero() {
	at := r.pos
	if b := r.byte(); b != 0 {
		r.fail(at, "memory %d does not exist", b)
	}
}

func (r *instrReader) branches() []uint32 {
	n := r.count(r.lim.BranchTargets-r.nTarget, 1, "branch targets")
	r.nTarget += n
	r.targets = r.targets[:0]
	for i := 0; i <= n && r.err == nil; i++ {
		r.targets = append(r.targets, r.u32())
	}
	return r.targets
}

func (r *instrReader) blockType() blockType {
	at := r.pos
	v := r.signed(33)
	switch {
	case v >= 0:
		return blockType{index: v}
	case v == -64 && r.pos-at == 1:
		return blockType{index: -1}
	}
	if r.err != nil {
		return blockType{index: -1}
	}
	r.pos = at
	return blockType{index: -1, result: r.valType()}
}

// unsupported refuses an opcode and names the proposal that it belongs to.
func (r *instrReader) unsupported(at int, b byte, sub uint32) {
	what := "not an instruction"
	switch {
	case b == 0xfe:
		what = "atomic instruction of the threads proposal"
	case b >= 0x12 && b <= 0x13:
		what = "return_call of the tail call proposal"
	case b == 0x14 || b == 0x15 || b >= 0xd3 && b <= 0xd6:
		what = "instruction of the function references proposal"
	case b >= 0x06 && b <= 0x0a || b == 0x18 || b == 0x19 || b == 0x1f:
		what = "instruction of the exception handling proposal"
	case b == 0xfb:
		what = "instruction of the garbage collection proposal"
	case b == 0xfd && sub > 255:
		what = "instruction of the relaxed SIMD proposal"
	}
	if b >= 0xfb && b <= 0xfd {
		r.fail(at, "opcode %#x %d: %s", b, sub, what)
		return
	}
	r.fail(at, "opcode %#x: %s", b, what)
}
