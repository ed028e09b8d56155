package train

import (
	"fmt"
	"math"
	"slices"
)

// TrainTestSplit chooses the rows for testing and training as scikit-learn's
// train_test_split(test_size, random_state=seed, stratify) does: the same
// indices in the same order. n is the number of rows, testSize the part that is
// for testing, 0 < testSize < 1, rounded up to whole rows. With stratify, of n
// labels, each class is divided in that proportion; nil is a plain split.
func TrainTestSplit(n int, testSize float64, seed uint32, stratify *Labels) (train, test []int, err error) {
	return TrainTest{TestSize: &testSize, Seed: seed, Stratify: stratify}.Split(n)
}

// TrainTest is train_test_split with all its parameters.
type TrainTest struct {
	// TestSize and TrainSize are fractions of the rows. One alone leaves the
	// rest to the other; nil for both means a test size of .25.
	TestSize, TrainSize *float64
	Seed                uint32
	// Stratify, if not nil, keeps the proportions of these classes.
	Stratify *Labels
	// NoShuffle takes the first rows for training and those after for testing.
	NoShuffle bool
}

const splitName = "train_test_split"

// Split gives row indices below n. It fails with a *ParamError for sizes that
// are out of range and with an *InputError for rows that cannot be so divided.
func (t TrainTest) Split(n int) (train, test []int, err error) {
	nTrain, nTest, err := t.sizes(n)
	if err != nil {
		return nil, nil, err
	}
	rng := NewRandomState(t.Seed)
	switch {
	case t.NoShuffle && t.Stratify != nil:
		return nil, nil, &ParamError{splitName, "stratify", t.Stratify.Name, "none when shuffle is false"}
	case t.NoShuffle:
		all := upToN(n)
		return all[:nTrain], all[nTrain : nTrain+nTest], nil
	case t.Stratify != nil:
		return stratifiedSplit(rng, t.Stratify, n, nTrain, nTest)
	}
	order := rng.Permutation(n)
	return order[nTest : nTest+nTrain], order[:nTest], nil
}

// sizes is the number of rows for each part: test rounded up, train down.
func (t TrainTest) sizes(n int) (nTrain, nTest int, err error) {
	if n < 1 {
		return 0, 0, inputError(splitName, "check the filter that made the table", "there are no rows to split")
	}
	for _, s := range []struct {
		name string
		size *float64
	}{{"test_size", t.TestSize}, {"train_size", t.TrainSize}} {
		if s.size != nil && !(*s.size > 0 && *s.size < 1) {
			return 0, 0, &ParamError{splitName, s.name, *s.size, "a fraction between 0 and 1, such as 0.2"}
		}
	}
	switch {
	case t.TestSize == nil && t.TrainSize == nil:
		nTest = int(math.Ceil(0.25 * float64(n)))
		nTrain = n - nTest
	case t.TrainSize == nil:
		nTest = int(math.Ceil(*t.TestSize * float64(n)))
		nTrain = n - nTest
	case t.TestSize == nil:
		nTrain = int(math.Floor(*t.TrainSize * float64(n)))
		nTest = n - nTrain
	default:
		if sum := *t.TestSize + *t.TrainSize; sum > 1 {
			return 0, 0, &ParamError{splitName, "test_size + train_size", sum, "at most 1"}
		}
		nTest = int(math.Ceil(*t.TestSize * float64(n)))
		nTrain = int(math.Floor(*t.TrainSize * float64(n)))
	}
	if nTrain+nTest > n {
		nTrain = n - nTest
	}
	if nTrain == 0 {
		return 0, 0, inputError(splitName, "give more rows or a smaller test_size",
			"of %d rows, %d would be for testing and none for training", n, nTest)
	}
	return nTrain, nTest, nil
}

// stratifiedSplit is one split of scikit-learn's StratifiedShuffleSplit.
func stratifiedSplit(rng *RandomState, y *Labels, n, nTrain, nTest int) (train, test []int, err error) {
	if err := checkLabels(splitName, y); err != nil {
		return nil, nil, err
	}
	if y.Len() != n {
		return nil, nil, inputError(splitName, "take the labels from the same rows", "%d rows but %d labels to stratify by", n, y.Len())
	}
	y, _ = y.Present()
	counts := y.Counts()
	if err := checkStrata(y, counts, nTrain, nTest); err != nil {
		return nil, nil, err
	}
	rows := make([][]int, len(counts))
	for i, c := range y.Codes {
		rows[c] = append(rows[c], i)
	}
	forTrain := approximateMode(rng, counts, nTrain)
	left := slices.Clone(counts)
	for c := range left {
		left[c] -= forTrain[c]
	}
	forTest := approximateMode(rng, left, nTest)
	for c, own := range rows {
		order := rng.Permutation(len(own))
		for i, r := range order[:forTrain[c]+forTest[c]] {
			if i < forTrain[c] {
				train = append(train, own[r])
			} else {
				test = append(test, own[r])
			}
		}
	}
	rng.Shuffle(train)
	rng.Shuffle(test)
	return train, test, nil
}

func checkStrata(y *Labels, counts []int, nTrain, nTest int) error {
	for c, n := range counts {
		if n < 2 {
			return &InputError{Estimator: splitName, Column: y.Name, Row: slices.Index(y.Codes, c),
				Msg:  fmt.Sprintf("class %s has only this row, and a stratified split needs at least 2 of each class", formatClass(y.Classes[c])),
				Hint: "drop or merge rare classes, or split without stratify"}
		}
	}
	for _, part := range []struct {
		name string
		n    int
	}{{"train", nTrain}, {"test", nTest}} {
		if part.n < len(counts) {
			return &InputError{Estimator: splitName, Column: y.Name, Row: -1,
				Msg:  fmt.Sprintf("the %s part of %d rows cannot hold all %d classes", part.name, part.n, len(counts)),
				Hint: "give it more rows, merge rare classes, or split without stratify"}
		}
	}
	return nil
}

// approximateMode divides draws over classes in proportion to counts: whole
// numbers first, what is missing by the largest remainders, and equal
// remainders by lot. It draws from rng as scikit-learn's _approximate_mode.
func approximateMode(rng *RandomState, counts []int, draws int) []int {
	total := 0
	for _, n := range counts {
		total += n
	}
	out := make([]int, len(counts))
	rest := make([]float64, len(counts))
	missing := draws
	for c, n := range counts {
		share := float64(n) / float64(total) * float64(draws)
		out[c] = int(share)
		rest[c] = share - math.Floor(share)
		missing -= out[c]
	}
	if missing <= 0 {
		return out
	}
	order := slices.Clone(rest)
	slices.Sort(order)
	order = slices.Compact(order)
	for _, value := range slices.Backward(order) {
		var equal []int
		for c, r := range rest {
			if r == value {
				equal = append(equal, c)
			}
		}
		add := min(len(equal), missing)
		for _, i := range rng.Permutation(len(equal))[:add] {
			out[equal[i]]++
		}
		if missing -= add; missing == 0 {
			break
		}
	}
	return out
}
