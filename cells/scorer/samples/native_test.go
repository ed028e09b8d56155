package samples

import (
	"testing"

	"github.com/wnb-dev/wnb/cells/scorer"
	"github.com/wnb-dev/wnb/cells/scorer/measure"
)

func TestReference(t *testing.T) {
	metric := func(name, input string, outputs scorer.Outputs) scorer.Manifest {
		return scorer.Manifest{Kind: scorer.KindMetric, Name: name, Metric: &scorer.MetricSpec{Input: input, Outputs: outputs}}
	}
	rows := func(name string, outputs int, features ...scorer.Feature) scorer.Manifest {
		return scorer.Manifest{Kind: scorer.KindScorer, Name: name, Scorer: &scorer.ScorerSpec{Outputs: outputs, Features: features}}
	}
	for name, tc := range map[string]struct {
		man  scorer.Manifest
		want bool
	}{
		"mean_error":                    {metric("mean_error", "value", 1), true},
		"fbeta":                         {metric("fbeta", "label", 1), true},
		"cost_matrix":                   {metric("cost_matrix", "label", 1), true},
		"quantile_loss":                 {metric("quantile_loss", "value", 1), true},
		"log_loss":                      {metric("log_loss", "score", 1), true},
		"linear":                        {rows("linear", 1), true},
		"linear with features":          {rows("linear", 1, scorer.Feature{Name: "a"}, scorer.Feature{Name: "b"}), true},
		"another name":                  {metric("loss", "value", 1), false},
		"a path":                        {metric("../fbeta", "label", 1), false},
		"a scorer named as a metric":    {rows("fbeta", 1), false},
		"a metric named as a scorer":    {metric("linear", "value", 1), false},
		"a transform named as a metric": {scorer.Manifest{Kind: scorer.KindTransform, Name: "fbeta"}, false},
		"a transform":                   {scorer.Manifest{Kind: scorer.KindTransform, Name: "echo"}, false},
		"a scorer without a reference":  {rows("row_sum", 1), false},
		"other inputs":                  {metric("fbeta", "proba", 1), false},
		"other outputs of a metric":     {metric("fbeta", "label", 0), false},
		"other outputs of a scorer":     {rows("linear", 2), false},
	} {
		t.Run(name, func(t *testing.T) {
			compute := Reference(&tc.man)
			if (compute != nil) != tc.want {
				t.Fatalf("there is a reference: %v, want %v", compute != nil, tc.want)
			}
			if compute == nil {
				return
			}
			r, err := measure.Make(&tc.man, 5)
			if err != nil {
				t.Fatal(err)
			}
			compute(r)
		})
	}
}
