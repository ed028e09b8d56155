package train

// A span is the rows from ≤ i < to.
type span struct{ from, to int }

// pieces cuts n rows into at most maxPieces ranges of at least minRows rows.
// The cut depends on n only, which keeps sums the same for any thread count.
func pieces(n int) []span {
	const minRows, maxPieces = 256, 64
	size := max(minRows, (n+maxPieces-1)/maxPieces)
	var out []span
	for from := 0; from < n; from += size {
		out = append(out, span{from, min(from+size, n)})
	}
	return out
}

// progress tells the caller how far the fit is, if it wants to know.
func (o FitOptions) progress(done, total int, loss float64) {
	if o.Progress != nil {
		o.Progress(done, total, loss)
	}
}
