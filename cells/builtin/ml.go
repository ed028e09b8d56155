package builtin

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/train"
)

// mlModule is the training library, with scikit-learn's names.
func mlModule() *module {
	var funcs []*Func
	for _, k := range estimatorKinds() {
		funcs = append(funcs, k.constructor())
	}
	funcs = append(funcs,
		&Func{"Pipeline", "steps", "Steps that run one after the other: transformers, and an estimator as the last. A step is an estimator, or a pair of a name and an estimator. What the transformers learn they learn from the training rows only.",
			`ml.Pipeline([ml.StandardScaler(), ml.LogisticRegression()])`, makePipeline},
		&Func{"build", "spec", `An estimator of a dict: "type" names it (logreg, random_forest, ... or its full name), the other entries are its parameters. A type of Pipeline has "steps", a list of such dicts.`,
			`ml.build({"type": "random_forest", "n_estimators": 200, "seed": 1})`, buildEstimator},
		&Func{"load_model", "path", "Reads a model that save wrote. The path is relative to the notebook's folder. No code of the file is run.", `ml.load_model("model.wnbm")`, loadModel},
	)
	funcs = append(funcs, splitFuncs()...)
	funcs = append(funcs, searchFuncs()...)
	funcs = append(funcs, metricFuncs()...)
	return newModule("ml", funcs...)
}

// trainError is an error of the training library, its hint taken out of the
// message: cells show the two apart.
type trainError struct {
	err  error
	text string
}

func (e *trainError) Error() string { return e.text }
func (e *trainError) Unwrap() error { return e.err }

// hinted gives an error of the training library to a cell.
func hinted(err error) error {
	var ofCell *starlark.EvalError
	if errors.As(err, &ofCell) {
		return ofCell // a function of the cell failed: its back-trace says where
	}
	if err == nil {
		return nil
	}
	var hint string
	var input *train.InputError
	var notFinite *train.NotFiniteError
	switch {
	case errors.As(err, &input):
		hint = input.Hint
	case errors.As(err, &notFinite):
		hint = notFinite.Hint
	}
	if text, ok := strings.CutSuffix(err.Error(), "; "+hint); ok && hint != "" {
		return &lang.HintError{Err: &trainError{err, text}, Hint: hint}
	}
	return err
}

// firstWarnings is the key under which a thread keeps what it warned of.
const firstWarnings = "wnb.ml.warned"

// warnOnce writes warnings to the cell's error stream, each once per cell. A
// file that is loaded has no stream, and no need of warnings.
func warnOnce(c *call, warnings []string) error {
	if _, err := c.host(); err != nil {
		return nil
	}
	warned, _ := c.thread.Local(firstWarnings).([]string)
	for _, w := range warnings {
		if slices.Contains(warned, w) {
			continue
		}
		if err := warnText(c, w); err != nil {
			return err
		}
		warned = append(warned, w)
	}
	c.thread.SetLocal(firstWarnings, warned)
	return nil
}

// A Limiter shares out goroutines among cells that run at the same time. A Host
// that has one gives it to computations: see Limited.
type Limiter = train.Limiter

// Limited is implemented by a Host whose cells share goroutines.
type Limited interface{ Limiter() Limiter }

// threads is what a computation of this call may use.
func (c *call) threads() train.Threads {
	h, err := c.host()
	if err != nil {
		return train.Threads{Max: 1}
	}
	t := train.Threads{Max: h.Threads()}
	if l, ok := h.(Limited); ok {
		t.Limiter = l.Limiter()
	}
	return t
}

// className is a class as text, as it names a column: 5, setosa, True.
func className(class any) string { return text(valueOf(class)) }

func classNames(classes train.Classes) []string {
	out := make([]string, len(classes))
	for k, class := range classes {
		out[k] = className(class)
	}
	return out
}

func classList(classes train.Classes) *starlark.List {
	out := make([]starlark.Value, len(classes))
	for k, class := range classes {
		out[k] = valueOf(class)
	}
	return starlark.NewList(out)
}

// dictOfParams are parameters as a dict.
func dictOfParams(params []train.Param) (*starlark.Dict, error) {
	d := starlark.NewDict(len(params))
	for _, p := range params {
		v, err := toStarlark(p.Value)
		if err != nil {
			return nil, fmt.Errorf("param %s: %w", p.Name, err)
		}
		if err := d.SetKey(starlark.String(p.Name), v); err != nil {
			return nil, err
		}
	}
	return d, nil
}
