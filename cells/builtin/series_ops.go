package builtin

import (
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
)

// binaryOps are the operators of series besides the comparisons.
var binaryOps = map[syntax.Token]frame.Op{
	syntax.PLUS: frame.Add, syntax.MINUS: frame.Sub, syntax.STAR: frame.Mul, syntax.SLASH: frame.Div,
	syntax.SLASHSLASH: frame.FloorDiv, syntax.PERCENT: frame.Mod, syntax.AMP: frame.And, syntax.PIPE: frame.Or,
}

var comparisonOps = map[syntax.Token]frame.Op{
	syntax.EQL: frame.Eq, syntax.NEQ: frame.Ne, syntax.LT: frame.Lt, syntax.LE: frame.Le, syntax.GT: frame.Gt, syntax.GE: frame.Ge,
}

// Binary computes s op y, or y op s on the right side. Other is a series of
// equal length, a list or a scalar.
func (s *Series) Binary(token syntax.Token, other starlark.Value, side starlark.Side) (starlark.Value, error) {
	op, ok := binaryOps[token]
	if !ok {
		return nil, nil
	}
	y, err := s.beside(token, other)
	if err != nil {
		return nil, err
	}
	if side == starlark.Right {
		return seriesValue(frame.Binary(op, y, s.series))
	}
	return seriesValue(frame.Binary(op, s.series, y))
}

// beside is the other side of an operator.
func (s *Series) beside(token syntax.Token, other starlark.Value) (any, error) {
	switch other.(type) {
	case *Frame:
		return nil, lang.WithHint(`take a column: df["c"]`, "%s is not defined between a series and a frame", token)
	case *starlark.Dict, starlark.Callable:
		return nil, fmt.Errorf("%s is not defined between a series and %s", token, lang.A(other.Type()))
	}
	return operand(s.series.Name(), other)
}

// Unary is -s, +s or ~s.
func (s *Series) Unary(op syntax.Token) (starlark.Value, error) {
	switch op {
	case syntax.PLUS:
		return s, nil
	case syntax.MINUS:
		return seriesValue(s.series.Neg())
	case syntax.TILDE:
		return seriesValue(s.series.Not())
	}
	return nil, nil
}

// CompareWith compares row by row and gives a mask.
func (s *Series) CompareWith(token lang.Token, other starlark.Value, side starlark.Side) (starlark.Value, bool, error) {
	if side == starlark.Right {
		token = lang.Mirror(token)
	}
	if other == starlark.None {
		return nil, false, lang.WithHint("write s.is_null() or s.not_null()", "%s with None is not defined for a series: null equals nothing", token)
	}
	y, err := s.beside(token, other)
	if err != nil {
		return nil, false, err
	}
	v, err := seriesValue(frame.Binary(comparisonOps[token], s.series, y))
	return v, err == nil, err
}

// CompareSameType answers for containers: [s] == [other].
func (s *Series) CompareSameType(op lang.Token, y starlark.Value, _ int) (bool, error) {
	return equality(op, s, func() bool { return s.series.Equal(y.(*Series).series) })
}

// equality answers == and != for values that have no order.
func equality(op syntax.Token, v starlark.Value, equal func() bool) (bool, error) {
	switch op {
	case syntax.EQL:
		return equal(), nil
	case syntax.NEQ:
		return !equal(), nil
	}
	return false, fmt.Errorf("one %s is not before or after another", v.Type())
}

// Sum adds the values that are not null.
func (s *Series) Sum() (starlark.Value, error) {
	total, err := s.series.Sum()
	if err != nil {
		return nil, err
	}
	return valueOf(total), nil
}

// Pow raises every value to the power of y.
func (s *Series) Pow(y starlark.Value) (starlark.Value, error) {
	exponent, err := s.beside(syntax.STARSTAR, y)
	if err != nil {
		return nil, err
	}
	return seriesValue(frame.Binary(frame.Pow, s.series, exponent))
}
