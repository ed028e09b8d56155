package builtin

import (
	"context"
	"fmt"
	"html"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/train"
)

// A Report is a classification report: a table that can be read like a dict of
// dicts, as scikit-learn's with output_dict.
type Report struct {
	report *train.Report
	digits int
}

var (
	_ starlark.IterableMapping = (*Report)(nil)
	_ starlark.Sequence        = (*Report)(nil)
	_ Renderer                 = (*Report)(nil)
)

func classificationReport(c *call) (starlark.Value, error) {
	var yTrue, yPred starlark.Value
	digits := 2
	if err := c.unpack("y_true", &yTrue, "y_pred", &yPred, "digits?", &digits); err != nil {
		return nil, err
	}
	if digits < 0 || digits > 17 {
		return nil, fmt.Errorf("%s: digits=%d: must be 0 to 17", c.fn.name, digits)
	}
	truth, predicted, err := c.labelPair(yTrue, yPred)
	if err != nil {
		return nil, err
	}
	report, err := train.ClassificationReport(truth, predicted)
	if err != nil {
		return nil, hinted(err)
	}
	if err := warnOnce(c, report.Warnings); err != nil {
		return nil, err
	}
	return &Report{report, digits}, nil
}

// String is the table that scikit-learn prints.
func (r *Report) String() string { return r.report.Text(r.digits) }

// Type is "report".
func (r *Report) Type() string { return "report" }

// Freeze does nothing: nothing changes a report.
func (r *Report) Freeze() {}

// Truth is always true.
func (r *Report) Truth() starlark.Bool { return true }

// Hash refuses.
func (r *Report) Hash() (uint32, error) { return unhashable(r, "use one of its numbers") }

const (
	accuracyKey = "accuracy"
	macroKey    = "macro avg"
	weightedKey = "weighted avg"
)

// keys are the labels and the names of the averages.
func (r *Report) keys() []string {
	var out []string
	for _, row := range r.report.Rows {
		out = append(out, row.Label)
	}
	return append(out, accuracyKey, macroKey, weightedKey)
}

// Get is the scores of a class, of an average, or the accuracy.
func (r *Report) Get(key starlark.Value) (starlark.Value, bool, error) {
	name := text(key)
	for _, row := range r.report.Rows {
		if row.Label == name {
			return scoresDict(row.Scores), true, nil
		}
	}
	switch name {
	case accuracyKey:
		return starlark.Float(r.report.Accuracy), true, nil
	case macroKey:
		return scoresDict(r.report.Macro), true, nil
	case weightedKey:
		return scoresDict(r.report.Weighted), true, nil
	}
	return nil, false, lang.WithHint("it has "+strings.Join(r.keys(), ", "), "the report has no row %s", key)
}

func scoresDict(s train.Scores) *starlark.Dict {
	d := starlark.NewDict(4)
	for _, item := range []struct {
		name  string
		value starlark.Value
	}{
		{"precision", starlark.Float(s.Precision)}, {"recall", starlark.Float(s.Recall)},
		{"f1-score", starlark.Float(s.F1)}, {"support", starlark.MakeInt(s.Support)},
	} {
		// A new dict takes every string as a key.
		_ = d.SetKey(starlark.String(item.name), item.value)
	}
	return d
}

// Len is the number of keys.
func (r *Report) Len() int { return len(r.report.Rows) + 3 }

// Iterate goes through the keys.
func (r *Report) Iterate() starlark.Iterator { return stringList(r.keys()).Iterate() }

// Items are the keys and values.
func (r *Report) Items() []starlark.Tuple {
	var out []starlark.Tuple
	for _, key := range r.keys() {
		v, _, err := r.Get(starlark.String(key))
		if err == nil {
			out = append(out, starlark.Tuple{starlark.String(key), v})
		}
	}
	return out
}

// Render gives the table as text and as HTML.
func (r *Report) Render(context.Context) (map[string][]byte, error) {
	var b strings.Builder
	b.WriteString("<table class=\"wnb-frame wnb-report\">\n<thead><tr><th></th><th>precision</th><th>recall</th><th>f1-score</th><th>support</th></tr></thead>\n<tbody>\n")
	line := func(label string, s train.Scores) {
		fmt.Fprintf(&b, `<tr><th scope="row">%s</th>`, html.EscapeString(label))
		for _, x := range []float64{s.Precision, s.Recall, s.F1} {
			fmt.Fprintf(&b, `<td class="num">%.*f</td>`, r.digits, x)
		}
		fmt.Fprintf(&b, "<td class=\"num\">%d</td></tr>\n", s.Support)
	}
	for _, row := range r.report.Rows {
		line(row.Label, row.Scores)
	}
	fmt.Fprintf(&b, "</tbody>\n<tbody>\n<tr><th scope=\"row\">%s</th><td></td><td></td><td class=\"num\">%.*f</td><td class=\"num\">%d</td></tr>\n",
		accuracyKey, r.digits, r.report.Accuracy, r.report.Macro.Support)
	line(macroKey, r.report.Macro)
	line(weightedKey, r.report.Weighted)
	b.WriteString("</tbody>\n</table>")
	return map[string][]byte{"text/plain": []byte(r.String()), "text/html": []byte(b.String())}, nil
}
