package scorer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
)

// SelfCheck runs the manifest's vectors (or some generated rows, if it has
// none) twice on the compiler and twice on the interpreter. All results and the
// fuel must agree to the bit: that finds wrong code of the compiler, state that
// one call leaves to the next, and other non-determinism. Then results are
// compared with what the vectors expect. Of a transform without vectors only the
// start is checked. The error is a *SelfCheckError, or a *CallError for a guest
// that fails.
func (m *Module) SelfCheck(ctx context.Context) error {
	all, err := m.CheckVectors(ctx)
	for _, v := range all {
		if v.Err != nil {
			return errors.Join(v.Err, err)
		}
	}
	return err
}

// Checked is how a vector fared.
type Checked struct {
	Vector int       // index into the manifest's selfcheck list, -1 for a generated one
	Values []float64 // what the extension gave
	Doc    []byte    // what a transform gave
	Fuel   int64     // of the first call
	Err    error
}

// CheckVectors is SelfCheck with what came of every vector.
func (m *Module) CheckVectors(ctx context.Context) (all []Checked, err error) {
	if err := m.enter(); err != nil {
		return nil, err
	}
	defer m.active.Done()
	place := &job{mod: m} // of the instances, of which there is one at a time
	if _, err := m.engine.pool.acquire(ctx, place); err != nil {
		return nil, err
	}
	defer m.engine.pool.vacate(place)
	ctx, cancel := context.WithTimeoutCause(ctx, m.limits.CheckTime, ErrDeadline)
	defer cancel()
	interp, err := m.engine.build(ctx, m, true)
	if err != nil {
		return nil, fmt.Errorf("extension %s: self-check: %w", m.manifest.Name, err)
	}
	defer func() { err = errors.Join(err, interp.close()) }()
	vectors, first := m.manifest.SelfCheck, 0
	if len(vectors) == 0 {
		if m.manifest.Kind == KindTransform {
			return nil, m.checkStart(ctx, interp)
		}
		vectors, first = []Vector{m.generated()}, -1
	}
	for i, v := range vectors {
		c := Checked{Vector: first + i}
		c.Err = m.checkVector(ctx, v, &c, interp)
		all = append(all, c)
	}
	return all, nil
}

// checkStart starts an instance on each engine.
func (m *Module) checkStart(ctx context.Context, interp *program) error {
	_, j, err := m.evaluation(Vector{Params: m.manifest.standIns()})
	if err != nil {
		return err
	}
	for _, prog := range []*program{m.program, interp} {
		in, err := newInstance(ctx, j, prog)
		if err == nil {
			err = in.close()
		}
		if err != nil {
			return fmt.Errorf("self-check: %w", err)
		}
	}
	return nil
}

// outcome is what one evaluation gave.
type outcome struct {
	values []float64
	doc    []byte // of a transform
	fuel   int64
}

func (o outcome) equal(p outcome) bool {
	if o.fuel != p.fuel || len(o.values) != len(p.values) || !bytes.Equal(o.doc, p.doc) {
		return false
	}
	for i, v := range o.values {
		if math.Float64bits(v) != math.Float64bits(p.values[i]) {
			return false
		}
	}
	return true
}

// String is the result alone.
func (o outcome) String() string {
	if o.doc != nil {
		return string(o.doc)
	}
	return fmt.Sprint(o.values)
}

// sameJSON is true for documents that mean the same: white space and the order
// of keys do not matter.
func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

func (o outcome) sameValues(p outcome) bool {
	p.fuel = o.fuel
	return o.equal(p)
}

// checkVector evaluates a vector and notes in c what came of it.
func (m *Module) checkVector(ctx context.Context, v Vector, c *Checked, interp *program) error {
	native, err := m.twice(ctx, v, m.program)
	if err != nil {
		return fmt.Errorf("self-check: %w", err)
	}
	c.Values, c.Doc, c.Fuel = native[0].values, native[0].doc, native[0].fuel
	slow, err := m.twice(ctx, v, interp)
	if err != nil {
		return fmt.Errorf("self-check on the interpreter: %w", err)
	}
	refuse := func(format string, args ...any) error {
		return &SelfCheckError{Extension: m.manifest.Name, Vector: c.Vector, Msg: fmt.Sprintf(format, args...)}
	}
	switch {
	case !native[0].sameValues(native[1]):
		return refuse("the second call gave %v, the first %v: state is kept between calls", native[1], native[0])
	case !native[0].equal(slow[0]) || !native[1].equal(slow[1]):
		return refuse("%s gave %v with %d units of fuel, the interpreter %v with %d", m.program.name, native[0], native[0].fuel, slow[0], slow[0].fuel)
	case c.Vector < 0:
		return nil
	case m.manifest.Kind == KindTransform:
		if !sameJSON(native[0].doc, v.Out) {
			return refuse("it gave %v, expected %s", native[0], v.Out)
		}
		return nil
	}
	got := native[0].values
	var want []float64
	for _, col := range Columns(v.Expect) {
		want = append(want, col...)
	}
	if len(got) != len(want) {
		return refuse("expect has %d numbers, there are %d results", len(want), len(got))
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= v.Tol) {
			return refuse("result %d is %v, expected %v within %v", i, got[i], want[i], v.Tol)
		}
	}
	return nil
}

// twice evaluates a vector two times on one new instance of prog.
func (m *Module) twice(ctx context.Context, v Vector, prog *program) (res [2]outcome, err error) {
	evaluate, j, err := m.evaluation(v)
	if err != nil {
		return res, err
	}
	silent := func(int, string) {} // what a vector logs is heard once
	if prog != m.program {
		j.OnLog(silent)
	}
	in, err := newInstance(ctx, j, prog)
	if err != nil {
		return res, err
	}
	defer func() { err = errors.Join(err, in.close()) }()
	for i := range res {
		if i > 0 {
			j.OnLog(silent)
		}
		before := j.Fuel()
		if res[i], err = evaluate(ctx, in); err != nil {
			return res, err
		}
		res[i].fuel = j.Fuel() - before
	}
	return res, nil
}

// evaluation prepares a vector for the kind of the module.
func (m *Module) evaluation(v Vector) (func(context.Context, *instance) (outcome, error), *job, error) {
	for _, rows := range []Rows{v.P, v.X, v.Expect} {
		for _, row := range rows {
			if len(row) != len(rows[0]) || len(row) == 0 {
				return nil, nil, errors.New("rows of different length")
			}
		}
	}
	if m.manifest.Kind == KindMetric {
		metric, err := m.NewMetric(v.Params)
		if err != nil {
			return nil, nil, err
		}
		b := Batch{Y: v.Y, P: Columns(v.P), W: v.W}
		return func(ctx context.Context, in *instance) (outcome, error) {
			s, err := metric.scoreOn(ctx, in, b)
			return outcome{values: []float64{s}}, err
		}, &metric.job, metric.check(b)
	}
	if m.manifest.Kind == KindTransform {
		tr, err := m.NewTransform(v.Params)
		if err != nil {
			return nil, nil, err
		}
		return func(ctx context.Context, in *instance) (outcome, error) {
			doc, err := tr.applyOn(ctx, in, v.In)
			return outcome{doc: doc}, err
		}, &tr.job, nil
	}
	s, err := m.NewScorer(v.Params)
	if err != nil {
		return nil, nil, err
	}
	x := Columns(v.X)
	if err := m.manifest.takes(len(x)); err != nil {
		return nil, nil, err
	}
	return func(ctx context.Context, in *instance) (outcome, error) {
		out := make([][]float64, m.manifest.Scorer.Outputs)
		var all []float64
		for c := range out {
			out[c] = make([]float64, len(v.X))
		}
		err := s.predictOn(ctx, in, x, out)
		for _, col := range out {
			all = append(all, col...)
		}
		return outcome{values: all}, err
	}, &s.job, nil
}

// generated makes rows for a module without vectors: labels in turn, and
// predictions that are also valid probabilities. Parameters without a default have
// some value that they may have.
func (m *Module) generated() Vector {
	const rows = 8
	v := Vector{Params: m.manifest.standIns()}
	if m.manifest.Kind == KindScorer {
		columns := len(m.manifest.Scorer.Features)
		if columns == 0 {
			columns = 3
		}
		for i := range rows {
			row := make([]float64, columns)
			for c := range row {
				row[c] = float64((i*7+c*3)%11)/4 - 1
			}
			v.X = append(v.X, row)
		}
		return v
	}
	k := max(1, int(m.manifest.Metric.Outputs))
	if m.manifest.Metric.Outputs == 0 {
		k = 2
	}
	for i := range rows {
		row := make([]float64, k)
		sure := 0.125 * float64(1+i%4)
		for c := range row {
			row[c] = (1 - sure) / float64(k)
		}
		row[i%k] += sure
		v.P = append(v.P, row)
		v.Y = append(v.Y, float64(i%max(k, 2)))
	}
	return v
}
