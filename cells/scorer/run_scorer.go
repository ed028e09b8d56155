package scorer

import (
	"context"
	"fmt"
)

// RowScorer computes outputs of rows from their features. It is safe for use by
// many goroutines: each call has an instance of its own.
type RowScorer struct{ job }

// NewScorer sets up a row scorer; see NewMetric.
func (m *Module) NewScorer(params map[string]any, classes ...string) (*RowScorer, error) {
	if m.manifest.Kind != KindScorer {
		return nil, fmt.Errorf("extension %s is a %s, not a scorer", m.manifest.Name, m.manifest.Kind)
	}
	s := &RowScorer{}
	return s, s.init(m, params, classes)
}

// Predict gives the outputs as columns. x has one column per feature of the
// manifest, in its order; any number of them if it names none. Large inputs go to the guest in chunks, on any number
// of which the result must not depend: a row's outputs come from that row.
func (s *RowScorer) Predict(ctx context.Context, x [][]float64) ([][]float64, error) {
	man := s.mod.manifest
	if err := man.takes(len(x)); err != nil {
		return nil, err
	}
	n := len(x[0])
	for c, col := range x {
		if len(col) != n {
			return nil, fmt.Errorf("extension %s: %s has %d rows, %s has %d", man.Name, man.feature(c), len(col), man.feature(0), n)
		}
	}
	out := make([][]float64, man.Scorer.Outputs)
	for c := range out {
		out[c] = make([]float64, n)
	}
	if n == 0 {
		return out, nil
	}
	err := s.run(ctx, func(in *instance) error { return s.predictOn(ctx, in, x, out) })
	if err != nil {
		return nil, err
	}
	return out, nil
}

// takes refuses a number of columns that a row scorer is not for.
func (m *Manifest) takes(columns int) error {
	want := len(m.Scorer.Features)
	switch {
	case columns == 0:
		return fmt.Errorf("extension %s: no columns of features", m.Name)
	case want > 0 && columns != want:
		return fmt.Errorf("extension %s takes %d features and got %d columns", m.Name, want, columns)
	}
	return nil
}

// feature names a column for people.
func (m *Manifest) feature(c int) string {
	if c < len(m.Scorer.Features) {
		return "feature " + m.Scorer.Features[c].Name
	}
	return fmt.Sprintf("column %d", c)
}

// predictOn is one evaluation on one instance.
func (s *RowScorer) predictOn(ctx context.Context, in *instance, x, out [][]float64) error {
	for from, n := 0, len(x[0]); from < n; from += maxScorerRows {
		to := min(from+maxScorerRows, n)
		if err := s.chunk(ctx, in, x, out, from, to); err != nil {
			return err
		}
	}
	return nil
}

func (s *RowScorer) chunk(ctx context.Context, in *instance, x, out [][]float64, from, to int) error {
	n, d, k := to-from, len(x), len(out)
	rows := [2]int{from, to}
	byRow := s.mod.manifest.Scorer.Layout == "row"
	if err := s.features(ctx, in, x, k, from, to, byRow); err != nil {
		return s.wrap(exportPredict, rows, in.spent(), err)
	}
	in.begin(ctx, s.budget(n))
	st := &in.stack
	st[0], st[1], st[2], st[3], st[4] = uint64(n), uint64(d), uint64(k), uint64(in.bufs[bufX].ptr), uint64(in.bufs[bufOut].ptr)
	if err := s.end(in, exportPredict, rows, in.invoke(in.predict)); err != nil {
		return err
	}
	res, err := in.memory(bufOut)
	if err != nil {
		return s.wrap(exportPredict, rows, in.spent(), err)
	}
	for c, col := range out {
		for i := range n {
			at := c*n + i
			if byRow {
				at = i*k + c
			}
			col[from+i] = float(res, at)
		}
	}
	return nil
}

// features makes room for input and output and writes the input.
func (s *RowScorer) features(ctx context.Context, in *instance, x [][]float64, k, from, to int, byRow bool) error {
	n := uint64(to - from)
	if err := in.need(ctx, bufX, n*uint64(len(x))*8); err != nil {
		return err
	}
	if err := in.need(ctx, bufOut, n*uint64(k)*8); err != nil {
		return err
	}
	dst, err := in.memory(bufX)
	if err != nil {
		return err
	}
	if byRow {
		putRows(dst, x, from, to)
		return nil
	}
	for c, col := range x {
		putFloats(dst[uint64(c)*n*8:], col[from:to])
	}
	return nil
}
