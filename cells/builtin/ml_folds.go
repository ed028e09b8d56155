package builtin

import (
	"fmt"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/train"
)

// A Folds is a KFold or StratifiedKFold. It is immutable.
type Folds struct {
	name     string
	splits   int
	shuffle  bool
	seed     uint32
	splitter train.Splitter
}

var _ starlark.HasAttrs = (*Folds)(nil)

func foldsFunc(name string, splitter func(n int, shuffle bool, seed uint32) train.Splitter) func(*call) (starlark.Value, error) {
	return func(c *call) (starlark.Value, error) {
		f := &Folds{name: name, splits: 5}
		var seed starlark.Value = starlark.None
		if err := c.unpack("n_splits?", &f.splits, "shuffle?", &f.shuffle, "seed?", &seed, "random_state?", &seed); err != nil {
			return nil, err
		}
		if f.splits < 2 {
			return nil, &train.ParamError{Estimator: name, Param: "n_splits", Value: f.splits, Want: "at least 2"}
		}
		if seed != starlark.None && !f.shuffle {
			return nil, lang.WithHint("write shuffle=True, or leave out the seed", "%s: a seed does nothing without shuffle", name)
		}
		var err error
		if f.seed, err = seedOf(name, seed); err != nil {
			return nil, err
		}
		f.splitter = splitter(f.splits, f.shuffle, f.seed)
		return f, nil
	}
}

// String is the call that makes it.
func (f *Folds) String() string {
	if f.shuffle {
		return fmt.Sprintf("%s(n_splits=%d, shuffle=True, seed=%d)", f.name, f.splits, f.seed)
	}
	return fmt.Sprintf("%s(n_splits=%d)", f.name, f.splits)
}

// Type is "splitter".
func (f *Folds) Type() string { return "splitter" }

// Freeze does nothing: nothing changes it.
func (f *Folds) Freeze() {}

// Truth is always true.
func (f *Folds) Truth() starlark.Bool { return true }

// Hash refuses.
func (f *Folds) Hash() (uint32, error) { return unhashable(f, "use a name as the key") }

var foldsMethods = newMethods("splitter",
	method[*Folds]{"split", "X, y=None", "The folds: a list of pairs of row numbers (train, test). X is a frame or a series; y are the labels, which a StratifiedKFold needs.",
		"ml.KFold(n_splits=3).split(wine)", splitFolds},
)

// AttrNames are the parameters and methods.
func (f *Folds) AttrNames() []string { return []string{"n_splits", "seed", "shuffle", "split"} }

// Attr is a parameter or a method.
func (f *Folds) Attr(name string) (starlark.Value, error) {
	switch name {
	case "n_splits":
		return starlark.MakeInt(f.splits), nil
	case "shuffle":
		return starlark.Bool(f.shuffle), nil
	case "seed":
		return starlark.MakeUint64(uint64(f.seed)), nil
	}
	if m := foldsMethods.bind(f, name); m != nil {
		return m, nil
	}
	return nil, noAttr(f.name, name, f.AttrNames())
}

func splitFolds(f *Folds, c *call) (starlark.Value, error) {
	var X starlark.Value
	var y starlark.Value = starlark.None
	if err := c.unpack("X", &X, "y?", &y); err != nil {
		return nil, err
	}
	rows := starlark.Len(X)
	if rows < 0 {
		return nil, fmt.Errorf("%s: X has rows: a frame or a series, not %s", c.fn.name, lang.A(X.Type()))
	}
	var labels *train.Labels
	if y != starlark.None {
		var err error
		if labels, err = c.labelsArgument("y", y); err != nil {
			return nil, err
		}
	} else if _, needs := f.splitter.(train.StratifiedKFold); needs {
		return nil, lang.WithHint(`write split(df, df["label"])`, "%s: it divides by class, so it needs y", c.fn.name)
	}
	folds, warnings, err := f.splitter.Split(rows, labels)
	if err != nil {
		return nil, hinted(err)
	}
	if err := warnOnce(c, warnings); err != nil {
		return nil, err
	}
	out := make([]starlark.Value, len(folds))
	for i, fold := range folds {
		out[i] = starlark.Tuple{intList(fold.Train), intList(fold.Test)}
	}
	return starlark.NewList(out), nil
}

func intList(xs []int) *starlark.List {
	out := make([]starlark.Value, len(xs))
	for i, x := range xs {
		out[i] = starlark.MakeInt(x)
	}
	return starlark.NewList(out)
}

// givenFolds are folds that a cell made itself.
type givenFolds []train.Fold

func (g givenFolds) Split(int, *train.Labels) ([]train.Fold, []string, error) { return g, nil, nil }

// splitterOf reads cv.
func (c *call) splitterOf(v starlark.Value) (train.Splitter, error) {
	if f, ok := v.(*Folds); ok {
		return f.splitter, nil
	}
	if i, ok := v.(starlark.Int); ok {
		n, err := starlark.AsInt32(i)
		if err != nil || n < 2 {
			return nil, &train.ParamError{Estimator: "cross_val_score", Param: "cv", Value: v, Want: "at least 2 folds"}
		}
		return train.StratifiedKFold{NSplits: n}, nil
	}
	list, ok := v.(*starlark.List)
	if !ok {
		return nil, lang.WithHint("write cv=5, or cv=ml.KFold(n_splits=5, shuffle=True)", "%s: cv is %s", c.fn.name, lang.A(v.Type()))
	}
	var folds givenFolds
	err := eachValue("cv", list, func(v starlark.Value) error {
		pair, ok := v.(starlark.Tuple)
		if !ok || len(pair) != 2 {
			return fmt.Errorf("%s: fold %d of cv is not a pair of row lists", c.fn.name, len(folds))
		}
		forTrain, err := rowNumbers(pair[0])
		if err != nil {
			return fmt.Errorf("%s: fold %d of cv: %w", c.fn.name, len(folds), err)
		}
		forTest, err := rowNumbers(pair[1])
		if err != nil {
			return fmt.Errorf("%s: fold %d of cv: %w", c.fn.name, len(folds), err)
		}
		folds = append(folds, train.Fold{Train: forTrain, Test: forTest})
		return nil
	})
	return folds, err
}

func rowNumbers(v starlark.Value) ([]int, error) {
	var out []int
	err := eachValue("rows", v, func(x starlark.Value) error {
		n, err := starlark.AsInt32(x)
		out = append(out, n)
		return err
	})
	return out, err
}

func crossValScore(c *call) (starlark.Value, error) {
	var e *Estimator
	var X, y starlark.Value
	var cv, scoring starlark.Value = starlark.MakeInt(5), starlark.String("accuracy")
	if err := c.unpack("estimator", &e, "X", &X, "y", &y, "cv?", &cv, "scoring?", &scoring); err != nil {
		return nil, err
	}
	if e.final == nil {
		return nil, lang.WithHint("put it before an estimator with ml.Pipeline([...])", "%s: %s cannot predict", c.fn.name, e.name())
	}
	d, err := c.trainingData(X, y)
	if err != nil {
		return nil, err
	}
	splitter, err := c.splitterOf(cv)
	if err != nil {
		return nil, err
	}
	scorer, free, err := c.scorerOf("scoring", scoring, false, d.y)
	if err != nil {
		return nil, err
	}
	defer free()
	scores, err := train.CrossValScore(c.context(), e.final, d.X, d.y, splitter, scorer, train.FitOptions{Threads: c.threads()})
	if err != nil {
		return nil, hinted(err)
	}
	if err := warnOnce(c, scores.Warnings); err != nil {
		return nil, err
	}
	return NewSeries(frame.NewFloat64("score", scores.Scores)), nil
}
