package train

import (
	"context"
	"math"
)

// An objective is the penalised loss of one task as a function of outs rows of
// p coefficients, with its gradient and, on demand, its Hessian. Each piece of
// rows sums into buffers of its own, which are then added in order.
type objective struct {
	d       *design
	task    task
	pen     []float64 // curvature of the penalty, per column
	threads Threads
	cuts    []span
	parts   []*lossPart

	total            lossPart // sums over all pieces, without the penalty
	loss             float64  // with the penalty
	grad             []float64
	weightSum        float64
	pairs, hessPairs int
}

// A lossPart holds sums over some rows. Of the Hessian it holds, for each pair
// of outs k<l, the upper triangle of Σ weight·p_k·p_l·x·xᵀ; for one out, that
// of Σ weight·p·(1-p)·x·xᵀ.
type lossPart struct {
	loss       float64
	grad, hess []float64
}

func newObjective(d *design, t task, pen []float64, threads Threads) *objective {
	o := &objective{d: d, task: t, pen: pen, threads: threads, cuts: pieces(d.n)}
	o.pairs = max(1, t.outs*(t.outs-1)/2)
	o.grad = make([]float64, t.outs*d.p)
	for _, c := range t.codes {
		o.weightSum += t.weight[c]
	}
	return o
}

// newPart allocates with a margin, so that two goroutines never write to one
// cache line.
func (o *objective) newPart(hess bool) *lossPart {
	const margin = 16
	n := o.task.outs * o.d.p
	p := &lossPart{grad: make([]float64, n, n+margin)}
	if hess {
		n = o.pairs * o.d.p * o.d.p
		p.hess = make([]float64, n, n+margin)
	}
	return p
}

// meanLoss is the log-loss per row, without the penalty.
func (o *objective) meanLoss() float64 { return o.total.loss / o.weightSum }

// eval computes loss, grad and, if wanted, the sums of the Hessian at w.
func (o *objective) eval(ctx context.Context, w []float64, hess bool) error {
	if o.parts == nil || hess && o.total.hess == nil {
		o.parts = make([]*lossPart, len(o.cuts))
		for i := range o.parts {
			o.parts[i] = o.newPart(hess)
		}
		o.total = *o.newPart(hess)
	}
	err := eachPiece(ctx, o.threads, len(o.cuts), func(_, p int) error {
		o.piece(o.parts[p], o.cuts[p], w, hess)
		return nil
	})
	if err != nil {
		return err
	}
	o.total.reset(hess)
	for _, p := range o.parts {
		o.total.loss += p.loss
		addTo(o.total.grad, p.grad)
		if hess {
			addTo(o.total.hess, p.hess)
		}
	}
	o.addPenalty(w)
	return nil
}

func (o *objective) addPenalty(w []float64) {
	o.loss = o.total.loss
	for i, v := range w {
		pen := o.pen[i%o.d.p]
		o.loss += 0.5 * pen * v * v
		o.grad[i] = o.total.grad[i] + pen*v
	}
}

func (p *lossPart) reset(hess bool) {
	p.loss = 0
	clear(p.grad)
	if hess {
		clear(p.hess)
	}
}

// A block is four rows on their way through the sums: reading and writing a
// sum once per four rows is what makes this fast.
type block struct {
	x     [4][]float64
	resid [][4]float64 // per out
	curve [][4]float64 // per pair
	z     []float64
}

func (o *objective) piece(part *lossPart, rows span, w []float64, hess bool) {
	part.reset(hess)
	p := o.d.p
	b := &block{resid: make([][4]float64, o.task.outs), curve: make([][4]float64, o.pairs), z: make([]float64, o.task.outs)}
	for i := rows.from; i < rows.to; i += 4 {
		for r := range 4 {
			part.loss += o.fill(b, r, i+r, rows.to, w, hess)
		}
		for k, a := range b.resid {
			rank4(part.grad[k*p:(k+1)*p], a, b.x[0], b.x[1], b.x[2], b.x[3])
		}
		if !hess {
			continue
		}
		for q, c := range b.curve {
			h := part.hess[q*p*p : (q+1)*p*p]
			for j := range p {
				a := [4]float64{c[0] * b.x[0][j], c[1] * b.x[1][j], c[2] * b.x[2][j], c[3] * b.x[3][j]}
				rank4(h[j*p+j:(j+1)*p], a, b.x[0][j:], b.x[1][j:], b.x[2][j:], b.x[3][j:])
			}
		}
	}
}

// rank4 adds a0·x0 + a1·x1 + a2·x2 + a3·x3 to sum.
func rank4(sum []float64, a [4]float64, x0, x1, x2, x3 []float64) {
	x0, x1, x2, x3 = x0[:len(sum)], x1[:len(sum)], x2[:len(sum)], x3[:len(sum)]
	for j := range sum {
		sum[j] += a[0]*x0[j] + a[1]*x1[j] + a[2]*x2[j] + a[3]*x3[j]
	}
}

// fill computes row i as row r of the block and returns its loss. Beyond the
// end the block holds rows that count for nothing.
func (o *objective) fill(b *block, r, i, end int, w []float64, hess bool) float64 {
	if i >= end {
		b.x[r] = b.x[0]
		for k := range b.resid {
			b.resid[k][r] = 0
		}
		for q := range b.curve {
			b.curve[q][r] = 0
		}
		return 0
	}
	x, code := o.d.row(i), o.task.codes[i]
	b.x[r] = x
	weight := o.task.weight[code]
	for k := range b.z {
		b.z[k] = dot(w[k*o.d.p:(k+1)*o.d.p], x)
	}
	if len(b.z) == 1 {
		return b.fillSigmoid(r, code, weight)
	}
	return b.fillSoftmax(r, code, weight, hess)
}

func (b *block) fillSigmoid(r, code int, weight float64) float64 {
	z, y := b.z[0], float64(code)
	p := logistic(z)
	b.resid[0][r] = weight * (p - y)
	b.curve[0][r] = weight * p * (1 - p)
	return weight * (math.Log1p(math.Exp(-math.Abs(z))) + max(z, 0) - y*z)
}

func (b *block) fillSoftmax(r, code int, weight float64, hess bool) float64 {
	own := b.z[code]
	loss := weight * (softmaxRow(b.z) - own)
	for k, p := range b.z {
		b.resid[k][r] = weight * p
	}
	b.resid[code][r] -= weight
	if !hess {
		return loss
	}
	q := 0
	for k, p := range b.z {
		for _, other := range b.z[k+1:] {
			b.curve[q][r] = weight * p * other
			q++
		}
	}
	return loss
}
