package train

import "context"

// A node of a tree that has been grown. Nodes are in depth-first order, so that
// the left child of an inner node is the node after it.
type node struct {
	// threshold: rows with float32(x[feature]) <= threshold go left.
	threshold float64
	// feature is isLeaf in a leaf.
	feature int32
	// right is the right child of an inner node, and the row of values of a leaf.
	right int32
}

const isLeaf = -1

// A tree gives every row of features one of its rows of values: the class
// probabilities of a classification tree, one number of a regression tree.
type tree struct {
	nodes  []node
	width  int
	values []float64
}

// leaf finds the row of values for x, which must hold float32 values.
func (t *tree) leaf(x []float64) int {
	nodes := t.nodes
	i := int32(0)
	for {
		n := &nodes[i]
		if n.feature < 0 {
			return int(n.right)
		}
		i++
		if !(x[n.feature] <= n.threshold) {
			i = n.right
		}
	}
}

// blockRows is how many of n rows go through one tree before the next tree: many,
// since each tree has to come into the cache for every block, but no more than
// leave something to do for every thread.
func blockRows(n, threads int) int {
	const fewest, most = 64, 4096
	return max(fewest, min(most, (n+threads-1)/threads))
}

// eachBlock calls do with consecutive blocks of rows of X rounded to float32;
// lo is the first row of the block.
func eachBlock(ctx context.Context, threads Threads, X *Matrix, do func(lo int, block *Matrix)) error {
	scratch := make([]*Matrix, threads.most())
	size := blockRows(X.Rows, threads.most())
	blocks := (X.Rows + size - 1) / size
	return eachPiece(ctx, threads, blocks, func(worker, piece int) error {
		lo := piece * size
		hi := min(lo+size, X.Rows)
		if scratch[worker] == nil {
			scratch[worker] = NewMatrix(size, X.Cols, nil)
		}
		block := scratch[worker]
		block.Rows = hi - lo
		for i, v := range X.Data[lo*X.Cols : hi*X.Cols] {
			block.Data[i] = float64(float32(v))
		}
		do(lo, block)
		return nil
	})
}

// addLeaves adds to each row of sum, which is block.Rows x t.width, the values
// of the leaf where that row of block ends.
func (t *tree) addLeaves(block *Matrix, sum []float64) {
	for i := range block.Rows {
		leaf := t.leaf(block.Row(i)) * t.width
		out := sum[i*t.width : (i+1)*t.width]
		for k, v := range t.values[leaf : leaf+t.width] {
			out[k] += v
		}
	}
}

// argmax is the index of the first of the largest values.
func argmax(v []float64) int {
	best := 0
	for k := range v {
		if v[k] > v[best] {
			best = k
		}
	}
	return best
}
