package scorer

// code rewrites the code section.
func (x *meter) code() []byte {
	var w writer
	w.u32(uint32(len(x.m.bodies) + 4))
	for i := range x.m.bodies {
		b := x.body(i)
		w.u32(uint32(len(b)))
		w.raw(b)
	}
	for _, b := range [][]byte{x.chargeBody(), x.fillBody(), x.copyBody(), x.growBody()} {
		w.u32(uint32(len(b)))
		w.raw(b)
	}
	return w.buf
}

// bodyWriter rewrites one function.
type bodyWriter struct {
	writer
	x      *meter
	left   uint32 // the local that holds the fuel
	blocks []openBlock
}

// openBlock is a block of the function that is being rewritten.
type openBlock struct {
	doubled bool   // there is a block of ours around it
	around  uint32 // blocks of ours that are open, with this one
}

// body rewrites function i. A counted function becomes
//
//	depth += weight; if depth > limit { refuel(stackSignal) }
//	charge; block { ...; return -> br } ; depth -= weight
//
// A trap leaves the depth as it is: the instance is dropped then.
func (x *meter) body(i int) []byte {
	b := &x.m.bodies[i]
	w := &bodyWriter{x: x, left: uint32(b.info.locals)}
	w.u32(uint32(len(b.locals) + 1))
	for _, run := range b.locals {
		w.u32(run.n)
		w.put(byte(run.typ))
	}
	w.put(1, byte(i64))
	weight := x.weights[i]
	if weight > 0 {
		w.enter(weight)
	}
	w.charge(b.info.costs[0])
	if weight > 0 {
		w.put(0x02)
		w.resultType(x.m.types[x.m.funcs[i]].out)
	}
	w.instructions(b, weight > 0)
	if weight > 0 {
		w.put(0x0b)
		w.addDepth(-weight)
		w.put(0x24)
		w.u32(x.depth)
	}
	w.put(0x0b)
	return w.buf
}

// instructions copies a body up to its last end, which the caller writes.
func (w *bodyWriter) instructions(b *body, wrapped bool) {
	x := w.x
	r := &instrReader{reader: reader{data: x.m.data, pos: b.at, end: b.end}, lim: x.lim}
	loops := 0
	for r.more() {
		in := r.next()
		raw := x.m.data[in.at:in.end]
		switch in.op {
		case 0x02, 0x04:
			w.open(false)
			w.raw(raw)
		case 0x03:
			loops++
			w.loop(raw, b.info.costs[loops], b.info.spends[loops])
		case 0x0b:
			if len(w.blocks) == 0 {
				return
			}
			w.close()
		case 0x0c, 0x0d:
			w.op(byte(in.op), w.label(in.a))
		case 0x0e:
			w.put(0x0e)
			w.u32(uint32(len(in.targets) - 1))
			for _, t := range in.targets {
				w.u32(w.label(t))
			}
		case 0x0f:
			if wrapped {
				w.op(0x0c, w.label(uint32(len(w.blocks))))
			} else {
				w.raw(raw)
			}
		case 0x10, 0xd2:
			w.op(byte(in.op), x.shift(in.a))
		case 0xfc0a:
			w.op(0x10, x.copy)
		case 0xfc0b:
			w.op(0x10, x.fill)
		case 0x40:
			w.op(0x10, x.grow)
		case 0xfc08, 0xfc0c, 0xfc0e, 0xfc0f, 0xfc11: // the length is on top of the stack
			w.op(0x10, x.charge)
			w.raw(raw)
		default:
			w.raw(raw)
		}
	}
}

// open notes a block. One that is doubled has another one around it.
func (w *bodyWriter) open(doubled bool) {
	around := uint32(0)
	if n := len(w.blocks); n > 0 {
		around = w.blocks[n-1].around
	}
	if doubled {
		around++
	}
	w.blocks = append(w.blocks, openBlock{doubled, around})
}

func (w *bodyWriter) close() {
	last := len(w.blocks) - 1
	w.put(0x0b)
	if w.blocks[last].doubled {
		w.put(0x0b)
	}
	w.blocks = w.blocks[:last]
}

// label is where a label is in the metered function, which has more blocks.
func (w *bodyWriter) label(depth uint32) uint32 {
	n := uint32(len(w.blocks))
	if n == 0 {
		return depth
	}
	more := w.blocks[n-1].around
	if depth < n {
		more -= w.blocks[n-1-depth].around
	}
	return depth + more
}

// loop writes the start of a loop. One in which nothing else takes fuel becomes two:
//
//	left = fuel; loop { if left < 0 { ask for more }; loop { left < 0 -> outer loop; fuel = left -= cost; ... } }
//
// so that there is no call in the inner one, around which the compiler would move
// all values to the stack and back on every turn, and so that no turn waits for
// the store to the global of the one before. A turn is paid for when the next
// begins.
func (w *bodyWriter) loop(raw []byte, cost int64, spends bool) {
	w.open(!spends)
	if spends {
		w.raw(raw)
		w.charge(cost)
		return
	}
	w.op(0x23, w.x.fuel)
	w.op(0x21, w.left)
	w.raw(raw)
	w.refill()
	w.raw(raw)
	w.negative()
	w.put(0x0d, 1) // br_if to the outer one
	w.op(0x20, w.left)
	w.subtract(cost)
	w.op(0x22, w.left)
	w.op(0x24, w.x.fuel)
}

func (w *bodyWriter) resultType(out []valType) {
	switch len(out) {
	case 0:
		w.put(0x40)
	case 1:
		w.put(byte(out[0]))
	default:
		w.s64(int64(w.x.typeFor(nil, out)))
	}
}

// charge takes a constant off the fuel and asks for more below zero.
func (w *bodyWriter) charge(cost int64) {
	w.op(0x23, w.x.fuel)
	w.subtract(cost)
	w.check()
}

func (w *bodyWriter) subtract(cost int64) {
	w.put(0x42)
	w.s64(cost)
	w.put(0x7d)
}

// check stores the fuel that is on the stack and asks for more below zero.
func (w *bodyWriter) check() {
	w.op(0x22, w.left)
	w.op(0x24, w.x.fuel)
	w.refill()
}

// negative is whether the fuel in the local is below zero.
func (w *bodyWriter) negative() {
	w.op(0x20, w.left)
	w.put(0x42, 0, 0x53) // i64.const 0; i64.lt_s
}

// refill asks for more fuel if that in the local is below zero.
func (w *bodyWriter) refill() {
	w.negative()
	w.put(0x04, 0x40)
	w.op(0x20, w.left)
	w.op(0x10, w.x.refuel)
	w.op(0x22, w.left)
	w.op(0x24, w.x.fuel)
	w.put(0x0b)
}

// addDepth leaves depth + n on the stack.
func (w *bodyWriter) addDepth(n int) {
	w.op(0x23, w.x.depth)
	w.put(0x41)
	w.s64(int64(n))
	w.put(0x6a)
}

// enter counts a call and stops one that nests too deep.
func (w *bodyWriter) enter(weight int) {
	w.addDepth(weight)
	w.op(0x24, w.x.depth)
	w.op(0x23, w.x.depth)
	w.put(0x41)
	w.s64(int64(w.x.lim.CallDepth))
	w.put(0x4a, 0x04, 0x40, 0x42) // i32.gt_s; if; i64.const
	w.s64(stackSignal)
	w.op(0x10, w.x.refuel)
	w.put(0x1a, 0x0b)
}
