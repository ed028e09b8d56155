package plot

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestFormatNumber(t *testing.T) {
	for _, c := range []struct {
		v    float64
		want string
	}{
		{0, "0"}, {math.Copysign(0, -1), "0"}, {1, "1"}, {-1, "−1"}, {0.25, "0.25"}, {1143, "1,143"}, {-1143.26, "−1,143"},
		{0.1 + 0.2, "0.3"}, {12.3456, "12.35"}, {999_999, "999,999"}, {1e6, "1M"}, {2_540_000, "2.54M"}, {3e9, "3G"},
		{4.56e12, "4.56T"}, {1e14, "100T"}, {1e15, "1e15"}, {1.23456e20, "1.235e20"}, {0.0001, "0.0001"},
		{0.000123456, "0.0001235"}, {3e-7, "3e−7"}, {-9.9999e-5, "−1e−4"}, {5e-324, "4.941e−324"}, {math.MaxFloat64, "1.798e308"},
		{math.Inf(1), "+∞"}, {math.Inf(-1), "-∞"}, {math.NaN(), "missing"},
	} {
		if got := FormatNumber(c.v); got != c.want {
			t.Errorf("FormatNumber(%v) = %s, want %s", c.v, got, c.want)
		}
	}
}

func TestTicks(t *testing.T) {
	for name, c := range map[string]struct {
		lo, hi float64
		whole  bool
		want   string
	}{
		"unit":            {0, 1, false, "0 0.2 0.4 0.6 0.8 1.0"},
		"counts":          {0, 507, true, "0 100 200 300 400 500"},
		"few counts":      {0, 3.15, true, "0 1 2 3"},
		"thousands":       {-50, 2600, false, "0 500 1,000 1,500 2,000 2,500"},
		"millions":        {0, 6.3e6, false, "0 1M 2M 3M 4M 5M 6M"},
		"around millions": {0, 1.05e6, false, "0 0.2M 0.4M 0.6M 0.8M 1.0M"},
		"giga":            {-1.7e9, 1.7e9, false, "−1.5G −1.0G −0.5G 0 0.5G 1.0G 1.5G"},
		"negative":        {-0.7, -0.1, false, "−0.7 −0.6 −0.5 −0.4 −0.3 −0.2 −0.1"},
		"quarters":        {0.1, 1.62, false, "0.25 0.50 0.75 1.00 1.25 1.50"},
		"close together":  {0.9894, 1.0044, false, "0.9900 0.9925 0.9950 0.9975 1.0000 1.0025"},
		"large offset":    {1e9 + 0.8, 1e9 + 5.2, false, "1,000,000,001 1,000,000,002 1,000,000,003 1,000,000,004 1,000,000,005"},
		"tiny":            {-3e-7, 4.4e-7, false, "−2e−7 0 2e−7 4e−7"},
		"huge":            {0, 1e300, false, "0 2e299 4e299 6e299 8e299 1e300"},
		"years":           {1989, 2026, false, "1990 2000 2010 2020"},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(niceTicks(extent{c.lo, c.hi}, 6, c.whole).label, " ")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("ticks of %v to %v (-want +got):\n%s", c.lo, c.hi, diff)
			}
		})
	}
}

// TestTicksProperties checks that ticks lie inside, grow, and have labels that tell them apart.
func TestTicksProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := newExtent()
		e.add(rapid.Float64Range(-1e300, 1e300).Draw(t, "a"), rapid.Float64Range(-1e300, 1e300).Draw(t, "b"))
		e = e.padded()
		want := rapid.IntRange(1, 8).Draw(t, "want")
		ticks := niceTicks(e, want, false)
		if len(ticks.at) > want+1 || want >= 3 && len(ticks.at) == 0 {
			t.Fatalf("%d ticks in %v", len(ticks.at), e)
		}
		seen := map[string]bool{}
		for i, v := range ticks.at {
			slack := 1e-6 * (e.hi - e.lo)
			if v < e.lo-slack || v > e.hi+slack {
				t.Errorf("tick %v is outside %v", v, e)
			}
			if seen[ticks.label[i]] {
				t.Errorf("label %s twice in %q for %v", ticks.label[i], ticks.label, ticks.at)
			}
			seen[ticks.label[i]] = true
		}
	})
}
