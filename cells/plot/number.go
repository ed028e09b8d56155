package plot

import (
	"math"
	"strconv"
	"strings"
)

const minus = "\u2212" // the typographic minus, as wide as a digit

// FormatInt formats a whole number for reading: 1,143.
func FormatInt(n int) string { return group(strconv.Itoa(n)) }

// FormatNumber formats a number for reading, with about four significant digits: 1,143; 0.25; 2.5M; 3e−7.
func FormatNumber(v float64) string {
	switch {
	case math.IsNaN(v):
		return "missing"
	case math.IsInf(v, 0):
		return strings.Replace(strconv.FormatFloat(v, 'g', -1, 64), "Inf", "∞", 1)
	case v == 0:
		return "0"
	}
	const digits = 4
	exponent := decimalExponent(v)
	switch {
	case exponent >= 15 || exponent < -4:
		return scientific(v, exponent, digits-1)
	case exponent >= 6:
		return engineering(v, exponent, digits)
	}
	return trimZeros(fixed(v, max(0, digits-1-exponent)))
}

// decimalExponent returns e with 10^e <= |v| < 10^(e+1).
func decimalExponent(v float64) int {
	text := strconv.FormatFloat(v, 'e', -1, 64)
	e, _ := strconv.Atoi(text[strings.IndexByte(text, 'e')+1:])
	return e
}

func fixed(v float64, decimals int) string {
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Trim(text, "-0.") == "" {
		text = strings.TrimPrefix(text, "-") // no "−0.00"
	}
	return group(text)
}

// group puts a comma between thousands and uses the typographic minus.
func group(text string) string {
	sign := ""
	if rest, ok := strings.CutPrefix(text, "-"); ok {
		sign, text = minus, rest
	}
	whole, fraction, hasFraction := strings.Cut(text, ".")
	var b strings.Builder
	b.WriteString(sign)
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	if hasFraction {
		b.WriteString("." + fraction)
	}
	return b.String()
}

func trimZeros(text string) string {
	if !strings.Contains(text, ".") {
		return text
	}
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

var suffixes = map[int]string{6: "M", 9: "G", 12: "T"}

// engineering formats v >= 10^6 with an SI suffix.
func engineering(v float64, exponent, digits int) string {
	base := min(12, exponent/3*3)
	return trimZeros(fixed(v/math.Pow10(base), max(0, digits-1-(exponent-base)))) + suffixes[base]
}

// scientific formats v as 1.5e−7. Raised digits would be finer, but the bundled font has no raised minus.
func scientific(v float64, exponent, decimals int) string {
	text := strconv.FormatFloat(v, 'e', decimals, 64)
	mantissa, exp, _ := strings.Cut(text, "e")
	exponent, _ = strconv.Atoi(exp) // rounding may have raised it
	return trimZeros(group(mantissa)) + "e" + group(strconv.Itoa(exponent))
}

// scale maps the domain [lo, hi] to pixels [a, b].
type scale struct {
	lo, hi float64
	a, b   float64
}

func (s scale) at(v float64) float64 {
	return s.a + (v-s.lo)/(s.hi-s.lo)*(s.b-s.a)
}

// value is the inverse of at.
func (s scale) value(pixel float64) float64 {
	return s.lo + (pixel-s.a)/(s.b-s.a)*(s.hi-s.lo)
}

// extent is the range of the finite values it has seen.
type extent struct{ lo, hi float64 }

func newExtent() extent { return extent{math.Inf(1), math.Inf(-1)} }

func (e *extent) add(values ...float64) {
	for _, v := range values {
		if isFinite(v) {
			e.lo, e.hi = min(e.lo, v), max(e.hi, v)
		}
	}
}

// tiny is a range below which the steps of an axis come near the smallest float64.
const tiny = 1e-290

// widened makes room around constant data, whose own range is a single number.
func (e extent) widened() extent {
	if e.lo > e.hi {
		return extent{0, 1}
	}
	magnitude := max(math.Abs(e.lo), math.Abs(e.hi))
	if e.hi-e.lo > 1e-10*magnitude && e.hi-e.lo > tiny {
		return e
	}
	pad := 0.1 * magnitude
	if magnitude < 1e-280 {
		pad = 1
	}
	if magnitude >= 1 && magnitude < 20 {
		pad = 1
	}
	return extent{e.lo - pad, e.hi + pad}
}

// padding is the share of the range left free on both sides of the data.
const padding = 0.05

func (e extent) padded() extent {
	e = e.widened()
	pad := padding * (e.hi - e.lo)
	return extent{e.lo - pad, e.hi + pad}
}

// paddedFromZero includes zero and pads only the sides that are not zero: the range of bars.
func (e extent) paddedFromZero() extent {
	e.add(0)
	if e.hi-e.lo < tiny {
		return extent{0, 1}
	}
	pad := padding * (e.hi - e.lo)
	if e.lo < 0 {
		e.lo -= pad
	}
	if e.hi > 0 {
		e.hi += pad
	}
	return e
}

// ticks are the labelled positions on an axis.
type ticks struct {
	at    []float64
	label []string
}

// niceTicks places up to want+1 ticks at round numbers within [lo, hi]. Whole says that only whole numbers make sense, as
// for counts.
func niceTicks(e extent, want int, whole bool) ticks {
	step := niceStep(e, max(1, want), whole)
	first, last := math.Ceil(e.lo/step-1e-9), math.Floor(e.hi/step+1e-9)
	var t ticks
	for i := 0.0; first+i <= last && i < 50; i++ {
		v := (first + i) * step
		t.at = append(t.at, v)
	}
	t.label = tickLabels(t.at, step)
	return t
}

// niceStep returns the smallest of 1, 2, 2.5, 5 times a power of ten that gives at most want+1 ticks.
func niceStep(e extent, want int, whole bool) float64 {
	power := decimalExponent((e.hi - e.lo) / float64(want))
	for ; ; power++ {
		for _, m := range []float64{1, 2, 2.5, 5} {
			step := m * math.Pow10(power)
			if power < 0 {
				step = m / math.Pow10(-power) // 0.1 and not 0.1000…1
			}
			if whole && (step < 1 || step != math.Trunc(step)) {
				continue
			}
			if n := math.Floor(e.hi/step+1e-9) - math.Ceil(e.lo/step-1e-9) + 1; n <= float64(want)+1 {
				return step
			}
		}
	}
}

// tickLabels formats all ticks of an axis alike: same decimals, same suffix.
func tickLabels(at []float64, step float64) []string {
	largest := 0.0
	for _, v := range at {
		largest = max(largest, math.Abs(v))
	}
	decimals := stepDecimals(step)
	exponent := 0
	if largest > 0 {
		exponent = decimalExponent(largest)
	}
	years := areYears(at)
	labels := make([]string, len(at))
	for i, v := range at {
		if labels[i] = tickLabel(v, step, exponent, decimals); years {
			labels[i] = strconv.Itoa(int(v))
		}
	}
	return labels
}

// areYears guesses that whole numbers from 1800 to 2100 are years, which take no comma.
func areYears(at []float64) bool {
	for _, v := range at {
		if v < 1800 || v > 2100 || v != math.Trunc(v) {
			return false
		}
	}
	return len(at) > 0
}

func tickLabel(v, step float64, exponent, decimals int) string {
	stepExponent := decimalExponent(step)
	if math.Abs(v) < step/1e6 {
		return "0"
	}
	switch {
	case exponent >= 15 || exponent < -4:
		if exponent-stepExponent > 6 { // the ticks differ only far behind the point
			return strings.ReplaceAll(strconv.FormatFloat(v, 'g', -1, 64), "-", minus)
		}
		e := decimalExponent(v)
		return scientific(v, e, max(0, e-stepExponent+extraDigit(step)))
	case exponent >= 6 && stepExponent >= exponent/3*3-3:
		base := min(12, exponent/3*3)
		return fixed(v/math.Pow10(base), stepDecimals(step/math.Pow10(base))) + suffixes[base]
	}
	return fixed(v, decimals)
}

// extraDigit is 1 for a step like 2.5, which needs one digit more than its exponent says.
func extraDigit(step float64) int {
	m := step / math.Pow(10, float64(decimalExponent(step)))
	if math.Abs(m-2.5) < 0.01 {
		return 1
	}
	return 0
}

// stepDecimals is the number of decimals needed to tell ticks apart that are a step apart.
func stepDecimals(step float64) int {
	return max(0, min(20, -decimalExponent(step*(1+1e-12))+extraDigit(step)))
}
