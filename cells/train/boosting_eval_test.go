package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEarlyStoppingIsScikitLearns(t *testing.T) {
	var golden struct {
		Stop []struct {
			Data    string
			Columns []int
			Params  map[string]any
			Stages  int
			Proba   [][]float64 `json:"proba_every10"`
		}
	}
	readJSON(t, "search.json", &golden)
	for i, want := range golden.Stop {
		t.Run(fmt.Sprint(want.Data, " ", i), func(t *testing.T) {
			all, y := goldenData(t, want.Data)
			X := columnsOf(all, want.Columns)
			spec := GradientBoostingClassifier{ValidationFraction: 0.25}
			for name, v := range want.Params {
				if x := v.(float64); x == math.Trunc(x) {
					v = int(x)
				}
				var err error
				if spec, err = WithParams(spec, Param{name, v}); err != nil {
					t.Fatal(err)
				}
			}
			m := mustFit(t, spec, X, y)
			if got := m.(Staged).Stages(); got != want.Stages {
				t.Fatalf("%d stages, want %d", got, want.Stages)
			}
			if n := len(m.(Staged).Evaluations().Values); n != want.Stages {
				t.Errorf("%d evaluations of %d stages", n, want.Stages)
			}
			proba := mustProba(t, m, X)
			for i, row := range want.Proba {
				nearAll(t, fmt.Sprintf("proba of row %d", 10*i), proba.Row(10*i), row, 1e-9)
			}
		})
	}
}

// evalSet divides made-up data into rows to train on and rows to watch.
func evalSet(t testing.TB, classes int) (X *Matrix, y *Labels, eval Evaluation) {
	all, labels := madeUp(400, 5, classes)
	forTrain, aside, err := TrainTestSplit(400, 0.3, 7, labels)
	if err != nil {
		t.Fatal(err)
	}
	return all.Take(forTrain), labels.Take(forTrain), Evaluation{X: all.Take(aside), Y: labels.Take(aside)}
}

func scorerNamed(t testing.TB, name string) Scorer {
	t.Helper()
	s, err := ScorerByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestEvaluationsAreThoseOfTheModels: after each stage the metric is that of the
// model with as many stages, to the bit, and watching does not change the fit.
func TestEvaluationsAreThoseOfTheModels(t *testing.T) {
	for _, classes := range []int{2, 3} {
		for _, metric := range []string{"log_loss", "accuracy"} {
			t.Run(fmt.Sprintf("%s of %d classes", metric, classes), func(t *testing.T) {
				X, y, eval := evalSet(t, classes)
				eval.Metric = scorerNamed(t, metric)
				spec := GradientBoostingClassifier{NEstimators: 12, Subsample: 0.7, Seed: 3}
				m, err := spec.FitEval(context.Background(), X, y, eval, FitOptions{})
				if err != nil {
					t.Fatal(err)
				}
				seen := m.(Staged).Evaluations()
				if seen.Metric != metric || len(seen.Values) != 12 {
					t.Fatalf("evaluations %+v", seen)
				}
				for stage, got := range seen.Values {
					spec.NEstimators = stage + 1
					want := value[float64](t)(Rate(context.Background(), eval.Metric, mustFit(t, spec, X, y), eval.X, eval.Y, Threads{}))
					if math.Abs(want) != got {
						t.Errorf("after stage %d: %v, the model has %v", stage+1, got, want)
					}
				}
				if diff := cmp.Diff(mustProba(t, mustFit(t, spec, X, y), X), mustProba(t, m, X)); diff != "" {
					t.Errorf("watching changes the model (-unwatched +watched):\n%s", diff)
				}
			})
		}
	}
}

// tiny rates by the mean probability of the true class, either way round.
type tiny struct {
	loss  bool
	calls *int
	nan   bool
}

func (tiny) Name() string            { return "tiny" }
func (s tiny) GreaterIsBetter() bool { return !s.loss }
func (tiny) NeedsProba() bool        { return true }

func (s tiny) Score(_ context.Context, y *Labels, p Predictions) (float64, error) {
	*s.calls++
	if s.nan && *s.calls == 3 {
		return math.NaN(), nil
	}
	sum := 0.0
	for i, c := range y.Codes {
		sum += p.Proba.At(i, c)
	}
	mean := sum / float64(len(y.Codes))
	if s.loss {
		return 1 - mean, nil
	}
	return mean, nil
}

func TestEarlyStoppingByACustomMetric(t *testing.T) {
	X, y, eval := evalSet(t, 3)
	spec := GradientBoostingClassifier{NEstimators: 500, NIterNoChange: 3, LearningRate: 0.3, Tol: 1e-3}
	var stages []int
	for _, loss := range []bool{false, true} {
		calls := 0
		eval.Metric = tiny{loss: loss, calls: &calls}
		m, err := spec.FitEval(context.Background(), X, y, eval, FitOptions{})
		if err != nil {
			t.Fatal(err)
		}
		seen := m.(Staged).Evaluations()
		n := m.(Staged).Stages()
		if n >= 500 || calls != n || len(seen.Values) != n {
			t.Errorf("%d stages, %d calls, %d values", n, calls, len(seen.Values))
		}
		best := slices.Max(seen.Values)
		if loss {
			best = slices.Min(seen.Values)
		}
		if got := seen.Values[seen.Best()-1]; got != best {
			t.Errorf("best is %v of stage %d, want %v", got, seen.Best(), best)
		}
		stages = append(stages, n)
	}
	if stages[0] != stages[1] {
		t.Errorf("as a score it stops at %d, as a loss at %d", stages[0], stages[1])
	}
	calls := 0
	eval.Metric = tiny{nan: true, calls: &calls}
	_, err := spec.FitEval(context.Background(), X, y, eval, FitOptions{})
	if err == nil || !strings.Contains(err.Error(), "tiny is NaN after iteration 3") {
		t.Errorf("error %v", err)
	}
}

func TestEvaluationInAPipeline(t *testing.T) {
	X, y, eval := evalSet(t, 2)
	boosting := GradientBoostingClassifier{NEstimators: 8}
	pipe := MakePipeline([]Transformer{StandardScaler{}}, boosting)
	m, err := pipe.FitEval(context.Background(), X, y, eval, FitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, final := m.(interface{ FinalStep() (string, Classifier) }).FinalStep()
	seen := final.(Staged).Evaluations()
	loss := value[float64](t)(Rate(context.Background(), scorerNamed(t, "log_loss"), m, eval.X, eval.Y, Threads{}))
	near(t, "last value", seen.Values[7], -loss, 1e-12)
	_, err = MakePipeline(nil, LogisticRegression{}).FitEval(context.Background(), X, y, eval, FitOptions{})
	if err == nil || !strings.Contains(err.Error(), "LogisticRegression, is not fitted in stages") {
		t.Errorf("error %v", err)
	}
}

func TestEvaluationRefuses(t *testing.T) {
	X, y, good := evalSet(t, 2)
	calls := 0
	for name, c := range map[string]struct {
		change func(*GradientBoostingClassifier, *Evaluation)
		want   string
	}{
		"metric without rows": {func(_ *GradientBoostingClassifier, e *Evaluation) { *e = Evaluation{Metric: tiny{calls: &calls}} }, "there are no rows to rate by tiny"},
		"other columns":       {func(_ *GradientBoostingClassifier, e *Evaluation) { e.X = NewMatrix(e.X.Rows, 2, nil) }, "the evaluation set: X has 2 columns"},
		"no labels":           {func(_ *GradientBoostingClassifier, e *Evaluation) { e.Y = nil }, "the evaluation set: y is missing"},
		"fewer labels":        {func(_ *GradientBoostingClassifier, e *Evaluation) { e.Y = e.Y.Take([]int{0}) }, "y has 1 labels"},
		"a class of its own": {func(_ *GradientBoostingClassifier, e *Evaluation) {
			e.Y = &Labels{Name: "q", Classes: Classes{int64(0), int64(9)}, Codes: slices.Repeat([]int{1}, e.X.Rows)}
		}, `column "q", row 0: class 9 has no row among those to train on`},
		"n_iter_no_change":    {func(s *GradientBoostingClassifier, _ *Evaluation) { s.NIterNoChange = -1 }, "n_iter_no_change=-1"},
		"validation_fraction": {func(s *GradientBoostingClassifier, _ *Evaluation) { s.ValidationFraction = 1 }, "validation_fraction=1: must be between 0 and 1"},
		"tol":                 {func(s *GradientBoostingClassifier, _ *Evaluation) { s.Tol = math.Inf(1) }, "tol=+Inf: must be a number above 0"},
	} {
		t.Run(name, func(t *testing.T) {
			spec, eval := GradientBoostingClassifier{NEstimators: 2}, good
			c.change(&spec, &eval)
			_, err := spec.FitEval(context.Background(), X, y, eval, FitOptions{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q in it", err, c.want)
			}
		})
	}
}

// A class with too few rows to set one aside is an error that says so.
func TestEarlyStoppingNeedsRowsToSetAside(t *testing.T) {
	X, y := madeUp(40, 2, 2)
	y.Codes = make([]int, 40)
	y.Codes[5] = 1
	_, err := GradientBoostingClassifier{NIterNoChange: 2}.Fit(context.Background(), X, y, FitOptions{})
	var in *InputError
	if !errors.As(err, &in) || !strings.Contains(err.Error(), "setting rows aside for n_iter_no_change") {
		t.Errorf("error %v", err)
	}
}
