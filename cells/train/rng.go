package train

import "math/rand/v2"

const (
	mtN = 624
	mtM = 397
)

// A RandomState is numpy's legacy generator, MT19937: for the same seed it
// gives the numbers of numpy.random.RandomState(seed), which is what
// scikit-learn chooses rows with. It is not safe for concurrent use.
type RandomState struct {
	key [mtN]uint32
	pos int
}

// NewRandomState is numpy.random.RandomState(seed).
func NewRandomState(seed uint32) *RandomState {
	r := &RandomState{pos: mtN}
	for i := range r.key {
		r.key[i] = seed
		seed = 1812433253*(seed^seed>>30) + uint32(i) + 1
	}
	return r
}

// Uint32 is the next 32 random bits.
func (r *RandomState) Uint32() uint32 {
	if r.pos == mtN {
		r.twist()
	}
	y := r.key[r.pos]
	r.pos++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

// Uint64 is the next 64 random bits, the high half drawn first.
func (r *RandomState) Uint64() uint64 {
	high := uint64(r.Uint32())
	return high<<32 | uint64(r.Uint32())
}

func (r *RandomState) twist() {
	for i := range mtN {
		y := r.key[i]&0x80000000 | r.key[(i+1)%mtN]&0x7fffffff
		r.key[i] = r.key[(i+mtM)%mtN] ^ y>>1 ^ (y&1)*0x9908b0df
	}
	r.pos = 0
}

// RandomSample is a number in [0, 1) with 53 random bits, as random_sample().
func (r *RandomState) RandomSample() float64 {
	a, b := r.Uint32()>>5, r.Uint32()>>6
	return (float64(a)*67108864 + float64(b)) / 9007199254740992
}

// Intn is a number in [0, n) as randint(0, n). It is 0 for n <= 1, and then
// draws nothing.
func (r *RandomState) Intn(n int) int {
	if n <= 1 {
		return 0
	}
	return int(r.upTo(uint64(n) - 1))
}

// upTo is a number in [0, high] by masked rejection.
func (r *RandomState) upTo(high uint64) uint64 {
	mask := high
	for shift := 1; shift < 64; shift *= 2 {
		mask |= mask >> shift
	}
	for {
		var v uint64
		if high <= 0xffffffff {
			v = uint64(r.Uint32()) & mask
		} else {
			v = r.Uint64() & mask
		}
		if v <= high {
			return v
		}
	}
}

// Shuffle reorders a in place as shuffle(a).
func (r *RandomState) Shuffle(a []int) {
	for i := len(a) - 1; i > 0; i-- {
		j := r.Intn(i + 1)
		a[i], a[j] = a[j], a[i]
	}
}

// Permutation is the numbers 0..n-1 in random order, as permutation(n).
func (r *RandomState) Permutation(n int) []int {
	p := upToN(n)
	r.Shuffle(p)
	return p
}

// upToN is 0, 1, ..., n-1.
func upToN(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	return p
}

// newStream is a cheap independent generator for one piece of work: a tree, a
// fold. Pieces of one seed can be computed in any order.
func newStream(seed, piece uint64) *rand.Rand {
	return rand.New(rand.NewPCG(mix64(seed), mix64(piece^0x9e3779b97f4a7c15)))
}

// mix64 is the finaliser of SplitMix64: neighbouring seeds give unrelated states.
func mix64(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
