package value_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/value"
)

// kinds are expressions for v, with expressions that are the same of what is
// read back.
var kinds = map[string]struct {
	source string
	asks   string
}{
	"none":             {"None", "v == None"},
	"bools":            {"[True, False]", "[str(x) for x in v]"},
	"ints":             {"[0, 1, -1, 63, -64, 64, 1 << 31, -(1 << 31), 1 << 62, (1 << 63) - 1, -(1 << 63)]", "v"},
	"big ints":         {"[1 << 63, -(1 << 63) - 1, 1 << 64, -(1 << 200), (1 << 500) + 1]", "v"},
	"floats":           {"[0.0, 1.5, -1e300, 5e-324, float('inf'), float('-inf')]", "v"},
	"minus zero":       {"-0.0", "str(v), 1 // v if v else 'zero'"},
	"NaN":              {"float('nan')", "v == v, str(v)"},
	"strings":          {`["", "a", "é\n\x00", "\U0001f600", "\u00ff" * 3]`, "v, [len(s) for s in v]"},
	"invalid UTF-8":    {`"é"[0:1]`, "len(v), v.elems()"},
	"bytes":            {`[b"", b"\x00\xff", b"a"]`, "v, [list(b.elems()) for b in v]"},
	"lists":            {"[[], [1, [2, [3]]]]", "v"},
	"tuples":           {"((), (1,), (1, (2, ())))", "v"},
	"dicts":            {`{"b": 1, "a": {}, (1, "x"): [2], 3: None, 1.5: True}`, "v, list(v), v[(1, 'x')]"},
	"sets":             {`set([3, 1, 2, "x", (1, 2)])`, "v, list(v), 1 in v, set() == set([])"},
	"empty":            {"[(), [], {}, set(), '', b'']", "v"},
	"ranges":           {"[range(0), range(5), range(3, 10, 4), range(10, 0, -3), range(7, 8, 100), range(5, 0)]", "v, [list(r) for r in v], [len(r) for r in v]"},
	"ranges at an end": {"[range((1 << 63) - 3, (1 << 63) - 1, 2), range(2 - (1 << 63), -(1 << 63), -5)]", "[list(r) for r in v]"},
	"endless range":    {"range(-(1 << 63), (1 << 63) - 1)", "v"},
	"universe":         {"[len, str, sorted, print, range, dict, max, float, int, type, zip]", "v == [len, str, sorted, print, range, dict, max, float, int, type, zip], v[2]([3, 1]), v[1](12)"},
	"universe as keys": {"{int: 1, str: 2}", "v[int], v[str], int in v"},
	"methods":          {`["a-b".split, [1, 2].index, {"k": 7}.get, set([1]).union, b"x".elems]`, "v[0]('-'), v[1](2), v[2]('k'), v[3]([2]), list(v[4]())"},
	"objects":          {`[thing(), thing(1, [2], content="small"), thing(content=""), thing(thing(), content="x" * 100000)]`, "[(type(x), len(x.content), len(x.fields)) for x in v]"},
	"shared":           {"a = [1]\nb = {'a': a}\nv = [a, a, b, (a, b)]", "v"},
	"itself":           {"v = [1]\nv.append(v)", "v[0], v[1][1][1][0], len(v[1])"},
	"itself in a dict": {"v = {}\nv['v'] = [(v, 1)]", "v['v'][0][0]['v'][0][1]"},
	"itself, bound":    {"v = [1]\nv.append(v.index)", "v[1](1)"},
	"itself, object":   {"v = [1]\nv.append(thing(v))", "v[1].fields[0][0]"},
	"two circles":      {"a = {}\nb = {'a': a}\nc = [a, b]\na['b'] = b\na['c'] = c\nv = [c, a]", "v[1]['b']['a']['c'][1]['a']['c'] == None"},
	"deep":             {"v = []\nfor i in range(9000):\n    v = [v]", "len(v[0][0])"},
}

// What is read back is the same value and does the same.
func TestRoundTrip(t *testing.T) {
	for name, tt := range kinds {
		t.Run(name, func(t *testing.T) {
			v := eval(t, tt.source)
			again := roundTrip(t, v)
			if v.Type() != again.Type() || name != "deep" && v.String() != again.String() {
				t.Errorf("%v became %v", v, again)
			}
			want := run(t, "w = "+tt.asks, starlark.StringDict{"v": v})["w"].String()
			if got := run(t, "w = "+tt.asks, starlark.StringDict{"v": again})["w"].String(); got != want {
				t.Errorf("it says %s, before %s", got, want)
			}
		})
	}
}

// Equal values have equal bytes, whatever made them.
func TestEqualValuesAreTheSameBytes(t *testing.T) {
	tests := map[string][]string{
		"shared parts":     {"[[1], [1]]", "a = [1]\nv = [a, a]"},
		"shared, large":    {"[['x' * 200, 1], ['x' * 200, 1], (['x' * 200, 1],)]", "a = ['x' * 200, 1]\nv = [a, a, (a,)]"},
		"ints":             {"1 << 10", "(1 << 100) >> 90", "1024", "int('1024')"},
		"big ints":         {"1 << 70", "(1 << 35) * (1 << 35)"},
		"NaNs":             {"float('nan')", "float('inf') - float('inf')", "-float('nan')"},
		"built":            {"[1, 2, 3]", "v = []\nfor i in range(1, 4):\n    v.append(i)", "sorted([3, 1, 2])", "list((1, 2, 3))"},
		"dicts":            {"{'a': 1, 'b': 2}", "v = {'x': 0, 'a': 0}\nv.pop('x')\nv['b'] = 2\nv['a'] = 1", "dict(a=1, b=2)"},
		"sets":             {"set([2, 1])", "v = set([5, 2])\nv.remove(5)\nv.add(1)\nv.add(2)"},
		"ranges":           {"range(3)", "range(0, 3)", "range(0, 3, 1)", "range(5)[:3]"},
		"alias":            {"str", "a = str\nv = a"},
		"functions":        {"lambda x: x + 1", "f = lambda x:  (x+1)\nv = f", "v = lambda x: x + 1 # why"},
		"captures":         {"k = 2\ndef f():\n    return k\nv = f", "k = 1\ndef f():\n  return (k)\nk += 1\nv = f", "def make(k):\n    def f():\n        return k\n    return f\nv = make(2)"},
		"unused":           {"k = 2\nv = lambda: k", "k = 2\nj = 5\nv = lambda: k"},
		"defaults":         {"v = lambda x=[2]: x", "d = [2]\nv = lambda x=d: x"},
		"itself":           {"v = []\nv.append(v)", "v = []\nv.append([v])", "w = []\nw.append(w)\nv = [w]", "a = []\nb = [a]\na.append(b)\nv = [[[a]]]"},
		"itself, longer":   {"a = {}\nv = {'n': a}\na['n'] = v", "a = {}\na['n'] = a\nv = a", "a = {}\nb = {'n': a}\nc = {'n': b}\na['n'] = c\nv = c"},
		"copies around":    {"def f(): return d\nd = {'f': f}\nv = [d, f]", "def f(): return d\nd = {'f': f}\nv = [{'f': f}, d['f']]"},
		"copies of inside": {twoCircles + "v = a['c']", twoCircles + "v = [a['c'], a['b']['c']][1]"},
	}
	for name, sources := range tests {
		t.Run(name, func(t *testing.T) {
			want := encode(t, eval(t, sources[0]))
			for _, source := range sources[1:] {
				if got := encode(t, eval(t, source)); !value.Equal(got, want) || got.Hash() != want.Hash() {
					t.Errorf("%s\nis %q\n%s\nis %q", source, got.Root, sources[0], want.Root)
				}
			}
		})
	}
}

const twoCircles = "a = {}\nb = {'a': a}\nc = {'b': b}\na['b'] = b\na['c'] = c\nb['c'] = c\n"

// Parts of a value that was read back are as they were in the first one, where
// what is shared in a circle was written twice.
func TestPartsOfWhatIsReadBack(t *testing.T) {
	for _, key := range []string{"'b'", "'c'", "'c']['b'", "'b']['c']['b']['a'"} {
		t.Run(key, func(t *testing.T) {
			was := eval(t, twoCircles+"v = a")
			again := roundTrip(t, was)
			part := func(of starlark.Value) value.Stored {
				return encode(t, run(t, "w = v["+key+"]", starlark.StringDict{"v": of})["w"])
			}
			if x, y := part(was), part(again); !value.Equal(x, y) {
				t.Errorf("%q became %q", x.Root, y.Root)
			}
		})
	}
}

// What a cell can tell apart has different bytes.
func TestDifferentValuesAreDifferentBytes(t *testing.T) {
	seen := map[string]string{}
	for _, source := range []string{
		"0", "1", "-1", "1.0", "True", "False", "None", "0.0", "-0.0", "float('nan')", "float('inf')", "1 << 63", "-(1 << 63)", "-(1 << 63) - 1", "1 << 64",
		"''", "'1'", "b''", "b'1'", "'a'", "b'a'", "'True'", "'\\x00'", "'None'",
		"[]", "()", "{}", "set()", "range(0)", "[None]", "(None,)", "[[]]", "[()]", "([],)",
		"[1, 2]", "(1, 2)", "[2, 1]", "[12]", "['1', '2']", "['12']", "[['1'], '2']", "[[], 1, 2]", "[[1], 2]", "[[1, 2]]",
		"{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}", "{'a': 'b', 1: 2}", "{1: 2}", "{2: 1}", "{1.5: 2}", "[1, 2, 1, 2]", "[(1, 2)]", "{'1': 2}",
		"set([1, 2])", "set([2, 1])", "set([1])", "range(1)", "range(2)", "range(1, 2)", "range(0, 1, 2)", "range(0, 2, 2)", "range(2, 0)", "range(0, 3, 2)", "[0, 2]",
		"len", "'len'", "str", "'a'.upper", "'a'.lower", "'b'.upper", "b'a'.elems", "[].index", "[1].index",
		"thing()", "thing(None)", "thing(1)", "thing((1,))", "thing(content='')", "thing(content='1')", "thing('1')", "thing(content='x' * 40000)", "thing(content='x' * 40001)", "thing(content='y' * 40000)",
		"lambda: 1", "lambda: 1.0", "lambda: 2", "lambda x: 1", "lambda x=1: 1", "lambda x=2: 1", "lambda *x: 1", "def v(): return 1", "def f(): return 1\nv = f",
		"k = 1\nv = lambda: k", "k = 2\nv = lambda: k", "j = 1\nv = lambda: j", "k = 1.0\nv = lambda: k",
		"v = []\nv.append(v)", "v = []\nv.append((v,))", "v = []\nv.append(v)\nv.append(v)", "v = {}\nv[0] = v",
		"a = []\nv = [a, 1]\na += [v, 2]", "a = []\nv = [a, 2]\na += [v, 1]",
	} {
		key := string(encode(t, eval(t, source)).Root)
		if other, ok := seen[key]; ok {
			t.Errorf("%s and %s have the same bytes", source, other)
		}
		seen[key] = source
	}
}

// The bytes are the same in every release: stored results depend on them.
func TestBytes(t *testing.T) {
	for source, want := range map[string]string{
		`[None, True, False, 1, -1, 1 << 64, 1.5, "é", b"x"]`: "6c09" + "4e" + "54" + "46" + "6902" + "6901" + "490209010000000000000000" + "64000000000000f83f" + "7302c3a9" + "620178",
		`({"a": ()}, set([1]), range(1, 9, 3), len)`:          "7404" + "6d01730161" + "7400" + "530169" + "02" + "72021206" + "75036c656e",
		`"a".upper`:              "6105" + "7570706572" + "730161",
		"v = []\nv.append((v,))": "6c01" + "7401" + "5e02",
		"k = 1\nv = lambda x=2: k": "66" + "066c616d626461" + "1b" + hex.EncodeToString([]byte("lambda x=__wnb_default_x: k")) +
			"01" + "0f" + hex.EncodeToString([]byte("__wnb_default_x")) + "6904" + "01" + "016b" + "6902",
		`thing(1, content="c")`: "6f" + "057468696e67" + "01" + "6902" + "01" + "0163",
	} {
		if got := hex.EncodeToString(encode(t, eval(t, source)).Root); got != want {
			t.Errorf("%s is\n%s, want\n%s", source, got, want)
		}
	}
}

// A large content stands beside the root, once, and is known by its memo.
func TestParts(t *testing.T) {
	writes := 0
	big := &thing{content: bytes.Repeat([]byte("0123456789"), 10_000), memo: &value.Memo{}, writes: &writes}
	v := starlark.NewList([]starlark.Value{big, big, &thing{content: big.content}, &thing{content: []byte("small")}})
	parts := memory{}
	s, err := value.Encode(t.Context(), v, parts)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Parts) != 1 || s.Parts[0].Size != 100_000 || len(s.Root) > 300 || len(parts) != 1 {
		t.Errorf("parts %v, root of %d bytes", s.Parts, len(s.Root))
	}
	if hashed := encode(t, v); !value.Equal(s, hashed) {
		t.Error("it has another root when it is only hashed")
	}
	if writes != 1 {
		t.Errorf("the content was written %d times", writes)
	}
	// A part that was lost is stored again, in spite of the memo.
	if _, err := value.Encode(t.Context(), v, memory{}); err != nil || writes != 2 {
		t.Errorf("the lost content was written %d times, %v", writes, err)
	}
	again, err := parts.decoder().Decode(t.Context(), s.Root)
	if err != nil {
		t.Fatal(err)
	}
	// What was read back has its name already.
	first := again.(*starlark.List).Index(0).(*thing)
	first.writes = &writes
	encode(t, again)
	if writes != 2 {
		t.Error("what was read back is hashed again")
	}
}
