package train

import (
	"context"
	"fmt"
	"math"
)

// LogisticRegression is scikit-learn's: it minimises
//
//	C · Σ weight · log-loss + ½ · ‖coefficients‖²
//
// where the intercept is not penalised. Two classes are one sigmoid; more
// classes are one softmax over as many rows of coefficients (MultiClass
// "auto"), or one sigmoid per class against the rest ("ovr").
//
// The solver is Newton's with a line search for up to 300 unknowns and L-BFGS
// above; it looks at centred and scaled copies of the features, which changes
// nothing about the optimum but lets raw measurements converge. The zero value
// has scikit-learn's defaults.
type LogisticRegression struct {
	// C is the inverse strength of the penalty, > 0; 0 means 1.
	C float64
	// Penalty is "l2" (also "") or "none".
	Penalty string
	// MaxIter is the most iterations; 0 means 100. A fit that needs more
	// returns its last coefficients and a warning.
	MaxIter int
	// Tol is the largest entry of the gradient to stop at; 0 means 1e-4.
	Tol float64
	// NoIntercept fixes the intercept at 0 (fit_intercept=False).
	NoIntercept bool
	// ClassWeight is "" for equal weights or "balanced" for weights
	// n / (classes · rows of the class).
	ClassWeight string
	// MultiClass is "auto" (also ""), "multinomial" or "ovr".
	MultiClass string
}

// Name is "LogisticRegression".
func (l LogisticRegression) Name() string { return "LogisticRegression" }

// Params are scikit-learn's parameters with their effective values.
func (l LogisticRegression) Params() []Param {
	l = l.withDefaults()
	var weight any
	if l.ClassWeight != "" {
		weight = l.ClassWeight
	}
	return []Param{
		{"C", l.C}, {"penalty", l.Penalty}, {"max_iter", l.MaxIter}, {"tol", l.Tol},
		{"fit_intercept", !l.NoIntercept}, {"class_weight", weight}, {"multi_class", l.MultiClass},
	}
}

func (l LogisticRegression) withDefaults() LogisticRegression {
	if l.C == 0 {
		l.C = 1
	}
	if l.Penalty == "" {
		l.Penalty = "l2"
	}
	if l.MaxIter == 0 {
		l.MaxIter = 100
	}
	if l.Tol == 0 {
		l.Tol = 1e-4
	}
	if l.MultiClass == "" {
		l.MultiClass = "auto"
	}
	return l
}

func (l LogisticRegression) check() error {
	switch {
	case !(l.C > 0) || math.IsInf(l.C, 0):
		return &ParamError{l.Name(), "C", l.C, "a number > 0"}
	case l.Penalty != "l2" && l.Penalty != "none":
		return &ParamError{l.Name(), "penalty", l.Penalty, `"l2" or "none"`}
	case l.MaxIter < 1:
		return &ParamError{l.Name(), "max_iter", l.MaxIter, "at least 1"}
	case !(l.Tol > 0):
		return &ParamError{l.Name(), "tol", l.Tol, "a number > 0"}
	case l.ClassWeight != "" && l.ClassWeight != "balanced":
		return &ParamError{l.Name(), "class_weight", l.ClassWeight, `none or "balanced"`}
	case l.MultiClass != "auto" && l.MultiClass != "multinomial" && l.MultiClass != "ovr":
		return &ParamError{l.Name(), "multi_class", l.MultiClass, `"auto", "multinomial" or "ovr"`}
	}
	return nil
}

// Fit finds the coefficients. Progress is told the mean log-loss after each iteration.
func (l LogisticRegression) Fit(ctx context.Context, X *Matrix, y *Labels, opts FitOptions) (Classifier, error) {
	l = l.withDefaults()
	if err := l.check(); err != nil {
		return nil, err
	}
	if err := checkFit(l.Name(), X, y); err != nil {
		return nil, err
	}
	design, err := newDesign(ctx, X, !l.NoIntercept, opts.Threads)
	if err != nil {
		return nil, err
	}
	m := &LogisticModel{names: X.Names, classes: y.Classes, cols: X.Cols}
	for _, t := range l.tasks(y, m) {
		fit, err := l.solve(ctx, design, t, opts)
		if err != nil {
			return nil, err
		}
		coef, intercept := design.unscale(fit.w)
		m.coef = append(m.coef, coef...)
		m.intercept = append(m.intercept, intercept...)
		m.iterations = max(m.iterations, fit.iterations)
		if !fit.converged {
			m.warnings = append(m.warnings, l.notConverged(fit))
		}
	}
	return m, nil
}

func (l LogisticRegression) notConverged(f fitted) string {
	return fmt.Sprintf("%s: no convergence after %d iterations (largest gradient %.3g, tol %g): scale the data (StandardScaler), raise max_iter or lower C",
		l.Name(), f.iterations, f.gradient, l.Tol)
}

// A task is one minimisation: rows of the classes codes, with outs rows of
// coefficients. One row means a sigmoid for class 1.
type task struct {
	codes  []int
	weight []float64 // C · class weight, per class
	outs   int
}

// tasks says what has to be solved, and notes in m how probabilities come of it.
func (l LogisticRegression) tasks(y *Labels, m *LogisticModel) []task {
	k := len(y.Classes)
	switch {
	case l.MultiClass == "multinomial" || k > 2 && l.MultiClass == "auto":
		m.link = softmax
		return []task{{y.Codes, l.classWeights(y.Codes, k), k}}
	case k == 2:
		m.link = sigmoid
		return []task{{y.Codes, l.classWeights(y.Codes, 2), 1}}
	}
	m.link = oneVsRest
	out := make([]task, k)
	for c := range out {
		codes := make([]int, len(y.Codes))
		for i, v := range y.Codes {
			codes[i] = boolInt(v == c)
		}
		out[c] = task{codes, l.classWeights(codes, 2), 1}
	}
	return out
}

func (l LogisticRegression) classWeights(codes []int, classes int) []float64 {
	w := make([]float64, classes)
	for _, c := range codes {
		w[c]++
	}
	for c, n := range w {
		w[c] = l.C
		if l.ClassWeight == "balanced" {
			w[c] *= float64(len(codes)) / (float64(classes) * n)
		}
	}
	return w
}
