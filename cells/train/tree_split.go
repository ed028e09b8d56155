package train

import (
	"math"
	"math/bits"
	"slices"
)

// A sample is one row in a node of a classification tree: its class, how often
// it was drawn and its number.
type sample uint64

func newSample(class, drawn, row int) sample {
	return sample(uint64(class)<<48 | uint64(drawn)<<32 | uint64(row))
}

func (s sample) row() uint32 { return uint32(s) }

// label is the class above 16 bits of how often the row was drawn.
func (s sample) label() uint64 { return uint64(s) >> 32 }

func (s sample) class() int { return int(s >> 48) }
func (s sample) drawn() int { return int(s >> 32 & 0xffff) }

// A split sends rows whose bin of the feature is at most left to the left. right
// is the next bin that has a row in the node. score is comparable within a node
// only: the larger, the purer the two sides.
type split struct {
	feature, left, right int
	score                float64
}

// A splitter finds the best split of a node on one feature. It takes time in
// the number of rows of the node: rows of small nodes are sorted by their bin,
// those of large nodes counted by bin and class.
type splitter struct {
	criterion criterion
	minLeaf   int
	// weights of the classes; nil if all are 1.
	weights []float64
	// xlogx[v] is v log v, for whole v.
	xlogx []float64

	keys    []uint64 // bin, class and drawn of each row
	counts  []uint64 // bins x classes: rows above 32 bits of draws; zero between uses
	touched []uint64 // the bins in counts that are not zero

	total, left, right        []float64 // weight by class
	totalWeight               float64
	weightLeft, weightRight   float64
	squaresLeft, squaresRight float64 // sums of squares of left and right
	totalSquares              float64
	rows, rowsLeft            int
	best                      split
}

func newSplitter(classes int, c criterion, minLeaf int, weights []float64, rows int) *splitter {
	s := &splitter{criterion: c, minLeaf: minLeaf, weights: weights,
		total: make([]float64, classes), left: make([]float64, classes), right: make([]float64, classes)}
	if c == entropy && weights == nil {
		s.xlogx = make([]float64, rows+1)
		for v := 2; v <= rows; v++ {
			s.xlogx[v] = float64(v) * math.Log(float64(v))
		}
	}
	return s
}

// weight is what w draws of class c weigh.
func (s *splitter) weight(c, w int) float64 {
	if s.weights == nil {
		return float64(w)
	}
	return float64(w) * s.weights[c]
}

// enter counts the classes of a node; it reports whether there is more than one.
func (s *splitter) enter(node []sample) bool {
	clear(s.total)
	s.rows, s.totalWeight, s.totalSquares = len(node), 0, 0
	for _, v := range node {
		s.total[v.class()] += float64(v.drawn())
	}
	present := 0
	for c, w := range s.total {
		if w > 0 {
			present++
		}
		if s.weights != nil {
			w *= s.weights[c]
			s.total[c] = w
		}
		s.totalWeight += w
		s.totalSquares += w * w
	}
	s.best = split{feature: -1, score: math.Inf(-1)}
	return present > 1
}

// insertionRows is up to how many rows insertion sort is the fastest.
const insertionRows = 24

// try looks for a better split of the node on one feature. It reports false if
// all rows of the node have the same value there.
func (s *splitter) try(feature int, column *binned, node []sample) bool {
	s.start()
	before := s.best.score
	var varies bool
	if n := len(node); n <= insertionRows || n < len(column.lo)/64 {
		varies = s.scanSorted(column, node)
	} else {
		varies = s.scanCounts(column, node)
	}
	if s.best.score > before {
		s.best.feature = feature
	}
	return varies
}

// start puts all rows of the node on the right side.
func (s *splitter) start() {
	copy(s.right, s.total)
	clear(s.left)
	s.weightLeft, s.weightRight = 0, s.totalWeight
	s.squaresLeft, s.squaresRight = 0, s.totalSquares
	s.rowsLeft = 0
}

// scanSorted sorts the rows by bin and walks through them.
func (s *splitter) scanSorted(column *binned, node []sample) bool {
	keys := s.keys[:0]
	for _, v := range node {
		keys = append(keys, uint64(column.bin[v.row()])<<32|v.label())
	}
	s.keys = keys
	if len(keys) <= insertionRows {
		insertionSort(keys)
	} else {
		slices.Sort(keys)
	}
	last := keys[len(keys)-1] >> 32
	prev := keys[0] >> 32
	if prev == last {
		return false
	}
	for _, k := range keys {
		bin := k >> 32
		if bin != prev {
			s.consider(int(prev), int(bin))
			if bin == last {
				break
			}
			prev = bin
		}
		c := int(k >> 16 & 0xffff)
		s.move(c, s.weight(c, int(k&0xffff)))
		s.rowsLeft++
	}
	return true
}

func insertionSort(keys []uint64) {
	for i := 1; i < len(keys); i++ {
		k := keys[i]
		j := i
		for ; j > 0 && keys[j-1] > k; j-- {
			keys[j] = keys[j-1]
		}
		keys[j] = k
	}
}

// scanCounts counts the rows by bin and class and walks through the bins. Where
// rows are fewer than bins it notes the bins that they touch and visits no other.
func (s *splitter) scanCounts(column *binned, node []sample) bool {
	classes, size := len(s.total), len(column.lo)
	if n := size * classes; len(s.counts) < n {
		s.counts = make([]uint64, n)
		s.touched = make([]uint64, (size+63)/64)
	}
	w := binWalk{first: -1, last: -1}
	counts, touched, bins := s.counts, s.touched, column.bin
	if len(node) >= size {
		for _, v := range node {
			counts[int(bins[v.row()])*classes+v.class()] += 1<<32 | uint64(v.drawn())
		}
		for bin := range size {
			s.visit(&w, bin)
		}
		return w.first != w.last
	}
	for _, v := range node {
		bin := bins[v.row()]
		touched[bin>>6] |= 1 << (bin & 63)
		counts[int(bin)*classes+v.class()] += 1<<32 | uint64(v.drawn())
	}
	for i, word := range touched {
		touched[i] = 0
		for ; word != 0; word &= word - 1 {
			s.visit(&w, i<<6+bits.TrailingZeros64(word))
		}
	}
	return w.first != w.last
}

// A binWalk remembers the first and the last bin with rows so far, -1 before any.
type binWalk struct{ first, last int }

// visit considers the split before the bin, if it has rows, and then moves them
// to the left side.
func (s *splitter) visit(w *binWalk, bin int) {
	counts := s.counts[bin*len(s.total):][:len(s.total)]
	empty := true
	for c, v := range counts {
		if v == 0 {
			continue
		}
		if empty {
			empty = false
			if w.last < 0 {
				w.first = bin
			} else {
				s.consider(w.last, bin)
			}
			w.last = bin
		}
		counts[c] = 0
		s.move(c, s.weight(c, int(uint32(v))))
		s.rowsLeft += int(v >> 32)
	}
}

// move takes weight of class c from the right side to the left side.
func (s *splitter) move(c int, weight float64) {
	l, r := s.left[c], s.right[c]
	s.left[c], s.right[c] = l+weight, r-weight
	s.squaresLeft += weight * (l + l + weight)
	s.squaresRight -= weight * (r + r - weight)
	s.weightLeft += weight
	s.weightRight -= weight
}

// consider scores the split between two neighbouring bins and keeps the best;
// the first of equally good ones.
func (s *splitter) consider(left, right int) {
	if s.rowsLeft < s.minLeaf || s.rows-s.rowsLeft < s.minLeaf {
		return
	}
	var score float64
	if s.criterion == gini {
		// One division of whole numbers: equally good splits score the same bits.
		score = (s.squaresLeft*s.weightRight + s.squaresRight*s.weightLeft) / (s.weightLeft * s.weightRight)
	} else {
		score = s.negEntropy(s.left, s.weightLeft) + s.negEntropy(s.right, s.weightRight)
	}
	if score > s.best.score {
		s.best.score, s.best.left, s.best.right = score, left, right
	}
}

// nodeScore is what the whole node scores: a split gains its score less this.
func (s *splitter) nodeScore() float64 {
	if s.criterion == gini {
		return s.totalSquares / s.totalWeight
	}
	return s.negEntropy(s.total, s.totalWeight)
}

// negEntropy is the negative entropy (in nats) of the classes times their weight.
func (s *splitter) negEntropy(byClass []float64, weight float64) float64 {
	sum := -s.logTerm(weight)
	for _, w := range byClass {
		sum += s.logTerm(w)
	}
	return sum
}

// logTerm is v log v.
func (s *splitter) logTerm(v float64) float64 {
	switch {
	case s.xlogx != nil:
		return s.xlogx[int(v)]
	case v <= 0: // below zero by rounding only
		return 0
	}
	return v * math.Log(v)
}
