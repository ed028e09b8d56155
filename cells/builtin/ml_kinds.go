package builtin

import (
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/train"
)

// An estimatorKind is an estimator or a transformer that cells can make.
type estimatorKind struct {
	name      string // scikit-learn's
	short     string // for ml.build
	signature string
	doc       string
	example   string
	plain     train.Spec // with the defaults
}

// estimatorKinds lists them all. The defaults in the signatures are
// scikit-learn's, but for the seed: it is 0 where scikit-learn has none.
func estimatorKinds() []estimatorKind {
	return []estimatorKind{
		{"StandardScaler", "standard_scaler", "with_mean=True, with_std=True",
			"Makes each column have mean 0 and variance 1.",
			"ml.StandardScaler()", train.StandardScaler{}},
		{"LogisticRegression", "logreg", `C=1.0, penalty="l2", max_iter=100, tol=0.0001, fit_intercept=True, class_weight=None, multi_class="auto"`,
			`A linear classifier. C is the inverse strength of the penalty, which is "l2" or "none"; class_weight is None or "balanced"; multi_class is "auto", "multinomial" or "ovr". Scale the features first.`,
			"ml.LogisticRegression(C=0.5, max_iter=1000)", train.LogisticRegression{}},
		{"DecisionTreeClassifier", "decision_tree", `criterion="gini", max_depth=None, min_samples_split=2, min_samples_leaf=1, max_features=None, seed=0`,
			`One classification tree. criterion is "gini", "entropy" or "log_loss"; max_features is how many features each split looks at: None for all, "sqrt", "log2", a number or a fraction.`,
			"ml.DecisionTreeClassifier(max_depth=4)", train.DecisionTreeClassifier{}},
		{"RandomForestClassifier", "random_forest", `n_estimators=100, criterion="gini", max_depth=None, min_samples_split=2, min_samples_leaf=1, max_features="sqrt", bootstrap=True, class_weight=None, seed=0`,
			`Many trees, each on a random sample of the rows and looking at random features; their mean is the answer. The parameters are those of DecisionTreeClassifier; class_weight is None or "balanced".`,
			"ml.RandomForestClassifier(n_estimators=200, seed=1)", train.RandomForestClassifier{}},
		{"GradientBoostingClassifier", "gradient_boosting", `learning_rate=0.1, n_estimators=100, max_depth=3, min_samples_split=2, min_samples_leaf=1, subsample=1.0, max_features=None, validation_fraction=0.1, n_iter_no_change=None, tol=0.0001, seed=0`,
			"Small trees, each of which corrects those before it by a step of learning_rate. subsample is the share of the rows that each looks at. With n_iter_no_change the fit ends when that many trees in a row did not make the loss smaller by tol on rows that are not trained on: those of eval_set, see fit, or else a validation_fraction of the rows.",
			"ml.GradientBoostingClassifier(learning_rate=0.05, n_estimators=300)", train.GradientBoostingClassifier{}},
	}
}

// constructor is the function of that name in the module.
func (k estimatorKind) constructor() *Func {
	return &Func{k.name, k.signature, k.doc, k.example, func(c *call) (starlark.Value, error) {
		if len(c.args) > 0 {
			return nil, lang.WithHint("it is called as ml."+k.name+"("+k.signature+")",
				"ml.%s takes its parameters by name, not %s by position", k.name, lang.Shorten(c.args[0], 40))
		}
		return k.build(c.kwargs)
	}}
}

// build makes the estimator of its parameters.
func (k estimatorKind) build(params []starlark.Tuple) (*Estimator, error) {
	s, err := newSettings(k.name, params)
	if err != nil {
		return nil, err
	}
	spec, shown, err := s.apply(k.plain)
	if err != nil {
		return nil, err
	}
	e := &Estimator{given: s.values, shown: shown}
	switch spec := spec.(type) {
	case train.Estimator:
		e.final = spec
	case train.Transformer:
		e.transformer = spec
	}
	return e, nil
}

// kindNamed finds a kind by its full or short name, whatever the case.
func kindNamed(name string) (estimatorKind, error) {
	var known []string
	for _, k := range estimatorKinds() {
		if strings.EqualFold(k.name, name) || strings.EqualFold(k.short, name) {
			return k, nil
		}
		known = append(known, k.name, k.short)
	}
	return estimatorKind{}, unknownModel(name, append(known, "Pipeline"))
}
