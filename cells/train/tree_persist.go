package train

import "math"

const (
	kindDecisionTree = "decision_tree/1"
	kindForest       = "random_forest/1"
	kindBoosting     = "gradient_boosting/1"
	kindBoostingEval = "gradient_boosting/2" // 1, and what was watched
)

func (m *treeModel) kind() string {
	if m.name == (DecisionTreeClassifier{}).Name() {
		return kindDecisionTree
	}
	return kindForest
}

func (m *treeModel) encode(e *encoder) {
	e.classes(m.classes)
	e.int(m.nFeatures)
	e.names(m.features)
	e.floats(m.importances)
	e.trees(m.trees)
}

func decodeTreeModel(d *decoder, name string) Classifier {
	m := &treeModel{name: name, classes: d.classes(), nFeatures: d.int()}
	m.features = d.names(m.nFeatures)
	m.importances = d.importances(m.nFeatures)
	m.trees = d.trees(m.nFeatures, len(m.classes))
	if len(m.trees) == 0 {
		d.fail("a forest without trees")
	}
	return m
}

func (m *boostingModel) kind() string {
	if m.evaluations != nil {
		return kindBoostingEval
	}
	return kindBoosting
}

func (m *boostingModel) encode(e *encoder) {
	e.classes(m.classes)
	e.int(m.nFeatures)
	e.names(m.features)
	e.floats(m.importances)
	e.floats(m.prior)
	e.trees(m.trees)
	if seen := m.evaluations; seen != nil {
		e.str(seen.Metric)
		e.bool(seen.GreaterIsBetter)
		e.floats(seen.Values)
	}
}

func decodeBoosting(d *decoder) *boostingModel {
	m := &boostingModel{classes: d.classes(), nFeatures: d.int()}
	m.features = d.names(m.nFeatures)
	m.importances = d.importances(m.nFeatures)
	m.prior = d.finite()
	m.trees = d.trees(m.nFeatures, 1)
	outputs := len(m.classes)
	if outputs == 2 {
		outputs = 1
	}
	if len(m.prior) != outputs || len(m.trees)%outputs != 0 {
		d.fail("%d outputs and %d trees for %d classes", len(m.prior), len(m.trees), len(m.classes))
	}
	return m
}

func decodeBoostingEval(d *decoder) Classifier {
	m := decodeBoosting(d)
	m.evaluations = &Evaluations{Metric: d.str(), GreaterIsBetter: d.bool(), Values: d.finite()}
	if d.err == nil && len(m.evaluations.Values) != m.Stages() {
		d.fail("%d evaluations of %d stages", len(m.evaluations.Values), m.Stages())
	}
	return m
}

// importances reads one finite number per feature.
func (d *decoder) importances(features int) []float64 {
	v := d.finite()
	if len(v) != features {
		d.fail("%d importances for %d features", len(v), features)
	}
	return v
}

// trees writes each tree as the thresholds, features and right children of its
// nodes, and its values.
func (e *encoder) trees(trees []*tree) {
	e.int(len(trees))
	for _, t := range trees {
		thresholds := make([]float64, len(t.nodes))
		features, right := make([]int32, len(t.nodes)), make([]int32, len(t.nodes))
		for i, n := range t.nodes {
			thresholds[i], features[i], right[i] = n.threshold, n.feature, n.right
		}
		e.floats(thresholds)
		putSlice(e, features)
		putSlice(e, right)
		e.floats(t.values)
	}
}

// trees reads trees over the given number of features that give width values.
func (d *decoder) trees(features, width int) []*tree {
	const smallest = 4 * 8 // the lengths of four lists
	out := make([]*tree, d.length(smallest))
	for i := range out {
		if out[i] = d.tree(features, width); d.err != nil {
			return nil
		}
	}
	return out
}

func (d *decoder) tree(features, width int) *tree {
	thresholds := d.finite()
	feature, right := getSlice[int32](d), getSlice[int32](d)
	t := &tree{width: width, values: d.finite()}
	if len(feature) != len(thresholds) || len(right) != len(thresholds) {
		d.fail("a tree with %d thresholds, %d features and %d children", len(thresholds), len(feature), len(right))
	}
	if d.err != nil {
		return nil
	}
	if width < 1 || len(t.values)%width != 0 {
		d.fail("a tree with %d values, %d to a leaf", len(t.values), width)
		return nil
	}
	for i := range thresholds {
		t.nodes = append(t.nodes, node{thresholds[i], feature[i], right[i]})
	}
	d.checkNodes(t, features)
	return t
}

// checkNodes refuses nodes on which a walk from the root would leave the tree
// or never end: children come after their parent, and the last node is a leaf.
func (d *decoder) checkNodes(t *tree, features int) {
	count, leafRows := len(t.nodes), len(t.values)/t.width
	if count == 0 || count > math.MaxInt32 {
		d.fail("a tree with %d nodes", count)
	}
	for i, n := range t.nodes {
		right := int(n.right)
		switch {
		case n.feature == isLeaf:
			if right < 0 || right >= leafRows {
				d.fail("leaf %d of a tree has values %d of %d", i, right, leafRows)
			}
		case n.feature < 0 || int(n.feature) >= features:
			d.fail("node %d of a tree asks for feature %d of %d", i, n.feature, features)
		case right <= i+1 || right >= count:
			d.fail("node %d of a tree has child %d of %d", i, right, count)
		}
	}
}
