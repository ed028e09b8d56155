package builtin

import (
	"fmt"
	"math"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/plot"
	"github.com/wnb-dev/wnb/cells/train"
)

// plottedLabels are the labels of an argument.
func (c *call) plottedLabels(what string, v starlark.Value) (*train.Labels, error) {
	s, err := c.plotted(what, starlark.None, v)
	if err != nil {
		return nil, err
	}
	return train.NewLabels(s.Name(), s.Values())
}

func plotConfusionMatrix(c *call) (starlark.Value, error) {
	var yTrue, yPred starlark.Value
	normalize := ""
	spec := plot.ConfusionMatrix{Options: plot.Options{Title: "Confusion matrix", XLabel: "predicted", YLabel: "true"}}
	if err := c.unpack(append([]any{"y_true", &yTrue, "y_pred", &yPred, "normalize??", &normalize}, sizeOptions(&spec.Options)...)...); err != nil {
		return nil, err
	}
	switch normalize {
	case "", "true":
		spec.Normalize = normalize == "true"
	default:
		return nil, lang.WithHint(`leave it out for counts, or write normalize="true" for shares of the true class`, "plot.confusion_matrix: normalize=%q is not known", normalize)
	}
	truth, err := c.plottedLabels("y_true", yTrue)
	if err != nil {
		return nil, err
	}
	predicted, err := c.plottedLabels("y_pred", yPred)
	if err != nil {
		return nil, err
	}
	confusion, err := train.ConfusionMatrix(truth, predicted, "none")
	if err != nil {
		return nil, err
	}
	for i, row := range confusion.Matrix {
		spec.Classes = append(spec.Classes, className(confusion.Classes[i]))
		counts := make([]int, len(row))
		for j, n := range row {
			counts[j] = int(n)
		}
		spec.Counts = append(spec.Counts, counts)
	}
	return figure(spec)
}

func plotFeatureImportance(c *call) (starlark.Value, error) {
	var model starlark.Value
	spec := plot.FeatureImportance{Options: plot.Options{Title: "Feature importance"}, Top: 20}
	if err := c.unpack(append([]any{"model", &model, "top?", &spec.Top}, sizeOptions(&spec.Options)...)...); err != nil {
		return nil, err
	}
	if d, ok := model.(*starlark.Dict); ok {
		var err error
		if spec.Names, spec.Values, err = floatsOf("feature_importance", d); err != nil {
			return nil, err
		}
		return figure(spec)
	}
	m, ok := model.(interface{ Classifier() train.Classifier })
	if !ok {
		return nil, fmt.Errorf("plot.feature_importance: %s is neither a fitted model nor a dict of numbers", lang.A(model.Type()))
	}
	fitted := m.Classifier()
	spec.Names = fitted.FeatureNames()
	switch f := fitted.(type) {
	case train.FeatureImporter:
		spec.Values = f.FeatureImportances()
	case train.Linear:
		spec.Values = meanSize(f.Coef())
		spec.XLabel = "mean size of the coefficient"
	default:
		return nil, fmt.Errorf("plot.feature_importance: a %s does not rank its features", fitted.Name())
	}
	return figure(spec)
}

// meanSize is the mean of the absolute coefficients over the classes, for each
// feature.
func meanSize(coef [][]float64) []float64 {
	out := make([]float64, len(coef[0]))
	for _, row := range coef {
		for j, w := range row {
			out[j] += math.Abs(w) / float64(len(coef))
		}
	}
	return out
}

func plotROCCurve(c *call) (starlark.Value, error) {
	var yTrue, yScore starlark.Value
	var pos starlark.Value = starlark.None
	spec := plot.ROCCurve{Options: plot.Options{Title: "ROC curve"}}
	if err := c.unpack(append([]any{"y_true", &yTrue, "y_score", &yScore, "pos_label?", &pos}, sizeOptions(&spec.Options)...)...); err != nil {
		return nil, err
	}
	truth, err := c.plottedLabels("y_true", yTrue)
	if err != nil {
		return nil, err
	}
	if f, ok := yScore.(*Frame); ok {
		spec.Curves, err = rocCurves(truth, f)
	} else {
		spec.Curves, err = c.rocCurve(truth, yScore, pos)
	}
	if err != nil {
		return nil, err
	}
	return figure(spec)
}

// rocCurve is the curve of the scores of one class.
func (c *call) rocCurve(truth *train.Labels, score, pos starlark.Value) ([]plot.XY, error) {
	s, err := c.plotted("y_score", starlark.None, score)
	if err != nil {
		return nil, err
	}
	values, err := numbers("y_score", s)
	if err != nil {
		return nil, err
	}
	var label any
	if pos != starlark.None {
		if label, err = scalarOf(pos); err != nil {
			return nil, err
		}
	}
	roc, err := train.ROCCurve(truth, values, label)
	if err != nil {
		return nil, err
	}
	return []plot.XY{{Name: s.Name(), X: roc.FPR, Y: roc.TPR}}, nil
}

// rocCurves has a curve for each column of probabilities: that class against
// the rest.
func rocCurves(truth *train.Labels, proba *Frame) ([]plot.XY, error) {
	var curves []plot.XY
	for i := range proba.frame.NumColumns() {
		s := proba.frame.At(i)
		class, ok := classNamed(truth.Classes, s.Name())
		if !ok || truth.Classes.Index(class) < 0 {
			continue // a class that y_true does not have
		}
		values, err := numbers("y_score", s)
		if err != nil {
			return nil, err
		}
		roc, err := train.ROCCurve(truth.OneVsRest(class), values, true)
		if err != nil {
			return nil, err
		}
		curves = append(curves, plot.XY{Name: s.Name(), X: roc.FPR, Y: roc.TPR})
	}
	if len(curves) == 0 {
		return nil, fmt.Errorf("plot.roc_curve: no column of y_score has the name of a class of y_true")
	}
	return curves, nil
}
