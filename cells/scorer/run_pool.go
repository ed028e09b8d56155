package scorer

import (
	"context"
	"sync"
)

// pool bounds the live instances of an engine and the address space that they
// reserve. Idle ones wait in it for their job; when the bound is reached, the
// one that has been idle longest makes room.
type pool struct {
	mu       sync.Mutex
	live     int
	reserved int64
	maxLive  int
	maxBytes int64
	idle     []*instance // oldest first
	waiting  int
	changed  chan struct{} // closed when there may be room again
}

func newPool(live int, bytes int64) *pool {
	return &pool{maxLive: live, maxBytes: bytes, changed: make(chan struct{})}
}

// acquire gives an idle instance of j, or nil when the caller may make one: the
// place for it is taken.
func (p *pool) acquire(ctx context.Context, j *job) (*instance, error) {
	need := j.bytes()
	for {
		p.mu.Lock()
		if in := p.take(func(in *instance) bool { return in.job == j }, true); in != nil {
			p.mu.Unlock()
			return in, nil
		}
		// One instance may always run, however much it reserves.
		if p.live == 0 || p.live < p.maxLive && p.reserved+need <= p.maxBytes {
			p.live++
			p.reserved += need
			p.mu.Unlock()
			return nil, nil
		}
		victim := p.take(func(*instance) bool { return true }, false)
		changed := p.changed
		if victim == nil {
			p.waiting++
		}
		p.mu.Unlock()
		if victim != nil {
			if err := p.discard(victim); err != nil {
				return nil, err
			}
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// take removes one idle instance that fits: the newest or the oldest.
func (p *pool) take(fits func(*instance) bool, newest bool) *instance {
	for k := range p.idle {
		i := k
		if newest {
			i = len(p.idle) - 1 - k
		}
		if in := p.idle[i]; fits(in) {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			return in
		}
	}
	return nil
}

// put keeps an instance for the next call of its job.
func (p *pool) put(in *instance) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, in)
	p.wake()
}

// discard closes an instance and frees its place.
func (p *pool) discard(in *instance) error {
	err := in.close()
	p.vacate(in.job)
	return err
}

// vacate frees the place of an instance of j.
func (p *pool) vacate(j *job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.live--
	p.reserved -= j.bytes()
	p.wake()
}

// wake tells all that wait to look again; the lock is held.
func (p *pool) wake() {
	if p.waiting > 0 {
		p.waiting = 0
		close(p.changed)
		p.changed = make(chan struct{})
	}
}

// drop closes all idle instances that fit.
func (p *pool) drop(fits func(*instance) bool) {
	for {
		p.mu.Lock()
		in := p.take(fits, false)
		p.mu.Unlock()
		if in == nil {
			return
		}
		_ = p.discard(in) // closing an instance only frees memory
	}
}
