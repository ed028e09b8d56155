package frame

import (
	"fmt"
	"math"
	"math/bits"
)

func arithmetic(op Op, a, b operand) (*Series, error) {
	nulls := nullsOf(a, b)
	aNull, bNull := a.scalar && a.nullCount > 0, b.scalar && b.nullCount > 0
	switch {
	case (a.dtype == String || aNull) && (b.dtype == String || bNull):
		if op != Add {
			return nil, mismatch(op, a, b, "")
		}
		return joinStrings(a, b, nulls), nil
	case a.dtype == String || b.dtype == String:
		return nil, mismatch(op, a, b, ": cast one of them")
	case op == Div || (a.dtype == Float64 && !aNull) || (b.dtype == Float64 && !bNull) || scalarNegativePower(op, b):
		return ofFloats("", floatArithmetic(op, a, b), nulls), nil
	}
	return intArithmetic(op, a, b, nulls)
}

func scalarNegativePower(op Op, b operand) bool {
	return op == Pow && b.scalar && b.dtype == Int64 && b.ints[0] < 0
}

func joinStrings(a, b operand, nulls bitmap) *Series {
	out := newDictBuilder(rows(a, b))
	for i := range rows(a, b) {
		if nulls.get(i) {
			out.addNull()
		} else {
			out.add(a.Str(i*a.step()) + b.Str(i*b.step()))
		}
	}
	return out.series("")
}

func floatArithmetic(op Op, a, b operand) []float64 {
	x, y := a.floatValues(), b.floatValues()
	dx, dy := a.step(), b.step()
	out := make([]float64, rows(a, b))
	switch op { // the four plain ones without a call per row
	case Add:
		for i := range out {
			out[i] = x[i*dx] + y[i*dy]
		}
	case Sub:
		for i := range out {
			out[i] = x[i*dx] - y[i*dy]
		}
	case Mul:
		for i := range out {
			out[i] = x[i*dx] * y[i*dy]
		}
	case Div:
		for i := range out {
			out[i] = x[i*dx] / y[i*dy]
		}
	default:
		f := map[Op]func(x, y float64) float64{FloorDiv: floorDiv, Mod: floorMod, Pow: math.Pow}[op]
		for i := range out {
			out[i] = f(x[i*dx], y[i*dy])
		}
	}
	return out
}

// floorMod is Python's % (and numpy's): the remainder with the sign of y.
func floorMod(x, y float64) float64 {
	m := math.Mod(x, y)
	switch {
	case m == 0:
		return math.Copysign(0, y)
	case (m < 0) != (y < 0):
		return m + y
	}
	return m
}

// floorDiv is Python's // except for y = 0, which is numpy's: x / 0.
func floorDiv(x, y float64) float64 {
	if y == 0 {
		return x / y
	}
	m := math.Mod(x, y)
	quotient := (x - m) / y
	if m != 0 && (m < 0) != (y < 0) {
		quotient--
	}
	if quotient == 0 {
		return math.Copysign(0, x/y)
	}
	// x-m is a multiple of y, but the division may still be off by rounding.
	whole := math.Floor(quotient)
	if quotient-whole > 0.5 {
		whole++
	}
	return whole
}

func intArithmetic(op Op, a, b operand, nulls bitmap) (*Series, error) {
	x, y := a.intValues(), b.intValues()
	dx, dy := a.step(), b.step()
	out := make([]int64, rows(a, b))
	f := intOps[op]
	var undefined []int
	for i := range out {
		if nulls.get(i) {
			continue
		}
		v, status := f(x[i*dx], y[i*dy])
		switch status {
		case intOverflow:
			return nil, fmt.Errorf("row %d: %d %s %d does not fit in int64: cast to float64 first", i, x[i*dx], op, y[i*dy])
		case intNegativePower:
			return nil, fmt.Errorf("row %d: %d ** %d is not a whole number: cast to float64 first", i, x[i*dx], y[i*dy])
		case intUndefined:
			undefined = append(undefined, i)
		}
		out[i] = v
	}
	if undefined != nil {
		nulls = nulls.or(marks(len(out), undefined))
	}
	return ofInts("", out, nulls), nil
}

type intStatus uint8

const (
	intOK intStatus = iota
	intOverflow
	intUndefined
	intNegativePower
)

var intOps = map[Op]func(x, y int64) (int64, intStatus){
	Add: addInt, Sub: subInt, Mul: mulInt, FloorDiv: floorDivInt, Mod: floorModInt, Pow: powInt,
}

func addInt(x, y int64) (int64, intStatus) {
	sum := x + y
	if (x^sum)&(y^sum) < 0 {
		return 0, intOverflow
	}
	return sum, intOK
}

func subInt(x, y int64) (int64, intStatus) {
	diff := x - y
	if (x^y)&(x^diff) < 0 {
		return 0, intOverflow
	}
	return diff, intOK
}

func mulInt(x, y int64) (int64, intStatus) {
	high, low := bits.Mul64(magnitude(x), magnitude(y))
	negative := (x < 0) != (y < 0)
	if high != 0 || low > 1<<63 || (low == 1<<63 && !negative) {
		return 0, intOverflow
	}
	return x * y, intOK
}

func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

func floorDivInt(x, y int64) (int64, intStatus) {
	switch {
	case y == 0:
		return 0, intUndefined
	case y == -1:
		return subInt(0, x)
	}
	quotient := x / y
	if x%y != 0 && (x < 0) != (y < 0) {
		quotient--
	}
	return quotient, intOK
}

func floorModInt(x, y int64) (int64, intStatus) {
	if y == 0 {
		return 0, intUndefined
	}
	m := x % y
	if m != 0 && (m < 0) != (y < 0) {
		m += y
	}
	return m, intOK
}

func powInt(x, y int64) (int64, intStatus) {
	if y < 0 {
		return 0, intNegativePower
	}
	power, status := int64(1), intOK
	for ; y > 0; y >>= 1 {
		if y&1 == 1 {
			if power, status = mulInt(power, x); status != intOK {
				return 0, status
			}
		}
		if y > 1 {
			if x, status = mulInt(x, x); status != intOK {
				return 0, status
			}
		}
	}
	return power, intOK
}

// Neg is -s; of bools it gives Int64.
func (s *Series) Neg() (*Series, error) {
	switch s.dtype {
	case String:
		return nil, typeError("unary -", s)
	case Float64:
		return s.mapFloats(func(v float64) float64 { return -v }), nil
	}
	return Binary(Sub, &Series{name: s.name, dtype: Int64, n: s.n, ints: make([]int64, s.n)}, s)
}

func (s *Series) mapFloats(f func(float64) float64) *Series {
	out := make([]float64, s.n)
	for i, v := range s.floats {
		out[i] = f(v)
	}
	return ofFloats(s.name, out, s.nulls)
}
