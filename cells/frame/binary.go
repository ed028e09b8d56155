package frame

import "fmt"

// An Op is an operator between columns and scalars, spelled as in Python.
type Op string

// The operators that Binary knows.
const (
	Add      Op = "+"
	Sub      Op = "-"
	Mul      Op = "*"
	Div      Op = "/"
	FloorDiv Op = "//"
	Mod      Op = "%"
	Pow      Op = "**"

	Eq Op = "=="
	Ne Op = "!="
	Lt Op = "<"
	Le Op = "<="
	Gt Op = ">"
	Ge Op = ">="

	And Op = "&"
	Or  Op = "|"
)

// Binary computes left op right, row by row. One side at least is a *Series,
// the other a *Series of equal length or a scalar (int, int64, float64, string,
// bool, nil for null). The result has the name of the left column, or of the
// only one. Null with anything is null, except that & and | follow Kleene:
// false & null is false, true | null is true.
//
//   - Arithmetic is on numbers, bools counting as 0 and 1; + also joins strings.
//     Ints with ints give Int64 except for /; anything with a float gives
//     Float64. An Int64 result that does not fit is an error that names the
//     row. // and % round down and take the sign of the divisor, as in Python;
//     by a zero int they give null. Floats follow IEEE: x/0 is infinite or NaN.
//     An int to a negative int power is an error between columns and Float64
//     for a scalar power.
//   - Comparisons give Bool; they are between numbers and bools (an int meets a
//     float as a float), or between strings, by bytes. NaN is unequal to all.
//     Comparing with nil is an error that points to IsNull.
//   - & and | are on Bool.
func Binary(op Op, left, right any) (*Series, error) {
	a, b, err := operands(op, left, right)
	if err != nil {
		return nil, err
	}
	var out *Series
	switch op {
	case Add, Sub, Mul, Div, FloorDiv, Mod, Pow:
		out, err = arithmetic(op, a, b)
	case Eq, Ne, Lt, Le, Gt, Ge:
		out, err = compare(op, a, b)
	case And, Or:
		out, err = logic(op, a, b)
	default:
		return nil, fmt.Errorf("unknown operator %q between columns", op)
	}
	if err != nil {
		return nil, err
	}
	out.name = a.name
	if a.scalar {
		out.name = b.name
	}
	return out, nil
}

// An operand is a column, or a scalar as a column of one row that is read
// again and again.
type operand struct {
	*Series
	scalar bool
}

// step is how far to move in the operand's memory from row to row.
func (o operand) step() int {
	if o.scalar {
		return 0
	}
	return 1
}

// nullAt tells whether the operand is null in a row of the result.
func (o operand) nullAt(i int) bool { return o.nulls.get(i * o.step()) }

// describe names the operand in messages.
func (o operand) describe() string {
	if o.scalar && o.nullCount > 0 {
		return "null"
	}
	if o.scalar {
		return fmt.Sprintf("%s %s", o.dtype, shorten(o.Value(0)))
	}
	return fmt.Sprintf("%s column %q", o.dtype, o.name)
}

func operands(op Op, left, right any) (a, b operand, err error) {
	if a, err = newOperand(left); err != nil {
		return a, b, fmt.Errorf("left of %s: %w", op, err)
	}
	if b, err = newOperand(right); err != nil {
		return a, b, fmt.Errorf("right of %s: %w", op, err)
	}
	if a.scalar && b.scalar {
		return a, b, fmt.Errorf("%s: neither side is a column", op)
	}
	if !a.scalar && !b.scalar && a.n != b.n {
		return a, b, fmt.Errorf("%s: column %q has %d rows, column %q has %d", op, a.name, a.n, b.name, b.n)
	}
	return a, b, nil
}

func newOperand(v any) (operand, error) {
	if s, ok := v.(*Series); ok {
		if s == nil {
			return operand{}, fmt.Errorf("the column is nil")
		}
		return operand{Series: s}, nil
	}
	if v != nil {
		if _, err := dtypeOf(v); err != nil {
			return operand{}, err
		}
	}
	s, err := FromAny("", []any{v})
	return operand{Series: s, scalar: true}, err
}

// rows is the length of the result.
func rows(a, b operand) int {
	if a.scalar {
		return b.n
	}
	return a.n
}

// nullsOf are the rows in which either operand is null.
func nullsOf(a, b operand) bitmap {
	n := rows(a, b)
	spread := func(o operand) bitmap {
		if !o.scalar || o.nullCount == 0 {
			return o.nulls
		}
		all := newBitmap(n)
		for i := range n {
			all.set(i)
		}
		return all
	}
	if a.scalar && a.nullCount == 0 {
		return b.nulls
	}
	if b.scalar && b.nullCount == 0 {
		return a.nulls
	}
	return spread(a).or(spread(b))
}

// mismatch says that op is not defined for these dtypes.
func mismatch(op Op, a, b operand, hint string) error {
	return fmt.Errorf("%s is not defined between %s and %s%s", op, a.describe(), b.describe(), hint)
}
