package train

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// A Report is scikit-learn's classification_report: a row per class and the
// averages.
type Report struct {
	Rows            []ReportRow
	Accuracy        float64
	Macro, Weighted Scores
	Warnings        []string
}

// A ReportRow is one class of a Report.
type ReportRow struct {
	Label string
	Scores
}

// ClassificationReport compares predictions with the truth.
func ClassificationReport(yTrue, yPred *Labels) (*Report, error) {
	c, err := PrecisionRecallFScore(yTrue, yPred)
	if err != nil {
		return nil, err
	}
	r := &Report{Accuracy: c.Accuracy, Warnings: c.Warnings}
	if r.Macro, err = c.Average("macro"); err != nil {
		return nil, err
	}
	if r.Weighted, err = c.Average("weighted"); err != nil {
		return nil, err
	}
	for k, s := range c.PerClass {
		r.Rows = append(r.Rows, ReportRow{formatClass(c.Classes[k]), s})
	}
	return r, nil
}

// Text is the table that scikit-learn prints, with the given number of digits
// after the point; 2 is usual, and also what a negative number gives.
func (r *Report) Text(digits int) string {
	if digits < 0 {
		digits = 2
	}
	width := max(len("weighted avg"), digits)
	for _, row := range r.Rows {
		width = max(width, utf8.RuneCountInString(row.Label))
	}
	var b strings.Builder
	line := func(label string, s Scores) {
		fmt.Fprintf(&b, "%*s  %9.*f %9.*f %9.*f %9d\n", width, label, digits, s.Precision, digits, s.Recall, digits, s.F1, s.Support)
	}
	fmt.Fprintf(&b, "%*s  %9s %9s %9s %9s\n\n", width, "", "precision", "recall", "f1-score", "support")
	for _, row := range r.Rows {
		line(row.Label, row.Scores)
	}
	fmt.Fprintf(&b, "\n%*s  %9s %9s %9.*f %9d\n", width, "accuracy", "", "", digits, r.Accuracy, r.Macro.Support)
	line("macro avg", r.Macro)
	line("weighted avg", r.Weighted)
	return b.String()
}
