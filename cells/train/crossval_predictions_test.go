package train

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Scores of the predictions are those of CrossValScore, for folds that lack a
// class, too.
func TestCrossValPredictions(t *testing.T) {
	X := NewMatrix(12, 1, []string{"x"})
	values := make([]any, X.Rows)
	for i := range X.Rows {
		X.Data[i] = float64(i)
		values[i] = i / 5
	}
	y, err := NewLabels("y", values)
	if err != nil {
		t.Fatal(err)
	}
	e := DecisionTreeClassifier{}
	for _, s := range []Splitter{KFold{NSplits: 4}, StratifiedKFold{NSplits: 2}} {
		scorer, err := ScorerByName("accuracy")
		if err != nil {
			t.Fatal(err)
		}
		want, err := CrossValScore(t.Context(), e, X, y, s, scorer, FitOptions{Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		predictions, warnings, err := CrossValPredictions(t.Context(), e, X, y, s, FitOptions{Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		var got []float64
		for _, p := range predictions {
			accuracy, err := Accuracy(p.True, p.Predicted)
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Test) != p.True.Len() || p.True.Len() != p.Predicted.Len() {
				t.Errorf("%d rows, %d labels, %d predictions", len(p.Test), p.True.Len(), p.Predicted.Len())
			}
			got = append(got, accuracy)
		}
		if diff := cmp.Diff(want.Scores, got); diff != "" {
			t.Errorf("%T (-want +got):\n%s", s, diff)
		}
		if diff := cmp.Diff(want.Warnings, warnings); diff != "" {
			t.Errorf("%T: warnings (-want +got):\n%s", s, diff)
		}
	}
	bad := LogisticRegression{C: -1}
	_, _, err = CrossValPredictions(t.Context(), bad, X, y, KFold{NSplits: 3}, FitOptions{})
	if err == nil || !strings.HasPrefix(err.Error(), "fold 1 of 3: LogisticRegression: C=-1") {
		t.Errorf("got %v, want the error of the first fold", err)
	}
}
