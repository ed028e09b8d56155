package notebooks

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func number(f float64) *float64 { return &f }

// declare parses the lines of a params section.
func declare(t *testing.T, lines string) []Param {
	t.Helper()
	front, err := ParseFrontMatter("wnb: 1\nparams:\n" + lines)
	if err != nil {
		t.Fatal(err)
	}
	return front.Params
}

func TestDeclareParams(t *testing.T) {
	tests := []struct {
		name, line string
		want       Param
	}{
		{"short int", "p: 42", Param{Type: IntParam, Default: int64(42)}},
		{"short negative float", "p: -1.5e3", Param{Type: FloatParam, Default: -1500.0}},
		{"short bool", "p: true", Param{Type: BoolParam, Default: true}},
		{"short text", "p: adam", Param{Type: StrParam, Default: "adam"}},
		{"quoted number is a text", "p: '42'", Param{Type: StrParam, Default: "42"}},
		{"short list", "p: [1, a, 2.5]", Param{Type: ListParam, Default: []any{int64(1), "a", 2.5}}},
		{"file", `p: {type: file, default: "", help: "a path"}`, Param{Type: FileParam, Default: "", Help: "a path"}},
		{"required", "p: {type: int}", Param{Type: IntParam}},
		{"limits", "p: {default: 3, min: 1, max: 5}", Param{Type: IntParam, Default: int64(3), Min: number(1), Max: number(5)}},
		{"a float minimum widens", "p: {default: 1, min: 0.5}", Param{Type: FloatParam, Default: 1.0, Min: number(0.5)}},
		{"a float maximum widens", "p: {default: 1, max: 2.0}", Param{Type: FloatParam, Default: 1.0, Max: number(2)}},
		{"a float choice widens", "p: {default: 1, choices: [1, 2.5]}", Param{Type: FloatParam, Default: 1.0, Choices: []any{1.0, 2.5}}},
		{"a given type does not widen", "p: {type: int, default: 1, min: 0.5}", Param{Type: IntParam, Default: int64(1), Min: number(0.5)}},
		{"a float with an int default", "p: {type: float, default: 1}", Param{Type: FloatParam, Default: 1.0}},
		{"choices", "p: {default: b, choices: [a, b]}", Param{Type: StrParam, Default: "b", Choices: []any{"a", "b"}}},
		{"choices of a list", "p: {default: [a], choices: [a, b]}", Param{Type: ListParam, Default: []any{"a"}, Choices: []any{"a", "b"}}},
		{"block form", "p:\n    default: 1\n    max: 3", Param{Type: IntParam, Default: int64(1), Max: number(3)}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.want.Name, test.want.Line = "p", 3
			if diff := cmp.Diff([]Param{test.want}, declare(t, "  "+test.line+"\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDeclareParamErrors(t *testing.T) {
	tests := []struct{ name, lines, want string }{
		{"no identifier", "  a-b: 1", `3:3: param name "a-b" is not an identifier`},
		{"not a mapping", "  [a]", "params are not a mapping"},
		{"unknown key", "  p: {default: 1, defualt: 2}", "3:19: param p: unknown key defualt; known are type, default"},
		{"unknown type", "  p: {type: integer, default: 1}", `unknown type "integer"; known are int, float`},
		{"neither type nor default", "  p: {help: x}", "neither a type nor a default"},
		{"null", "  p:", "neither a type nor a default"},
		{"default of another type", "  p: {type: int, default: 1.5}", "the default is wrong: 1.5 is a float, not an int"},
		{"text for int", "  p: {type: int, default: '1'}", `"1" is a text, not an int`},
		{"default outside", "  p: {default: 9, max: 5}", "the default is wrong: 9 is not allowed; give a value up to 5"},
		{"default not a choice", "  p: {default: c, choices: [a, b]}", `"c" is not allowed; choose from "a", "b"`},
		{"min above max", "  p: {default: 1, min: 3, max: 2}", "min 3 is above max 2"},
		{"limits of a text", "  p: {default: a, min: 1}", "min and max are for numbers"},
		{"min is a text", "  p: {default: 1, min: x}", "min is not a number"},
		{"min is NaN", "  p: {default: 1, min: .nan}", "min is not a number"},
		{"no choices", "  p: {default: 1, choices: []}", "choices is not a list with values"},
		{"choice of another type", "  p: {default: 1, choices: [1, a]}", `choice "a" is a text`},
		{"map in a list", "  p: [1, {a: b}]", "a list with a map in it"},
		{"NaN with a limit", "  p: {type: float, default: .nan, min: 0}", "NaN is not a finite number"},
		{"too large", "  p: 99999999999999999999", "does not fit into 64 bits"},
		{"alias", "  p: *x", "alias"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := ParseFrontMatter("wnb: 1\nparams:\n" + test.lines + "\n")
			if err == nil || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(test.want)) {
				t.Errorf("got %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestParamParse(t *testing.T) {
	tests := []struct {
		declaration, text string
		want              any
		err               string
	}{
		{"p: 1", "7", int64(7), ""},
		{"p: 1", " -7 ", int64(-7), ""},
		{"p: 1", "1.5", nil, `param p: "1.5" is not an int`},
		{"p: 1", "", nil, `param p: "" is not an int`},
		{"p: 1", "99999999999999999999", nil, "param p: 99999999999999999999 does not fit into 64 bits"},
		{"p: 1.5", "2", 2.0, ""},
		{"p: 1.5", "1e-3", 0.001, ""},
		{"p: 1.5", "inf", math.Inf(1), ""},
		{"p: {default: 1.5, min: 0}", "inf", nil, "param p: +Inf is not a finite number; give a value from 0"},
		{"p: {default: 1.5, min: 0}", "nan", nil, "param p: NaN is not a finite number; give a value from 0"},
		{"p: {default: 0.2, min: 0.05, max: 0.5}", "0.5", 0.5, ""},
		{"p: {default: 0.2, min: 0.05, max: 0.5}", "0.6", nil, "param p: 0.6 is not allowed; give a value from 0.05 to 0.5"},
		{"p: {default: 0.2, min: 0.05, max: 0.5}", "half", nil, `param p: "half" is not a float; give a value from 0.05 to 0.5`},
		{"p: true", "no", false, ""},
		{"p: true", "True", true, ""},
		{"p: true", "maybe", nil, `param p: "maybe" is not a bool; give true or false`},
		{"p: a", " b ", " b ", ""},
		{"p: a", "1,2", "1,2", ""},
		{"p: {default: a, choices: [a, b]}", "c", nil, `param p: "c" is not allowed; choose from "a", "b"`},
		{"p: {type: file}", "data/x.csv", "data/x.csv", ""},
		{"p: [1]", "[1, 2.5, a, true]", []any{int64(1), 2.5, "a", true}, ""},
		{"p: [1]", "[]", []any{}, ""},
		{"p: [1]", "1,2", nil, `param p: "1,2" is not a list; write it as [a, b]`},
		{"p: [1]", "[1", nil, `param p: "[1" is not a list; write it as [a, b]`},
		{"p: {type: list, choices: [a, b]}", "[a, c]", nil, `param p: "c" is not allowed; choose from "a", "b"`},
	}
	for _, test := range tests {
		t.Run(test.declaration+" given "+test.text, func(t *testing.T) {
			got, err := declare(t, "  "+test.declaration+"\n")[0].Parse(test.text)
			checkParam(t, got, err, test.want, test.err)
		})
	}
}

func checkParam(t *testing.T, got any, err error, want any, message string) {
	t.Helper()
	if message == "" && err != nil || message != "" && (err == nil || err.Error() != message) {
		t.Fatalf("error %v, want %s", err, message)
	}
	if err != nil && !errors.Is(err, ErrParam) {
		t.Errorf("%v is not an ErrParam", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParamCheck(t *testing.T) {
	tests := []struct {
		name, declaration string
		value, want       any
		err               string
	}{
		{"Go int", "p: 1", 5, int64(5), ""},
		{"YAML uint", "p: 1", uint64(5), int64(5), ""},
		{"JSON int", "p: 1", 5.0, int64(5), ""},
		{"JSON float", "p: 1", 5.5, nil, "param p: 5.5 is a float, not an int"},
		{"huge uint", "p: 1", uint64(math.MaxUint64), nil, "param p: 18446744073709551615 is a float, not an int"},
		{"int for float", "p: 1.5", int64(2), 2.0, ""},
		{"text for float", "p: 1.5", "2", nil, `param p: "2" is a text, not a float`},
		{"int for bool", "p: true", int64(1), nil, "param p: 1 is an int, not a bool; give true or false"},
		{"null", "p: 1", nil, nil, "param p: <nil> is null, not an int"},
		{"map", "p: a", map[string]any{}, nil, "param p: map[] is a map, not a text"},
		{"texts", "p: [a]", []string{"x"}, []any{"x"}, ""},
		{"nested list", "p: [a]", []any{[]any{}}, nil, "param p: [[]] is a list with a list in it, not a list; write it as [a, b]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := declare(t, "  "+test.declaration+"\n")[0].Check(test.value)
			checkParam(t, got, err, test.want, test.err)
		})
	}
}

func TestResolveParams(t *testing.T) {
	defs := declare(t, "  seed: 42\n  model: {default: a, choices: [a, b]}\n  data: {type: file}\n")
	got, err := ResolveParams(defs, map[string]string{"seed": "7"}, map[string]any{"seed": 8, "data": "x.csv"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"seed": int64(7), "model": "a", "data": "x.csv"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	_, err = ResolveParams(defs, map[string]string{"sede": "1", "model": "c"}, map[string]any{"nothing": 1})
	wantErr := `param model: "c" is not allowed; choose from "a", "b"
param data: it has no default; give it with -p data=VALUE
param nothing: the notebook has no such param; known are seed, model, data
param sede: the notebook has no such param; did you mean seed? known are seed, model, data`
	if err == nil || err.Error() != wantErr || !errors.Is(err, ErrParam) {
		t.Errorf("got %v", err)
	}
	if _, err := ResolveParams(nil, map[string]string{"x": "1"}, nil); err == nil || !strings.Contains(err.Error(), "declares no params") {
		t.Error(err)
	}
}
