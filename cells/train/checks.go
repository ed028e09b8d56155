package train

import (
	"fmt"
	"math"
	"slices"
)

// checkFit refuses training data that no classifier can learn from: wrong
// shapes, no rows, no columns, NaN or infinity, fewer than two classes, and
// classes without a row. name is the estimator, for the message.
func checkFit(name string, X *Matrix, y *Labels) error {
	if err := checkMatrix(name, X); err != nil {
		return err
	}
	if err := checkLabels(name, y); err != nil {
		return err
	}
	if X.Rows != y.Len() {
		return inputError(name, "take the features and the labels from the same rows",
			"X has %d rows but y has %d labels", X.Rows, y.Len())
	}
	return checkClasses(name, y)
}

// checkPredict refuses data that a model trained on the given features cannot
// be asked about. No rows is fine: there is nothing to predict.
func checkPredict(name string, features []string, nFeatures int, X *Matrix) error {
	if err := checkShape(name, X); err != nil {
		return err
	}
	if X.Cols != nFeatures {
		return inputError(name, "give the columns that it was trained on",
			"X has %d columns but the model was trained on %d", X.Cols, nFeatures)
	}
	if err := checkNames(name, features, X.Names); err != nil {
		return err
	}
	return checkFinite(name, X)
}

// checkMatrix refuses matrices without rows, without columns, of the wrong
// size or with NaN or infinity.
func checkMatrix(name string, X *Matrix) error {
	if err := checkShape(name, X); err != nil {
		return err
	}
	if X.Rows == 0 {
		return inputError(name, "check the filter or split that made it", "X has no rows")
	}
	if X.Cols == 0 {
		return inputError(name, "select at least one feature", "X has no columns")
	}
	return checkFinite(name, X)
}

func checkShape(name string, X *Matrix) error {
	switch {
	case X == nil:
		return inputError(name, "give a matrix", "X is missing")
	case X.Rows < 0 || X.Cols < 0 || len(X.Data) != X.Rows*X.Cols:
		return inputError(name, "", "X is %d x %d but holds %d values", X.Rows, X.Cols, len(X.Data))
	case X.Names != nil && len(X.Names) != X.Cols:
		return inputError(name, "", "X has %d columns but %d names", X.Cols, len(X.Names))
	}
	return nil
}

// checkNames refuses columns in another order than in training, which would
// give wrong answers without any sign of it.
func checkNames(name string, trained, given []string) error {
	if trained == nil || given == nil || slices.Equal(trained, given) {
		return nil
	}
	for j := range trained {
		if trained[j] != given[j] {
			return &InputError{Estimator: name, Column: given[j], Row: -1,
				Msg:  fmt.Sprintf("is at position %d, where the model was trained on %q", j, trained[j]),
				Hint: "give the same columns in the same order"}
		}
	}
	return nil
}

func checkFinite(name string, X *Matrix) error {
	for i, v := range X.Data {
		// v-v is 0 for every finite v and NaN for the others.
		if v-v == 0 {
			continue
		}
		what := "is NaN (a missing value)"
		hint := "drop the rows with missing values or fill them first"
		if math.IsInf(v, 0) {
			what, hint = "is infinite", "look for a division by zero or a log of zero"
		}
		j := i % X.Cols
		return &InputError{Estimator: name, Column: X.ColumnName(j), Row: i / X.Cols,
			Msg: fmt.Sprintf("%s (%d of %d rows are not finite there)", what, countNotFinite(X, j), X.Rows), Hint: hint}
	}
	return nil
}

func countNotFinite(X *Matrix, col int) int {
	n := 0
	for i := range X.Rows {
		if v := X.At(i, col); v-v != 0 {
			n++
		}
	}
	return n
}

func checkLabels(name string, y *Labels) error {
	if y == nil {
		return inputError(name, "give the labels to learn", "y is missing")
	}
	for i, c := range y.Codes {
		if c < 0 || c >= len(y.Classes) {
			return &InputError{Estimator: name, Column: y.Name, Row: i,
				Msg: fmt.Sprintf("class index %d is not one of %d classes", c, len(y.Classes))}
		}
	}
	return nil
}

// checkClasses wants at least two classes, and a row for each.
func checkClasses(name string, y *Labels) error {
	counts := y.Counts()
	present := 0
	last, missing := -1, -1
	for k, n := range counts {
		switch {
		case n > 0:
			present++
			last = k
		case missing < 0:
			missing = k
		}
	}
	if present < 2 {
		e := &InputError{Estimator: name, Column: y.Name, Row: -1,
			Msg:  "y has no labels",
			Hint: "a classifier needs rows of at least two classes"}
		if present == 1 {
			e.Msg = fmt.Sprintf("all %d labels are of one class, %s", len(y.Codes), formatClass(y.Classes[last]))
		}
		return e
	}
	if missing >= 0 {
		return &InputError{Estimator: name, Column: y.Name, Row: -1,
			Msg:  fmt.Sprintf("class %s has no row among these %d", formatClass(y.Classes[missing]), len(y.Codes)),
			Hint: "split by class (stratify), or drop the classes without rows (Labels.Present)"}
	}
	return nil
}
