// Package train is wnb's training library: preprocessing, models, model
// selection and metrics in plain Go, with scikit-learn's names and, where
// randomness only chooses rows, scikit-learn's rows for the same seed.
//
// # Specs and models
//
// An estimator is an immutable description (a value such as
// LogisticRegression{C: 1}); Fit reads data and returns a separate fitted
// model. A spec can therefore be fitted many times, at the same time, and
// nothing that was fitted ever changes. Zero fields mean scikit-learn's
// defaults where zero itself would be meaningless; each spec documents its own.
//
// # Determinism
//
// A fit is a function of (data, parameters, seed). The number of threads never
// changes a bit of the result: work is cut into pieces that do not depend on
// the thread count, every random stream is seeded by (seed, piece), and sums
// are added in the order of the pieces.
//
// Threads says how many goroutines a fit, a prediction or a search may use; a
// Limiter shares them with what else runs at the same time.
//
// # Input
//
// Every fit refuses NaN, infinities, empty data, one class and mismatched
// lengths with an *InputError that names the column, the row and what to do.
// Every fit takes a context and stops soon after it is cancelled.
//
// # Labels
//
// Labels are class indices over a sorted list of classes, which may be whole
// numbers, floats, truth values or strings. Metrics compare two lists of labels
// by class, not by index, so that a model may know other classes than the test
// rows have.
//
// # Saving
//
// Save and Load keep any fitted model of this package in a documented binary
// form of which nothing is executed; a loaded model predicts the same bits.
package train

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"sync"
)

// An Estimator is a model that has not seen data: a name and its parameters.
type Estimator interface {
	// Name is scikit-learn's class name, such as "LogisticRegression".
	Name() string
	// Params lists every parameter with its effective value, in declaration order.
	Params() []Param
	// Fit trains on X (n rows) and y (n labels) and returns the fitted model.
	// It fails with an *InputError when the data cannot be used, with a
	// *ParamError when a parameter is out of range, and with ctx's error when
	// ctx is done.
	Fit(ctx context.Context, X *Matrix, y *Labels, opts FitOptions) (Classifier, error)
}

// A Param is one named parameter of an estimator; Value is an int, float64,
// bool, string or nil.
type Param struct {
	Name  string
	Value any
}

// String is name=value, the value as Python writes it.
func (p Param) String() string {
	switch v := p.Value.(type) {
	case nil:
		return p.Name + "=None"
	case bool:
		return p.Name + "=" + formatClass(v)
	case string:
		return p.Name + "=" + strconv.Quote(v)
	}
	return fmt.Sprintf("%s=%v", p.Name, p.Value)
}

// A Classifier is a fitted model. It is immutable and safe for concurrent use.
type Classifier interface {
	// Name is the name of the estimator that was fitted.
	Name() string
	// Classes are the distinct labels seen in training, sorted; column k of
	// PredictProba belongs to class k.
	Classes() Classes
	// FeatureNames are the columns seen in training.
	FeatureNames() []string
	// Predict gives the class index of each row.
	Predict(ctx context.Context, X *Matrix, threads Threads) ([]int, error)
	// PredictProba gives an n x len(Classes) matrix of probabilities.
	PredictProba(ctx context.Context, X *Matrix, threads Threads) (*Matrix, error)
}

// FeatureImporter is implemented by models that rank their features: one
// non-negative weight per feature, summing to 1.
type FeatureImporter interface{ FeatureImportances() []float64 }

// Linear is implemented by linear models. Coef has one row per class (one row
// only for two classes), Intercept one entry per row of Coef.
type Linear interface {
	Coef() [][]float64
	Intercept() []float64
}

// FitOptions are the circumstances of a fit. None of them changes its result.
type FitOptions struct {
	Threads Threads
	// Progress, if set, is told how much of the fit is done and the training
	// loss so far (NaN where a model has none). It may be called from any one
	// goroutine at a time.
	Progress func(done, total int, loss float64)
}

// progress tells the caller how far the fit is, if it wants to know.
func (o FitOptions) progress(done, total int, loss float64) {
	if o.Progress != nil {
		o.Progress(done, total, loss)
	}
}

// counter gives a function to be called, on any goroutine, as each of total
// pieces of the work is done.
func (o FitOptions) counter(total int) func() {
	var mu sync.Mutex
	done := 0
	return func() {
		mu.Lock()
		defer mu.Unlock()
		done++
		o.progress(done, total, math.NaN())
	}
}
