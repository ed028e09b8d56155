package builtin

import (
	"fmt"
	"math"
	"math/big"
	"strconv"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
)

// A summer is a value with a sum of its own.
type summer interface {
	Sum() (starlark.Value, error)
}

func sum(c *call) (starlark.Value, error) {
	var values starlark.Value
	var start starlark.Value = starlark.MakeInt(0)
	if err := c.unpack("values", &values, "start?", &start); err != nil {
		return nil, err
	}
	if s, ok := values.(summer); ok {
		return s.Sum()
	}
	iter := starlark.Iterate(values)
	if iter == nil {
		return nil, fmt.Errorf("sum: %s has no elements to add", lang.A(values.Type()))
	}
	defer iter.Done()
	total := start
	var x starlark.Value
	for i := 0; iter.Next(&x); i++ {
		next, err := starlark.Binary(lang.Plus, total, x)
		if err != nil {
			return nil, fmt.Errorf("sum: element %d: %w", i, err)
		}
		total = next
	}
	return total, nil
}

func round(c *call) (starlark.Value, error) {
	var x starlark.Value
	var digits starlark.Value = starlark.None
	if err := c.unpack("x", &x, "digits?", &digits); err != nil {
		return nil, err
	}
	n := 0
	if digits != starlark.None {
		var err error
		if n, err = starlark.AsInt32(digits); err != nil {
			return nil, fmt.Errorf("round: digits: %w", err)
		}
	}
	if i, ok := x.(starlark.Int); ok && n >= 0 {
		return i, nil
	}
	f, ok := starlark.AsFloat(x)
	if !ok {
		return nil, fmt.Errorf("round: %s is not a number", x.Type())
	}
	if digits == starlark.None {
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("round: %v is not a whole number", x)
		}
		return starlark.NumberToInt(starlark.Float(math.RoundToEven(f)))
	}
	return roundTo(x, f, n), nil
}

// roundTo rounds to n digits after the point as Python does: by the exact
// decimal value, halves to the even digit.
func roundTo(x starlark.Value, f float64, n int) starlark.Value {
	if n >= 0 {
		out, err := strconv.ParseFloat(strconv.FormatFloat(f, 'f', min(n, 400), 64), 64)
		if err != nil {
			return starlark.Float(f) // not a number, or infinite
		}
		return starlark.Float(out)
	}
	scale := math.Pow(10, float64(-n))
	out := math.RoundToEven(f/scale) * scale
	if _, ok := x.(starlark.Int); ok {
		i, err := starlark.NumberToInt(starlark.Float(out))
		if err == nil {
			return i
		}
	}
	return starlark.Float(out)
}

// maxPower bounds the size of whole powers, in bits.
const maxPower = 1 << 20

func pow(c *call) (starlark.Value, error) {
	var x, y starlark.Value
	var mod starlark.Value = starlark.None
	if err := c.unpack("x", &x, "y", &y, "mod?", &mod); err != nil {
		return nil, err
	}
	if p, ok := x.(powerer); ok {
		return p.Pow(y)
	}
	xi, xInt := x.(starlark.Int)
	yi, yInt := y.(starlark.Int)
	if xInt && yInt && yi.Sign() >= 0 {
		return wholePower(xi, yi, mod)
	}
	if mod != starlark.None {
		return nil, fmt.Errorf("pow: mod needs whole numbers, and a y that is not negative")
	}
	xf, ok1 := starlark.AsFloat(x)
	yf, ok2 := starlark.AsFloat(y)
	if !ok1 || !ok2 {
		return nil, fmt.Errorf("pow: cannot raise %s to the power of %s", x.Type(), y.Type())
	}
	return starlark.Float(math.Pow(xf, yf)), nil
}

// A powerer is a value with a power of its own, such as a series.
type powerer interface {
	Pow(y starlark.Value) (starlark.Value, error)
}

func wholePower(x, y starlark.Int, mod starlark.Value) (starlark.Value, error) {
	if mod != starlark.None {
		m, ok := mod.(starlark.Int)
		if !ok || m.Sign() == 0 {
			return nil, fmt.Errorf("pow: mod must be a whole number other than 0")
		}
		r := new(big.Int).Exp(x.BigInt(), y.BigInt(), new(big.Int).Abs(m.BigInt()))
		if m.Sign() < 0 && r.Sign() != 0 {
			r.Add(r, m.BigInt())
		}
		return starlark.MakeBigInt(r), nil
	}
	n, ok := y.Int64()
	if bits := int64(x.BigInt().BitLen()); bits > 1 && (!ok || n > maxPower/bits) {
		return nil, fmt.Errorf("pow: the result would have more than %d bits; use floats: pow(%s.0, y)", maxPower, lang.Shorten(x, 20))
	}
	return starlark.MakeBigInt(new(big.Int).Exp(x.BigInt(), y.BigInt(), nil)), nil
}

func divmod(c *call) (starlark.Value, error) {
	var x, y starlark.Value
	if err := c.unpack("x", &x, "y", &y); err != nil {
		return nil, err
	}
	q, err := starlark.Binary(lang.SlashSlash, x, y)
	if err != nil {
		return nil, err
	}
	r, err := starlark.Binary(lang.Percent, x, y)
	if err != nil {
		return nil, err
	}
	return starlark.Tuple{q, r}, nil
}
