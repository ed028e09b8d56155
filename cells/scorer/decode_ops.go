package scorer

// opcode is one byte, or a prefix (0xfc, 0xfd) in the high byte and the number
// after it in the low byte.
type opcode uint16

// immediate says what follows an opcode.
type immediate uint8

const (
	immUnknown immediate = iota
	immNone
	immBlock      // block type
	immIndex      // one index
	immBranches   // br_table
	immTwoIndices // call_indirect, table.init, table.copy
	immTypes      // typed select
	immMemory     // alignment and offset
	immLane       // one lane
	immMemoryLane // alignment, offset and lane
	immZero       // one zero byte
	immTwoZeros   // two zero bytes
	immDataZero   // data index and a zero byte
	immI32
	immI64
	immF32
	immF64
	immV128
	immShuffle
	immRef
)

// opInfo describes an instruction. Those whose operands do not depend on
// anything but the opcode have in and out; checker handles the others by hand.
type opInfo struct {
	imm     immediate
	plain   bool
	in, out []valType
	align   uint8 // natural alignment, as a power of two
	lanes   uint8
}

// ops is the table of all instructions of WebAssembly 2.0.
var ops = buildOps()

func (o opcode) info() *opInfo {
	switch o >> 8 {
	case 0:
		return &ops[o]
	case 0xfc:
		return &ops[256+o&0xff]
	default:
		return &ops[512+o&0xff]
	}
}

// signature reads "ii>l": i, l, f, d, v for i32, i64, f32, f64 and v128.
func signature(s string) (in, out []valType) {
	to := &in
	for _, c := range s {
		switch c {
		case '>':
			to = &out
		case 'i':
			*to = append(*to, i32)
		case 'l':
			*to = append(*to, i64)
		case 'f':
			*to = append(*to, f32)
		case 'd':
			*to = append(*to, f64)
		case 'v':
			*to = append(*to, v128)
		}
	}
	return in, out
}

// opRange gives one description to the instructions from first to last.
type opRange struct {
	first, last int
	sig         string
}

func buildOps() [768]opInfo {
	var t [768]opInfo
	set := func(base int, imm immediate, rs ...opRange) {
		for _, r := range rs {
			for i := r.first; i <= r.last; i++ {
				in, out := signature(r.sig)
				t[base+i] = opInfo{imm: imm, plain: true, in: in, out: out}
			}
		}
	}
	byHand := func(imm immediate, codes ...int) {
		for _, c := range codes {
			t[c] = opInfo{imm: imm}
		}
	}
	byHand(immNone, 0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b, 0xd1)
	byHand(immBlock, 0x02, 0x03, 0x04)
	byHand(immIndex, 0x0c, 0x0d, 0x10, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0xd2)
	byHand(immBranches, 0x0e)
	byHand(immTwoIndices, 0x11)
	byHand(immTypes, 0x1c)
	byHand(immRef, 0xd0)
	byHand(immIndex, 256+9, 256+13, 256+15, 256+16, 256+17)
	byHand(immTwoIndices, 256+12, 256+14)
	byHand(immDataZero, 256+8)
	byHand(immTwoZeros, 256+10)
	set(0, immZero, opRange{0x3f, 0x3f, ">i"}, opRange{0x40, 0x40, "i>i"})
	set(256, immZero, opRange{11, 11, "iii>"})
	set(0, immI32, opRange{0x41, 0x41, ">i"})
	set(0, immI64, opRange{0x42, 0x42, ">l"})
	set(0, immF32, opRange{0x43, 0x43, ">f"})
	set(0, immF64, opRange{0x44, 0x44, ">d"})
	set(0, immNone, scalarOps...)
	set(256, immNone, opRange{0, 1, "f>i"}, opRange{2, 3, "d>i"}, opRange{4, 5, "f>l"}, opRange{6, 7, "d>l"})
	set(512, immNone, vectorOps...)
	set(512, immV128, opRange{12, 12, ">v"})
	set(512, immShuffle, opRange{13, 13, "vv>v"})
	for _, m := range memoryOps {
		set(m.base, immMemory, opRange{m.code, m.code, m.sig})
		t[m.base+m.code].align = m.align
	}
	for i, sig := range laneOps {
		set(512, immLane, opRange{21 + i, 21 + i, sig})
		t[512+21+i].lanes = laneCounts[i]
	}
	for i := range 4 {
		set(512, immMemoryLane, opRange{84 + i, 84 + i, "iv>v"}, opRange{88 + i, 88 + i, "iv>"})
		for _, code := range []int{84 + i, 88 + i} {
			t[512+code].align, t[512+code].lanes = uint8(i), 16>>i
		}
	}
	return t
}

var scalarOps = []opRange{
	{0x45, 0x45, "i>i"}, {0x46, 0x4f, "ii>i"}, {0x50, 0x50, "l>i"}, {0x51, 0x5a, "ll>i"},
	{0x5b, 0x60, "ff>i"}, {0x61, 0x66, "dd>i"}, {0x67, 0x69, "i>i"}, {0x6a, 0x78, "ii>i"},
	{0x79, 0x7b, "l>l"}, {0x7c, 0x8a, "ll>l"}, {0x8b, 0x91, "f>f"}, {0x92, 0x98, "ff>f"},
	{0x99, 0x9f, "d>d"}, {0xa0, 0xa6, "dd>d"}, {0xa7, 0xa7, "l>i"}, {0xa8, 0xa9, "f>i"},
	{0xaa, 0xab, "d>i"}, {0xac, 0xad, "i>l"}, {0xae, 0xaf, "f>l"}, {0xb0, 0xb1, "d>l"},
	{0xb2, 0xb3, "i>f"}, {0xb4, 0xb5, "l>f"}, {0xb6, 0xb6, "d>f"}, {0xb7, 0xb8, "i>d"},
	{0xb9, 0xba, "l>d"}, {0xbb, 0xbb, "f>d"}, {0xbc, 0xbc, "f>i"}, {0xbd, 0xbd, "d>l"},
	{0xbe, 0xbe, "i>f"}, {0xbf, 0xbf, "l>d"}, {0xc0, 0xc1, "i>i"}, {0xc2, 0xc4, "l>l"},
}

var memoryOps = []struct {
	base, code int
	sig        string
	align      uint8
}{
	{0, 0x28, "i>i", 2}, {0, 0x29, "i>l", 3}, {0, 0x2a, "i>f", 2}, {0, 0x2b, "i>d", 3},
	{0, 0x2c, "i>i", 0}, {0, 0x2d, "i>i", 0}, {0, 0x2e, "i>i", 1}, {0, 0x2f, "i>i", 1},
	{0, 0x30, "i>l", 0}, {0, 0x31, "i>l", 0}, {0, 0x32, "i>l", 1}, {0, 0x33, "i>l", 1},
	{0, 0x34, "i>l", 2}, {0, 0x35, "i>l", 2}, {0, 0x36, "ii>", 2}, {0, 0x37, "il>", 3},
	{0, 0x38, "if>", 2}, {0, 0x39, "id>", 3}, {0, 0x3a, "ii>", 0}, {0, 0x3b, "ii>", 1},
	{0, 0x3c, "il>", 0}, {0, 0x3d, "il>", 1}, {0, 0x3e, "il>", 2},
	{512, 0, "i>v", 4}, {512, 1, "i>v", 3}, {512, 2, "i>v", 3}, {512, 3, "i>v", 3},
	{512, 4, "i>v", 3}, {512, 5, "i>v", 3}, {512, 6, "i>v", 3}, {512, 7, "i>v", 0},
	{512, 8, "i>v", 1}, {512, 9, "i>v", 2}, {512, 10, "i>v", 3}, {512, 11, "iv>", 4},
	{512, 92, "i>v", 2}, {512, 93, "i>v", 3},
}

// laneOps are extract_lane and replace_lane, from 21 on.
var laneOps = [...]string{"v>i", "v>i", "vi>v", "v>i", "v>i", "vi>v", "v>i", "vi>v", "v>l", "vl>v", "v>f", "vf>v", "v>d", "vd>v"}

var laneCounts = [...]uint8{16, 16, 16, 8, 8, 8, 4, 4, 2, 2, 4, 4, 2, 2}

var vectorOps = []opRange{
	{14, 14, "vv>v"}, {15, 17, "i>v"}, {18, 18, "l>v"}, {19, 19, "f>v"}, {20, 20, "d>v"},
	{35, 76, "vv>v"}, {77, 77, "v>v"}, {78, 81, "vv>v"}, {82, 82, "vvv>v"}, {83, 83, "v>i"},
	{94, 98, "v>v"}, {99, 100, "v>i"}, {101, 102, "vv>v"}, {103, 106, "v>v"}, {107, 109, "vi>v"},
	{110, 115, "vv>v"}, {116, 117, "v>v"}, {118, 121, "vv>v"}, {122, 122, "v>v"}, {123, 123, "vv>v"},
	{124, 129, "v>v"}, {130, 130, "vv>v"}, {131, 132, "v>i"}, {133, 134, "vv>v"}, {135, 138, "v>v"},
	{139, 141, "vi>v"}, {142, 147, "vv>v"}, {148, 148, "v>v"}, {149, 153, "vv>v"}, {155, 159, "vv>v"},
	{160, 161, "v>v"}, {163, 164, "v>i"}, {167, 170, "v>v"}, {171, 173, "vi>v"}, {174, 174, "vv>v"},
	{177, 177, "vv>v"}, {181, 186, "vv>v"}, {188, 191, "vv>v"}, {192, 193, "v>v"}, {195, 196, "v>i"},
	{199, 202, "v>v"}, {203, 205, "vi>v"}, {206, 206, "vv>v"}, {209, 209, "vv>v"}, {213, 223, "vv>v"},
	{224, 225, "v>v"}, {227, 227, "v>v"}, {228, 235, "vv>v"}, {236, 237, "v>v"}, {239, 239, "v>v"},
	{240, 247, "vv>v"}, {248, 255, "v>v"},
}
