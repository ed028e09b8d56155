package builtin

import (
	"fmt"
	"strconv"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/train"
)

// probabilities are an argument that holds a probability per class: the frame
// that predict_proba gives, or the probability of the greater of two classes.
func (c *call) probabilities(name string, y *train.Labels, v starlark.Value) (*train.Matrix, train.Classes, error) {
	f, ok := v.(*Frame)
	if !ok {
		return c.binaryProbabilities(name, y, v)
	}
	m, err := matrixOf(f.frame)
	if err != nil {
		return nil, nil, err
	}
	classes := make(train.Classes, m.Cols)
	for j, column := range m.Names {
		class, ok := classNamed(y.Classes, column)
		if !ok {
			return nil, nil, lang.WithHint("give the frame that predict_proba gave: its columns have the names of classes",
				"%s: the column %q of %s is not a class as %s is (%s)", c.fn.name, column, name, labelName(y), strings.Join(classNames(y.Classes), ", "))
		}
		classes[j] = class
	}
	return m, classes, nil
}

func labelName(y *train.Labels) string {
	if y.Name == "" {
		return "y_true"
	}
	return y.Name
}

// classNamed is the class that className would give that name, of the type of
// the classes; it need not be one of them.
func classNamed(classes train.Classes, name string) (any, bool) {
	for _, class := range classes {
		if className(class) == name {
			return class, true
		}
	}
	if len(classes) == 0 {
		return nil, false
	}
	switch classes[0].(type) {
	case int64:
		i, err := strconv.ParseInt(name, 10, 64)
		return i, err == nil
	case float64:
		f, err := strconv.ParseFloat(name, 64)
		return f, err == nil
	case bool:
		return name == "True", name == "True" || name == "False"
	}
	return name, true
}

func (c *call) binaryProbabilities(name string, y *train.Labels, v starlark.Value) (*train.Matrix, train.Classes, error) {
	if len(y.Classes) != 2 {
		return nil, nil, lang.WithHint("give the frame that predict_proba gave", "%s: one probability per row is for two classes, and %s has %d (%s)",
			c.fn.name, labelName(y), len(y.Classes), strings.Join(classNames(y.Classes), ", "))
	}
	p, err := c.numbersArgument(name, v)
	if err != nil {
		return nil, nil, err
	}
	m := train.NewMatrix(len(p), 2, nil)
	for i, x := range p {
		if x < 0 || x > 1 {
			return nil, nil, fmt.Errorf("%s: row %d of %s is %v, which is not a probability", c.fn.name, i, name, x)
		}
		m.Data[2*i], m.Data[2*i+1] = 1-x, x
	}
	return m, y.Classes, nil
}

func logLoss(c *call) (starlark.Value, error) {
	var yTrue, yProba starlark.Value
	if err := c.unpack("y_true", &yTrue, "y_proba", &yProba); err != nil {
		return nil, err
	}
	y, err := c.labelsArgument("y_true", yTrue)
	if err != nil {
		return nil, err
	}
	proba, classes, err := c.probabilities("y_proba", y, yProba)
	if err != nil {
		return nil, err
	}
	loss, err := train.LogLoss(y, proba, classes)
	if err != nil {
		return nil, hinted(err)
	}
	return starlark.Float(loss), nil
}

func rocAUC(c *call) (starlark.Value, error) {
	var yTrue, yScore starlark.Value
	multi, average := "ovr", "macro"
	if err := c.unpack("y_true", &yTrue, "y_score", &yScore, "multi_class?", &multi, "average?", &average); err != nil {
		return nil, err
	}
	y, err := c.labelsArgument("y_true", yTrue)
	if err != nil {
		return nil, err
	}
	var area float64
	if _, ok := yScore.(*Frame); ok {
		var proba *train.Matrix
		var classes train.Classes
		if proba, classes, err = c.probabilities("y_score", y, yScore); err == nil {
			area, err = train.ROCAUCMulti(y, proba, classes, multi, average)
		}
	} else {
		var score []float64
		if score, err = c.numbersArgument("y_score", yScore); err == nil {
			area, err = train.ROCAUC(y, score, nil)
		}
	}
	if err != nil {
		return nil, hinted(err)
	}
	return starlark.Float(area), nil
}

func rocCurveFrame(c *call) (starlark.Value, error) {
	var yTrue, yScore starlark.Value
	var pos starlark.Value = starlark.None
	if err := c.unpack("y_true", &yTrue, "y_score", &yScore, "pos_label?", &pos); err != nil {
		return nil, err
	}
	y, err := c.labelsArgument("y_true", yTrue)
	if err != nil {
		return nil, err
	}
	score, err := c.numbersArgument("y_score", yScore)
	if err != nil {
		return nil, err
	}
	class, err := scalarOf(pos)
	if err != nil {
		return nil, fmt.Errorf("%s: pos_label: %w", c.fn.name, err)
	}
	roc, err := train.ROCCurve(y, score, class)
	if err != nil {
		return nil, hinted(err)
	}
	return frameValue(frame.New(frame.NewFloat64("fpr", roc.FPR), frame.NewFloat64("tpr", roc.TPR), frame.NewFloat64("threshold", roc.Thresholds)))
}
