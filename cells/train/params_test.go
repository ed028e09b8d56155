package train

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// specs are one of each, with parameters that are not the default.
func specs() []Spec {
	return []Spec{
		StandardScaler{NoStd: true},
		LogisticRegression{C: 3, Penalty: "none", ClassWeight: "balanced", NoIntercept: true},
		DecisionTreeClassifier{Criterion: "entropy", MaxDepth: 4, MaxFeatures: 0.5, Seed: 2},
		RandomForestClassifier{NEstimators: 7, MaxFeatures: 3, NoBootstrap: true, Seed: 5},
		GradientBoostingClassifier{LearningRate: 0.3, MaxDepth: 2, Subsample: 0.5, NIterNoChange: 4, ValidationFraction: 0.2, Tol: 1e-3, MaxFeatures: "all"},
		MakePipeline([]Transformer{StandardScaler{NoMean: true}, StandardScaler{}}, MakePipeline(nil, DecisionTreeClassifier{MinSamplesLeaf: 3, MaxFeatures: "log2"})),
	}
}

// TestParamsCanAllBeSet: an estimator with all parameters of another one is that
// one.
func TestParamsCanAllBeSet(t *testing.T) {
	plain := []Spec{StandardScaler{}, LogisticRegression{}, DecisionTreeClassifier{}, RandomForestClassifier{}, GradientBoostingClassifier{},
		MakePipeline([]Transformer{StandardScaler{}, StandardScaler{}}, MakePipeline(nil, DecisionTreeClassifier{}))}
	for i, want := range specs() {
		t.Run(want.Name(), func(t *testing.T) {
			before := plain[i].Params()
			got, err := WithParams(plain[i], want.Params()...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.Params(), got.Params()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if err := Check(got); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(before, plain[i].Params()); diff != "" {
				t.Errorf("it changed what it copied (-before +after):\n%s", diff)
			}
		})
	}
}

func TestWithParamsKeepsTheType(t *testing.T) {
	l, err := WithParams(LogisticRegression{}, Param{"C", int64(3)}, Param{"penalty", nil})
	if err != nil || l != (LogisticRegression{C: 3, Penalty: "none"}) {
		t.Errorf("%+v, %v", l, err)
	}
	var e Estimator = RandomForestClassifier{}
	if e, err = WithParams(e, Param{"max_features", nil}, Param{"max_depth", nil}); err != nil || e != (RandomForestClassifier{MaxFeatures: "all"}) {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestWithParamsRefuses(t *testing.T) {
	pipe := MakePipeline([]Transformer{StandardScaler{}}, LogisticRegression{})
	for _, c := range []struct {
		spec Spec
		p    Param
		want string
	}{
		{LogisticRegression{}, Param{"c", 1}, `LogisticRegression has no parameter "c"; it has C, class_weight, fit_intercept,`},
		{LogisticRegression{}, Param{"C", 0}, "C=0: must be a number above 0"},
		{LogisticRegression{}, Param{"C", "1"}, `C="1": must be a number above 0`},
		{LogisticRegression{}, Param{"fit_intercept", 1}, "fit_intercept=1: must be True or False"},
		{LogisticRegression{}, Param{"penalty", ""}, `penalty="": must be one of the words`},
		{RandomForestClassifier{}, Param{"n_estimators", true}, "n_estimators=True: must be a whole number from 1"},
		{RandomForestClassifier{}, Param{"n_estimators", 2.5}, "n_estimators=2.5: must be a whole number from 1"},
		{RandomForestClassifier{}, Param{"max_features", 0}, "max_features=0: must be"},
		{DecisionTreeClassifier{}, Param{"max_depth", 0}, "max_depth=0: must be a whole number from 1, or None for no limit"},
		{DecisionTreeClassifier{}, Param{"random_state", -1}, "random_state=-1: must be a whole number from 0 to 4294967295"},
		{GradientBoostingClassifier{}, Param{"max_depth", nil}, "max_depth=None: must be a whole number from 1"},
		{pipe, Param{"logisticregression__c", 1}, `LogisticRegression has no parameter "c"`},
		{pipe, Param{"svc__C", 1}, `Pipeline has no parameter "svc__C"; it has logisticregression__C,`},
		{pipe, Param{"C", 1}, `Pipeline has no parameter "C"`},
	} {
		got, err := WithParams(c.spec, c.p)
		var unknown *UnknownParamError
		var bad *ParamError
		if err == nil || !strings.Contains(err.Error(), c.want) || !errors.As(err, &unknown) && !errors.As(err, &bad) {
			t.Errorf("%s of %s: error %v, want %q in it", c.p, c.spec.Name(), err, c.want)
		}
		if diff := cmp.Diff(c.spec.Params(), got.Params()); diff != "" {
			t.Errorf("%s of %s: changed all the same:\n%s", c.p, c.spec.Name(), diff)
		}
	}
	// A type of another package that embeds one of ours would lose what it adds.
	if got, err := WithParams(failing{}, Param{"C", 1}); err == nil {
		t.Errorf("%T: no error", got)
	}
}
