package train

import (
	"context"
	"math"
	"testing"
)

type logregCase struct {
	Coef      [][]float64
	Intercept []float64
	Proba     [][]float64
}

// nearTop compares with what scikit-learn returns. Its solver stops on a flat
// loss, with a gradient of up to 1e-3 left, so its coefficients are good to
// about 1e-4 of the largest; TestLogisticRegressionIsAtTheOptimum is sharper.
func nearTop(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	for i := range want {
		if d := math.Abs(got[i] - want[i]); !(d <= tol*max(1, maxAbs(want))) {
			t.Errorf("%s[%d] = %v, want %v", what, i, got[i], want[i])
		}
	}
}

func TestLogisticRegressionIsScikitLearns(t *testing.T) {
	type set struct {
		X             [][]float64
		Y             []int
		C1, C01       logregCase
		Balanced      logregCase
		NoIntercept   logregCase `json:"no_intercept"`
		MultinomialC1 logregCase `json:"multinomial_C1"`
		OvrC1         logregCase `json:"ovr_C1"`
	}
	var golden struct {
		Logreg struct{ Binary, Iris, Separable set }
	}
	readJSON(t, "sklearn.json", &golden)
	g := golden.Logreg
	cases := []struct {
		name string
		set  set
		spec LogisticRegression
		want logregCase
	}{
		{"C 1", g.Binary, LogisticRegression{}, g.Binary.C1},
		{"C .1", g.Binary, LogisticRegression{C: 0.1}, g.Binary.C01},
		{"balanced", g.Binary, LogisticRegression{ClassWeight: "balanced"}, g.Binary.Balanced},
		{"no intercept", g.Binary, LogisticRegression{NoIntercept: true}, g.Binary.NoIntercept},
		{"multinomial", g.Iris, LogisticRegression{}, g.Iris.MultinomialC1},
		{"ovr", g.Iris, LogisticRegression{MultiClass: "ovr"}, g.Iris.OvrC1},
		{"separable", g.Separable, LogisticRegression{}, g.Separable.C1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			X := matrixOf(c.set.X)
			model, err := c.spec.Fit(context.Background(), X, labelsOf(t, c.set.Y), FitOptions{})
			if err != nil {
				t.Fatal(err)
			}
			m := model.(*LogisticModel)
			if len(m.Coef()) != len(c.want.Coef) {
				t.Fatalf("%d rows of coefficients, want %d", len(m.Coef()), len(c.want.Coef))
			}
			for r, row := range m.Coef() {
				nearTop(t, "coef", row, c.want.Coef[r], 1e-4)
			}
			nearTop(t, "intercept", m.Intercept(), c.want.Intercept, 1e-4)
			proba, err := m.PredictProba(context.Background(), X, Threads{})
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range c.want.Proba {
				nearTop(t, "proba", proba.Row(i), want, 1e-5)
			}
			if m.NIter() > 12 || len(m.Warnings()) > 0 {
				t.Errorf("%d iterations, warnings %q", m.NIter(), m.Warnings())
			}
		})
	}
}
