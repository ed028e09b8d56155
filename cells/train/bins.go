package train

import (
	"context"
	"fmt"
	"math"
)

const (
	// exactRows is up to how many rows ensembles of trees look at every
	// distinct value; on more rows they look at quantileBins quantiles.
	exactRows    = 10_000
	quantileBins = 255
	// mostBins is what a uint16 can tell apart.
	mostBins = 1 << 16
)

// bins is a matrix with every value replaced by its place in the order of its
// column: exact ranks while a column has few enough distinct values, quantiles
// beyond that. Values are compared as float32, as scikit-learn's trees do.
type bins struct {
	rows    int
	columns []binned
}

// binned is one column: the bin of each row, and the smallest and the largest
// value in each bin (the same for exact ranks).
type binned struct {
	bin    []uint16
	lo, hi []float32
}

// threshold is the midpoint between the last value of bin left and the first
// value of bin right.
func (c *binned) threshold(left, right int) float64 {
	return float64(c.hi[left])/2 + float64(c.lo[right])/2
}

// ensembleBins is the number of bins that suits an ensemble on n rows.
func ensembleBins(n int) int {
	if n <= exactRows {
		return mostBins
	}
	return quantileBins
}

// binColumns bins every column of X to at most limit bins. name is the
// estimator, for messages.
func binColumns(ctx context.Context, name string, X *Matrix, limit int, threads Threads) (*bins, error) {
	if err := checkFloat32(name, X); err != nil {
		return nil, err
	}
	b := &bins{rows: X.Rows, columns: make([]binned, X.Cols)}
	scratch := make([][2][]uint64, threads.most())
	err := eachPiece(ctx, threads, X.Cols, func(worker, j int) error {
		s := &scratch[worker]
		if s[0] == nil {
			s[0], s[1] = make([]uint64, X.Rows), make([]uint64, X.Rows)
		}
		columnKeys(X, j, s[0])
		sorted, err := sortKeys(ctx, s[0], s[1])
		if err != nil {
			return err
		}
		b.columns[j] = cutColumn(sorted, limit)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return b, nil
}

// checkFloat32 refuses values that are infinite as float32.
func checkFloat32(name string, X *Matrix) error {
	const rounds = 0x1.ffffffp127 // from here on, to infinity
	for i, v := range X.Data {
		if v >= rounds || v <= -rounds {
			return &InputError{Estimator: name, Column: X.ColumnName(i % X.Cols), Row: i / X.Cols,
				Msg:  fmt.Sprintf("%g is too large for a tree, which compares values as float32", v),
				Hint: "scale the column or take its logarithm"}
		}
	}
	return nil
}

// columnKeys fills keys with one number per row of column j: the value in the
// high half, in an encoding that sorts as the float32 does, and the row below it.
func columnKeys(X *Matrix, j int, keys []uint64) {
	for i := range keys {
		u := math.Float32bits(float32(X.At(i, j)) + 0) // -0 and 0 are one value
		u ^= uint32(int32(u)>>31) | 1<<31
		keys[i] = uint64(u)<<32 | uint64(i)
	}
}

func keyValue(key uint64) float32 {
	u := uint32(key >> 32)
	if u>>31 == 1 {
		return math.Float32frombits(u ^ 1<<31)
	}
	return math.Float32frombits(^u)
}

// sortKeys sorts by the high halves: a radix sort with 11 bits a pass, which is
// stable and so leaves equal values in the order of their rows. The result is in
// one of the two slices.
func sortKeys(ctx context.Context, keys, spare []uint64) ([]uint64, error) {
	from, to := keys, spare
	for _, shift := range [3]uint{32, 43, 54} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var start [2048]int32
		for _, k := range from {
			start[k>>shift&2047]++
		}
		at := int32(0)
		for i, n := range start {
			start[i] = at
			at += n
		}
		for _, k := range from {
			p := &start[k>>shift&2047]
			to[*p] = k
			*p++
		}
		from, to = to, from
	}
	return from, ctx.Err()
}

// cutColumn gives every distinct value its own bin if limit bins are enough for
// that, and else fills bins with equal shares of the rows, never parting equal values.
func cutColumn(sorted []uint64, limit int) binned {
	n := len(sorted)
	distinct := 1
	for i := 1; i < n; i++ {
		if sorted[i]>>32 != sorted[i-1]>>32 {
			distinct++
		}
	}
	shares := limit
	if distinct <= limit {
		shares = n // every value is over its share at once
	}
	c := binned{bin: make([]uint16, n)}
	size := min(distinct, limit)
	c.lo, c.hi = make([]float32, 0, size), make([]float32, 0, size)
	for i, k := range sorted {
		switch {
		case i == 0, k>>32 != sorted[i-1]>>32 && i*shares >= len(c.lo)*n:
			c.lo = append(c.lo, keyValue(k))
			c.hi = append(c.hi, keyValue(k))
		default:
			c.hi[len(c.hi)-1] = keyValue(k)
		}
		c.bin[uint32(k)] = uint16(len(c.lo) - 1)
	}
	return c
}
