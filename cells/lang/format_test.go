package lang_test

import (
	"math"
	"strings"
	"testing"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
)

// The wanted texts are what CPython 3.11's format() prints.
func TestFormatAsPython(t *testing.T) {
	i, f, s := starlark.MakeInt, func(x float64) starlark.Value { return starlark.Float(x) }, func(x string) starlark.Value { return starlark.String(x) }
	tests := []struct {
		v          starlark.Value
		spec, want string
	}{
		{f(3.14159), ".2f", "3.14"}, {f(3.14159), "8.3f", "   3.142"}, {f(-3.5), "+.1f", "-3.5"}, {f(3.5), "+.1f", "+3.5"},
		{f(1234567.891), ",.2f", "1,234,567.89"}, {f(0.256), ".1%", "25.6%"}, {f(1e-7), "g", "1e-07"}, {f(123456789), "g", "1.23457e+08"},
		{f(1e16), "", "1e+16"}, {f(0.1), "", "0.1"}, {f(100), "g", "100"}, {f(1.0), ".3", "1.0"}, {f(12345.678), ".3", "1.23e+04"},
		{f(math.Inf(1)), ".2f", "inf"}, {f(math.NaN()), "6.1f", "   nan"}, {f(math.Inf(-1)), "", "-inf"}, {f(2.5), "e", "2.500000e+00"}, {f(0), ".1%", "0.0%"},
		{f(1234.5), "012,.1f", "00,001,234.5"}, {f(-1.5), "08.2f", "-0001.50"}, {f(-0.0), ".1f", "0.0"},
		{i(42), "d", "42"}, {i(42), "5", "   42"}, {i(42), "<5", "42   "}, {i(42), "^6", "  42  "}, {i(42), "*>5", "***42"}, {i(-42), "05d", "-0042"},
		{i(1234567), ",", "1,234,567"}, {i(1234567), "_", "1_234_567"}, {i(255), "x", "ff"}, {i(255), "#X", "0XFF"}, {i(5), "b", "101"}, {i(5), "#010b", "0b00000101"},
		{i(7), ".2f", "7.00"}, {i(65), "c", "A"}, {i(3), ".0%", "300%"},
		{s("ab"), ">5", "   ab"}, {s("ab"), "5", "ab   "}, {s("abcdef"), ".3", "abc"}, {s("é"), "^5", "  é  "}, {s("a"), "é<3", "aéé"},
		{starlark.True, "", "True"}, {starlark.True, "d", "1"}, {starlark.None, "", "None"},
	}
	for _, tt := range tests {
		got, err := lang.Format(tt.v, tt.spec)
		if err != nil || got != tt.want {
			t.Errorf("format(%v, %q) = %q, %v; want %q", tt.v, tt.spec, got, err, tt.want)
		}
	}
}

func TestFormatRefuses(t *testing.T) {
	tests := []struct {
		v          starlark.Value
		spec, want string
	}{
		{starlark.String("a"), "d", "does not fit a string"},
		{starlark.String("a"), ".2f", "does not fit a string"},
		{starlark.MakeInt(1), "s", "does not fit a int"},
		{starlark.MakeInt(1), ".2", "precision"},
		{starlark.Float(1), "d", "does not fit a float"},
		{starlark.Float(1), ".f", "precision after the dot is missing"},
		{starlark.Float(1), "2y", "not understood"},
		{starlark.NewList(nil), ">5", "str(x) first"},
		{starlark.MakeInt(1), "999999999", "width"},
		{starlark.MakeInt(-1), "c", "not a character"},
	}
	for _, tt := range tests {
		if got, err := lang.Format(tt.v, tt.spec); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("format(%v, %q) = %q, %v; want an error with %q", tt.v, tt.spec, got, err, tt.want)
		}
	}
}

func FuzzFormat(f *testing.F) {
	f.Add(">10.2f", 1.5, int64(3), "x")
	f.Add("+#012,x", -0.0, int64(-3), "é")
	f.Fuzz(func(t *testing.T, spec string, x float64, n int64, s string) {
		for _, v := range []starlark.Value{starlark.Float(x), starlark.MakeInt64(n), starlark.String(s)} {
			out, err := lang.Format(v, spec)
			if err == nil && len(out) > 1<<20 {
				t.Errorf("format(%v, %q) gives %d bytes", v, spec, len(out))
			}
		}
	})
}

func TestSuggest(t *testing.T) {
	known := []string{"alcohol", "quality", "pH", "x", "train", "test"}
	for name, want := range map[string]string{"alcool": "alcohol", "qualty": "quality", "ph": "pH", "trian": "train", "y": "x", "zzzzzz": "", "Quality": "quality"} {
		if got := lang.Suggest(name, known); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", name, got, want)
		}
	}
}
