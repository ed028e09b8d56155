package train

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func accuracyScorer(t testing.TB) Scorer {
	t.Helper()
	s, err := ScorerByName("accuracy")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCrossValScoreIsFitAndScorePerFold(t *testing.T) {
	defer goleak.VerifyNone(t)
	ctx := context.Background()
	X, y := blobs(200, 3, 3, 1.5, 6)
	splitter := StratifiedKFold{Shuffle: true, Seed: 3}
	got, err := CrossValScore(ctx, LogisticRegression{}, X, y, splitter, accuracyScorer(t), FitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	folds, _, err := splitter.Split(X.Rows, y)
	if err != nil {
		t.Fatal(err)
	}
	var want []float64
	for _, f := range folds {
		m := fitLogistic(t, LogisticRegression{}, X.Take(f.Train), y.Take(f.Train), FitOptions{})
		codes, err := m.Predict(ctx, X.Take(f.Test), Threads{})
		if err != nil {
			t.Fatal(err)
		}
		truth := y.Take(f.Test)
		want = append(want, value[float64](t)(Accuracy(truth, &Labels{Classes: m.Classes(), Codes: codes})))
	}
	if d := cmp.Diff(want, got.Scores); d != "" {
		t.Errorf("scores (-want +got):\n%s", d)
	}
	if mean := got.Mean(); !(mean > 0.6) || got.Std() < 0 {
		t.Errorf("mean %v, std %v", mean, got.Std())
	}
}

func TestCrossValScoreIgnoresThreads(t *testing.T) {
	X, y := blobs(150, 3, 2, 2, 6)
	var first []float64
	for _, threads := range []int{1, 2, 16} {
		c, err := CrossValScore(context.Background(), RandomForestClassifier{NEstimators: 5}, X, y, KFold{}, accuracyScorer(t), FitOptions{Threads: Threads{Max: threads}})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = c.Scores
		}
		if !slices.Equal(first, c.Scores) {
			t.Errorf("%d threads: %v, want %v", threads, c.Scores, first)
		}
	}
}

// Class 9 has two rows, next to each other: some folds train without it.
func TestCrossValScoreWithoutAClass(t *testing.T) {
	X, y := blobs(60, 3, 2, 1, 6)
	y.Classes = Classes{int64(0), int64(1), int64(2), int64(9)}
	y.Codes[30], y.Codes[31] = 3, 3
	for _, name := range []string{"accuracy", "balanced_accuracy", "f1_macro", "neg_log_loss", "matthews_corrcoef"} {
		s, err := ScorerByName(name)
		if err != nil {
			t.Fatal(err)
		}
		c, err := CrossValScore(context.Background(), LogisticRegression{}, X, y, KFold{NSplits: 6}, s, FitOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for f, v := range c.Scores {
			if !isFinite(v) {
				t.Errorf("%s of fold %d is %v", name, f, v)
			}
		}
	}
	auc, err := ScorerByName("roc_auc_ovr")
	if err != nil {
		t.Fatal(err)
	}
	_, err = CrossValScore(context.Background(), LogisticRegression{}, X, y, KFold{NSplits: 6}, auc, FitOptions{})
	if err == nil || !strings.Contains(err.Error(), "fold 1 of 6: roc_auc") || !strings.Contains(err.Error(), "class 9 has no row") {
		t.Errorf("error %v", err)
	}
}

func TestScorersOnBinary(t *testing.T) {
	X, y := blobs(200, 3, 2, 2, 6)
	m := fitLogistic(t, LogisticRegression{}, X, y, FitOptions{})
	for _, name := range ScorerNames() {
		s, err := ScorerByName(name)
		if err != nil {
			t.Fatal(err)
		}
		v, err := Rate(context.Background(), s, m, X, y, Threads{})
		if err != nil || !isFinite(v) || s.Name() != name {
			t.Errorf("%s = %v, %v", name, v, err)
		}
		if strings.HasSuffix(name, "log_loss") != (v < 0) {
			t.Errorf("%s = %v has the wrong sign", name, v)
		}
	}
	_, err := ScorerByName("r2")
	if err == nil || !strings.Contains(err.Error(), `scoring="r2": must be one of accuracy, balanced_accuracy, f1, `) {
		t.Errorf("error %v", err)
	}
}

func TestScorersOnThreeClasses(t *testing.T) {
	X, y := blobs(200, 3, 3, 2, 6)
	m := fitLogistic(t, LogisticRegression{}, X, y, FitOptions{})
	for _, name := range ScorerNames() {
		s, err := ScorerByName(name)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Rate(context.Background(), s, m, X, y, Threads{})
		binary := slices.Contains([]string{"f1", "precision", "recall", "roc_auc"}, name)
		if (err != nil) != binary {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// failing refuses every fit.
type failing struct{ LogisticRegression }

var errRefused = errors.New("refused")

func (failing) Fit(context.Context, *Matrix, *Labels, FitOptions) (Classifier, error) {
	return nil, errRefused
}

// oneFold is a splitter of the caller's.
type oneFold struct{ fold Fold }

func (o oneFold) Split(int, *Labels) ([]Fold, []string, error) { return []Fold{o.fold}, nil, nil }

func TestCrossValScoreRefuses(t *testing.T) {
	X, y := blobs(20, 2, 2, 1, 1)
	ctx := context.Background()
	_, err := CrossValScore(ctx, failing{}, X, y, KFold{}, accuracyScorer(t), FitOptions{})
	if !errors.Is(err, errRefused) || !strings.HasPrefix(err.Error(), "fold 1 of 5: ") {
		t.Errorf("error %v", err)
	}
	for want, fold := range map[string]Fold{
		"fold 0 has 0 rows for training": {nil, []int{1}},
		"fold 0 has row 20 of 20":        {[]int{1, 2}, []int{20}},
	} {
		_, err := CrossValScore(ctx, LogisticRegression{}, X, y, oneFold{fold}, accuracyScorer(t), FitOptions{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
	if _, err := CrossValScore(ctx, LogisticRegression{}, X, y.Take([]int{1}), KFold{}, accuracyScorer(t), FitOptions{}); err == nil {
		t.Error("one label for 20 rows: no error")
	}
}

func TestCrossValScoreCancels(t *testing.T) {
	defer goleak.VerifyNone(t)
	X, y := blobs(100, 2, 2, 1, 1)
	ctx, cancel := context.WithCancel(context.Background())
	_, err := CrossValScore(ctx, LogisticRegression{}, X, y, KFold{NSplits: 20}, accuracyScorer(t),
		FitOptions{Threads: Threads{Max: 2}, Progress: func(done, total int, loss float64) {
			if total != 20 || !math.IsNaN(loss) {
				t.Errorf("progress %d of %d, loss %v", done, total, loss)
			}
			cancel()
		}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

func TestCrossValScoreCarriesWarnings(t *testing.T) {
	X, y := blobs(40, 2, 2, 1, 1)
	y.Codes = make([]int, 40)
	y.Codes[3], y.Codes[30] = 1, 1
	c, err := CrossValScore(context.Background(), LogisticRegression{MaxIter: 1}, X, y, StratifiedKFold{NSplits: 3}, accuracyScorer(t), FitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(c.Warnings, "\n")
	if !strings.Contains(all, "has only 2 rows") || !strings.Contains(all, "no convergence") {
		t.Errorf("warnings %q", c.Warnings)
	}
}
