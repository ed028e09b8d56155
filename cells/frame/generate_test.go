package frame

import (
	"math"

	"pgregory.net/rapid"
)

// Generators for property tests: few distinct values, so that keys repeat, and
// the awkward ones among them.

func columns(t *rapid.T, name string, rows int, texts *rapid.Generator[string]) *Series {
	var value *rapid.Generator[any]
	switch DType(rapid.IntRange(int(Float64), int(Bool)).Draw(t, name+" dtype")) {
	case Float64:
		value = rapid.OneOf(rapid.SampledFrom([]any{0.0, math.Copysign(0, -1), math.NaN(), math.Inf(1), 1.5, -2.0, 5e-324}),
			rapid.Map(rapid.Float64(), func(v float64) any { return v }))
	case Int64:
		value = rapid.SampledFrom([]any{int64(0), int64(1), int64(-1), int64(math.MaxInt64), int64(math.MinInt64), int64(7)})
	case String:
		value = rapid.Map(texts, func(v string) any { return v })
	default:
		value = rapid.SampledFrom([]any{true, false})
	}
	values := make([]any, rows)
	for i := range values {
		if rapid.IntRange(0, 4).Draw(t, name+" null") > 0 {
			values[i] = value.Draw(t, name)
		}
	}
	return must[*Series](t)(FromAny(name, values))
}

func frames(t *rapid.T, label string, texts *rapid.Generator[string]) *Frame {
	rows := rapid.IntRange(0, 12).Draw(t, label+" rows")
	var cols []*Series
	for j := range rapid.IntRange(1, 4).Draw(t, label+" columns") {
		cols = append(cols, columns(t, string(rune('a'+j)), rows, texts))
	}
	return must[*Frame](t)(New(cols...))
}

func shortTexts() *rapid.Generator[string] { return rapid.SampledFrom([]string{"", "x", "y", "é"}) }
