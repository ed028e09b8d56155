package train

import (
	"errors"
	"testing"
)

// Check finds out of range what Fit would, without data.
func TestCheck(t *testing.T) {
	for _, test := range []struct {
		name  string
		spec  any
		param string // at fault, "" if all is well
	}{
		{"logistic, defaults", LogisticRegression{}, ""},
		{"logistic", LogisticRegression{C: -1}, "C"},
		{"boosting, defaults", GradientBoostingClassifier{}, ""},
		{"boosting", GradientBoostingClassifier{Subsample: 2}, "subsample"},
		{"forest, defaults", RandomForestClassifier{}, ""},
		{"forest", RandomForestClassifier{NEstimators: -1}, "n_estimators"},
		{"forest, criterion", RandomForestClassifier{Criterion: "mse"}, "criterion"},
		{"tree, defaults", DecisionTreeClassifier{}, ""},
		{"tree", DecisionTreeClassifier{MaxFeatures: "most"}, "max_features"},
		{"scaler", StandardScaler{}, ""},
		{"pipeline", MakePipeline([]Transformer{StandardScaler{}}, LogisticRegression{}), ""},
		{"in a pipeline", MakePipeline(nil, LogisticRegression{Tol: -1}), "tol"},
		{"pipeline without an end", Pipeline{}, "steps"},
		{"foreign", 3, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := Check(test.spec)
			var e *ParamError
			switch {
			case test.param == "" && err != nil:
				t.Errorf("refused: %v", err)
			case test.param != "" && (!errors.As(err, &e) || e.Param != test.param):
				t.Errorf("got %v, want one about %s", err, test.param)
			}
		})
	}
}
