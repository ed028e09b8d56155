package builtin

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
)

// What functions of ui give: plain values of the types that they say.
func TestInputValues(t *testing.T) {
	for name, tt := range map[string]struct{ source, set, want string }{
		"an int slider":            {`ui.slider("v", 1, 10)`, "", "int 1"},
		"a float slider":           {`ui.slider("v", 0.0, 1)`, "1", "float 1.0"},
		"a slider with a step":     {`ui.slider("v", 0, 1, step=0.1)`, "0.25", "float 0.25"},
		"a whole number":           {`ui.number("v", default=2)`, "3.0", "int 3"},
		"a float":                  {`ui.number("v", default=2.0)`, "3", "float 3.0"},
		"a choice":                 {`ui.choice("v", ["a", "b"], default="b")`, "", `string "b"`},
		"a choice of numbers":      {`ui.choice("v", [1, 2.5])`, "2.5", "float 2.5"},
		"a choice by its text":     {`ui.choice("v", [1, 2])`, `"2"`, "int 2"},
		"a text before a number":   {`ui.choice("v", [2, "2"])`, `"2"`, `string "2"`},
		"choices in a tuple":       {`ui.choice("v", ("x", True))`, "true", "bool True"},
		"a text":                   {`ui.text("v", default="d")`, `"a\"b"`, `string "a\"b"`},
		"a check box":              {`ui.checkbox("v")`, "true", "bool True"},
		"a button":                 {`ui.button("v")`, "4", "int 4"},
		"no rows":                  {`ui.table(df, name="v").columns`, "", `list ["name", "group", "x", "y"]`},
		"the types of no rows":     {`ui.table(df, name="v").dtypes == df.dtypes`, "", "bool True"},
		"rows in any order":        {`ui.table(df, name="v")["name"].to_list()`, "[2,0,2]", `list ["Ann", "Cid"]`},
		"all points":               {`ui.plot(plot.scatter(df, x="y", y="x", color="group"), name="v").to_dicts()`, "", `list [{"y": 0.5, "x": 1.0, "group": "a"}, {"y": 2.5, "x": 3.0, "group": "a"}]`},
		"points in a rectangle":    {`ui.plot(plot.scatter(df, x="y", y="x"), name="v")["y"].to_list()`, `{"x":[9,1],"y":[0,3]}`, "list [2.5]"},
		"points of lines":          {`ui.plot(plot.line(df, x="x", y=["x", "y"]), name="v").columns`, "", `list ["x", "y", "series"]`},
		"columns of the same name": {`ui.plot(plot.scatter(df, x="y", y="y"), name="v").columns`, "", `list ["x", "y"]`},
		"no points":                {`ui.plot(plot.scatter(df, x="y", y="x"), name="v").shape`, `{"x":[7,8],"y":[0,1]}`, "tuple (0, 2)"},
	} {
		t.Run(name, func(t *testing.T) {
			h := exampleHost()
			if tt.set != "" {
				h.inputs = map[string]string{"v": tt.set}
			}
			v := runValue(t, h, exampleNames[:strings.Index(exampleNames, "s = ")]+tt.source, nil)
			if got := v.Type() + " " + v.String(); got != tt.want {
				t.Errorf("it is %s, want %s", got, tt.want)
			}
		})
	}
}

// What -p reads is what params of a run say.
func TestInputTexts(t *testing.T) {
	for name, tt := range map[string]struct{ kind, text, json, again string }{
		"an int":             {inputSlider, " 7 ", "7", "7"},
		"a float":            {inputNumber, "1e-3", "0.001", "0.001"},
		"a text":             {inputText, " a b", `" a b"`, " a b"},
		"truth":              {inputCheckbox, "Yes", "true", "true"},
		"rows":               {inputTable, "3, 0", "[3,0]", "3,0"},
		"no rows":            {inputTable, "", "[]", "none"},
		"a rectangle":        {inputPlot, "2..0,-1.5..4", `{"x":[0,2],"y":[-1.5,4]}`, "0..2,-1.5..4"},
		"no rectangle":       {inputPlot, "none", "null", "none"},
		"half a rectangle":   {inputPlot, "1..2", "", ""},
		"a word as a number": {inputButton, "many", "", ""},
		"infinite":           {inputNumber, "Inf", "", ""},
		"a word as rows":     {inputTable, "1,x", "", ""},
		"a word as truth":    {inputCheckbox, "perhaps", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			in := &Input{Name: "v", Kind: tt.kind}
			v, err := in.Parse(tt.text)
			if tt.json == "" {
				if err == nil || !strings.HasPrefix(err.Error(), "input v: ") {
					t.Errorf("it gives %v, %v", v, err)
				}
				return
			}
			if diff := cmp.Diff([]string{tt.json, tt.again}, []string{EncodeInput(v), FormatInput(v)}); err != nil || diff != "" {
				t.Errorf("%v: %s", err, diff)
			}
		})
	}
}

func TestDeclaredInput(t *testing.T) {
	for source, want := range map[string]string{
		`ui.slider("v", 1, 10, default=3)`: "slider, a whole number from 1 to 10; default 3",
		`ui.number("v", default=0.5)`:      "number, a number; default 0.5",
		`ui.number("v", 1, max=4)`:         "number, a whole number up to 4; default 1",
		`ui.choice("v", ["a", 2])`:         `choice, one of "a", 2; default "a"`,
		`ui.button("v")`:                   "button, a whole number from 0; default 0",
		`ui.slider("v", 1, n)`:             "slider",
		`ui.slider("v", 10, 1)`:            "slider",
		`v = ui.plot(f)`:                   "plot; a rectangle in the units of the data, such as 0..2,1..4, or none",
	} {
		p, err := lang.Compile("c", source)
		if err != nil {
			t.Fatal(err)
		}
		in, known := DeclaredInput(p.Inputs()[0])
		if got := in.Describe(known); got != want {
			t.Errorf("%s is %q, want %q", source, got, want)
		}
	}
}

func FuzzInput(f *testing.F) {
	for _, seed := range []string{"7", "0,3", "0..1,2..3", `{"x":[0,1],"y":[2,3]}`, `"a"`, "[1,[2]]", "null", "1e400", "\xff"} {
		f.Add(seed)
	}
	low, high := -5.0, 5.0
	inputs := []Input{
		{Kind: inputSlider, Min: &low, Max: &high}, {Kind: inputNumber, whole: true}, {Kind: inputChoice, Choices: []any{"a", int64(1), 2.5}},
		{Kind: inputText}, {Kind: inputCheckbox}, {Kind: inputButton, whole: true}, {Kind: inputTable, rows: 4}, {Kind: inputPlot},
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, in := range inputs {
			if v, err := in.Parse(text); err == nil {
				checkInput(t, in, v)
			}
			if v, err := DecodeInput([]byte(text)); err == nil {
				checkInput(t, in, v)
			}
		}
	})
}

// checkInput: what an input takes, it takes again as it is written down, and it
// is the same.
func checkInput(t *testing.T, in Input, v any) {
	v, err := in.Check(v)
	if err != nil {
		return
	}
	again, err := in.read(EncodeInput(v))
	if err != nil || EncodeInput(again) != EncodeInput(v) {
		t.Fatalf("%s: %v is read as %v, %v", in.Kind, v, again, err)
	}
	said, err := in.Parse(FormatInput(v))
	if in.Kind == inputText && strings.TrimSpace(FormatInput(v)) == "" {
		return
	}
	if err != nil || EncodeInput(said) != EncodeInput(v) {
		t.Fatalf("%s: %v, written as %q, is read as %v, %v", in.Kind, v, FormatInput(v), said, err)
	}
}

func TestInputsAreNotCalledInLoadedFiles(t *testing.T) {
	_, err := starlark.Call(lang.NewThread(t.Context(), nil), uiModule().members["text"], starlark.Tuple{starlark.String("a")}, nil)
	if err == nil || !strings.Contains(err.Error(), "a file that is loaded cannot read") {
		t.Errorf("error %v", err)
	}
}
