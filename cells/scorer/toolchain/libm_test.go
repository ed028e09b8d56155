package toolchain

import (
	"context"
	"encoding/json"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/wnb-dev/wnb/cells/scorer"
)

// precision of the reference values, in bits.
const precision = 200

func exact(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }

func number() *big.Float { return new(big.Float).SetPrec(precision) }

// bigExp is the series of e^r for r = x / 2^k, squared k times.
func bigExp(x *big.Float) *big.Float {
	k := max(0, x.MantExp(nil)+10)
	r := number().SetMantExp(x, -k)
	sum, term := exact(1), exact(1)
	for i := 1; i < 40; i++ {
		term.Mul(term, r)
		term.Quo(term, exact(float64(i)))
		sum.Add(sum, term)
	}
	for range k {
		sum.Mul(sum, sum)
	}
	return sum
}

// bigLog is Newton's iteration for the inverse of bigExp on the mantissa.
func bigLog(x *big.Float) *big.Float {
	m := number()
	e := x.MantExp(m)
	f, _ := m.Float64()
	y := exact(math.Log(f))
	for range 3 {
		inverse := bigExp(number().Neg(y))
		y.Add(y, inverse.Mul(inverse, m).Sub(inverse, exact(1)))
	}
	return y.Add(y, number().Mul(exact(float64(e)), ln2()))
}

func ln2() *big.Float {
	sum := number()
	for i := 1; i < precision+10; i++ { // sum of 1/(i 2^i)
		sum.Add(sum, number().SetMantExp(number().Quo(exact(1), exact(float64(i))), -i))
	}
	return sum
}

// mathFunctions are those of math.h with what they must be: in big numbers where
// both arguments and the result are ordinary, and as Go's elsewhere.
var mathFunctions = []struct {
	name string
	ulps float64
	f    func(x, y float64) float64
	big  func(x, y *big.Float) *big.Float // nil: f is exact
}{
	{"exp", 1, func(x, _ float64) float64 { return math.Exp(x) }, func(x, _ *big.Float) *big.Float { return bigExp(x) }},
	{"exp2", 1, func(x, _ float64) float64 { return math.Exp2(x) }, func(x, _ *big.Float) *big.Float { return bigExp(number().Mul(x, ln2())) }},
	{"expm1", 2, func(x, _ float64) float64 { return math.Expm1(x) }, func(x, _ *big.Float) *big.Float { return number().Sub(bigExp(x), exact(1)) }},
	{"log", 1, func(x, _ float64) float64 { return math.Log(x) }, func(x, _ *big.Float) *big.Float { return bigLog(x) }},
	{"log2", 1, func(x, _ float64) float64 { return math.Log2(x) }, func(x, _ *big.Float) *big.Float { return number().Quo(bigLog(x), ln2()) }},
	{"log10", 1, func(x, _ float64) float64 { return math.Log10(x) }, func(x, _ *big.Float) *big.Float { return number().Quo(bigLog(x), bigLog(exact(10))) }},
	{"log1p", 2, func(x, _ float64) float64 { return math.Log1p(x) }, func(x, _ *big.Float) *big.Float { return bigLog(number().Add(x, exact(1))) }},
	{"pow", 1, math.Pow, func(x, y *big.Float) *big.Float {
		if x.Sign() < 0 { // y is an integer, or the result is NaN
			p := bigExp(number().Mul(y, bigLog(number().Neg(x))))
			if n, _ := y.Int64(); n%2 != 0 {
				p.Neg(p)
			}
			return p
		}
		return bigExp(number().Mul(y, bigLog(x)))
	}},
	{"tanh", 3, func(x, _ float64) float64 { return math.Tanh(x) }, func(x, _ *big.Float) *big.Float {
		if x.MantExp(nil) > 8 {
			return exact(float64(x.Sign())) // to within the precision
		}
		e := bigExp(number().Mul(x, exact(2)))
		return number().Quo(number().Sub(e, exact(1)), number().Add(e, exact(1)))
	}},
	{"sqrt", 0, func(x, _ float64) float64 { return math.Sqrt(x) }, nil},
	{"round", 0, func(x, _ float64) float64 { return math.Round(x) }, nil},
	{"trunc", 0, func(x, _ float64) float64 { return math.Trunc(x) }, nil},
	{"fmin", 0, func(x, y float64) float64 { return orOther(x, y, math.Min(x, y)) }, nil},
	{"fmax", 0, func(x, y float64) float64 { return orOther(x, y, math.Max(x, y)) }, nil},
}

// orOther is v, or the one that is a number.
func orOther(x, y, v float64) float64 {
	switch {
	case math.IsNaN(x):
		return y
	case math.IsNaN(y):
		return x
	}
	return v
}

func TestMathOfC(t *testing.T) {
	const text = "#include <math.h>\nvoid predict(const double *x, double *out, size_t n, size_t d, size_t k) {\n" +
		"\tfor (size_t i = 0; i < n; i++, x += 2, out += 14) {\n\t\tdouble a = x[0], b = x[1];\n" +
		"\t\tout[0] = exp(a); out[1] = exp2(a); out[2] = expm1(a); out[3] = log(a); out[4] = log2(a); out[5] = log10(a); out[6] = log1p(a);\n" +
		"\t\tout[7] = pow(a, b); out[8] = tanh(a); out[9] = sqrt(a); out[10] = round(a); out[11] = trunc(a); out[12] = fmin(a, b); out[13] = fmax(a, b);\n\t}\n}\n"
	checkMath(t, Source{Lang: C, Text: text, Manifest: json.RawMessage(`{"scorer":{"outputs":14}}`)}, "exp", "exp2", "expm1", "log", "log2", "log10", "log1p",
		"pow", "tanh", "sqrt", "round", "trunc", "fmin", "fmax")
}

// TestMathOfRust is about the functions that take the place of those of the
// standard library.
func TestMathOfRust(t *testing.T) {
	const text = "fn predict(x: &[&[f64]]) -> Vec<Vec<f64>> {\n    x.iter().map(|row| vec![row[0].exp(), row[0].ln()]).collect()\n}\n"
	checkMath(t, Source{Lang: Rust, Text: text, Manifest: json.RawMessage(`{"scorer":{"outputs":2}}`)}, "exp", "log")
}

// checkMath builds a scorer whose outputs are functions of its first two inputs.
func checkMath(t *testing.T, src Source, names ...string) {
	t.Helper()
	m, err := buildTest(t, src, testOptions(t))
	if err != nil {
		t.Fatal(err)
	}
	s, err := install(t, m, scorer.Config{}).NewScorer(nil)
	if err != nil {
		t.Fatal(err)
	}
	a, b := mathArguments()
	got, err := s.Predict(context.Background(), [][]float64{a, b})
	if err != nil {
		t.Fatal(err)
	}
	for _, fn := range mathFunctions {
		c := slices.Index(names, fn.name)
		if c < 0 {
			continue
		}
		worst := 0.0
		for i := range a {
			x, y := a[i], b[i]
			if fn.name != "pow" && fn.name != "fmin" && fn.name != "fmax" {
				if y = 1; i > 0 && x == a[i-1] { // there is no second argument: this was tried
					continue
				}
			}
			want := fn.f(x, y)
			d := distance(got[c][i], want, x, y, fn.big)
			if !(d <= fn.ulps) {
				t.Errorf("%s(%v, %v) = %v, off by %v units of the last place; Go says %v", fn.name, x, y, got[c][i], d, want)
			}
			worst = max(worst, d)
		}
		t.Logf("%s: %.3f ulps at worst", fn.name, worst)
	}
}

// distance is that of a result to the exact value, in units of the last place.
// Where arguments or result are not ordinary numbers, Go's function is what it is
// compared with.
func distance(got, want, x, y float64, f func(x, y *big.Float) *big.Float) float64 {
	ordinary := func(v, least, most float64) bool { return math.Abs(v) >= least && math.Abs(v) <= most }
	switch {
	case math.IsNaN(got) && math.IsNaN(want), got == want && (math.IsInf(got, 0) || got == 0 || math.Abs(x) < 1e-30):
		return 0
	case f != nil && ordinary(got, 0x1p-1022, math.MaxFloat64) && ordinary(x, 0x1p-1022, math.MaxFloat64) && ordinary(y, 1e-30, 1e30) && x != 1:
		off := number().Sub(exact(got), f(exact(x), exact(y)))
		unit := math.Nextafter(math.Abs(got), math.Inf(1)) - math.Abs(got)
		d, _ := off.Quo(off, exact(unit)).Float64()
		return math.Abs(d)
	case math.Abs(x) < 0x1p-1022 && x != 0, math.Abs(want) < 0x1p-1022 && math.Abs(got-want) < 0x1p-1070:
		return 0 // no function promises the last bits of subnormals, and Go's logarithm is wrong for them on amd64
	}
	return math.Abs(got-want) / math.Abs(want) * 0x1p52 / 2 // both may be off
}

func mathArguments() (a, b []float64) {
	special := []float64{0, math.Copysign(0, -1), 1, -1, 0.5, 2, 10, 100, 1000, 1e15, 1024, 1e300, 1e-300, -2, -3, -0.5, 0.49999999999999994, 2.5, -2.5, 4503599627370497,
		math.Inf(1), math.Inf(-1), math.NaN(), math.MaxFloat64, math.SmallestNonzeroFloat64, 709.78, 710, -745, -746, 1.0000000000000002, 0.9999999999999999, 1e-17}
	for _, x := range special {
		for _, y := range special {
			a, b = append(a, x), append(b, y)
		}
	}
	rng := rand.New(rand.NewPCG(3, 4))
	rounds := 300
	if testing.Short() {
		rounds = 30
	}
	for range rounds {
		for _, x := range []float64{rng.NormFloat64(), rng.NormFloat64() * 200, math.Exp(rng.NormFloat64() * 20), 1 + rng.NormFloat64()*1e-3, rng.NormFloat64() * 1e-9} {
			a, b = append(a, x), append(b, rng.NormFloat64()*5)
		}
	}
	return a, b
}
