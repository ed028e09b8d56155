package train

import (
	"fmt"
	"slices"
)

// A Fold is one division of the rows, both parts in ascending order.
type Fold struct{ Train, Test []int }

// A Splitter divides rows several times. KFold and StratifiedKFold are some.
type Splitter interface {
	// Split divides n rows with labels y (nil for a splitter that needs none).
	// The warnings say what is questionable about the folds.
	Split(n int, y *Labels) (folds []Fold, warnings []string, err error)
}

// KFold tests on each of NSplits blocks of rows in turn, with the indices of
// scikit-learn's KFold.
type KFold struct {
	// NSplits is the number of folds, at least 2; 0 means 5.
	NSplits int
	// Shuffle deals rows to folds at random, by Seed, instead of in blocks.
	Shuffle bool
	Seed    uint32
}

// Split ignores y.
func (k KFold) Split(n int, _ *Labels) ([]Fold, []string, error) {
	splits, err := checkSplits("KFold", k.NSplits, n)
	if err != nil {
		return nil, nil, err
	}
	order := upToN(n)
	if k.Shuffle {
		NewRandomState(k.Seed).Shuffle(order)
	}
	foldOf := make([]int, n)
	at := 0
	for f := range splits {
		size := n / splits
		if f < n%splits {
			size++
		}
		for _, row := range order[at : at+size] {
			foldOf[row] = f
		}
		at += size
	}
	return foldsOf(foldOf, splits), nil, nil
}

// StratifiedKFold keeps the proportions of the classes in each fold, with the
// indices of scikit-learn's StratifiedKFold.
type StratifiedKFold struct {
	// NSplits is the number of folds, at least 2; 0 means 5.
	NSplits int
	// Shuffle deals the rows of each class at random, by Seed.
	Shuffle bool
	Seed    uint32
}

// Split divides the rows by class. A class with fewer rows than folds is
// missing in some: that is a warning, and an error if all classes are so small.
func (k StratifiedKFold) Split(n int, y *Labels) ([]Fold, []string, error) {
	const name = "StratifiedKFold"
	splits, err := checkSplits(name, k.NSplits, n)
	if err != nil {
		return nil, nil, err
	}
	if err := checkLabels(name, y); err != nil {
		return nil, nil, err
	}
	if y.Len() != n {
		return nil, nil, inputError(name, "take the labels from the same rows", "%d rows but %d labels", n, y.Len())
	}
	y, _ = y.Present()
	warnings, err := checkFoldClasses(name, y, splits)
	if err != nil {
		return nil, nil, err
	}
	rows := rowsByAppearance(y)
	rng := NewRandomState(k.Seed)
	foldOf := make([]int, n)
	for c, share := range allocate(rows, n, splits) {
		var deal []int
		for f, count := range share {
			deal = append(deal, slices.Repeat([]int{f}, count)...)
		}
		if k.Shuffle {
			rng.Shuffle(deal)
		}
		for i, row := range rows[c] {
			foldOf[row] = deal[i]
		}
	}
	return foldsOf(foldOf, splits), warnings, nil
}

// rowsByAppearance lists the rows of each class, the classes in the order in
// which they first occur: scikit-learn's encoding, on which the draws depend.
func rowsByAppearance(y *Labels) [][]int {
	var rows [][]int
	place := make([]int, len(y.Classes))
	for i, c := range y.Codes {
		if place[c] == 0 {
			rows = append(rows, nil)
			place[c] = len(rows)
		}
		rows[place[c]-1] = append(rows[place[c]-1], i)
	}
	return rows
}

// allocate says how many rows of each class each fold tests: every splits-th
// of the labels in sorted order.
func allocate(rows [][]int, n, splits int) [][]int {
	out := make([][]int, len(rows))
	at := 0
	for c, own := range rows {
		out[c] = make([]int, splits)
		for range own {
			out[c][at%splits]++
			at++
		}
	}
	return out
}

// foldsOf turns the fold that tests each row into index lists.
func foldsOf(foldOf []int, splits int) []Fold {
	folds := make([]Fold, splits)
	for row, own := range foldOf {
		for f := range folds {
			if f == own {
				folds[f].Test = append(folds[f].Test, row)
			} else {
				folds[f].Train = append(folds[f].Train, row)
			}
		}
	}
	return folds
}

func checkSplits(name string, splits, n int) (int, error) {
	if splits == 0 {
		splits = 5
	}
	if splits < 2 {
		return 0, &ParamError{name, "n_splits", splits, "at least 2"}
	}
	if splits > n {
		return 0, &ParamError{name, "n_splits", splits, fmt.Sprintf("at most the number of rows, which is %d", n)}
	}
	return splits, nil
}

func checkFoldClasses(name string, y *Labels, splits int) ([]string, error) {
	counts := y.Counts()
	if top := slices.Max(counts); top < splits {
		return nil, &ParamError{name, "n_splits", splits,
			fmt.Sprintf("at most %d, the number of rows of the largest class", top)}
	}
	least := slices.Min(counts)
	if least >= splits {
		return nil, nil
	}
	class := formatClass(y.Classes[slices.Index(counts, least)])
	return []string{fmt.Sprintf("%s: the least populated class, %s, has only %d rows, which is fewer than n_splits=%d: some folds do not test it",
		name, class, least, splits)}, nil
}
