package train

import (
	"bytes"
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

// searches are one of each over the same data.
func searches() map[string]Estimator {
	pipe := MakePipeline([]Transformer{StandardScaler{}}, GradientBoostingClassifier{NEstimators: 6, Subsample: 0.7, NIterNoChange: 2})
	return map[string]Estimator{
		"grid": GridSearchCV{Estimator: pipe, ParamGrid: []ParamGrid{{"gradientboostingclassifier__max_depth": {1, 2, 3}, "standardscaler__with_mean": {true, false}}}},
		"random": RandomizedSearchCV{Estimator: RandomForestClassifier{NEstimators: 5}, NIter: 4, Seed: 3, CV: KFold{NSplits: 3},
			ParamDistributions: map[string]Distribution{"max_depth": IntRange{1, 9}, "max_features": Uniform{0.1, 1}}},
	}
}

func TestSearchIgnoresThreads(t *testing.T) {
	defer goleak.VerifyNone(t)
	X, y := blobs(150, 4, 3, 2, 6)
	for name, e := range searches() {
		t.Run(name, func(t *testing.T) {
			var first []byte
			for _, threads := range []int{1, 2, 16} {
				file := save(t, mustFitOn(t, e, X, y, Threads{Max: threads}))
				if first == nil {
					first = file
				}
				if !bytes.Equal(first, file) {
					t.Errorf("%d threads give another search", threads)
				}
			}
		})
	}
}

func mustFitOn(t testing.TB, e Estimator, X *Matrix, y *Labels, threads Threads) Classifier {
	t.Helper()
	m, err := e.Fit(context.Background(), X, y, FitOptions{Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestSearchIsCrossValScores: each setting has the scores that it has alone, and
// the model is the fit of the best.
func TestSearchIsCrossValScores(t *testing.T) {
	X, y := blobs(120, 3, 2, 2, 6)
	base := DecisionTreeClassifier{Seed: 1}
	got := mustFitOn(t, GridSearchCV{Estimator: base, ParamGrid: []ParamGrid{{"max_depth": {1, 2, nil}}}}, X, y, Threads{}).(*Search)
	for i, depth := range []int{1, 2, 0} {
		base.MaxDepth = depth
		want := value[*CVScores](t)(CrossValScore(context.Background(), base, X, y, StratifiedKFold{}, accuracyScorer(t), FitOptions{}))
		r := got.Results()[i]
		if diff := cmp.Diff([]any{want.Scores, want.Mean(), want.Std()}, []any{r.Scores, r.Mean, r.Std}); diff != "" {
			t.Errorf("depth %d (-alone +searched):\n%s", depth, diff)
		}
	}
	best, err := WithParams(base, got.Results()[got.Best()].Params...)
	if err != nil {
		t.Fatal(err)
	}
	want, found := mustProba(t, mustFit(t, best, X, y), X), mustProba(t, got, X)
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("predictions (-fit of the best +search):\n%s", diff)
	}
}

func TestRanks(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		means []float64
		want  []int
	}{
		{[]float64{.5, .7, .7, .1}, []int{3, 1, 1, 4}},
		{[]float64{nan, .7, nan}, []int{2, 1, 2}},
		{[]float64{nan, nan}, []int{1, 1}},
		{[]float64{-3, -1}, []int{2, 1}},
	} {
		results := make([]SearchResult, len(c.means))
		for i, m := range c.means {
			results[i].Mean = m
		}
		rank(results)
		for i, r := range results {
			if r.Rank != c.want[i] {
				t.Errorf("%v: rank %d of %v, want %d", c.means, r.Rank, r.Mean, c.want[i])
			}
		}
	}
}

// inOrder is a Sequential scorer that keeps what it saw.
type inOrder struct {
	scorer
	sizes *[]int
}

func (inOrder) Sequential() {}

func (s inOrder) Score(ctx context.Context, y *Labels, p Predictions) (float64, error) {
	*s.sizes = append(*s.sizes, y.Len()) // a race if it is not sequential
	if y.Len() != len(p.Codes) {
		return 0, errors.New("lengths differ")
	}
	return s.scorer.Score(ctx, y, p)
}

// Folds of different sizes tell the order of the calls; there are more tasks
// than a window holds.
func TestSequentialScorersAreCalledInOrder(t *testing.T) {
	X, y := blobs(64, 2, 2, 2, 6)
	var depths []any
	for d := range 30 {
		depths = append(depths, d+1)
	}
	grid := GridSearchCV{Estimator: DecisionTreeClassifier{}, ParamGrid: []ParamGrid{{"max_depth": depths}}, CV: KFold{NSplits: 3}}
	want := mustFitOn(t, grid, X, y, Threads{Max: 4}).(*Search)
	var sizes []int
	grid.Scoring = inOrder{scorer{name: "accuracy", byClass: Accuracy}, &sizes}
	got := mustFitOn(t, grid, X, y, Threads{Max: 4}).(*Search)
	if diff := cmp.Diff(want.Results(), got.Results()); diff != "" {
		t.Errorf("results (-concurrent +sequential):\n%s", diff)
	}
	if !slices.Equal(sizes, slices.Repeat([]int{22, 21, 21}, 30)) {
		t.Errorf("sizes %v", sizes)
	}
}

func TestSearchNamesTheSettingThatFails(t *testing.T) {
	X, y := blobs(60, 2, 2, 2, 6)
	y.Codes = make([]int, 60)
	for i := range 15 {
		y.Codes[4*i] = 1
	}
	// Early stopping cannot set a row of each class aside of 4 rows, and
	// nothing of 3 distinct ones.
	grid := GridSearchCV{Estimator: GradientBoostingClassifier{NEstimators: 2}, CV: KFold{NSplits: 3},
		ParamGrid: []ParamGrid{{"n_iter_no_change": {nil, 2}, "validation_fraction": {0.001}}}}
	_, err := grid.Fit(context.Background(), X, y, FitOptions{})
	const want = "GridSearchCV: setting n_iter_no_change=2, validation_fraction=0.001: fold 1 of 3: GradientBoostingClassifier: setting rows aside"
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Fatalf("error %v, want %s", err, want)
	}
	nan := math.NaN()
	grid.ErrorScore = &nan
	s := mustFitOn(t, grid, X, y, Threads{}).(*Search)
	r := s.Results()
	if !math.IsNaN(r[1].Mean) || !math.IsNaN(r[1].Scores[0]) || r[1].Rank != 2 || s.Best() != 0 {
		t.Errorf("results %+v", r)
	}
	if w := strings.Join(s.Warnings(), "\n"); strings.Count(w, "the fit failed, its score counts as NaN") != 3 {
		t.Errorf("warnings %s", w)
	}
	grid.ParamGrid = []ParamGrid{{"n_iter_no_change": {2}, "validation_fraction": {0.001}}}
	if _, err := grid.Fit(context.Background(), X, y, FitOptions{}); err == nil || !strings.HasPrefix(err.Error(), "all 3 fits failed, the first: GridSearchCV: setting") {
		t.Errorf("error %v", err)
	}
}

func TestSearchRefuses(t *testing.T) {
	tree := DecisionTreeClassifier{}
	many := make([]any, 500)
	for i := range many {
		many[i] = i + 1
	}
	for _, c := range []struct {
		name string
		e    Estimator
		want string
	}{
		{"no estimator", GridSearchCV{ParamGrid: []ParamGrid{{}}}, "GridSearchCV: estimator=None"},
		{"no grid", GridSearchCV{Estimator: tree}, "at least one grid"},
		{"no values", GridSearchCV{Estimator: tree, ParamGrid: []ParamGrid{{"max_depth": {}}}}, "param_grid[max_depth]"},
		{"unknown", GridSearchCV{Estimator: tree, ParamGrid: []ParamGrid{{"depth": {1}}}}, `setting depth=1: DecisionTreeClassifier has no parameter "depth"`},
		{"out of range", GridSearchCV{Estimator: tree, ParamGrid: []ParamGrid{{"min_samples_split": {2, 1}}}}, "setting min_samples_split=1: DecisionTreeClassifier: min_samples_split=1"},
		{"too many", GridSearchCV{Estimator: tree, ParamGrid: []ParamGrid{{"max_depth": many, "min_samples_leaf": many}}}, "250000 settings"},
		{"n_iter", RandomizedSearchCV{Estimator: tree, NIter: -1}, "n_iter=-1: must be from 1"},
		{"no distribution", RandomizedSearchCV{Estimator: tree, ParamDistributions: map[string]Distribution{"max_depth": nil}}, "param_distributions[max_depth]=None"},
		{"empty range", RandomizedSearchCV{Estimator: tree, ParamDistributions: map[string]Distribution{"max_depth": IntRange{3, 3}}}, "whose end is above"},
		{"uniform", RandomizedSearchCV{Estimator: tree, ParamDistributions: map[string]Distribution{"max_features": Uniform{1, math.Inf(1)}}}, "a finite range"},
		{"log of 0", RandomizedSearchCV{Estimator: tree, ParamDistributions: map[string]Distribution{"max_features": LogUniform{0, 1}}}, "above 0"},
		{"empty choice", RandomizedSearchCV{Estimator: tree, ParamDistributions: map[string]Distribution{"max_depth": Choice{}}}, "at least one value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			X, y := blobs(20, 2, 2, 1, 1)
			_, err := c.e.Fit(context.Background(), X, y, FitOptions{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q in it", err, c.want)
			}
			if early := Check(c.e); early == nil || early.Error() != err.Error() {
				t.Errorf("Check gives %v, Fit %v", early, err)
			}
		})
	}
}

func TestRandomSearchOfFewSettings(t *testing.T) {
	X, y := blobs(40, 2, 2, 1, 1)
	s := mustFitOn(t, RandomizedSearchCV{Estimator: DecisionTreeClassifier{}, ParamDistributions: map[string]Distribution{"max_depth": Choice{1, 2}}}, X, y, Threads{}).(*Search)
	if len(s.Results()) != 2 || !strings.Contains(strings.Join(s.Warnings(), ""), "only 2 settings, which is fewer than n_iter=10") {
		t.Errorf("%d settings, warnings %q", len(s.Results()), s.Warnings())
	}
}

func TestSearchWithoutRefit(t *testing.T) {
	X, y := blobs(40, 2, 2, 1, 1)
	s := mustFitOn(t, GridSearchCV{Estimator: DecisionTreeClassifier{}, ParamGrid: []ParamGrid{{}}, NoRefit: true}, X, y, Threads{}).(*Search)
	if s.BestModel() != nil || s.Best() != 0 {
		t.Errorf("model %v, best %d", s.BestModel(), s.Best())
	}
	if _, err := s.Predict(context.Background(), X, Threads{}); err == nil || !strings.Contains(err.Error(), "refit=True") {
		t.Errorf("error %v", err)
	}
}

func TestSearchCancels(t *testing.T) {
	defer goleak.VerifyNone(t)
	X, y := blobs(100, 2, 2, 1, 1)
	ctx, cancel := context.WithCancel(context.Background())
	grid := GridSearchCV{Estimator: GradientBoostingClassifier{}, ParamGrid: []ParamGrid{{"n_estimators": {1, 1_000_000}}}}
	nan := math.NaN()
	grid.ErrorScore = &nan // an interrupt is not a fit that failed
	_, err := grid.Fit(ctx, X, y, FitOptions{Threads: Threads{Max: 2}, Progress: func(_, total int, _ float64) {
		if total != 10 {
			t.Errorf("%d fits, want 10", total)
		}
		cancel()
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

// A search is an estimator: nested cross-validation.
func TestNestedCrossValidation(t *testing.T) {
	X, y := blobs(90, 3, 3, 2, 6)
	grid := GridSearchCV{Estimator: DecisionTreeClassifier{}, ParamGrid: []ParamGrid{{"max_depth": {1, 3}}}, CV: StratifiedKFold{NSplits: 3}}
	c, err := CrossValScore(context.Background(), grid, X, y, StratifiedKFold{NSplits: 3}, accuracyScorer(t), FitOptions{Threads: Threads{Max: 2}})
	if err != nil || !(c.Mean() > 0.5) {
		t.Errorf("scores %v, %v", c, err)
	}
}

// scoreless is undefined on small folds.
type scoreless struct{ scorer }

func (s scoreless) Score(ctx context.Context, y *Labels, p Predictions) (float64, error) {
	if y.Len() < 11 {
		return math.NaN(), nil
	}
	return s.scorer.Score(ctx, y, p)
}

func TestUndefinedFoldsAreLeftOut(t *testing.T) {
	X, y := blobs(31, 2, 2, 1, 1)
	c, err := CrossValScore(context.Background(), DecisionTreeClassifier{}, X, y, KFold{NSplits: 3}, scoreless{scorer{name: "x", byClass: Accuracy}}, FitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !math.IsNaN(c.Scores[1]) || !math.IsNaN(c.Scores[2]) || c.Mean() != c.Scores[0] || c.Std() != 0 {
		t.Errorf("scores %v, mean %v, std %v", c.Scores, c.Mean(), c.Std())
	}
}
