package scorer

func (m *module) elemSection(r *reader, lim *Limits) {
	total := 0
	for n := r.count(lim.ElemSegments, 2, "element segments"); n > 0 && r.err == nil; n-- {
		at := r.pos
		s := elemSegment{flag: r.u32(), typ: funcref}
		if s.flag > 7 {
			r.fail(at, "element segment flag %d", s.flag)
			return
		}
		if s.flag&1 == 0 {
			if s.flag&2 != 0 {
				s.table = r.u32()
			}
			if int64(s.table) >= int64(len(m.tables)) {
				r.fail(at, "table %d does not exist", s.table)
				return
			}
			s.off = m.constant(r, i32)
		}
		s.typ = m.elemType(r, s.flag)
		if r.err == nil && s.flag&1 == 0 && m.tables[s.table].elem != s.typ {
			r.fail(at, "segment of %s for a table of %s", s.typ, m.tables[s.table].elem)
		}
		for k := r.count(lim.TableEntries-total, 1, "element entries"); k > 0 && r.err == nil; k-- {
			total++
			if s.flag&4 != 0 {
				s.items = append(s.items, m.constant(r, s.typ))
			} else {
				s.items = append(s.items, constExpr{typ: funcref, isRef: true, fn: m.funcIndex(r)})
			}
		}
		m.elems = append(m.elems, s)
	}
}

func (m *module) elemType(r *reader, flag uint32) valType {
	switch {
	case flag&3 == 0:
		return funcref
	case flag&4 != 0:
		return r.refType()
	}
	at := r.pos
	if k := r.byte(); k != 0 {
		r.fail(at, "element kind %#x", k)
	}
	return funcref
}

func (m *module) dataSection(r *reader, lim *Limits) {
	start, total := r.pos, 0
	n := r.count(lim.DataSegments, 2, "data segments")
	m.datas = n
	for ; n > 0 && r.err == nil; n-- {
		at := r.pos
		flag := r.u32()
		if flag > 2 {
			r.fail(at, "data segment flag %d", flag)
		}
		if flag == 2 {
			if mem := r.u32(); mem != 0 {
				r.fail(at, "memory %d does not exist", mem)
			}
		}
		if flag != 1 {
			if !m.memory {
				r.fail(at, "data for a memory that does not exist")
			}
			m.constant(r, i32)
		}
		total += len(r.take(r.size()))
		if total > lim.DataBytes {
			r.fail(at, "more than %d bytes of data", lim.DataBytes)
		}
	}
	if r.err == nil {
		m.dataRaw = r.data[start:r.pos]
	}
}
