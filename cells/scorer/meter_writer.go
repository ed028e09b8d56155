package scorer

// writer builds binary modules.
type writer struct{ buf []byte }

func (w *writer) raw(b []byte)  { w.buf = append(w.buf, b...) }
func (w *writer) put(b ...byte) { w.buf = append(w.buf, b...) }
func (w *writer) name(s string) { w.u32(uint32(len(s))); w.buf = append(w.buf, s...) }
func (w *writer) types(ts []valType) {
	w.u32(uint32(len(ts)))
	for _, t := range ts {
		w.put(byte(t))
	}
}

func (w *writer) u32(v uint32) {
	for v >= 0x80 {
		w.put(byte(v) | 0x80)
		v >>= 7
	}
	w.put(byte(v))
}

func (w *writer) s64(v int64) {
	for {
		b := byte(v & 0x7f)
		v >>= 7
		if v == 0 && b&0x40 == 0 || v == -1 && b&0x40 != 0 {
			w.put(b)
			return
		}
		w.put(b | 0x80)
	}
}

// op writes an opcode and one index after it.
func (w *writer) op(code byte, index uint32) {
	w.put(code)
	w.u32(index)
}

func (w *writer) section(id byte, body []byte) {
	w.put(id)
	w.u32(uint32(len(body)))
	w.raw(body)
}
