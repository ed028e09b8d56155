package value_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/value"
)

// lengthOf puts the length of a text before it.
func lengthOf(s string) string {
	return string(binary.AppendUvarint(nil, uint64(len(s)))) + s
}

// aFunction is the start of a function, up to its defaults.
func aFunction(code string) string { return "f" + lengthOf("lambda") + lengthOf(code) }

// Bytes that nobody writes are refused, with a reason.
func TestDecodeRefuses(t *testing.T) {
	missing := "o\x05thing\x00\x02" + strings.Repeat("\x01", 32) + "\x80\x80\x04"
	tests := map[string]struct{ root, want string }{
		"nothing":              {"", "it ends too early"},
		"tag":                  {"?", "tag '?' is not known"},
		"too long":             {"NN", "1 bytes are left over"},
		"cut number":           {"i\x80", "a number is cut off"},
		"cut float":            {"d1234567", "it ends too early"},
		"cut text":             {"s\x05abcd", "it ends too early"},
		"endless count":        {"l\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "elements cannot follow"},
		"count":                {"l\x02N", "2 elements cannot follow"},
		"count inside":         {"l\x03l\x02NN", "2 elements cannot follow"},
		"dict count":           {"m\x02NNN", "2 elements cannot follow"},
		"long number":          {"i\x82\x00", "is not written like that"},
		"long count":           {"l\x80\x00", "is not written like that"},
		"long length":          {"s\x81\x00a", "is not written like that"},
		"small big int":        {"I\x02\x01\x05", "is not written like that"},
		"big int with zeros":   {"I\x02\x0a\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00", "is not written like that"},
		"big int, other sign":  {"I\x03\x09\x01\x00\x00\x00\x00\x00\x00\x00\x00", "is not written like that"},
		"NaN with a payload":   {"d\x02\x00\x00\x00\x00\x00\xf8\x7f", "is not written like that"},
		"key twice":            {"m\x02i\x02Ni\x02N", "is not written like that"},
		"equal keys":           {"m\x02i\x02Nd\x00\x00\x00\x00\x00\x00\xf0\x3fN", "is not written like that"},
		"element twice":        {"S\x02NN", "is not written like that"},
		"list as key":          {"m\x01l\x00N", "a key: unhashable type: list"},
		"list in a set":        {"S\x01l\x00", "an element: unhashable type: list"},
		"range without step":   {"r\x00\x02\x00", "a range: range: step argument must not be zero"},
		"universe":             {"u\x04open", `there is no function "open"`},
		"universe, constant":   {"u\x04None", `there is no function "None"`},
		"no method":            {"a\x04openN", `a NoneType has no method "open"`},
		"no such method":       {"a\x04openl\x00", `a list has no method "open"`},
		"attribute of object":  {"a\x07contento\x05thing\x00\x00", `a thing has no method "content"`},
		"up to nothing":        {"^\x01", "a reference leads nowhere"},
		"up by nothing":        {"l\x01^\x00", "a reference leads nowhere"},
		"up too far":           {"l\x01^\x02", "a reference leads nowhere"},
		"up to a tuple":        {"t\x01^\x01", "a reference leads to what is not there yet"},
		"up to an object":      {"o\x05thing\x01^\x01\x00", "a reference leads to what is not there yet"},
		"up to a method":       {"a\x06append^\x01", "a reference leads to what is not there yet"},
		"up from a default":    {aFunction("lambda x=__wnb_default_x: x") + "\x01" + lengthOf("__wnb_default_x") + "^\x01\x00", "a reference leads to what is not there yet"},
		"circle written twice": {"l\x01l\x01^\x01", "is not written like that"},
		"circle entered late":  {"l\x01l\x01l\x01^\x02", "is not written like that"},
		"code":                 {aFunction("lambda:") + "\x00\x00", "the function lambda"},
		"code, other name":     {"f\x01g" + lengthOf("def f():\n    pass\n") + "\x00\x00", "the code is not that of one function of this name"},
		"code, two":            {"f\x01f" + lengthOf("def f():\n    pass\nf()") + "\x00\x00", "the code is not that of one function of this name"},
		"code, a call":         {"f\x01f" + lengthOf("f(lambda: 1)") + "\x00\x00", "the code is not that of one function of this name"},
		"code, other spaces":   {aFunction("lambda:  1") + "\x00\x00", "is not written like that"},
		"code, nested":         {aFunction("lambda: "+strings.Repeat("(", 1<<20-8)) + "\x00\x00", "the function lambda"},
		"code, long":           {aFunction("lambda: 1"+strings.Repeat(" ", 1<<20)) + "\x00\x00", "the code of the function lambda is longer than 1024 KiB"},
		"default missing":      {aFunction("lambda x=__wnb_default_x: x") + "\x00\x00", "the value of __wnb_default_x is missing"},
		"default is code":      {aFunction("lambda x=f(): x") + "\x00\x00", "the default of x is not a stored value"},
		"names, no order":      {aFunction("lambda: [a, b]") + "\x00\x02\x01bN\x01aN", `the name "a" is not in order`},
		"names, twice":         {aFunction("lambda: a") + "\x00\x02\x01aN\x01aN", `the name "a" is not in order`},
		"names, unused":        {aFunction("lambda: 1") + "\x00\x01\x01aN", "is not written like that"},
		"names, hidden":        {aFunction("lambda: 1") + "\x00\x01" + lengthOf("__wnb_scope") + "N", "is not written like that"},
		"names, the operator":  {aFunction("lambda x: x == 1") + "\x00\x01" + lengthOf("__wnb_eq") + "N", "is not written like that"},
		"names, swapped":       {aFunction("lambda: a") + "\x01\x01aN\x00", "is not written like that"},
		"function as key":      {"m\x01" + aFunction("lambda: 1") + "\x00\x00N", "is not written like that"},
		"kind":                 {"o\x05other\x00\x00", `kind "other" is not known`},
		"content":              {"o\x05thing\x00\x03", "content of kind 3 is not known"},
		"content, cut":         {"o\x05thing\x00\x01\x05ab", "it ends too early"},
		"content, too large":   {"o\x05thing\x00\x01" + lengthOf(strings.Repeat("x", 40_000)), "is not written like that"},
		"part, cut":            {"o\x05thing\x00\x02abc", "it ends too early"},
		"part, too small":      {"o\x05thing\x00\x02" + strings.Repeat("\x01", 32) + "\x05", "a part of 5 bytes"},
		"part, too large":      {"o\x05thing\x00\x02" + strings.Repeat("\x01", 32) + "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "a part of 18446744073709551615 bytes"},
		"part, of other size":  {missing, "has 40000 bytes, not 65536"},
		"object":               {"o\x05thing\x01s\x07refused\x00", "a thing: nobody wants it"},
	}
	parts := memory{strings.Repeat("01", 32): make([]byte, 40_000)}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			v, err := parts.decoder().Decode(t.Context(), []byte(tt.root))
			if !errors.Is(err, value.ErrEncoding) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v and %v, want %s", v, err, tt.want)
			}
		})
	}
}

// The error of a part that cannot be read is not about the bytes.
func TestDecodeLostPart(t *testing.T) {
	s := encode(t, &thing{content: make([]byte, 1<<20)})
	if _, err := (memory{}).decoder().Decode(t.Context(), s.Root); err == nil || errors.Is(err, value.ErrEncoding) || !strings.Contains(err.Error(), "the part is lost") {
		t.Errorf("got %v", err)
	}
	d := memory{}.decoder()
	d.Part = nil
	if _, err := d.Decode(t.Context(), s.Root); err == nil || errors.Is(err, value.ErrEncoding) {
		t.Errorf("without a store: %v", err)
	}
}

// Every value that is cut off anywhere, or has a byte changed, is refused or is
// another value.
func TestDecodeDamaged(t *testing.T) {
	for name, tt := range kinds {
		if name == "deep" {
			continue
		}
		parts := memory{}
		s, err := value.Encode(t.Context(), eval(t, tt.source), parts)
		if err != nil {
			t.Fatal(err)
		}
		for i := range min(len(s.Root), 2000) {
			if _, err := parts.decoder().Decode(t.Context(), s.Root[:i]); !errors.Is(err, value.ErrEncoding) {
				t.Fatalf("%s, cut off after %d bytes: %v", name, i, err)
			}
			bad := bytes.Clone(s.Root)
			bad[i] ^= 0x11
			checkDecode(t, parts, bad)
		}
	}
}

// checkDecode reads bytes which, if they are a value, are those that Encode
// writes for it.
func checkDecode(t *testing.T, parts memory, root []byte) {
	t.Helper()
	v, err := parts.decoder().Decode(t.Context(), bytes.Clone(root))
	if err != nil {
		return
	}
	if s := encode(t, v); !bytes.Equal(s.Root, root) {
		t.Fatalf("%q\nis read as %v and written as\n%q", root, v.Type(), s.Root)
	}
	if lang.CheckDepth(v) == nil {
		_ = v.String()
	}
}

// What is claimed to follow takes no memory before it is there.
func TestDecodeBelievesNoCount(t *testing.T) {
	const size = 1 << 16
	for name, piece := range map[string]string{
		"lists":     "l\xf0\xff\x01",
		"tuples":    "t\xf0\xff\x01",
		"dicts":     "m\xf0\x7f",
		"sets":      "S\xf0\xff\x01",
		"dict keys": "m\x81\x40t\x01",
		"objects":   "o\x05thing\xf0\x7f",
		"pairs":     "l\x02",
		"content":   "o\x05thing\x00\x01\xf0\xff\x01",
	} {
		t.Run(name, func(t *testing.T) {
			root := []byte(strings.Repeat(piece, size/len(piece)))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := memory{}.decoder().Decode(t.Context(), root)
			runtime.ReadMemStats(&after)
			if !errors.Is(err, value.ErrEncoding) {
				t.Errorf("got %v", err)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 300*size {
				t.Errorf("%d bytes took %d bytes of memory", size, used)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	for _, tt := range kinds {
		if s := encode(f, eval(f, tt.source)); len(s.Root) < 1000 {
			f.Add(s.Root)
		}
	}
	for _, tt := range functions {
		f.Add(encode(f, eval(f, tt.maker)).Root)
	}
	f.Fuzz(func(t *testing.T, root []byte) { checkDecode(t, memory{}, root) })
}
