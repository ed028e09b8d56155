package train_test

import (
	"bytes"
	"context"
	"fmt"
	"log"

	"github.com/wnb-dev/wnb/cells/train"
)

// irises are sepal and petal sizes of two kinds, far apart.
func irises() (*train.Matrix, *train.Labels) {
	rows := [][]float64{
		{5.1, 3.5, 1.4, 0.2}, {4.9, 3.0, 1.4, 0.2}, {4.7, 3.2, 1.3, 0.2}, {4.6, 3.1, 1.5, 0.2}, {5.0, 3.6, 1.4, 0.2},
		{7.0, 3.2, 4.7, 1.4}, {6.4, 3.2, 4.5, 1.5}, {6.9, 3.1, 4.9, 1.5}, {5.5, 2.3, 4.0, 1.3}, {6.5, 2.8, 4.6, 1.5},
	}
	X := train.NewMatrix(len(rows), 4, []string{"sepal_length", "sepal_width", "petal_length", "petal_width"})
	kinds := make([]any, len(rows))
	for i, r := range rows {
		copy(X.Row(i), r)
		kinds[i] = "setosa"
		if i >= 5 {
			kinds[i] = "versicolor"
		}
	}
	y, err := train.NewLabels("kind", kinds)
	if err != nil {
		log.Fatal(err)
	}
	return X, y
}

// Split, fit on one part, report on the other.
func Example() {
	ctx := context.Background()
	X, y := irises()
	trainRows, testRows, err := train.TrainTestSplit(X.Rows, 0.4, 42, y)
	if err != nil {
		log.Fatal(err)
	}
	spec := train.MakePipeline([]train.Transformer{train.StandardScaler{}}, train.LogisticRegression{C: 10})
	model, err := spec.Fit(ctx, X.Take(trainRows), y.Take(trainRows), train.FitOptions{})
	if err != nil {
		log.Fatal(err)
	}
	codes, err := model.Predict(ctx, X.Take(testRows), train.Threads{})
	if err != nil {
		log.Fatal(err)
	}
	predicted := &train.Labels{Name: "kind", Classes: model.Classes(), Codes: codes}
	report, err := train.ClassificationReport(y.Take(testRows), predicted)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(report.Text(2))
	// Output:
	//               precision    recall  f1-score   support
	//
	//       setosa       1.00      1.00      1.00         2
	//   versicolor       1.00      1.00      1.00         2
	//
	//     accuracy                           1.00         4
	//    macro avg       1.00      1.00      1.00         4
	// weighted avg       1.00      1.00      1.00         4
}

func ExampleCrossValScore() {
	X, y := irises()
	accuracy, err := train.ScorerByName("accuracy")
	if err != nil {
		log.Fatal(err)
	}
	folds := train.StratifiedKFold{NSplits: 5, Shuffle: true, Seed: 0}
	cv, err := train.CrossValScore(context.Background(), train.LogisticRegression{}, X, y, folds, accuracy, train.FitOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(cv.Scores, cv.Mean())
	// Output: [1 1 1 1 1] 1
}

// Try settings of a pipeline by cross-validation, and keep the best.
func ExampleGridSearchCV() {
	ctx := context.Background()
	X, y := irises()
	search := train.GridSearchCV{
		Estimator: train.MakePipeline([]train.Transformer{train.StandardScaler{}}, train.LogisticRegression{}),
		ParamGrid: []train.ParamGrid{{"logisticregression__C": {0.001, 1.0}, "standardscaler__with_mean": {true}}},
	}
	found, err := search.Search(ctx, X, y, train.FitOptions{Threads: train.Threads{Max: 2}})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range found.Results() {
		fmt.Println(r.Rank, r.Params, r.Mean)
	}
	codes, err := found.Predict(ctx, X.Take([]int{0, 9}), train.Threads{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(found.Classes()[codes[0]], found.Classes()[codes[1]])
	// Output:
	// 1 [logisticregression__C=0.001 standardscaler__with_mean=True] 1
	// 1 [logisticregression__C=1 standardscaler__with_mean=True] 1
	// setosa versicolor
}

// Stop boosting when the accuracy on other rows no longer rises.
func ExampleGradientBoostingClassifier_FitEval() {
	X, y := irises()
	accuracy, err := train.ScorerByName("accuracy")
	if err != nil {
		log.Fatal(err)
	}
	spec := train.GradientBoostingClassifier{NEstimators: 100, NIterNoChange: 3}
	model, err := spec.FitEval(context.Background(), X, y, train.Evaluation{X: X, Y: y, Metric: accuracy}, train.FitOptions{})
	if err != nil {
		log.Fatal(err)
	}
	staged := model.(train.Staged)
	fmt.Println(staged.Stages(), staged.Evaluations().Values, staged.Evaluations().Best())
	// Output: 4 [1 1 1 1] 1
}

func ExampleSave() {
	ctx := context.Background()
	X, y := irises()
	model, err := train.LogisticRegression{}.Fit(ctx, X, y, train.FitOptions{})
	if err != nil {
		log.Fatal(err)
	}
	var file bytes.Buffer
	if err := train.Save(&file, model); err != nil {
		log.Fatal(err)
	}
	loaded, err := train.Load(&file)
	if err != nil {
		log.Fatal(err)
	}
	codes, err := loaded.Predict(ctx, X.Take([]int{0, 9}), train.Threads{})
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range codes {
		fmt.Println(loaded.Classes()[c])
	}
	// Output:
	// setosa
	// versicolor
}

// Errors name the step, the column, the row and what to do.
func ExampleInputError() {
	_, err := train.NewLabels("quality", []any{5, 6, nil})
	fmt.Println(err)
	// Output: labels: column "quality", row 2: the label is missing; drop such rows or give them a class of their own
}
