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
	// make reads the parameters and gives a train.Estimator or a
	// train.Transformer.
	make func(s *settings) any
}

// estimatorKinds lists them all. The defaults in the signatures are
// scikit-learn's, but for the seed: it is 0 where scikit-learn has none.
func estimatorKinds() []estimatorKind {
	return []estimatorKind{
		{"StandardScaler", "standard_scaler", "with_mean=True, with_std=True",
			"Makes each column have mean 0 and variance 1.",
			"ml.StandardScaler()", makeScaler},
		{"LogisticRegression", "logreg", `C=1.0, penalty="l2", max_iter=100, tol=0.0001, fit_intercept=True, class_weight=None, multi_class="auto"`,
			`A linear classifier. C is the inverse strength of the penalty, which is "l2" or "none"; class_weight is None or "balanced"; multi_class is "auto", "multinomial" or "ovr". Scale the features first.`,
			"ml.LogisticRegression(C=0.5, max_iter=1000)", makeLogistic},
		{"DecisionTreeClassifier", "decision_tree", `criterion="gini", max_depth=None, min_samples_split=2, min_samples_leaf=1, max_features=None, seed=0`,
			`One classification tree. criterion is "gini", "entropy" or "log_loss"; max_features is how many features each split looks at: None for all, "sqrt", "log2", a number or a fraction.`,
			"ml.DecisionTreeClassifier(max_depth=4)", makeTree},
		{"RandomForestClassifier", "random_forest", `n_estimators=100, criterion="gini", max_depth=None, min_samples_split=2, min_samples_leaf=1, max_features="sqrt", bootstrap=True, class_weight=None, seed=0`,
			`Many trees, each on a random sample of the rows and looking at random features; their mean is the answer. The parameters are those of DecisionTreeClassifier; class_weight is None or "balanced".`,
			"ml.RandomForestClassifier(n_estimators=200, seed=1)", makeForest},
		{"GradientBoostingClassifier", "gradient_boosting", `learning_rate=0.1, n_estimators=100, max_depth=3, min_samples_split=2, min_samples_leaf=1, subsample=1.0, max_features=None, seed=0`,
			"Small trees, each of which corrects those before it by a step of learning_rate. subsample is the share of the rows that each looks at.",
			"ml.GradientBoostingClassifier(learning_rate=0.05, n_estimators=300)", makeBoosting},
	}
}

func makeScaler(s *settings) any {
	return train.StandardScaler{NoMean: !s.flag("with_mean", true), NoStd: !s.flag("with_std", true)}
}

func makeLogistic(s *settings) any {
	return train.LogisticRegression{
		C: s.positive("C"), Penalty: s.word("penalty", "none"), MaxIter: s.count("max_iter"), Tol: s.positive("tol"),
		NoIntercept: !s.flag("fit_intercept", true), ClassWeight: s.word("class_weight", ""), MultiClass: s.word("multi_class", ""),
	}
}

func makeTree(s *settings) any {
	return train.DecisionTreeClassifier{
		Criterion: s.word("criterion", ""), MaxDepth: s.countOrNone("max_depth"),
		MinSamplesSplit: s.count("min_samples_split"), MinSamplesLeaf: s.count("min_samples_leaf"),
		MaxFeatures: s.features(), Seed: uint64(s.seed()),
	}
}

func makeForest(s *settings) any {
	return train.RandomForestClassifier{
		NEstimators: s.count("n_estimators"), Criterion: s.word("criterion", ""), MaxDepth: s.countOrNone("max_depth"),
		MinSamplesSplit: s.count("min_samples_split"), MinSamplesLeaf: s.count("min_samples_leaf"),
		MaxFeatures: s.features(), NoBootstrap: !s.flag("bootstrap", true), ClassWeight: s.word("class_weight", ""),
		Seed: uint64(s.seed()),
	}
}

func makeBoosting(s *settings) any {
	return train.GradientBoostingClassifier{
		LearningRate: s.positive("learning_rate"), NEstimators: s.count("n_estimators"), MaxDepth: s.count("max_depth"),
		MinSamplesSplit: s.count("min_samples_split"), MinSamplesLeaf: s.count("min_samples_leaf"),
		Subsample: s.positive("subsample"), MaxFeatures: s.features(), Seed: uint64(s.seed()),
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
	s := newSettings(k.name, params)
	spec := k.make(s)
	if err := s.done(); err != nil {
		return nil, err
	}
	if err := train.Check(spec); err != nil {
		return nil, hinted(err)
	}
	e := &Estimator{given: map[string]starlark.Value{}, shown: s.inOrder()}
	for _, name := range e.shown {
		e.given[name] = s.given[name]
	}
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
