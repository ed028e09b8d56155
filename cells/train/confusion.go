package train

import "math"

// A Confusion counts rows by true class (Matrix row) and predicted class
// (Matrix column), or shares of rows when it was normalised.
type Confusion struct {
	Classes Classes
	Matrix  [][]float64
}

// ConfusionMatrix is scikit-learn's confusion_matrix. normalize is "" or "none"
// for counts, "true" to make each row sum to 1, "pred" each column, "all" the
// whole. A sum of 0 stays 0.
func ConfusionMatrix(yTrue, yPred *Labels, normalize string) (*Confusion, error) {
	t, err := newTable(yTrue, yPred)
	if err != nil {
		return nil, err
	}
	var by func(i, j int) float64
	switch normalize {
	case "", "none":
		by = func(_, _ int) float64 { return 1 }
	case "true":
		by = func(i, _ int) float64 { return t.rows[i] }
	case "pred":
		by = func(_, j int) float64 { return t.cols[j] }
	case "all":
		by = func(_, _ int) float64 { return t.n }
	default:
		return nil, &ParamError{"confusion_matrix", "normalize", normalize, `"none", "true", "pred" or "all"`}
	}
	for i, row := range t.counts {
		for j := range row {
			row[j] = ratio(row[j], by(i, j))
		}
	}
	return &Confusion{t.classes, t.counts}, nil
}

// A table is a confusion matrix of counts with its sums, from which most
// metrics follow.
type table struct {
	classes    Classes
	counts     [][]float64
	rows, cols []float64 // rows: of the true classes; cols: of the predicted
	hits, n    float64
}

func newTable(yTrue, yPred *Labels) (*table, error) {
	a, b, err := Align(yTrue, yPred)
	if err != nil {
		return nil, err
	}
	k := len(a.Classes)
	t := &table{classes: a.Classes, counts: make([][]float64, k), rows: make([]float64, k), cols: make([]float64, k), n: float64(a.Len())}
	for i := range t.counts {
		t.counts[i] = make([]float64, k)
	}
	for i, c := range a.Codes {
		p := b.Codes[i]
		t.counts[c][p]++
		t.rows[c]++
		t.cols[p]++
		t.hits += float64(boolInt(c == p))
	}
	return t, nil
}

// ratio is a/b, and 0 where b is 0.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// Accuracy is the share of rows whose class was predicted.
func Accuracy(yTrue, yPred *Labels) (float64, error) {
	t, err := newTable(yTrue, yPred)
	if err != nil {
		return 0, err
	}
	return t.hits / t.n, nil
}

// BalancedAccuracy is the mean recall of the classes in yTrue.
func BalancedAccuracy(yTrue, yPred *Labels) (float64, error) {
	t, err := newTable(yTrue, yPred)
	if err != nil {
		return 0, err
	}
	sum, classes := 0.0, 0.0
	for k, n := range t.rows {
		if n > 0 {
			sum += t.counts[k][k] / n
			classes++
		}
	}
	return sum / classes, nil
}

// CohenKappa is the agreement beyond what chance would give, 1 at best. It is
// NaN when both lists hold one and the same class only.
func CohenKappa(yTrue, yPred *Labels) (float64, error) {
	t, err := newTable(yTrue, yPred)
	if err != nil {
		return 0, err
	}
	chance := 0.0
	for k, n := range t.rows {
		chance += n * t.cols[k] / t.n
	}
	return 1 - (t.n-t.hits)/(t.n-chance), nil
}

// MatthewsCorrcoef is the correlation of truth and prediction, -1 to 1, and 0
// when one of them is of one class only.
func MatthewsCorrcoef(yTrue, yPred *Labels) (float64, error) {
	t, err := newTable(yTrue, yPred)
	if err != nil {
		return 0, err
	}
	var both, trues, preds float64
	for k, n := range t.rows {
		both += n * t.cols[k]
		trues += n * n
		preds += t.cols[k] * t.cols[k]
	}
	n2 := t.n * t.n
	return ratio(t.hits*t.n-both, math.Sqrt((n2-trues)*(n2-preds))), nil
}
