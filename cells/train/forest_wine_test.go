package train

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// readWine is the real WineQT.csv without its Id, which is not in the repository.
func readWine(tb testing.TB) (*Matrix, *Labels) {
	tb.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", "WineQT.csv")
	if dir := os.Getenv("WNB_TEST_DATA"); dir != "" {
		path = filepath.Join(dir, "WineQT.csv")
	}
	f, err := os.Open(path)
	if err != nil {
		tb.Skipf("needs WineQT.csv in $WNB_TEST_DATA: %v", err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	const features = 11
	X := NewMatrix(len(records)-1, features, records[0][:features])
	quality := make([]any, X.Rows)
	for i, r := range records[1:] {
		for j := range features {
			if X.Row(i)[j], err = strconv.ParseFloat(r[j], 64); err != nil {
				tb.Fatal(err)
			}
		}
		q, err := strconv.ParseInt(r[features], 10, 64)
		if err != nil {
			tb.Fatal(err)
		}
		quality[i] = q
	}
	y, err := NewLabels("quality", quality)
	if err != nil {
		tb.Fatal(err)
	}
	return X, y
}

// wineSplit is the stratified 80:20 split of a seed.
func wineSplit(tb testing.TB, X *Matrix, y *Labels, seed uint32) (trainX *Matrix, trainY *Labels, testX *Matrix, testY *Labels) {
	tb.Helper()
	train, test, err := TrainTestSplit(X.Rows, 0.2, seed, y)
	if err != nil {
		tb.Fatal(err)
	}
	return X.Take(train), y.Take(train), X.Take(test), y.Take(test)
}

// wineModels are the models that testdata/wineqt_20seeds.py fits too.
func wineModels(seed uint64) map[string]Estimator {
	return map[string]Estimator{
		"logreg":            MakePipeline([]Transformer{StandardScaler{}}, LogisticRegression{MaxIter: 1000}),
		"random_forest":     RandomForestClassifier{Seed: seed},
		"gradient_boosting": GradientBoostingClassifier{Seed: seed},
	}
}

// TestWineIsAsAccurateAsScikitLearn: over 20 splits with the same rows, no mean
// accuracy is more than .01 below scikit-learn's.
func TestWineIsAsAccurateAsScikitLearn(t *testing.T) {
	X, y := readWine(t)
	var want struct {
		Seeds []uint32
		Mean  map[string]float64
	}
	readJSON(t, "wineqt_20seeds.json", &want)
	sum := map[string]float64{}
	for _, seed := range want.Seeds {
		trainX, trainY, testX, testY := wineSplit(t, X, y, seed)
		for name, e := range wineModels(uint64(seed)) {
			sum[name] += accuracyOf(t, mustFit(t, e, trainX, trainY), testX, testY)
		}
	}
	for name, s := range sum {
		mean := s / float64(len(want.Seeds))
		t.Logf("%s: mean accuracy %.4f, scikit-learn %.4f", name, mean, want.Mean[name])
		if mean < want.Mean[name]-0.01 {
			t.Errorf("%s: mean accuracy %.4f, scikit-learn %.4f", name, mean, want.Mean[name])
		}
	}
}

func TestWineAtSeed42(t *testing.T) {
	X, y := readWine(t)
	trainX, trainY, testX, testY := wineSplit(t, X, y, 42)
	want := map[string]float64{"logreg": 0.633, "random_forest": 0.712, "gradient_boosting": 0.664}
	for name, e := range wineModels(42) {
		got := accuracyOf(t, mustFit(t, e, trainX, trainY), testX, testY)
		t.Logf("%s: accuracy %.4f", name, got)
		if math.Abs(got-want[name]) > 0.03 {
			t.Errorf("%s: accuracy %.4f, want %.3f ± .03", name, got, want[name])
		}
	}
}

func BenchmarkWine(b *testing.B) {
	X, y := readWine(b)
	trainX, trainY, testX, _ := wineSplit(b, X, y, 42)
	for name, e := range wineModels(42) {
		b.Run(name+"/fit", func(b *testing.B) {
			for b.Loop() {
				mustFit(b, e, trainX, trainY)
			}
		})
		m := mustFit(b, e, trainX, trainY)
		b.Run(name+"/predict", func(b *testing.B) {
			for b.Loop() {
				mustProba(b, m, testX)
			}
		})
	}
}
