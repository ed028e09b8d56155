package train

import "context"

// A Transformer changes features before a model sees them; this is the
// description, which has not seen data.
type Transformer interface {
	// Name is scikit-learn's class name, such as "StandardScaler".
	Name() string
	// Params lists every parameter with its effective value.
	Params() []Param
	// Fit learns from X, with the errors of Estimator.Fit.
	Fit(ctx context.Context, X *Matrix, opts FitOptions) (FittedTransformer, error)
}

// A FittedTransformer is immutable and safe for concurrent use.
type FittedTransformer interface {
	// Name is the name of the transformer that was fitted.
	Name() string
	// FeatureNames are the columns that it produces.
	FeatureNames() []string
	// Transform gives a new matrix; X is not changed.
	Transform(ctx context.Context, X *Matrix, threads Threads) (*Matrix, error)
}
