package plot

import (
	"cmp"
	"slices"
)

// ranked is the counts of true and false positives when the k highest scores are called positive, at each k where the
// score changes.
type ranked struct {
	tp, fp               []float64
	positives, negatives float64
}

// rank sorts the scores. It needs at least one positive and one negative.
func rank(kind string, truth []bool, score []float64) (ranked, error) {
	c := &checker{kind: kind}
	c.numbers("score", score)
	c.sameLen("score", len(score), "truth", len(truth))
	for i, v := range score {
		if v != v {
			c.fail("score", "the value at index %d is missing (NaN)", i)
		}
	}
	var r ranked
	for _, positive := range truth {
		if positive {
			r.positives++
		} else {
			r.negatives++
		}
	}
	if r.positives == 0 || r.negatives == 0 {
		c.fail("truth", "has only one class; the curve needs both")
	}
	if c.err != nil {
		return r, c.err
	}
	order := make([]int, len(score))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(score[b], score[a]) })
	tp, fp := 0.0, 0.0
	for k, i := range order {
		if truth[i] {
			tp++
		} else {
			fp++
		}
		if k == len(order)-1 || score[order[k+1]] != score[i] {
			r.tp, r.fp = append(r.tp, tp), append(r.fp, fp)
		}
	}
	return r, nil
}

// ROCPoints computes the ROC curve of scores that are higher for positives: false and true positive rates from (0, 0) to
// (1, 1), one point for each different score, less those on a straight line.
func ROCPoints(truth []bool, score []float64) (fpr, tpr []float64, err error) {
	r, err := rank("roc_curve", truth, score)
	if err != nil {
		return nil, nil, err
	}
	fpr, tpr = []float64{0}, []float64{0}
	for i := range r.tp {
		if i > 0 && i < len(r.tp)-1 && straight(r, i) {
			continue
		}
		fpr, tpr = append(fpr, r.fp[i]/r.negatives), append(tpr, r.tp[i]/r.positives)
	}
	return fpr, tpr, nil
}

// straight reports that point i lies on the line between its neighbours and has no corner.
func straight(r ranked, i int) bool {
	return r.fp[i+1]-2*r.fp[i]+r.fp[i-1] == 0 && r.tp[i+1]-2*r.tp[i]+r.tp[i-1] == 0
}

// PRPoints computes the precision-recall curve of scores that are higher for positives, by growing recall, starting at
// recall 0 with precision 1 as scikit-learn does.
func PRPoints(truth []bool, score []float64) (recall, precision []float64, err error) {
	r, err := rank("pr_curve", truth, score)
	if err != nil {
		return nil, nil, err
	}
	recall, precision = []float64{0}, []float64{1}
	for i := range r.tp {
		recall = append(recall, r.tp[i]/r.positives)
		precision = append(precision, r.tp[i]/(r.tp[i]+r.fp[i]))
		if r.tp[i] == r.positives { // all found: lower thresholds only lose precision
			break
		}
	}
	return recall, precision, nil
}

// CalibrationPoints sorts predictions into equal bins of the predicted probability, 10 if bins is 0, and returns the mean
// prediction and the share of positives of each bin that is not empty.
func CalibrationPoints(truth []bool, probability []float64, bins int) (predicted, observed []float64, err error) {
	c := &checker{kind: "calibration"}
	c.numbers("probability", probability)
	c.sameLen("probability", len(probability), "truth", len(truth))
	c.within("probability", probability, 0, 1)
	if bins < 0 || bins > maxBins {
		c.fail("bins", "%d is outside 0 to %d", bins, maxBins)
	}
	for i, v := range probability {
		if !isFinite(v) {
			c.fail("probability", "the value at index %d is missing (NaN or infinite)", i)
		}
	}
	if c.err != nil {
		return nil, nil, c.err
	}
	bins = cmp.Or(bins, 10)
	n, sum, positives := make([]float64, bins), make([]float64, bins), make([]float64, bins)
	for i, v := range probability {
		k := min(bins-1, int(v*float64(bins)))
		n[k]++
		sum[k] += v
		if truth[i] {
			positives[k]++
		}
	}
	for k := range n {
		if n[k] > 0 {
			predicted, observed = append(predicted, sum[k]/n[k]), append(observed, positives[k]/n[k])
		}
	}
	return predicted, observed, nil
}
