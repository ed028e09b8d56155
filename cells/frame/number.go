package frame

import (
	"math"
	"strconv"
	"strings"
	"unsafe"
)

// exactPowers are the powers of ten that are exact in float64.
var exactPowers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// parseFloat reads a decimal number with an optional fraction and exponent, or
// inf and infinity in any case; not hexadecimal, no underscores. Out of range
// gives infinity. The result is the nearest float64: a mantissa and a power of
// ten that are both exact give it with one division (Clinger 1990), the rest
// goes to strconv.
func parseFloat(b []byte) (float64, bool) {
	digits := b
	negative := false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		negative = b[0] == '-'
		digits = b[1:]
	}
	mantissa, count, fraction, i := uint64(0), 0, 0, 0
	dot := -1
	for ; i < len(digits); i++ {
		c := digits[i] - '0'
		if c <= 9 {
			mantissa = mantissa*10 + uint64(c)
			count++
		} else if digits[i] == '.' && dot < 0 {
			dot = i
		} else {
			break
		}
	}
	if count == 0 {
		return parseInf(digits, negative)
	}
	if dot >= 0 {
		fraction = i - dot - 1
	}
	if i == len(digits) && count <= 18 && mantissa <= 1<<53 {
		v := float64(mantissa) / exactPowers[fraction]
		if negative {
			v = -v
		}
		return v, true
	}
	if !isExponent(digits[i:]) {
		return 0, false
	}
	// The text is a plain decimal number, so the only error is out of range.
	v, _ := strconv.ParseFloat(unsafe.String(unsafe.SliceData(b), len(b)), 64)
	return v, true
}

// isExponent tells whether b is empty or e, an optional sign, and digits.
func isExponent(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	if b[0]|0x20 != 'e' {
		return false
	}
	b = b[1:]
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		b = b[1:]
	}
	for _, c := range b {
		if c-'0' > 9 {
			return false
		}
	}
	return len(b) > 0
}

func parseInf(b []byte, negative bool) (float64, bool) {
	if len(b) != 3 && len(b) != 8 {
		return 0, false
	}
	if text := strings.ToLower(string(b)); text != "inf" && text != "infinity" {
		return 0, false
	}
	if negative {
		return math.Inf(-1), true
	}
	return math.Inf(1), true
}

// parseInt reads an optional sign and digits that fit in int64.
func parseInt(b []byte) (int64, bool) {
	digits := b
	negative := false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		negative = b[0] == '-'
		digits = b[1:]
	}
	if len(digits) == 0 {
		return 0, false
	}
	magnitude := uint64(0)
	for i, c := range digits {
		if c -= '0'; c > 9 {
			return 0, false
		}
		if i >= 18 && magnitude > (1<<63)/10 {
			return 0, false
		}
		magnitude = magnitude*10 + uint64(digits[i]-'0')
		if magnitude > 1<<63 {
			return 0, false
		}
	}
	switch {
	case negative:
		return -int64(magnitude), true
	case magnitude == 1<<63:
		return 0, false
	}
	return int64(magnitude), true
}

// parseBool reads true and false in any case.
func parseBool(b []byte) (value, ok bool) {
	switch len(b) {
	case 4:
		return true, b[0]|0x20 == 't' && b[1]|0x20 == 'r' && b[2]|0x20 == 'u' && b[3]|0x20 == 'e'
	case 5:
		return false, b[0]|0x20 == 'f' && b[1]|0x20 == 'a' && b[2]|0x20 == 'l' && b[3]|0x20 == 's' && b[4]|0x20 == 'e'
	}
	return false, false
}

// formatFloat is the shortest text that reads back as v, always recognisable
// as a float: 1.0, 1e+30, inf, NaN.
func formatFloat(v float64) string {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	}
	format := byte('f')
	if abs := math.Abs(v); abs >= 1e16 || (abs != 0 && abs < 1e-4) {
		format = 'e'
	}
	text := strconv.FormatFloat(v, format, -1, 64)
	if format == 'f' && !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}
