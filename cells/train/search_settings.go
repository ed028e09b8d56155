package train

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// A ParamGrid is the values to try of some parameters, which are named as in
// WithParams. The settings that it stands for are all combinations, the last
// parameter by name varying fastest. An empty one stands for the estimator as it is.
type ParamGrid map[string][]any

// mostSettings is how many settings one search can have.
const mostSettings = 100_000

// A setting is the values of some parameters, by name.
type setting []Param

func (s setting) String() string {
	if len(s) == 0 {
		return "setting without parameters"
	}
	parts := make([]string, len(s))
	for i, p := range s {
		parts[i] = p.String()
	}
	return "setting " + strings.Join(parts, ", ")
}

// size is the number of settings of all grids, as a float, which does not
// overflow.
func size(grids []ParamGrid) float64 {
	sum := 0.0
	for _, g := range grids {
		n := 1.0
		for _, values := range g {
			n *= float64(len(values))
		}
		sum += n
	}
	return sum
}

// settingAt is setting i of the grids, one after the other.
func settingAt(grids []ParamGrid, i int) setting {
	for _, g := range grids {
		n := int(size([]ParamGrid{g}))
		if i >= n {
			i -= n
			continue
		}
		names := slices.Sorted(maps.Keys(g))
		out := make(setting, len(names))
		for k, name := range slices.Backward(names) {
			values := g[name]
			out[k] = Param{name, plainParam(values[i%len(values)])}
			i /= len(values)
		}
		return out
	}
	return nil
}

// plainParam gives an int64 as an int, which is what Params gives.
func plainParam(v any) any {
	if i, ok := v.(int64); ok && i == int64(int(i)) {
		return int(i)
	}
	return v
}

// checkGrids refuses grids without settings or with too many.
func checkGrids(name string, grids []ParamGrid, most float64) error {
	if len(grids) == 0 {
		return &ParamError{name, "param_grid", "", "at least one grid"}
	}
	for _, g := range grids {
		for _, param := range slices.Sorted(maps.Keys(g)) {
			if len(g[param]) == 0 {
				return &ParamError{name, "param_grid[" + param + "]", []any{}, "a list of values with at least one"}
			}
		}
	}
	if n := size(grids); n > most {
		return &ParamError{name, "param_grid", fmt.Sprintf("%.0f settings", n), fmt.Sprintf("at most %.0f; use RandomizedSearchCV", most)}
	}
	return nil
}

// A Distribution is what RandomizedSearchCV draws the values of a parameter
// from. Draw must use no other source of randomness than r.
type Distribution interface {
	Draw(r *RandomState) any
}

// A Choice draws each of its values with the same probability.
type Choice []any

// Draw draws one.
func (c Choice) Draw(r *RandomState) any { return c[r.Intn(len(c))] }

func (c Choice) check() string {
	if len(c) == 0 {
		return "a choice of at least one value"
	}
	return ""
}

// An IntRange draws whole numbers, Low ≤ n < High, as scipy.stats.randint.
type IntRange struct{ Low, High int }

// Draw draws an int.
func (d IntRange) Draw(r *RandomState) any { return d.Low + r.Intn(d.High-d.Low) }

func (d IntRange) check() string {
	if d.Low >= d.High {
		return "a range of whole numbers whose end is above its start"
	}
	return ""
}

// A Uniform draws numbers, Low ≤ x < High, as numpy.random.uniform. (That of
// scipy.stats takes the width in place of High.)
type Uniform struct{ Low, High float64 }

// Draw draws a float64.
func (d Uniform) Draw(r *RandomState) any { return d.Low + (d.High-d.Low)*r.RandomSample() }

func (d Uniform) check() string {
	if !(d.Low < d.High) || math.IsInf(d.High-d.Low, 0) {
		return "a finite range whose end is above its start"
	}
	return ""
}

// A LogUniform draws numbers whose logarithm is uniform, Low ≤ x < High, as
// scipy.stats.loguniform. Low is above 0.
type LogUniform struct{ Low, High float64 }

// Draw draws a float64.
func (d LogUniform) Draw(r *RandomState) any {
	low, high := math.Log(d.Low), math.Log(d.High)
	return math.Exp(low + r.RandomSample()*(high-low))
}

func (d LogUniform) check() string {
	if !(d.Low > 0 && d.Low < d.High) || math.IsInf(d.High, 0) {
		return "a finite range whose start is above 0 and whose end is above its start"
	}
	return ""
}

// checkDistributions refuses what nothing can be drawn from.
func checkDistributions(name string, dists map[string]Distribution) error {
	for _, param := range slices.Sorted(maps.Keys(dists)) {
		if want := wanted(dists[param]); want != "" {
			return &ParamError{name, "param_distributions[" + param + "]", dists[param], want}
		}
	}
	return nil
}

// wanted is what d should be, "" if it is that.
func wanted(d Distribution) string {
	switch d := d.(type) {
	case nil:
		return "a distribution"
	case interface{ check() string }:
		return d.check()
	}
	return ""
}

// sampleSettings draws n settings: where all are choices, different ones, as
// scikit-learn's ParameterSampler does for the same seed.
func sampleSettings(dists map[string]Distribution, n int, seed uint32) []setting {
	r := NewRandomState(seed)
	grid, finite := choices(dists)
	if !finite {
		out := make([]setting, n)
		for i := range out {
			for _, param := range slices.Sorted(maps.Keys(dists)) {
				out[i] = append(out[i], Param{param, plainParam(dists[param].Draw(r))})
			}
		}
		return out
	}
	var out []setting
	for _, i := range withoutReplacement(r, int(size([]ParamGrid{grid})), n) {
		out = append(out, settingAt([]ParamGrid{grid}, i))
	}
	return out
}

// choices is the grid of distributions that are choices only.
func choices(dists map[string]Distribution) (ParamGrid, bool) {
	grid := ParamGrid{}
	for param, d := range dists {
		c, ok := d.(Choice)
		if !ok {
			return nil, false
		}
		grid[param] = c
	}
	return grid, true
}

// withoutReplacement draws count different numbers below n by the three methods
// of scikit-learn's sample_without_replacement, on the share drawn depends which.
func withoutReplacement(r *RandomState, n, count int) []int {
	out := make([]int, 0, count)
	switch share := float64(count) / float64(n); {
	case share > 0.01 && share < 0.99:
		return r.Permutation(n)[:count]
	case share <= 0.01:
		seen := make(map[int]bool, count)
		for len(out) < count {
			if i := r.Intn(n); !seen[i] {
				seen[i] = true
				out = append(out, i)
			}
		}
	default: // a reservoir (Vitter 1985)
		out = append(out, upToN(count)...)
		for i := count; i < n; i++ {
			if k := r.Intn(i + 1); k < count {
				out[k] = i
			}
		}
	}
	return out
}
