package frame

import "cmp"

func compare(op Op, a, b operand) (*Series, error) {
	for _, o := range []operand{a, b} {
		if o.scalar && o.nullCount > 0 {
			return nil, mismatch(op, a, b, ": null equals nothing; use is_null")
		}
	}
	if (a.dtype == String) != (b.dtype == String) {
		return nil, mismatch(op, a, b, ": cast one of them")
	}
	out := make([]bool, rows(a, b))
	switch {
	case a.dtype == String:
		compareStrings(op, a, b, out)
	case a.dtype == Float64 || b.dtype == Float64:
		compareRows(op, a.floatValues(), b.floatValues(), a.step(), b.step(), out)
	default:
		compareRows(op, a.intValues(), b.intValues(), a.step(), b.step(), out)
	}
	return ofBools("", out, nullsOf(a, b)), nil
}

func compareRows[T cmp.Ordered](op Op, x, y []T, dx, dy int, out []bool) {
	switch op {
	case Eq:
		for i := range out {
			out[i] = x[i*dx] == y[i*dy]
		}
	case Ne:
		for i := range out {
			out[i] = x[i*dx] != y[i*dy]
		}
	case Lt:
		for i := range out {
			out[i] = x[i*dx] < y[i*dy]
		}
	case Le:
		for i := range out {
			out[i] = x[i*dx] <= y[i*dy]
		}
	case Gt:
		compareRows(Lt, y, x, dy, dx, out)
	case Ge:
		compareRows(Le, y, x, dy, dx, out)
	}
}

// compareStrings compares a column with a scalar by its dictionary: each
// distinct text once.
func compareStrings(op Op, a, b operand, out []bool) {
	x, y := a.texts(), b.texts()
	if !a.scalar && !b.scalar {
		compareRows(op, x, y, 1, 1, out)
		return
	}
	column := a
	if a.scalar {
		column = b
	}
	if len(column.dict) > column.n { // a small part of a large column
		compareRows(op, x, y, a.step(), b.step(), out)
		return
	}
	byCode := make([]bool, len(column.dict))
	if a.scalar {
		compareRows(op, x, b.dict, 0, 1, byCode)
	} else {
		compareRows(op, a.dict, y, 1, 0, byCode)
	}
	for i, code := range column.codes {
		out[i] = code >= 0 && byCode[code]
	}
}

// texts are the rows of a String column, "" for null.
func (s *Series) texts() []string {
	out := make([]string, s.n)
	for i := range out {
		out[i] = s.Str(i)
	}
	return out
}

// logic is & and | after Kleene: null is "not known", so the result is known
// only where the other side decides it.
func logic(op Op, a, b operand) (*Series, error) {
	for _, o := range []operand{a, b} {
		if o.dtype != Bool && !(o.scalar && o.nullCount > 0) {
			return nil, mismatch(op, a, b, ": both must be bool; put comparisons in parentheses")
		}
	}
	decisive := op == Or // the value that decides alone
	out := make([]bool, rows(a, b))
	nulls := newBitmap(len(out))
	for i := range out {
		aNull, bNull := a.nullAt(i), b.nullAt(i)
		x := !aNull && a.bools[i*a.step()] == decisive
		y := !bNull && b.bools[i*b.step()] == decisive
		switch {
		case x || y:
			out[i] = decisive
		case aNull || bNull:
			nulls.set(i)
		default:
			out[i] = !decisive
		}
	}
	return ofBools("", out, nulls), nil
}

// Not is ~s; null stays null.
func (s *Series) Not() (*Series, error) {
	if s.dtype != Bool {
		return nil, typeError("~", s)
	}
	out := make([]bool, s.n)
	for i, v := range s.bools {
		out[i] = !v
	}
	return ofBools(s.name, out, s.nulls), nil
}
