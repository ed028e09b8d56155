package value_test

import (
	"math"
	"math/big"
	"testing"

	"go.starlark.net/starlark"
	"pgregory.net/rapid"

	"github.com/wnb-dev/wnb/cells/value"
)

// A maker makes values at random. Containers that are open can be drawn again,
// which makes circles, and finished values too, which makes shared parts.
type maker struct {
	t    *rapid.T
	made []starlark.Value
	fns  []starlark.Value // functions of a cell, and what they capture
}

func (m *maker) int(name string, below int) int { return rapid.IntRange(0, below-1).Draw(m.t, name) }

func (m *maker) scalar() starlark.Value {
	switch m.int("scalar", 9) {
	case 0:
		return starlark.None
	case 1:
		return starlark.Bool(rapid.Bool().Draw(m.t, "bool"))
	case 2:
		return starlark.MakeInt64(rapid.Int64().Draw(m.t, "int"))
	case 3:
		x := new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(m.t, "big"))
		return starlark.MakeBigInt(x.Lsh(x.Neg(x), 3))
	case 4:
		return starlark.Float(math.Float64frombits(rapid.Uint64().Draw(m.t, "bits")))
	case 5:
		return starlark.Float(rapid.SampledFrom([]float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1), 1}).Draw(m.t, "float"))
	case 6:
		return starlark.Bytes(rapid.String().Draw(m.t, "bytes"))
	case 7:
		return rapid.SampledFrom([]starlark.Value{starlark.Universe["len"], starlark.Tuple{}, starlark.String("")}).Draw(m.t, "other")
	}
	return starlark.String(rapid.String().Draw(m.t, "text"))
}

func (m *maker) key(depth int) starlark.Value {
	if depth > 0 && m.int("tuple", 4) == 0 {
		return starlark.Tuple{m.key(depth - 1), m.scalar()}
	}
	return m.scalar()
}

func (m *maker) value(depth int) starlark.Value {
	kind := m.int("kind", 10)
	if len(m.made) > 0 && kind < 3 {
		return rapid.SampledFrom(m.made).Draw(m.t, "again")
	}
	if depth == 0 || kind < 5 {
		return m.scalar()
	}
	return m.container(kind, depth-1)
}

func (m *maker) container(kind, depth int) starlark.Value {
	n := m.int("length", 4)
	var out starlark.Value
	switch kind {
	case 5:
		l := starlark.NewList(nil)
		m.made = append(m.made, l)
		for range n {
			must(m.t, l.Append(m.value(depth)))
		}
		return l
	case 6:
		d := starlark.NewDict(n)
		m.made = append(m.made, d)
		for range n {
			must(m.t, d.SetKey(m.key(2), m.value(depth)))
		}
		return d
	case 7:
		s := starlark.NewSet(n)
		for range n {
			must(m.t, s.Insert(m.key(2)))
		}
		out = s
	case 8:
		t := &thing{memo: &value.Memo{}}
		for range n {
			t.fields = append(t.fields, m.value(depth))
		}
		out = t
	default:
		t := make(starlark.Tuple, n)
		for i := range t {
			t[i] = m.value(depth)
		}
		out = t
	}
	m.made = append(m.made, out)
	return out
}

func must(t *rapid.T, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

// functionsOf are a function that gives what is in a list, one that captures
// both, and a bound method.
const functionsOf = `
held = []
def first(n=0):
    return held[n]
def both():
    return [first, held]
def deep(x):
    return lambda y=x: [x, y, both]
fns = [first, both, deep(1), deep([2]), held.index]
`

// Whatever is made of lists, dicts, sets, tuples, objects and functions that
// hold each other is read back as what was written, copied as what it is, and
// so is every part of it.
func TestAnyValue(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		e := run(t, "def make():\n    "+indented(functionsOf)+"    return held, fns\nmake = make", nil)
		pair, err := starlark.Call(new(starlark.Thread), e["make"], nil, nil)
		must(rt, err)
		held, fns := pair.(starlark.Tuple)[0].(*starlark.List), pair.(starlark.Tuple)[1].(*starlark.List)
		m := &maker{t: rt}
		for i := range fns.Len() {
			m.made = append(m.made, fns.Index(i))
		}
		v := m.value(4)
		must(rt, held.Append(m.value(2)))
		must(rt, held.Append(v))
		checkAny(t, rt, v, 3)
	})
}

func checkAny(t *testing.T, rt *rapid.T, v starlark.Value, depth int) {
	parts := memory{}
	s, err := value.Encode(t.Context(), v, parts)
	must(rt, err)
	again, err := parts.decoder().Decode(t.Context(), s.Root)
	must(rt, err)
	copied, err := value.Copy(t.Context(), v)
	must(rt, err)
	for name, w := range map[string]starlark.Value{"read back": again, "copied": copied} {
		got, err := value.Encode(t.Context(), w, nil)
		must(rt, err)
		if !value.Equal(got, s) {
			rt.Fatalf("%s it is\n%q\nbefore\n%q", name, got.Root, s.Root)
		}
	}
	if depth == 0 {
		return
	}
	was, is := partsOf(v), partsOf(again)
	for i := range was {
		x, err := value.Encode(t.Context(), was[i], nil)
		must(rt, err)
		y, err := value.Encode(t.Context(), is[i], nil)
		must(rt, err)
		if !value.Equal(x, y) {
			rt.Fatalf("part %d of what was read back is\n%q\nbefore\n%q", i, y.Root, x.Root)
		}
		checkAny(t, rt, was[i], depth-1)
	}
}

// partsOf are the values in a container.
func partsOf(v starlark.Value) []starlark.Value {
	var out []starlark.Value
	switch v := v.(type) {
	case *starlark.List:
		for i := range v.Len() {
			out = append(out, v.Index(i))
		}
	case starlark.Tuple:
		return v
	case *starlark.Dict:
		for _, item := range v.Items() {
			out = append(out, item[1])
		}
	case *thing:
		return v.fields
	}
	return out
}
