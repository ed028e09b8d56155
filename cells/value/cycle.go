package value

import (
	"context"
	"crypto/sha256"
	"errors"

	"go.starlark.net/starlark"
)

// nesting is where in a value the encoder is.
type nesting struct {
	depth int
	high  int // the greatest depth since it was last set back
	above int // the least depth of a container that was referred to since then
	// places are the containers that are being written, and those that need not
	// be written again.
	places map[starlark.Value]place
	// same stands for each container of a value that holds itself: see
	// equalContainers. nil if the value does not, as far as it is known.
	same map[starlark.Value]starlark.Value
}

// A place is where a container is written.
type place struct {
	depth    int
	from, to int  // its bytes; to is 0 while it is being written
	height   int  // how much deeper it goes
	defaults bool // a function has its defaults already
}

// errCycle says that a value holds itself.
var errCycle = errors.New("the value holds itself")

// worthCopying is the size from which on the bytes of a container are copied
// when it is found again.
const worthCopying = 128

// within writes what stands one level deeper.
func (e *encoder) within(write func() error) error {
	if e.depth++; e.depth > maxDepth {
		return noForm("it is nested more than %d deep", maxDepth)
	}
	e.high = max(e.high, e.depth)
	err := write()
	e.depth--
	return err
}

// container writes what can hold itself.
func (e *encoder) container(v starlark.Value) error {
	if _, ok := v.(*starlark.Function); ok {
		if err := e.checkKey(v); err != nil {
			return err
		}
	}
	if e.shallow != nil {
		return e.shallow(v)
	}
	id := v
	if other := e.same[v]; other != nil {
		id = other
	}
	if at, known := e.places[id]; !known {
		return e.enter(id, v)
	} else if at.to > 0 {
		return e.again(at)
	} else {
		return e.up(v, at)
	}
}

// enter writes a container that is new, or was too small to be remembered.
func (e *encoder) enter(id, v starlark.Value) error {
	at := place{depth: e.depth, from: len(e.buf)}
	e.places[id] = at
	high, above := e.high, e.above
	e.high, e.above = e.depth, maxDepth
	if err := e.within(func() error { return e.contents(v) }); err != nil {
		return err
	}
	at.to, at.height = len(e.buf), e.high-at.depth
	// What refers to a container above means another one in another place.
	if e.above >= at.depth && at.to-at.from >= worthCopying {
		e.places[id] = at
	} else {
		delete(e.places, id)
	}
	e.high, e.above = max(high, e.high), min(above, e.above)
	return nil
}

// again writes a container as before. Without it, a list of two equal lists of
// two equal lists ... takes as long as it is large.
func (e *encoder) again(at place) error {
	if e.depth+at.height > maxDepth {
		return noForm("it is nested more than %d deep", maxDepth)
	}
	if e.ctx.Err() != nil {
		return e.interrupt()
	}
	e.high = max(e.high, e.depth+at.height)
	if err := e.room(at.to - at.from); err != nil {
		return err
	}
	e.buf = append(e.buf, e.buf[at.from:at.to]...)
	return nil
}

// up refers to a container that is being written.
func (e *encoder) up(v starlark.Value, at place) error {
	if e.same == nil {
		return errCycle
	}
	if fn, ok := v.(*starlark.Function); ok && !at.defaults {
		return defaultHolds(fn)
	}
	e.above = min(e.above, at.depth)
	e.tag(tagUp)
	e.uvarint(e.depth - at.depth)
	return nil
}

// defaultHolds is the error of a function that cannot be made again: it needs
// its defaults first.
func defaultHolds(fn *starlark.Function) error {
	return noForm("the function %s holds itself in a default", fn.Name())
}

// hasDefaults notes that the defaults of a function are written: from now on it
// can be referred to.
func (e *encoder) hasDefaults(fn *starlark.Function) {
	id := starlark.Value(fn)
	if other := e.same[fn]; other != nil {
		id = other
	}
	if at, ok := e.places[id]; ok {
		at.defaults = true
		e.places[id] = at
	}
}

// equalContainers finds which containers inside of a value are equal, and names
// one of each kind for all of them. Without it, the bytes of a value that holds
// itself would depend on how its parts were made: a value read back has copies
// where the original had the same part twice, and a walk that begins inside of
// it meets another copy first.
//
// It begins with the assumption that all are equal and tells those apart that
// hold different things, or things that were told apart, until nothing changes
// any more (partition refinement; Moore 1956).
func equalContainers(ctx context.Context, v starlark.Value) (map[starlark.Value]starlark.Value, error) {
	class := map[starlark.Value]int{}
	e := newEncoder(ctx, nil, MaxRoot)
	all, err := e.allContainers(v)
	if err != nil {
		return nil, err
	}
	e.shallow = func(v starlark.Value) error { e.uvarint(class[v]); return nil }
	for classes := 1; ; {
		next, of := make(map[starlark.Value]int, len(all)), map[[sha256.Size]byte]int{}
		for _, v := range all {
			if err := e.alone(v); err != nil {
				return nil, err
			}
			sum := sha256.Sum256(e.buf)
			if _, ok := of[sum]; !ok {
				of[sum] = len(of)
			}
			next[v] = of[sum]
		}
		class = next
		if len(of) == classes {
			return firstOfEach(all, class), nil
		}
		classes = len(of)
	}
}

// alone writes a container without those inside of it.
func (e *encoder) alone(v starlark.Value) error {
	if e.ctx.Err() != nil {
		return e.interrupt()
	}
	e.buf = e.buf[:0]
	return e.contents(v)
}

// allContainers are the containers that a walk from v finds.
func (e *encoder) allContainers(v starlark.Value) (all []starlark.Value, err error) {
	found := map[starlark.Value]bool{}
	e.shallow = func(v starlark.Value) error {
		if !found[v] {
			found[v] = true
			all = append(all, v)
		}
		return nil
	}
	if err := e.value(v); err != nil {
		return nil, err
	}
	for i := 0; i < len(all); i++ {
		if err := e.alone(all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func firstOfEach(all []starlark.Value, class map[starlark.Value]int) map[starlark.Value]starlark.Value {
	first := map[int]starlark.Value{}
	same := make(map[starlark.Value]starlark.Value, len(all))
	for _, v := range all {
		if first[class[v]] == nil {
			first[class[v]] = v
		}
		same[v] = first[class[v]]
	}
	return same
}
