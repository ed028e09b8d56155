package scorer

// Pack returns wasm with manifest as its custom section "wnb", in place of one
// that is there. Both are checked.
func Pack(wasm, manifest []byte) ([]byte, error) {
	if _, err := ParseManifest(manifest); err != nil {
		return nil, err
	}
	if err := Validate(wasm, Limits{}); err != nil {
		return nil, err
	}
	out := append([]byte(nil), wasm[:8]...)
	eachSection(wasm, func(id byte, whole []byte, body *reader) {
		if id != 0 || body.name() != manifestSection {
			out = append(out, whole...)
		}
	})
	var w writer
	w.name(manifestSection)
	w.raw(manifest)
	var all writer
	all.raw(out)
	all.section(0, w.buf)
	return all.buf, nil
}

// eachSection goes through the sections of a valid module.
func eachSection(wasm []byte, f func(id byte, whole []byte, body *reader)) {
	for r := (&reader{data: wasm, pos: 8, end: len(wasm)}); r.more(); {
		at := r.pos
		id := r.byte()
		size := r.size()
		body := &reader{data: wasm, pos: r.pos, end: r.pos + size}
		r.take(size)
		f(id, wasm[at:r.pos], body)
	}
}

// manifestOf reads the manifest of a valid module.
func manifestOf(wasm []byte) (*Manifest, error) {
	m := &module{}
	eachSection(wasm, func(id byte, _ []byte, body *reader) {
		if id == 0 {
			m.customSection(body)
		}
	})
	return m.readManifest()
}
