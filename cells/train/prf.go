package train

import (
	"fmt"
	"strings"
)

// Scores are precision, recall and F1, and the number of true rows they are about.
type Scores struct {
	Precision, Recall, F1 float64
	Support               int
}

// ClassScores are the Scores of each class. Where nothing was predicted
// (precision) or nothing is true (recall) the value is 0, and a warning names
// the classes.
type ClassScores struct {
	Classes  Classes
	PerClass []Scores
	// Accuracy is the share of rows whose class was predicted.
	Accuracy float64
	Warnings []string
}

// PrecisionRecallFScore is scikit-learn's precision_recall_fscore_support for
// each class that has a row in yTrue or yPred. Average and Binary sum it up.
func PrecisionRecallFScore(yTrue, yPred *Labels) (*ClassScores, error) {
	t, err := newTable(yTrue, yPred)
	if err != nil {
		return nil, err
	}
	out := &ClassScores{Classes: t.classes, Accuracy: t.hits / t.n}
	var noPred, noTrue []string
	for k, c := range t.classes {
		hits := t.counts[k][k]
		out.PerClass = append(out.PerClass, scores(hits, t.cols[k], t.rows[k]))
		if t.cols[k] == 0 {
			noPred = append(noPred, formatClass(c))
		}
		if t.rows[k] == 0 {
			noTrue = append(noTrue, formatClass(c))
		}
	}
	if noPred != nil {
		out.Warnings = append(out.Warnings, fmt.Sprintf("precision is set to 0 for classes that were never predicted: %s", strings.Join(noPred, ", ")))
	}
	if noTrue != nil {
		out.Warnings = append(out.Warnings, fmt.Sprintf("recall is set to 0 for classes without a true row: %s", strings.Join(noTrue, ", ")))
	}
	return out, nil
}

func scores(hits, predicted, actual float64) Scores {
	s := Scores{Precision: ratio(hits, predicted), Recall: ratio(hits, actual), Support: int(actual)}
	s.F1 = ratio(2*s.Precision*s.Recall, s.Precision+s.Recall)
	return s
}

// Average sums up the classes: "macro" is their plain mean, "weighted" the mean
// by support, "micro" counts all rows alike (all three then are the accuracy).
func (c *ClassScores) Average(average string) (Scores, error) {
	total := 0
	for _, s := range c.PerClass {
		total += s.Support
	}
	out := Scores{Support: total}
	for _, s := range c.PerClass {
		var w float64
		switch average {
		case "micro":
			return Scores{c.Accuracy, c.Accuracy, c.Accuracy, total}, nil
		case "macro":
			w = 1 / float64(len(c.PerClass))
		case "weighted":
			w = ratio(float64(s.Support), float64(total))
		default:
			return Scores{}, &ParamError{"precision_recall_fscore", "average", average, `"macro", "micro" or "weighted"`}
		}
		out.Precision += w * s.Precision
		out.Recall += w * s.Recall
		out.F1 += w * s.F1
	}
	return out, nil
}

// Binary is the scores of the class pos, which must be one of at most two.
func (c *ClassScores) Binary(pos any) (Scores, error) {
	if len(c.Classes) > 2 {
		return Scores{}, &ParamError{"precision_recall_fscore", "average", "binary",
			fmt.Sprintf(`"macro", "micro" or "weighted", as there are %d classes`, len(c.Classes))}
	}
	k := c.Classes.Index(pos)
	if k < 0 {
		return Scores{}, &ParamError{"precision_recall_fscore", "pos_label", pos, "one of the classes " + formatClasses(c.Classes)}
	}
	return c.PerClass[k], nil
}

func formatClasses(c Classes) string {
	names := make([]string, len(c))
	for k, v := range c {
		names[k] = formatClass(v)
	}
	return strings.Join(names, ", ")
}
