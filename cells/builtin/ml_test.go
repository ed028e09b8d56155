package builtin

import (
	"os"
	"testing"
)

// wineQT is the real data, or the test is skipped.
func wineQT(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("WNB_TEST_DATA")
	if folder == "" {
		folder = "../../../shared/data"
	}
	content, err := os.ReadFile(folder + "/WineQT.csv")
	if err != nil {
		t.Skipf("the wine data is not here: %v; set WNB_TEST_DATA to its folder", err)
	}
	return string(content)
}

// TestWine trains what the sample notebook trains, on real data.
func TestWineModels(t *testing.T) {
	h := newHost()
	h.files["wine.csv"] = wineQT(t)
	for _, test := range []struct {
		model     string
		want, tol float64
	}{
		{"logreg", .633, .015},
		{"random_forest", .712, .03},
		{"gradient_boosting", .664, .03},
	} {
		t.Run(test.model, func(t *testing.T) {
			got := value(t, h, `
wine = io.read_csv("wine.csv")
features = [c for c in wine.columns if c not in ("quality", "Id")]
train, test = ml.train_test_split(wine, test_size=0.2, stratify="quality", seed=42)
spec = {"type": "`+test.model+`"} | ({"max_iter": 1000} if "`+test.model+`" == "logreg" else {"seed": 42})
model = ml.Pipeline([ml.StandardScaler(), ml.build(spec)]).fit(train[features], train["quality"])
ml.accuracy_score(test["quality"], model.predict(test[features]))`, nil)
			accuracy, _ := asNumber(got)
			if accuracy < test.want-test.tol || accuracy > test.want+test.tol {
				t.Errorf("accuracy %.3f, want %.3f ± %.3f", accuracy, test.want, test.tol)
			}
			t.Logf("accuracy %.4f", accuracy)
		})
	}
}
