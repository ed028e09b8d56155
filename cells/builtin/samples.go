package builtin

import (
	"errors"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/samples"
)

// samplesModule has data to learn and test with.
func samplesModule() *module {
	return newModule("samples",
		&Func{"wine_quality", "n=1143, seed=42",
			"A synthetic twin of WineQT.csv: the same columns, and grades, distributions and correlations like those of the real wines, drawn from aggregate statistics. No row is real: do not quote results on it as results on the data set. The same n and seed give the same rows everywhere.",
			"samples.wine_quality(n=500, seed=7).head()", wineQuality},
		&Func{"load_wine", "", "The real UCI Wine data (Forina et al., CC BY 4.0): 178 wines, 13 chemical measurements under scikit-learn's names, and cultivar, the class: 0, 1 or 2.",
			`samples.load_wine()["cultivar"].value_counts()`, loadWine},
		&Func{"make_classification", "n_samples=100, n_features=20, n_informative=2, n_classes=2, class_sep=1.0, seed=42",
			"Classes to tell apart, as a frame of x0, x1, ... and target. The first n_informative columns tell the classes, whose centres lie evenly from -class_sep to class_sep, in another order in each column; all values spread by 1 around them. Named as in scikit-learn, with other numbers.",
			"samples.make_classification(n_samples=200, n_features=5, n_classes=3)", makeClassification},
		&Func{"make_regression", "n_samples=100, n_features=100, n_informative=10, noise=0.0, seed=42",
			"Numbers to predict, as a frame of x0, x1, ... and target: a sum of the first n_informative columns, each times a weight from 0 to 100, plus normal noise of that standard deviation. Named as in scikit-learn, with other numbers.",
			"samples.make_regression(n_samples=200, n_features=5, n_informative=2, noise=10)", makeRegression},
		unavailable("reviews", "n, seed=42"),
	)
}

func wineQuality(c *call) (starlark.Value, error) {
	n, seed := 1143, uint64(42)
	if err := c.unpack("n?", &n, "seed?", &seed); err != nil {
		return nil, err
	}
	f, err := samples.WineQuality(c.context(), n, seed)
	return frameValue(f, sampleError(c, err))
}

func loadWine(c *call) (starlark.Value, error) {
	if err := c.unpack(); err != nil {
		return nil, err
	}
	return frameValue(samples.LoadWine())
}

func makeClassification(c *call) (starlark.Value, error) {
	o := samples.Classification{Samples: 100, Features: 20, Informative: 2, Classes: 2, Sep: 1, Seed: 42}
	if err := c.unpack("n_samples?", &o.Samples, "n_features?", &o.Features, "n_informative?", &o.Informative,
		"n_classes?", &o.Classes, "class_sep?", (*number)(&o.Sep), "seed?", &o.Seed); err != nil {
		return nil, err
	}
	f, err := samples.MakeClassification(c.context(), o)
	return frameValue(f, sampleError(c, err))
}

func makeRegression(c *call) (starlark.Value, error) {
	o := samples.Regression{Samples: 100, Features: 100, Informative: 10, Seed: 42}
	if err := c.unpack("n_samples?", &o.Samples, "n_features?", &o.Features, "n_informative?", &o.Informative,
		"noise?", (*number)(&o.Noise), "seed?", &o.Seed); err != nil {
		return nil, err
	}
	f, err := samples.MakeRegression(c.context(), o)
	return frameValue(f, sampleError(c, err))
}

// sampleError says how the function is called where an argument is wrong.
func sampleError(c *call, err error) error {
	var wrong *samples.ArgumentError
	if errors.As(err, &wrong) {
		return lang.WithHint("it is called as "+c.fn.name+"("+c.fn.signature+")", "samples.%w", err)
	}
	return err
}
