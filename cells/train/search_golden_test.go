package train

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// paramsOf puts params of the golden file, whose numbers are floats, in order.
func paramsOf(m map[string]any) []Param {
	out := []Param{}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, Param{name, m[name]})
	}
	return out
}

// asFloats are params with their whole numbers as in the golden file.
func asFloats(params []Param) []Param {
	out := []Param{}
	for _, p := range params {
		if i, ok := p.Value.(int); ok {
			p.Value = float64(i)
		}
		out = append(out, p)
	}
	return out
}

func TestGridIsScikitLearns(t *testing.T) {
	var golden struct{ Grid []map[string]any }
	readJSON(t, "search.json", &golden)
	grids := []ParamGrid{{"b": {1, 2}, "a": {"x", "y", nil}}, {}, {"c": {true, 0.5}}}
	if n := int(size(grids)); n != len(golden.Grid) {
		t.Fatalf("%d settings, want %d", n, len(golden.Grid))
	}
	for i, want := range golden.Grid {
		if diff := cmp.Diff(paramsOf(want), asFloats(settingAt(grids, i))); diff != "" {
			t.Errorf("setting %d (-want +got):\n%s", i, diff)
		}
	}
}

func TestSamplesAreScikitLearns(t *testing.T) {
	var golden struct {
		Samples []struct {
			What   string
			N      int
			Seed   uint32
			Params []map[string]any
		}
	}
	readJSON(t, "search.json", &golden)
	upTo := func(n int) Choice {
		var c Choice
		for i := range n {
			c = append(c, i)
		}
		return c
	}
	dists := map[string]map[string]Distribution{
		"few":   {"a": Choice{1, 2, 3}, "b": Choice{"x", "y"}},
		"many":  {"a": upTo(60), "b": upTo(50)},
		"edge":  {"a": upTo(11), "b": upTo(11)},
		"mixed": {"C": LogUniform{1e-3, 1e3}, "n": IntRange{3, 90}, "u": Uniform{2, 7}, "w": Choice{"x", "y", "z"}},
	}
	for _, s := range golden.Samples {
		t.Run(fmt.Sprintf("%s %d seed %d", s.What, s.N, s.Seed), func(t *testing.T) {
			got := sampleSettings(dists[s.What], s.N, s.Seed)
			if len(got) != len(s.Params) {
				t.Fatalf("%d settings, want %d", len(got), len(s.Params))
			}
			for i, want := range s.Params {
				if diff := cmp.Diff(paramsOf(want), asFloats(got[i]), closeFloats); diff != "" {
					t.Errorf("setting %d (-want +got):\n%s", i, diff)
				}
			}
		})
	}
}

var closeFloats = cmp.Comparer(func(a, b float64) bool {
	return a == b || (a-b)*(a-b) < 1e-24*(a*a+b*b)
})

// goldenSearch is what scikit-learn found.
type goldenSearch struct {
	Params    []map[string]any
	Splits    [][]float64
	Mean, Std []float64
	Rank      []int
	BestIndex int         `json:"best_index"`
	BestScore float64     `json:"best_score"`
	BestCoef  [][]float64 `json:"best_coef"`
}

func (want goldenSearch) compare(t *testing.T, got *Search, rtol float64) {
	t.Helper()
	results := got.Results()
	if len(results) != len(want.Params) {
		t.Fatalf("%d settings, want %d", len(results), len(want.Params))
	}
	for i, r := range results {
		if diff := cmp.Diff(paramsOf(want.Params[i]), asFloats(r.Params), closeFloats); diff != "" {
			t.Errorf("setting %d (-want +got):\n%s", i, diff)
		}
		nearAll(t, fmt.Sprintf("scores of setting %d", i), r.Scores, want.Splits[i], rtol)
		near(t, "mean", r.Mean, want.Mean[i], rtol)
		near(t, "std", r.Std, want.Std[i], 1e3*rtol)
		if r.Rank != want.Rank[i] {
			t.Errorf("setting %d has rank %d, want %d", i, r.Rank, want.Rank[i])
		}
	}
	if got.Best() != want.BestIndex {
		t.Errorf("best is %d, want %d", got.Best(), want.BestIndex)
	}
	near(t, "best score", results[got.Best()].Mean, want.BestScore, rtol)
	for k, row := range got.BestModel().(Linear).Coef() {
		nearAll(t, "coef of the best model", row, want.BestCoef[k], 1e-4)
	}
}

func TestSearchIsScikitLearns(t *testing.T) {
	var golden struct {
		Accuracy goldenSearch `json:"grid_accuracy"`
		LogLoss  goldenSearch `json:"grid_log_loss"`
		Random   goldenSearch `json:"random_auc"`
	}
	readJSON(t, "search.json", &golden)
	pipe := Pipeline{Steps: []Step{{"scale", StandardScaler{}}}, FinalName: "clf", Final: LogisticRegression{Tol: 1e-12, MaxIter: 100000}}
	iris, irisY := goldenData(t, "iris")
	binary, binaryY := goldenData(t, "binary")
	named := func(name string) Scorer {
		s, err := ScorerByName(name)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, c := range []struct {
		name string
		e    interface {
			Search(context.Context, *Matrix, *Labels, FitOptions) (*Search, error)
		}
		X    *Matrix
		y    *Labels
		want goldenSearch
		rtol float64
	}{
		{"grid by accuracy", GridSearchCV{Estimator: pipe, ParamGrid: []ParamGrid{
			{"clf__C": {0.001, 0.01, 1.0, 100.0}, "scale__with_std": {true, false}}, {"clf__class_weight": {"balanced"}}}}, iris, irisY, golden.Accuracy, 1e-12},
		{"grid by log-loss", GridSearchCV{Estimator: pipe, ParamGrid: []ParamGrid{{"clf__C": {0.01, 0.1, 1.0}}},
			Scoring: named("neg_log_loss"), CV: StratifiedKFold{NSplits: 3}}, iris, irisY, golden.LogLoss, 1e-6},
		{"the same by a loss", GridSearchCV{Estimator: pipe, ParamGrid: []ParamGrid{{"clf__C": {0.01, 0.1, 1.0}}},
			Scoring: named("log_loss"), CV: StratifiedKFold{NSplits: 3}}, iris, irisY, golden.LogLoss, 1e-6},
		{"random by AUC", RandomizedSearchCV{Estimator: pipe, NIter: 7, Seed: 5, Scoring: named("roc_auc"),
			ParamDistributions: map[string]Distribution{"clf__C": LogUniform{1e-3, 1e3}, "clf__fit_intercept": Choice{true, false}},
			CV:                 StratifiedKFold{NSplits: 4, Shuffle: true, Seed: 1}}, binary, binaryY, golden.Random, 1e-12},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.e.Search(context.Background(), c.X, c.y, FitOptions{})
			if err != nil {
				t.Fatal(err)
			}
			c.want.compare(t, got, c.rtol)
		})
	}
}
