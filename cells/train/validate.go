package train

// Check says whether the parameters of an estimator, a transformer or a
// Distribution are in range, before there is data: the *ParamError that Fit would fail with. Specs
// that are not of this package pass.
func Check(spec any) error {
	switch e := spec.(type) {
	case LogisticRegression:
		return e.withDefaults().check()
	case GradientBoostingClassifier:
		return e.withDefaults().check()
	case RandomForestClassifier:
		return e.plan().validate()
	case DecisionTreeClassifier:
		return forestPlan{name: e.Name(), criterion: defaultTo(e.Criterion, "gini"), limits: e.limits(), trees: 1}.validate()
	case Pipeline:
		return e.validate()
	case GridSearchCV:
		return e.check()
	case RandomizedSearchCV:
		return e.check()
	case Distribution:
		if want := wanted(e); want != "" {
			return &ParamError{"RandomizedSearchCV", "distribution", e, want}
		}
	}
	return nil
}

func (p forestPlan) validate() error {
	if _, err := parseCriterion(p.name, p.criterion); err != nil {
		return err
	}
	return p.check()
}

// validate checks the pipeline and every step of it.
func (p Pipeline) validate() error {
	if err := p.check(); err != nil {
		return err
	}
	for _, s := range p.Steps {
		if err := Check(s.Transformer); err != nil {
			return err
		}
	}
	return Check(p.Final)
}
