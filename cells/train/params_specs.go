package train

import "strings"

func (s StandardScaler) with(a *assignment) Spec {
	switch a.name {
	case "with_mean":
		s.NoMean = !a.flag()
	case "with_std":
		s.NoStd = !a.flag()
	default:
		a.unknown()
	}
	return s
}

func (l LogisticRegression) with(a *assignment) Spec {
	switch a.name {
	case "C":
		l.C = a.positive()
	case "penalty":
		l.Penalty = a.word("none")
	case "max_iter":
		l.MaxIter = a.count()
	case "tol":
		l.Tol = a.positive()
	case "fit_intercept":
		l.NoIntercept = !a.flag()
	case "class_weight":
		l.ClassWeight = a.word("")
	case "multi_class":
		l.MultiClass = a.word("")
	default:
		a.unknown()
	}
	return l
}

// A limitFields is where a spec of trees keeps its limits.
type limitFields struct {
	maxDepth, minSamplesSplit, minSamplesLeaf *int
	maxFeatures                               *any
}

// with sets one of the limits, or else finds the name unknown.
func (l limitFields) with(a *assignment) {
	switch a.name {
	case "max_depth":
		*l.maxDepth = a.countOrNone("no limit")
	case "min_samples_split":
		*l.minSamplesSplit = a.count()
	case "min_samples_leaf":
		*l.minSamplesLeaf = a.count()
	case "max_features":
		*l.maxFeatures = a.features()
	default:
		a.unknown()
	}
}

func (e DecisionTreeClassifier) with(a *assignment) Spec {
	switch a.name {
	case "criterion":
		e.Criterion = a.word("")
	case "random_state":
		e.Seed = a.seed()
	default:
		limitFields{&e.MaxDepth, &e.MinSamplesSplit, &e.MinSamplesLeaf, &e.MaxFeatures}.with(a)
	}
	return e
}

func (e RandomForestClassifier) with(a *assignment) Spec {
	switch a.name {
	case "n_estimators":
		e.NEstimators = a.count()
	case "criterion":
		e.Criterion = a.word("")
	case "bootstrap":
		e.NoBootstrap = !a.flag()
	case "class_weight":
		e.ClassWeight = a.word("")
	case "random_state":
		e.Seed = a.seed()
	default:
		limitFields{&e.MaxDepth, &e.MinSamplesSplit, &e.MinSamplesLeaf, &e.MaxFeatures}.with(a)
	}
	return e
}

func (e GradientBoostingClassifier) with(a *assignment) Spec {
	switch a.name {
	case "learning_rate":
		e.LearningRate = a.positive()
	case "n_estimators":
		e.NEstimators = a.count()
	case "max_depth": // here 0 is not "no limit"
		e.MaxDepth = a.count()
	case "subsample":
		e.Subsample = a.positive()
	case "validation_fraction":
		e.ValidationFraction = a.positive()
	case "n_iter_no_change":
		e.NIterNoChange = a.countOrNone("no early stopping")
	case "tol":
		e.Tol = a.positive()
	case "random_state":
		e.Seed = a.seed()
	default:
		limitFields{&e.MaxDepth, &e.MinSamplesSplit, &e.MinSamplesLeaf, &e.MaxFeatures}.with(a)
	}
	return e
}

// with sets a parameter of a step.
func (p Pipeline) with(a *assignment) Spec {
	step, param, nested := strings.Cut(a.name, "__")
	change := func(s Spec) Spec {
		out, err := withParams(s, []Param{{param, a.value}})
		if err != nil {
			a.err = err
			return s
		}
		return out
	}
	steps := append([]Step(nil), p.Steps...)
	for i, s := range steps {
		if nested && s.Name == step {
			steps[i].Transformer, _ = change(s.Transformer).(Transformer)
			p.Steps = steps
			return p
		}
	}
	if nested && step == p.FinalName {
		p.Final, _ = change(p.Final).(Estimator)
		return p
	}
	a.unknown()
	return p
}
