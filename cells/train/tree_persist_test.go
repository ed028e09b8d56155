package train

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func encoded(t testing.TB, m Classifier) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Save(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTreesSurviveSaving(t *testing.T) {
	X, y := madeUp(300, 5, 3)
	for name, e := range testEstimators() {
		t.Run(name, func(t *testing.T) {
			m := mustFit(t, e, X, y)
			loaded, err := Load(bytes.NewReader(encoded(t, m)))
			if err != nil {
				t.Fatal(err)
			}
			if loaded.Name() != e.Name() {
				t.Errorf("it is called %s, want %s", loaded.Name(), e.Name())
			}
			if diff := cmp.Diff(mustProba(t, m, X), mustProba(t, loaded, X)); diff != "" {
				t.Errorf("probabilities (-saved +loaded):\n%s", diff)
			}
			if diff := cmp.Diff(m.(FeatureImporter).FeatureImportances(), loaded.(FeatureImporter).FeatureImportances()); diff != "" {
				t.Errorf("importances (-saved +loaded):\n%s", diff)
			}
		})
	}
}

func TestLoadRefusesBrokenTrees(t *testing.T) {
	good := func() *treeModel {
		return &treeModel{name: "RandomForestClassifier", classes: Classes{int64(0), int64(1)}, nFeatures: 2,
			importances: []float64{1, 0}, trees: []*tree{{width: 2, values: []float64{1, 0, 0, 1},
				nodes: []node{{0.5, 0, 2}, {0, isLeaf, 0}, {1.5, 1, 4}, {0, isLeaf, 1}, {0, isLeaf, 0}}}}}
	}
	for name, spoil := range map[string]func(*treeModel, *tree){
		"child is itself":       func(_ *treeModel, t *tree) { t.nodes[2].right = 2 },
		"child before parent":   func(_ *treeModel, t *tree) { t.nodes[2].right = 1 },
		"both children the one": func(_ *treeModel, t *tree) { t.nodes[0].right = 1 },
		"child outside":         func(_ *treeModel, t *tree) { t.nodes[2].right = 5 },
		"negative child":        func(_ *treeModel, t *tree) { t.nodes[2].right = -1 },
		"last node not a leaf":  func(_ *treeModel, t *tree) { t.nodes[4] = node{0, 0, 9} },
		"unknown feature":       func(_ *treeModel, t *tree) { t.nodes[0].feature = 2 },
		"feature -2":            func(_ *treeModel, t *tree) { t.nodes[0].feature = -2 },
		"values outside":        func(_ *treeModel, t *tree) { t.nodes[1].right = 2 },
		"negative values":       func(_ *treeModel, t *tree) { t.nodes[1].right = -1 },
		"half a row of values":  func(_ *treeModel, t *tree) { t.values = t.values[:3] },
		"no nodes":              func(_ *treeModel, t *tree) { t.nodes = nil },
		"no trees":              func(m *treeModel, _ *tree) { m.trees = nil },
		"NaN threshold":         func(_ *treeModel, t *tree) { t.nodes[0].threshold = math.NaN() },
		"NaN value":             func(_ *treeModel, t *tree) { t.values[0] = math.NaN() },
		"importances missing":   func(m *treeModel, _ *tree) { m.importances = nil },
		"negative features":     func(m *treeModel, _ *tree) { m.nFeatures = -1 },
	} {
		t.Run(name, func(t *testing.T) {
			m := good()
			spoil(m, m.trees[0])
			if _, err := Load(bytes.NewReader(encoded(t, m))); !errors.Is(err, ErrModelFormat) {
				t.Errorf("error %v, want ErrModelFormat", err)
			}
		})
	}
	if _, err := Load(bytes.NewReader(encoded(t, good()))); err != nil {
		t.Errorf("the unspoiled model: %v", err)
	}
}

func FuzzTreeDecoder(f *testing.F) {
	X, y := madeUp(60, 3, 3)
	for _, spec := range []Estimator{DecisionTreeClassifier{}, GradientBoostingClassifier{NEstimators: 2}} {
		e := &encoder{}
		e.model(mustFit(f, spec, X, y))
		f.Add(e.buf)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		d := &decoder{buf: body}
		m := d.model()
		if d.err != nil || m == nil {
			return
		}
		if _, ok := m.(FeatureImporter); !ok {
			return
		}
		n := len(m.(FeatureImporter).FeatureImportances())
		mustProba(t, m, NewMatrix(2, n, nil)) // ends, within the tree
	})
}
