package train

import (
	"fmt"
	"math"
)

// codesOver is the position in classes of each label, for probabilities of
// which each class has a column.
func codesOver(name string, y *Labels, proba *Matrix, classes Classes) ([]int, error) {
	if err := checkLabels(name, y); err != nil {
		return nil, err
	}
	if err := checkMatrix(name, proba); err != nil {
		return nil, err
	}
	switch {
	case proba.Cols != len(classes):
		return nil, inputError(name, "give one column per class", "%d columns of probabilities for %d classes", proba.Cols, len(classes))
	case proba.Rows != y.Len():
		return nil, inputError(name, "predict the same rows", "%d labels but %d rows of probabilities", y.Len(), proba.Rows)
	}
	for i := range proba.Rows {
		sum := 0.0
		for _, p := range proba.Row(i) {
			sum += p
		}
		if math.Abs(sum-1) > 1e-5 {
			return nil, &InputError{Estimator: name, Row: i, Msg: fmt.Sprintf("the probabilities sum to %g", sum), Hint: "give probabilities, not scores"}
		}
	}
	place := make([]int, len(y.Classes))
	for k, c := range y.Classes {
		place[k] = classes.Index(c)
	}
	codes := make([]int, y.Len())
	for i, c := range y.Codes {
		if codes[i] = place[c]; codes[i] < 0 {
			return nil, &InputError{Estimator: name, Column: y.Name, Row: i,
				Msg:  fmt.Sprintf("class %s has no column of probabilities", formatClass(y.Classes[c])),
				Hint: "train on rows of every class"}
		}
	}
	return codes, nil
}

// LogLoss is scikit-learn 1.2's log_loss: the mean of -log of the probability
// given to the true class, which is first clipped to [2⁻⁵², 1-2⁻⁵²] and divided
// by the sum of its row. Column k of proba belongs to classes[k].
func LogLoss(yTrue *Labels, proba *Matrix, classes Classes) (float64, error) {
	codes, err := codesOver("log_loss", yTrue, proba, classes)
	if err != nil {
		return 0, err
	}
	const eps = 0x1p-52
	clip := func(p float64) float64 { return min(max(p, eps), 1-eps) }
	sum := 0.0
	for i, c := range codes {
		total := 0.0
		for _, p := range proba.Row(i) {
			total += clip(p)
		}
		sum -= math.Log(clip(proba.At(i, c)) / total)
	}
	return sum / float64(len(codes)), nil
}
