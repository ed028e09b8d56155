package scorer

// What takes fuel by its length.

// chargeLength takes 1 + local/16 off the fuel.
func (w *bodyWriter) chargeLength(local uint32) {
	w.op(0x23, w.x.fuel)
	w.op(0x20, local)
	w.put(0xad, 0x42, bulkShift, 0x88) // i64.extend_i32_u; i64.const; i64.shr_u
	w.put(0x42, 1, 0x7c, 0x7d)         // i64.const 1; i64.add; i64.sub
	w.check()
}

// helper starts a helper function of n i32 parameters.
func (x *meter) helper(n uint32) *bodyWriter {
	w := &bodyWriter{x: x, left: n}
	w.put(1, 1, byte(i64))
	return w
}

// chargeBody: (n) -> n, charging n/16.
func (x *meter) chargeBody() []byte {
	w := x.helper(1)
	w.chargeLength(0)
	w.put(0x20, 0, 0x0b)
	return w.buf
}

// growBody: memory.grow(n), which tells where it fails: what a guest makes of
// that is its own, a trap or a code that says nothing.
func (x *meter) growBody() []byte {
	w := x.helper(1)
	w.chargeLength(0)
	w.put(0x20, 0, 0x40, 0, 0x22, 0)
	w.put(0x41, 0x7f, 0x46, 0x04, 0x40, 0x42) // i32.const -1; i32.eq; if; i64.const
	w.s64(memorySignal)
	w.op(0x10, x.refuel)
	w.put(0x1a, 0x0b, 0x20, 0, 0x0b)
	return w.buf
}

// fillBody: memory.fill(d, v, n) in chunks, so that each is short. A fill that
// ends outside of the memory writes some of it before it traps; nobody can tell,
// since a trap is the end of the instance.
func (x *meter) fillBody() []byte {
	w := x.helper(3)
	w.chunks(func() {
		w.chargeConst()
		w.put(0x20, 0, 0x20, 1)
		w.chunk()
		w.put(0xfc, 11, 0)
		w.put(0x20, 0)
		w.chunk()
		w.put(0x6a, 0x21, 0) // d += chunk
		w.shrink()
	})
	w.chargeLength(2)
	w.put(0x20, 0, 0x20, 1, 0x20, 2, 0xfc, 11, 0, 0x0b)
	return w.buf
}

// copyBody: memory.copy(d, s, n) in chunks: from the front where d <= s, else
// from the back, as overlapping ranges need.
func (x *meter) copyBody() []byte {
	w := x.helper(3)
	w.chunks(func() {
		w.chargeConst()
		w.put(0x20, 0, 0x20, 1, 0x4d, 0x04, 0x40) // d <= s (unsigned); if
		w.put(0x20, 0, 0x20, 1)
		w.chunk()
		w.put(0xfc, 10, 0, 0)
		for local := byte(0); local < 2; local++ {
			w.put(0x20, local)
			w.chunk()
			w.put(0x6a, 0x21, local)
		}
		w.shrink()
		w.put(0x05) // else
		w.shrink()
		w.put(0x20, 0, 0x20, 2, 0x6a, 0x20, 1, 0x20, 2, 0x6a)
		w.chunk()
		w.put(0xfc, 10, 0, 0)
		w.put(0x0b)
	})
	w.chargeLength(2)
	w.put(0x20, 0, 0x20, 1, 0x20, 2, 0xfc, 10, 0, 0, 0x0b)
	return w.buf
}

// chunks repeats step while local 2 is longer than a chunk.
func (w *bodyWriter) chunks(step func()) {
	w.put(0x02, 0x40, 0x03, 0x40, 0x20, 2) // block; loop; n
	w.chunk()
	w.put(0x4d, 0x0d, 1) // i32.le_u; br_if out
	step()
	w.put(0x0c, 0, 0x0b, 0x0b)
}

func (w *bodyWriter) chunk() {
	w.put(0x41)
	w.s64(bulkChunk)
}

// shrink: n -= chunk.
func (w *bodyWriter) shrink() {
	w.put(0x20, 2)
	w.chunk()
	w.put(0x6b, 0x21, 2)
}

func (w *bodyWriter) chargeConst() { w.charge(bulkChunk >> bulkShift) }
