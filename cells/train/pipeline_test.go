package train

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMakePipelineNames(t *testing.T) {
	p := MakePipeline([]Transformer{StandardScaler{}, StandardScaler{NoMean: true}}, LogisticRegression{C: 2})
	if d := cmp.Diff([]string{"standardscaler-1", "standardscaler-2", "logisticregression"}, p.stepNames()); d != "" {
		t.Errorf("names (-want +got):\n%s", d)
	}
	params := p.Params()
	for _, want := range []Param{{"standardscaler-2__with_mean", false}, {"logisticregression__C", 2.0}} {
		if !slices.Contains(params, want) {
			t.Errorf("no %v in %v", want, params)
		}
	}
}

func TestPipelineIsItsSteps(t *testing.T) {
	ctx := context.Background()
	X, y := blobs(300, 4, 3, 1.5, 8)
	X.Names = []string{"a", "b", "c", "d"}
	m, err := MakePipeline([]Transformer{StandardScaler{}}, LogisticRegression{}).Fit(ctx, X, y, FitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	Z, err := fitScaler(t, StandardScaler{}, X, 0).Transform(ctx, X, Threads{})
	if err != nil {
		t.Fatal(err)
	}
	alone := fitLogistic(t, LogisticRegression{}, Z, y, FitOptions{})
	got, err := m.PredictProba(ctx, X, Threads{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := alone.PredictProba(ctx, Z, Threads{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Data, want.Data) {
		t.Error("the pipeline predicts otherwise than its steps")
	}
	if !slices.Equal(m.FeatureNames(), X.Names) || len(m.Classes()) != 3 {
		t.Errorf("features %v, classes %v", m.FeatureNames(), m.Classes())
	}
	linear, ok := m.(Linear)
	if !ok || !slices.Equal(linear.Coef()[2], alone.Coef()[2]) {
		t.Error("the pipeline does not show the coefficients of its last step")
	}
	if _, ok := m.(FeatureImporter); ok {
		t.Error("a pipeline that ends in a linear model claims feature importances")
	}
	_, final := m.(interface{ FinalStep() (string, Classifier) }).FinalStep()
	if _, ok := final.(*LogisticModel); !ok {
		t.Errorf("the last step is a %T", final)
	}
}

func TestPipelineOfForestHasImportances(t *testing.T) {
	X, y := blobs(100, 3, 2, 1, 8)
	m, err := MakePipeline([]Transformer{StandardScaler{}}, RandomForestClassifier{NEstimators: 3}).Fit(context.Background(), X, y, FitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := m.(Linear); ok {
		t.Error("a pipeline that ends in a forest claims coefficients")
	}
	if imp, ok := m.(FeatureImporter); !ok || len(imp.FeatureImportances()) != 3 {
		t.Error("a pipeline that ends in a forest has no importances")
	}
}

func TestPipelineRefuses(t *testing.T) {
	X, y := blobs(20, 2, 2, 1, 1)
	last := LogisticRegression{}
	for _, c := range []struct {
		name, want string
		p          Pipeline
	}{
		{"no final step", "must be a list of transformers that ends in an estimator", Pipeline{}},
		{"same name twice", `step name="a": must be used once only`, Pipeline{[]Step{{"a", StandardScaler{}}}, "a", last}},
		{"no name", `step name="": must be not empty`, Pipeline{[]Step{{"", StandardScaler{}}}, "a", last}},
		{"bad step", `pipeline step "lr": LogisticRegression: C=-1`, Pipeline{nil, "lr", LogisticRegression{C: -1}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.p.Fit(context.Background(), X, y, FitOptions{})
			var param *ParamError
			if !errors.As(err, &param) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want a ParamError with %q", err, c.want)
			}
		})
	}
}
