package train

import (
	"cmp"
	"fmt"
	"slices"
)

// An ROC is a receiver operating characteristic: the rates of false and true
// positives when everything that scores at least the threshold is taken for
// positive. It starts at (0, 0) with a threshold above every score.
type ROC struct{ FPR, TPR, Thresholds []float64 }

// ROCCurve is scikit-learn 1.2's roc_curve with drop_intermediate: points on a
// straight line between their neighbours are left out, and the first threshold
// is the greatest score plus 1. score belongs to the class pos of yTrue; nil
// means the greatest class.
func ROCCurve(yTrue *Labels, score []float64, pos any) (*ROC, error) {
	positive, err := positives("roc_curve", yTrue, score, pos)
	if err != nil {
		return nil, err
	}
	fps, tps, thresholds := steps(positive, score)
	c := &ROC{FPR: []float64{0}, TPR: []float64{0}, Thresholds: []float64{thresholds[0] + 1}}
	last := len(fps) - 1
	for i := range fps {
		if i > 0 && i < last &&
			fps[i+1]-2*fps[i]+fps[i-1] == 0 && tps[i+1]-2*tps[i]+tps[i-1] == 0 {
			continue
		}
		c.FPR = append(c.FPR, fps[i]/fps[last])
		c.TPR = append(c.TPR, tps[i]/tps[last])
		c.Thresholds = append(c.Thresholds, thresholds[i])
	}
	return c, nil
}

// ROCAUC is the area under the ROC curve: the chance that a positive row scores
// higher than a negative one. pos is as in ROCCurve.
func ROCAUC(yTrue *Labels, score []float64, pos any) (float64, error) {
	positive, err := positives("roc_auc", yTrue, score, pos)
	if err != nil {
		return 0, err
	}
	return area(positive, score), nil
}

// ROCAUCMulti is roc_auc_score for the probabilities of several classes, column
// k of which belongs to classes[k]. multi is "ovr" (each class against the
// rest) or "ovo" (each pair of classes); average is "macro" or "weighted" (by
// rows). Every class must have a row in yTrue. Two classes give the binary area.
func ROCAUCMulti(yTrue *Labels, proba *Matrix, classes Classes, multi, average string) (float64, error) {
	const name = "roc_auc"
	codes, err := codesOver(name, yTrue, proba, classes)
	if err != nil {
		return 0, err
	}
	switch {
	case multi != "ovr" && multi != "ovo":
		return 0, &ParamError{name, "multi_class", multi, `"ovr" or "ovo"`}
	case average != "macro" && average != "weighted":
		return 0, &ParamError{name, "average", average, `"macro" or "weighted"`}
	}
	y := &Labels{Name: yTrue.Name, Classes: classes, Codes: codes}
	if err := checkClasses(name, y); err != nil {
		return 0, err
	}
	switch {
	case len(classes) == 2:
		return ROCAUC(y, proba.Column(1), classes[1])
	case multi == "ovo":
		return aucPairs(y, proba, average), nil
	}
	return aucRest(y, proba, average), nil
}

func aucRest(y *Labels, proba *Matrix, average string) float64 {
	sum, weights := 0.0, 0.0
	for k, n := range y.Counts() {
		w := 1.0
		if average == "weighted" {
			w = float64(n)
		}
		positive := make([]bool, y.Len())
		for i, c := range y.Codes {
			positive[i] = c == k
		}
		sum += w * area(positive, proba.Column(k))
		weights += w
	}
	return sum / weights
}

func aucPairs(y *Labels, proba *Matrix, average string) float64 {
	sum, weights := 0.0, 0.0
	for a := range y.Classes {
		for b := a + 1; b < len(y.Classes); b++ {
			var isA, isB []bool
			var scoreA, scoreB []float64
			for i, c := range y.Codes {
				if c == a || c == b {
					isA, isB = append(isA, c == a), append(isB, c == b)
					scoreA, scoreB = append(scoreA, proba.At(i, a)), append(scoreB, proba.At(i, b))
				}
			}
			w := 1.0
			if average == "weighted" {
				w = float64(len(isA))
			}
			sum += w * (area(isA, scoreA) + area(isB, scoreB)) / 2
			weights += w
		}
	}
	return sum / weights
}

// positives says which rows are of class pos, and refuses one-sided truth.
func positives(name string, y *Labels, score []float64, pos any) ([]bool, error) {
	if err := checkLabels(name, y); err != nil {
		return nil, err
	}
	if y.Len() != len(score) {
		return nil, inputError(name, "score the same rows", "%d labels but %d scores", y.Len(), len(score))
	}
	for i, s := range score {
		if !isFinite(s) {
			return nil, &InputError{Estimator: name, Row: i, Msg: fmt.Sprintf("the score is %v", s)}
		}
	}
	y, _ = y.Present()
	if len(y.Classes) != 2 {
		return nil, inputError(name, "it compares two classes; for more use one-vs-rest probabilities",
			"y has %d classes (%s)", len(y.Classes), formatClasses(y.Classes))
	}
	k := 1
	if pos != nil {
		if k = y.Classes.Index(pos); k < 0 {
			return nil, &ParamError{name, "pos_label", pos, "one of the classes " + formatClasses(y.Classes)}
		}
	}
	out := make([]bool, y.Len())
	for i, c := range y.Codes {
		out[i] = c == k
	}
	return out, nil
}

// steps counts false and true positives at each distinct score, from the top.
func steps(positive []bool, score []float64) (fps, tps, thresholds []float64) {
	order := upToN(len(score))
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(score[b], score[a]) })
	var fp, tp float64
	for i, row := range order {
		if positive[row] {
			tp++
		} else {
			fp++
		}
		if i+1 == len(order) || score[order[i+1]] != score[row] {
			fps, tps, thresholds = append(fps, fp), append(tps, tp), append(thresholds, score[row])
		}
	}
	return fps, tps, thresholds
}

// area is the area under the ROC curve by trapezoids; there must be rows of
// both kinds.
func area(positive []bool, score []float64) float64 {
	fps, tps, _ := steps(positive, score)
	var sum, fp, tp float64
	for i := range fps {
		sum += (fps[i] - fp) * (tps[i] + tp) / 2
		fp, tp = fps[i], tps[i]
	}
	return sum / (fp * tp)
}
