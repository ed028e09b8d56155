package report

import (
	"math"
	"slices"
	"strings"

	"github.com/wnb-dev/wnb/storage"
)

// A Comparison holds runs side by side. Column i belongs to Runs[i]; the first
// run is the one that the others are compared with.
type Comparison struct {
	Runs    []*storage.Run
	Params  []ParamRow
	Metrics []MetricRow
}

// A ParamRow is a param in every run; Set tells which runs have it.
type ParamRow struct {
	Key    string
	Values []string
	Set    []bool
	Differ bool
}

// A MetricRow is the latest value of a metric in every run; NaN where a run
// has none (see Set). Delta is the difference to the first run.
type MetricRow struct {
	Key    string
	Values []float64
	Set    []bool
	Delta  []float64
	Best   int // the column with the best value; -1 if no run has a number
}

// Compare puts runs side by side. Params that differ come first, metrics are in
// the order of their keys.
func Compare(runs []*storage.Run) Comparison {
	c := Comparison{Runs: runs}
	for _, key := range keys(runs, func(r *storage.Run) []string { return paramKeys(r) }) {
		c.Params = append(c.Params, paramRow(runs, key))
	}
	slices.SortStableFunc(c.Params, func(a, b ParamRow) int { return rank(a.Differ) - rank(b.Differ) })
	for _, key := range keys(runs, func(r *storage.Run) []string { return metricKeys(r) }) {
		c.Metrics = append(c.Metrics, metricRow(runs, key))
	}
	return c
}

func rank(differ bool) int {
	if differ {
		return 0
	}
	return 1
}

func paramKeys(r *storage.Run) []string {
	out := make([]string, len(r.Params))
	for i, p := range r.Params {
		out[i] = p.Key
	}
	return out
}

func metricKeys(r *storage.Run) []string {
	out := make([]string, len(r.Metrics))
	for i, m := range r.Metrics {
		out[i] = m.Key
	}
	return out
}

func keys(runs []*storage.Run, of func(*storage.Run) []string) []string {
	set := map[string]bool{}
	for _, r := range runs {
		for _, k := range of(r) {
			set[k] = true
		}
	}
	return sortedKeys(set)
}

func paramRow(runs []*storage.Run, key string) ParamRow {
	row := ParamRow{Key: key}
	for _, r := range runs {
		v, ok := r.Param(key)
		row.Values, row.Set = append(row.Values, v), append(row.Set, ok)
		if v != row.Values[0] || ok != row.Set[0] {
			row.Differ = true
		}
	}
	return row
}

func metricRow(runs []*storage.Run, key string) MetricRow {
	row := MetricRow{Key: key, Best: -1}
	for i, r := range runs {
		m, ok := r.Metric(key)
		x := math.NaN()
		if ok {
			x = m.Value
		}
		row.Values, row.Set = append(row.Values, x), append(row.Set, ok)
		row.Delta = append(row.Delta, x-row.Values[0])
		if !math.IsNaN(x) && (row.Best < 0 || Better(key, x, row.Values[row.Best])) {
			row.Best = i
		}
	}
	return row
}

// Better tells whether x is a better value of a metric than y. Losses and
// errors are better when they are smaller; the rest when they are greater.
func Better(key string, x, y float64) bool {
	if Minimised(key) {
		return x < y
	}
	return x > y
}

// Minimised tells whether a metric is better when it is smaller, by its name.
func Minimised(key string) bool {
	name := strings.ToLower(key[strings.LastIndex(key, ".")+1:])
	if strings.HasPrefix(name, "neg_") {
		return false
	}
	for _, word := range strings.FieldsFunc(name, func(c rune) bool { return c == '_' || c == '-' || c == '/' || c == ' ' }) {
		switch word {
		case "loss", "error", "mae", "mse", "rmse", "mape", "brier", "duration", "seconds", "time":
			return true
		}
	}
	return false
}

// Lead is the metric that decides which run is best: the best-known one that
// the runs logged; "" if they logged none.
func (c Comparison) Lead() string {
	var have []string
	for _, m := range c.Metrics {
		if m.Best >= 0 {
			have = append(have, m.Key)
		}
	}
	for _, key := range wellKnown {
		if slices.Contains(have, key) {
			return key
		}
	}
	for _, key := range have {
		if !strings.Contains(key, ".") {
			return key
		}
	}
	if len(have) > 0 {
		return have[0]
	}
	return ""
}

// Metric is the row of a metric.
func (c Comparison) Metric(key string) (MetricRow, bool) {
	for _, m := range c.Metrics {
		if m.Key == key {
			return m, true
		}
	}
	return MetricRow{}, false
}
