package lang

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.starlark.net/starlark"
)

// Format renders v as Python's format(v, spec) does. The specification is
//
//	[[fill]align][sign][#][0][width][, or _][.precision][type]
//
// (docs.python.org/3/library/string.html#formatspec). An empty one gives str(v).
func Format(v starlark.Value, spec string) (string, error) {
	if spec == "" {
		if s, ok := starlark.AsString(v); ok {
			return s, nil
		}
		if err := CheckDepth(v); err != nil {
			return "", err
		}
		return v.String(), nil
	}
	f, err := parseSpec(spec)
	if err != nil {
		return "", err
	}
	switch v := v.(type) {
	case starlark.String:
		return f.text(string(v))
	case starlark.Bool:
		if f.kind == 0 || f.kind == 's' {
			return f.text(v.String())
		}
		return f.integer(starlark.MakeInt(b2i(bool(v))))
	case starlark.Int:
		return f.integer(v)
	case starlark.Float:
		return f.float(float64(v))
	}
	return "", fmt.Errorf("%s cannot be formatted with %q; use str(x) first", A(v.Type()), spec)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// spec is a parsed format specification.
type spec struct {
	source      string
	fill        rune
	align       byte // < > ^ = or 0
	sign        byte // + - or space
	alternate   bool
	width, prec int // prec is -1 if not given
	group       byte
	kind        byte
}

// maxWidth keeps a format from asking for gigabytes of blanks.
const maxWidth = 1 << 16

func parseSpec(text string) (*spec, error) {
	f := &spec{source: text, fill: ' ', sign: '-', prec: -1}
	rest := text
	if r, n := utf8.DecodeRuneInString(rest); n < len(rest) && strings.IndexByte("<>^=", rest[n]) >= 0 {
		f.fill, f.align, rest = r, rest[n], rest[n+1:]
	} else if strings.IndexByte("<>^=", rest[0]) >= 0 {
		f.align, rest = rest[0], rest[1:]
	}
	take := func(set string) byte {
		if rest != "" && strings.IndexByte(set, rest[0]) >= 0 {
			c := rest[0]
			rest = rest[1:]
			return c
		}
		return 0
	}
	number := func() (int, bool) {
		n := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if n < 0 {
			n = len(rest)
		}
		v, err := strconv.Atoi(rest[:n])
		rest = rest[n:]
		return v, err == nil
	}
	if c := take("+- "); c != 0 {
		f.sign = c
	}
	f.alternate = take("#") != 0
	if take("0") != 0 && f.align == 0 {
		f.fill, f.align = '0', '='
	}
	f.width, _ = number()
	f.group = take(",_")
	if take(".") != 0 {
		p, ok := number()
		if !ok {
			return nil, fmt.Errorf("format %q: the precision after the dot is missing", text)
		}
		f.prec = p
	}
	f.kind = take("sdbcoxXneEfFgG%")
	if rest != "" {
		return nil, fmt.Errorf("format %q is not understood at %q; write for instance .2f, 8.3f, >10, , or .1%%", text, rest)
	}
	if f.width > maxWidth || f.prec > maxWidth {
		return nil, fmt.Errorf("format %q: the width is over %d", text, maxWidth)
	}
	return f, nil
}

func (f *spec) refuse(kind string) error {
	return fmt.Errorf("format %q does not fit a %s", f.source, kind)
}

func (f *spec) text(s string) (string, error) {
	if f.kind != 0 && f.kind != 's' || f.group != 0 || f.align == '=' && f.fill != '0' {
		return "", f.refuse("string")
	}
	if f.prec >= 0 && utf8.RuneCountInString(s) > f.prec {
		s = string([]rune(s)[:f.prec])
	}
	return f.pad("", s, '<'), nil
}

func (f *spec) integer(v starlark.Int) (string, error) {
	base, prefix := 10, ""
	switch f.kind {
	case 0, 'd', 'n':
	case 'b':
		base, prefix = 2, "0b"
	case 'o':
		base, prefix = 8, "0o"
	case 'x', 'X':
		base, prefix = 16, "0"+string(f.kind)
	case 'c':
		r, ok := v.Int64()
		if !ok || r < 0 || r > utf8.MaxRune {
			return "", fmt.Errorf("format %q: %s is not a character code", f.source, v)
		}
		return f.pad("", string(rune(r)), '<'), nil
	case 's':
		return "", f.refuse("int")
	default:
		return f.float(float64(v.Float()))
	}
	if f.prec >= 0 {
		return "", f.refuse("int: a precision needs f, e, g or %")
	}
	n := v.BigInt()
	digits := new(big.Int).Abs(n).Text(base)
	if f.kind == 'X' {
		digits = strings.ToUpper(digits)
	}
	sign := f.signOf(n.Sign() < 0)
	if f.alternate {
		sign += prefix
	}
	size := 3
	if base != 10 {
		size = 4
	}
	return f.pad(sign, f.grouped(digits, "", size, len(sign)), '>'), nil
}

func (f *spec) float(x float64) (string, error) {
	kind, prec, suffix := f.kind, f.prec, ""
	switch kind {
	case 0, 'e', 'E', 'f', 'F', 'g', 'G':
	case '%':
		kind, suffix, x = 'f', "%", x*100
	case 'n':
		kind = 'g'
	default:
		return "", f.refuse("float")
	}
	sign := f.signOf(math.Signbit(x) && !math.IsNaN(x))
	x = math.Abs(x)
	if math.IsNaN(x) || math.IsInf(x, 0) {
		body := map[bool]string{true: "nan", false: "inf"}[math.IsNaN(x)]
		if kind == 'E' || kind == 'F' || kind == 'G' {
			body = strings.ToUpper(body)
		}
		return f.pad(sign, body+suffix, '>'), nil
	}
	if prec < 0 && kind != 0 {
		prec = 6
	}
	body := f.digits(x, kind, prec)
	whole, rest := body, ""
	if i := strings.IndexAny(body, ".eE"); i >= 0 {
		whole, rest = body[:i], body[i:]
	}
	return f.pad(sign, f.grouped(whole, rest+suffix, 3, len(sign))+rest+suffix, '>'), nil
}

// digits writes a finite, non-negative number as Python does.
func (f *spec) digits(x float64, kind byte, prec int) string {
	switch kind {
	case 0:
		if prec < 0 {
			return pythonFloat(x)
		}
		s := general(x, prec, f.alternate)
		if !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		return s
	case 'g', 'G':
		s := general(x, prec, f.alternate)
		if kind == 'G' {
			s = strings.ToUpper(s)
		}
		return s
	case 'F':
		kind = 'f'
	}
	return strconv.FormatFloat(x, kind, prec, 64)
}

// general is %g with Python's choice between the two notations.
func general(x float64, prec int, keepZeros bool) string {
	prec = max(prec, 1)
	e := strconv.FormatFloat(x, 'e', prec-1, 64)
	exp, _ := strconv.Atoi(e[strings.IndexByte(e, 'e')+1:])
	s := e
	if exp >= -4 && exp < prec {
		s = strconv.FormatFloat(x, 'f', prec-1-exp, 64)
	}
	if keepZeros || !strings.Contains(s, ".") {
		return s
	}
	mantissa, tail, hasExp := strings.Cut(s, "e")
	mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
	if hasExp {
		return mantissa + "e" + tail
	}
	return mantissa
}

// pythonFloat is repr(x): the shortest text that reads back as x.
func pythonFloat(x float64) string {
	if x != 0 && (x < 1e-4 || x >= 1e16) {
		return strconv.FormatFloat(x, 'e', -1, 64)
	}
	s := strconv.FormatFloat(x, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

func (f *spec) signOf(negative bool) string {
	switch {
	case negative:
		return "-"
	case f.sign == '+':
		return "+"
	case f.sign == ' ':
		return " "
	}
	return ""
}

// grouped inserts separators into the whole digits. With zero padding, the
// zeros are part of the number and are grouped as well. rest is what will
// follow the digits; taken is the width of what stands before them.
func (f *spec) grouped(digits, rest string, size, taken int) string {
	if f.group == 0 {
		return digits
	}
	sep := string(f.group)
	group := func(d string) string {
		var parts []string
		for len(d) > size {
			parts = append([]string{d[len(d)-size:]}, parts...)
			d = d[:len(d)-size]
		}
		return strings.Join(append([]string{d}, parts...), sep)
	}
	out := group(digits)
	for f.fill == '0' && f.align == '=' && len(out)+len(rest)+taken < f.width {
		digits = "0" + digits
		out = group(digits)
	}
	return out
}

func (f *spec) pad(sign, body string, align byte) string {
	if f.align != 0 {
		align = f.align
	}
	n := f.width - utf8.RuneCountInString(sign) - utf8.RuneCountInString(body)
	if n <= 0 {
		return sign + body
	}
	fill := func(n int) string { return strings.Repeat(string(f.fill), n) }
	switch align {
	case '<':
		return sign + body + fill(n)
	case '^':
		return fill(n/2) + sign + body + fill(n-n/2)
	case '=':
		return sign + fill(n) + body
	}
	return fill(n) + sign + body
}
