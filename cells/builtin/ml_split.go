package builtin

import (
	"fmt"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/train"
)

// splitFuncs divide rows.
func splitFuncs() []*Func {
	const folds = "n_splits=5, shuffle=False, seed=0"
	return []*Func{
		{"train_test_split", "*data, test_size=0.2, train_size=None, stratify=None, seed=0, shuffle=True",
			"Divides the rows of a frame at random into a frame to train on and one to test on; of several frames and series, each, in the order given. The rows are those that scikit-learn chooses for the same seed. stratify keeps the proportions of the classes of a column: its name, or a series.",
			`train, test = ml.train_test_split(wine, test_size=0.2, stratify="cultivar", seed=42)`, trainTestSplit},
		{"KFold", folds, "Divides rows into folds, each of which is for testing once: in blocks, or at random with shuffle.", "ml.KFold(n_splits=3).split(wine)",
			foldsFunc("KFold", func(n int, shuffle bool, seed uint32) train.Splitter {
				return train.KFold{NSplits: n, Shuffle: shuffle, Seed: seed}
			})},
		{"StratifiedKFold", folds, "Divides rows into folds that have the classes in equal proportions, each of which is for testing once.", `ml.StratifiedKFold(n_splits=3).split(wine, wine["cultivar"])`,
			foldsFunc("StratifiedKFold", func(n int, shuffle bool, seed uint32) train.Splitter {
				return train.StratifiedKFold{NSplits: n, Shuffle: shuffle, Seed: seed}
			})},
		{"cross_val_score", `estimator, X, y, cv=5, scoring="accuracy"`,
			`Fits on all folds but one and rates the model on that one, for every fold: a series named score. cv is the number of folds, which are then stratified, or a KFold or StratifiedKFold, or a list of pairs of row lists (train, test). scoring is scikit-learn's name of a metric, a function f(y_true, y_pred) that gives a number, ml.make_scorer, or wasm.metric. Greater scores are better: those of a loss are negative. These fits are not logged.`,
			`ml.cross_val_score(ml.LogisticRegression(max_iter=1000), wine[features], wine["cultivar"], cv=5)`, crossValScore},
		{"make_scorer", "score_func, greater_is_better=True, needs_proba=False",
			"Makes a metric of a function f(y_true, y_pred) that gives a number, for scoring and eval_metric. With greater_is_better=False it is a loss; with needs_proba=True it gets what predict_proba gives in place of y_pred.",
			"ml.make_scorer(ml.log_loss, greater_is_better=False, needs_proba=True)", makeScorer},
	}
}

// keywords are the keyword arguments of a function that takes any number of
// others.
func (c *call) keywords(pairs ...any) error {
	named := &call{thread: c.thread, fn: c.fn, kwargs: c.kwargs}
	return named.unpack(pairs...)
}

func trainTestSplit(c *call) (starlark.Value, error) {
	testSize, trainSize := starlark.Value(starlark.None), starlark.Value(starlark.None)
	var stratify, seed starlark.Value = starlark.None, starlark.None
	shuffle := true
	if err := c.keywords("test_size?", &testSize, "train_size?", &trainSize, "stratify?", &stratify, "seed?", &seed, "random_state?", &seed, "shuffle?", &shuffle); err != nil {
		return nil, err
	}
	split := train.TrainTest{NoShuffle: !shuffle}
	var err error
	if split.Seed, err = seedOf("train_test_split", seed); err != nil {
		return nil, err
	}
	if split.TestSize, err = c.fraction("test_size", testSize); err != nil {
		return nil, err
	}
	if split.TrainSize, err = c.fraction("train_size", trainSize); err != nil {
		return nil, err
	}
	if split.TestSize == nil && split.TrainSize == nil {
		usual := 0.2
		split.TestSize = &usual
	}
	tables, rows, err := c.tables()
	if err != nil {
		return nil, err
	}
	if split.Stratify, err = c.strata(stratify); err != nil {
		return nil, err
	}
	forTrain, forTest, err := split.Split(rows)
	if err != nil {
		return nil, hinted(err)
	}
	var out starlark.Tuple
	for _, t := range tables {
		for _, part := range [][]int{forTrain, forTest} {
			v, err := takeRows(t, part)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
	}
	return out, nil
}

// fraction is a share of the rows, nil for None.
func (c *call) fraction(name string, v starlark.Value) (*float64, error) {
	if v == starlark.None {
		return nil, nil
	}
	x, ok := asNumber(v)
	if !ok {
		return nil, fmt.Errorf("%s: %s=%s: must be a fraction between 0 and 1, such as 0.2", c.fn.name, name, lang.Shorten(v, 40))
	}
	return &x, nil
}

// tables are the frames and series to divide; all have the same rows.
func (c *call) tables() (tables []starlark.Value, rows int, err error) {
	if len(c.args) == 0 {
		return nil, 0, lang.WithHint("write ml.train_test_split(df)", "%s: there is nothing to split", c.fn.name)
	}
	for i, v := range c.args {
		if _, isFrame := v.(*Frame); !isFrame {
			s, err := c.columnArgument(fmt.Sprintf("argument %d", i+1), v)
			if err != nil {
				return nil, 0, err
			}
			v = NewSeries(s)
		}
		n := starlark.Len(v)
		if i > 0 && n != rows {
			return nil, 0, lang.WithHint("take all of them from the same rows", "%s: argument 1 has %d rows, argument %d has %d", c.fn.name, rows, i+1, n)
		}
		tables, rows = append(tables, v), n
	}
	return tables, rows, nil
}

// strata are the classes to keep the proportions of, nil for None: a column of
// the first frame by its name, or a series.
func (c *call) strata(v starlark.Value) (*train.Labels, error) {
	switch v := v.(type) {
	case starlark.NoneType:
		return nil, nil
	case starlark.Bool:
		return nil, lang.WithHint(`name the column: stratify="label"`, "%s: stratify=%s says not by what", c.fn.name, v)
	case starlark.String:
		if f, ok := c.args[0].(*Frame); ok {
			s, err := f.frame.Column(string(v))
			if err != nil {
				return nil, fmt.Errorf("%s: stratify: %w", c.fn.name, err)
			}
			return labelsOf(s)
		}
	}
	return c.labelsArgument("stratify", v)
}

func takeRows(v starlark.Value, rows []int) (starlark.Value, error) {
	if f, ok := v.(*Frame); ok {
		return frameValue(f.frame.Take(rows))
	}
	return seriesValue(v.(*Series).series.Take(rows))
}
