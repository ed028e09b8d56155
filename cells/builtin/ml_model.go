package builtin

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/train"
	"github.com/wnb-dev/wnb/cells/value"
)

// A Model is a fitted estimator. It is immutable.
type Model struct {
	fitted    train.Classifier
	estimator *Estimator // nil for a model that was loaded
	rows      int        // that it was trained on; 0 for a model that was loaded
	target    string     // the column of the labels, "" if that is not known
	memo      value.Memo
}

var (
	_ starlark.HasAttrs = (*Model)(nil)
	_ Renderer          = (*Model)(nil)
)

// Classifier is the model itself.
func (m *Model) Classifier() train.Classifier { return m.fitted }

// String is one line.
func (m *Model) String() string {
	return fmt.Sprintf("<model %s, %d features, %d classes>", m.title(), len(m.fitted.FeatureNames()), len(m.fitted.Classes()))
}

func (m *Model) title() string {
	if m.estimator != nil {
		return m.estimator.String()
	}
	return m.fitted.Name()
}

// Type is "model".
func (m *Model) Type() string { return "model" }

// Freeze does nothing: nothing changes a model.
func (m *Model) Freeze() {}

// Truth is always true.
func (m *Model) Truth() starlark.Bool { return true }

// Hash refuses.
func (m *Model) Hash() (uint32, error) {
	return unhashable(m, "use a name as the key and the model as the value")
}

// Render shows what the model is and what it was trained on.
func (m *Model) Render(context.Context) (map[string][]byte, error) {
	var plain, rich strings.Builder
	fmt.Fprintf(&plain, "%s, fitted\n", m.title())
	fmt.Fprintf(&rich, "<table class=\"wnb-model\"><caption><code>%s</code>, fitted</caption>\n", html.EscapeString(m.title()))
	for _, row := range m.card() {
		fmt.Fprintf(&plain, "  %-10s  %s\n", row[0], row[1])
		fmt.Fprintf(&rich, "<tr><th>%s</th><td>%s</td></tr>\n", row[0], html.EscapeString(row[1]))
	}
	rich.WriteString("</table>")
	return map[string][]byte{"text/plain": []byte(plain.String()), "text/html": []byte(rich.String())}, nil
}

func (m *Model) card() [][2]string {
	var out [][2]string
	if m.rows > 0 {
		out = append(out, [2]string{"trained on", fmt.Sprintf("%d rows × %d features", m.rows, len(m.fitted.FeatureNames()))})
	}
	out = append(out, [2]string{"features", shortList(m.fitted.FeatureNames())})
	classes := shortList(classNames(m.fitted.Classes()))
	if m.target != "" {
		classes += " (" + m.target + ")"
	}
	return append(out, [2]string{"classes", classes})
}

// final is the model at the end of a pipeline, or the model itself.
func (m *Model) final() train.Classifier {
	fitted := m.fitted
	for {
		p, ok := fitted.(interface {
			FinalStep() (string, train.Classifier)
		})
		if !ok {
			return fitted
		}
		_, fitted = p.FinalStep()
	}
}

var modelMethods = newMethods("model",
	method[*Model]{"predict", "X", "The class of each row of X as a series named prediction, with the type of the labels. Columns are found by name; more columns do no harm.",
		"model.predict(wine[features])", predict},
	method[*Model]{"predict_proba", "X", "The probability of each class for each row of X: a frame with one column per class.",
		"model.predict_proba(wine[features])", predictProba},
	method[*Model]{"score", "X, y", "The accuracy of the predictions for X, whose labels are y.",
		`model.score(wine[features], wine["cultivar"])`, scoreModel},
	method[*Model]{"save", "path", "Writes the model to a file that ml.load_model reads. The path is relative to the notebook's folder.",
		`model.save("model.wnbm")`, saveModel},
)

// matrix is X as the model was trained: its columns, in its order.
func (m *Model) matrix(c *call, v starlark.Value) (*train.Matrix, error) {
	X, err := c.featuresOf(v)
	if err != nil {
		return nil, err
	}
	names := m.fitted.FeatureNames()
	if s, ok := v.(*Series); ok && len(names) == 1 {
		X, err = frame.New(s.series.Rename(names[0]))
	} else if names != nil {
		X, err = X.Select(names...)
	}
	if err != nil {
		return nil, lang.WithHint("give the columns that the model was trained on", "%s: %w", c.fn.name, err)
	}
	return matrixOf(X)
}

func (m *Model) labels(c *call, X starlark.Value) (*train.Labels, error) {
	matrix, err := m.matrix(c, X)
	if err != nil {
		return nil, err
	}
	codes, err := m.fitted.Predict(c.context(), matrix, c.threads())
	if err != nil {
		return nil, hinted(err)
	}
	return &train.Labels{Name: "prediction", Classes: m.fitted.Classes(), Codes: codes}, nil
}

func predict(m *Model, c *call) (starlark.Value, error) {
	var X starlark.Value
	if err := c.unpack("X", &X); err != nil {
		return nil, err
	}
	p, err := m.labels(c, X)
	if err != nil {
		return nil, err
	}
	return seriesValue(labelSeries(p.Name, p.Classes, p.Codes))
}

func predictProba(m *Model, c *call) (starlark.Value, error) {
	var X starlark.Value
	if err := c.unpack("X", &X); err != nil {
		return nil, err
	}
	matrix, err := m.matrix(c, X)
	if err != nil {
		return nil, err
	}
	proba, err := m.fitted.PredictProba(c.context(), matrix, c.threads())
	if err != nil {
		return nil, hinted(err)
	}
	return probaFrame(m.fitted.Classes(), proba)
}

func scoreModel(m *Model, c *call) (starlark.Value, error) {
	var X, y starlark.Value
	if err := c.unpack("X", &X, "y", &y); err != nil {
		return nil, err
	}
	truth, err := c.labelsArgument("y", y)
	if err != nil {
		return nil, err
	}
	predicted, err := m.labels(c, X)
	if err != nil {
		return nil, err
	}
	accuracy, err := train.Accuracy(truth, predicted)
	if err != nil {
		return nil, hinted(err)
	}
	return starlark.Float(accuracy), nil
}

func (m *Model) bytes() ([]byte, error) {
	var b bytes.Buffer
	if err := train.Save(&b, m.fitted); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func saveModel(m *Model, c *call) (starlark.Value, error) {
	var path string
	if err := c.unpack("path", &path); err != nil {
		return nil, err
	}
	if err := needPath(c, path, "model.wnbm"); err != nil {
		return nil, err
	}
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	content, err := m.bytes()
	if err != nil {
		return nil, err
	}
	return nil, h.WriteFile(c.context(), path, content)
}

func loadModel(c *call) (starlark.Value, error) {
	var path string
	if err := c.unpack("path", &path); err != nil {
		return nil, err
	}
	content, err := c.readFile(path, "model.wnbm")
	if err != nil {
		return nil, err
	}
	m, err := train.Load(bytes.NewReader(content))
	if err != nil {
		return nil, lang.WithHint("load a file that save or track.log_model wrote", "%s: %w", path, err)
	}
	return &Model{fitted: m}, nil
}
