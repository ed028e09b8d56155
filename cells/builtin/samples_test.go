package builtin

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSamples(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"the twin has the columns of the real file", `", ".join(samples.wine_quality().columns)`,
			"fixed acidity, volatile acidity, citric acid, residual sugar, chlorides, free sulfur dioxide, total sulfur dioxide, density, pH, sulphates, alcohol, quality, Id"},
		{"the twin's default size and seed", `samples.wine_quality().equals(samples.wine_quality(n=1143, seed=42))`, "True"},
		{"another seed, other wines", `samples.wine_quality(100, 1).equals(samples.wine_quality(100, 2))`, "False"},
		{"the twin's size", `samples.wine_quality(n=50).shape`, "(50, 13)"},
		{"the real wines", `samples.load_wine().shape`, "(178, 14)"},
		{"classification", `samples.make_classification(n_classes=4).shape`, "(100, 21)"},
		{"an int is a separation too", `samples.make_classification(class_sep=2).equals(samples.make_classification(class_sep=2.0))`, "True"},
		{"regression", `samples.make_regression(n_features=12, noise=1).shape`, "(100, 13)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, strings.Trim(shown(t, runValue(t, newHost(), test.source, nil)), `"'`)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSamplesErrors(t *testing.T) {
	tests := []struct{ name, source, want, hint string }{
		{"no rows", `samples.wine_quality(n=0)`, "samples.wine_quality: n is 0, but must be from 1 to 1000000", "samples.wine_quality(n=1143, seed=42)"},
		{"negative seed", `samples.wine_quality(seed=-1)`, `for parameter "seed": -1 out of range`, ""},
		{"too many informative columns", `samples.make_classification(n_features=3, n_informative=4)`, "samples.make_classification: n_informative is 4, but must be from 1 to 3", "it is called as"},
		{"negative noise", `samples.make_regression(noise=-0.5)`, "samples.make_regression: noise is -0.5", "it is called as"},
		{"unknown argument", `samples.load_wine(n=3)`, "samples.load_wine: unexpected keyword argument", "samples.load_wine()"},
		{"a sample of later", `samples.reviews(10)`, "samples.reviews is not available yet", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := failure(t, newHost(), test.source, nil)
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %q does not say %q", err, test.want)
			}
			if text := traceback(err); !strings.Contains(text, test.hint) {
				t.Errorf("%q does not hint at %q", text, test.hint)
			}
		})
	}
}
