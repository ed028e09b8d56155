package train

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// splitsGolden is testdata/splits.json.
type splitsGolden struct {
	raw map[string]any
	y   *Labels
}

func readSplits(t *testing.T) splitsGolden {
	g := splitsGolden{}
	readJSON(t, "splits.json", &g.raw)
	var values []any
	for _, r := range g.raw["y"].(string) {
		values = append(values, int(r-'0'))
	}
	var err error
	if g.y, err = NewLabels("quality", values); err != nil {
		t.Fatal(err)
	}
	return g
}

func toInts(v any) []int {
	var out []int
	for _, x := range v.([]any) {
		out = append(out, int(x.(float64)))
	}
	return out
}

func TestTrainTestSplitIsScikitLearns(t *testing.T) {
	g := readSplits(t)
	for _, size := range []float64{0.2, 0.3} {
		for _, seed := range []uint32{42, 0, 7} {
			for _, kind := range []string{"stratified", "plain"} {
				key := fmt.Sprintf("train_test_split/%s/%v/%d", kind, size, seed)
				want, ok := g.raw[key].(map[string]any)
				if !ok {
					continue
				}
				t.Run(key, func(t *testing.T) {
					var stratify *Labels
					if kind == "stratified" {
						stratify = g.y
					}
					train, test, err := TrainTestSplit(g.y.Len(), size, seed, stratify)
					if err != nil {
						t.Fatal(err)
					}
					if d := cmp.Diff(toInts(want["test"]), test); d != "" {
						t.Errorf("test rows (-want +got):\n%s", d)
					}
					head := toInts(want["train_head"])
					if d := cmp.Diff(head, train[:len(head)]); d != "" {
						t.Errorf("train rows (-want +got):\n%s", d)
					}
					if n := int(want["n_train"].(float64)); len(train) != n {
						t.Errorf("%d rows for training, want %d", len(train), n)
					}
				})
			}
		}
	}
}

func TestKFoldIsScikitLearns(t *testing.T) {
	g := readSplits(t)
	for key, s := range map[string]Splitter{
		"StratifiedKFold/5/shuffle/0":  StratifiedKFold{Shuffle: true},
		"StratifiedKFold/5/shuffle/42": StratifiedKFold{Shuffle: true, Seed: 42},
		"StratifiedKFold/5":            StratifiedKFold{NSplits: 5},
		"KFold/5/shuffle/0":            KFold{Shuffle: true},
		"KFold/5/shuffle/42":           KFold{Shuffle: true, Seed: 42},
	} {
		t.Run(key, func(t *testing.T) { wantFolds(t, s, g.y, g.raw[key].([]any)) })
	}
	small := g.raw["small"].(map[string]any)
	y := labelsOf(t, toInts(small["y"]))
	for key, s := range map[string]Splitter{
		"kfold3": KFold{NSplits: 3}, "stratified3": StratifiedKFold{NSplits: 3},
		"kfold3_shuffle_seed0": KFold{NSplits: 3, Shuffle: true},
	} {
		t.Run(key, func(t *testing.T) { wantFolds(t, s, y, small[key].([]any)) })
	}
}

func wantFolds(t *testing.T, s Splitter, y *Labels, want []any) {
	t.Helper()
	folds, _, err := s.Split(y.Len(), y)
	if err != nil {
		t.Fatal(err)
	}
	if len(folds) != len(want) {
		t.Fatalf("%d folds, want %d", len(folds), len(want))
	}
	for i, f := range folds {
		if d := cmp.Diff(toInts(want[i]), f.Test); d != "" {
			t.Errorf("fold %d test rows (-want +got):\n%s", i, d)
		}
		if len(f.Train)+len(f.Test) != y.Len() {
			t.Errorf("fold %d has %d + %d rows of %d", i, len(f.Train), len(f.Test), y.Len())
		}
	}
}

func TestSplitSizes(t *testing.T) {
	for _, c := range []struct {
		name        string
		split       TrainTest
		train, test int
	}{
		{"default", TrainTest{}, 8, 3},
		{"train size alone", TrainTest{TrainSize: new(0.5)}, 5, 6},
		{"both", TrainTest{TrainSize: new(0.5), TestSize: new(0.2)}, 5, 3},
		{"both, to the last row", TrainTest{TrainSize: new(0.7), TestSize: new(0.3)}, 7, 4},
		{"in order", TrainTest{NoShuffle: true}, 8, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			train, test, err := c.split.Split(11)
			if err != nil {
				t.Fatal(err)
			}
			if len(train) != c.train || len(test) != c.test {
				t.Errorf("%d + %d rows, want %d + %d", len(train), len(test), c.train, c.test)
			}
			if c.split.NoShuffle && test[0] != 8 {
				t.Errorf("first row for testing is %d, want 8", test[0])
			}
		})
	}
}

func TestSplitRefuses(t *testing.T) {
	y := labelsOf(t, []int{1, 1, 1, 2, 2, 2, 3, 3})
	lone := labelsOf(t, []int{1, 1, 1, 2, 2, 2, 3, 1})
	fold := func(s Splitter, n int, y *Labels) error { _, _, err := s.Split(n, y); return err }
	tts := func(n int, size float64, y *Labels) error { _, _, err := TrainTestSplit(n, size, 0, y); return err }
	for _, c := range []struct {
		name, want string
		err        error
	}{
		{"negative", "test_size=-0.2: must be a fraction between 0 and 1", tts(8, -0.2, nil)},
		{"zero", "test_size=0: must be", tts(8, 0, nil)},
		{"one", "test_size=1: must be", tts(8, 1, nil)},
		{"no rows", "no rows", tts(0, 0.2, nil)},
		{"nothing to train on", "none for training", tts(1, 0.2, nil)},
		{"lone class", `column "y", row 6: class 3 has only this row`, tts(8, 0.5, lone)},
		{"test too small", "test part of 2 rows cannot hold all 3 classes", tts(8, 0.2, y)},
		{"lengths", "9 rows but 8 labels", tts(9, 0.5, y)},
		{"one fold", "n_splits=1: must be at least 2", fold(KFold{NSplits: 1}, 8, nil)},
		{"more folds than rows", "at most the number of rows, which is 8", fold(KFold{NSplits: 9}, 8, nil)},
		{"more folds than any class", "at most 3, the number of rows of the largest class", fold(StratifiedKFold{NSplits: 4}, 8, y)},
		{"no labels", "y is missing", fold(StratifiedKFold{}, 8, nil)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
				t.Errorf("error %v, want %q in it", c.err, c.want)
			}
		})
	}
	_, warnings, err := StratifiedKFold{NSplits: 3}.Split(8, y)
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "class, 3, has only 2 rows") {
		t.Errorf("warnings %q, error %v", warnings, err)
	}
}
