package lang_test

import (
	"strings"
	"testing"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
)

// Inside a cell, values can be nested without a bound; what would recurse into
// them says so.
func TestDeepValuesInsideACell(t *testing.T) {
	deep := "x = [1]\nfor i in range(200000):\n    x = [x]\n"
	wide := "x = [1]\nfor i in range(30):\n    x = [x, x]\n"
	key := "x = (1,)\nfor i in range(200000):\n    x = (x,)\n"
	tests := map[string]struct{ source, want string }{
		"str":             {deep + "str(x)", "nested more than"},
		"repr":            {deep + "repr(x)", "nested more than"},
		"print":           {deep + "print(1, x)", "nested more than"},
		"print sep":       {deep + "print(1, sep=x)", "nested more than"},
		"fail":            {deep + "fail(x)", "nested more than"},
		"f-string":        {deep + `f"{x}"`, "nested more than"},
		"f-string repr":   {deep + `f"{x!r}"`, "nested more than"},
		"f-string names":  {deep + `f"{x=}"`, "nested more than"},
		"percent":         {deep + `"%s" % x`, "nested more than"},
		"percent, tuple":  {deep + `"%s %r" % (1, x)`, "nested more than"},
		"format":          {deep + `"{}".format(x)`, "nested more than"},
		"format, keyword": {deep + `"{a}".format(a=x)`, "nested more than"},
		"==":              {deep + "x == [x]", "nested more than"},
		"!= as condition": {deep + "if x != [x]:\n    pass", "nested more than"},
		"<":               {deep + "x < [x]", "nested more than"},
		"sorted":          {deep + "sorted([x, x])", "nested more than"},
		"max":             {deep + "max(x, x)", "nested more than"},
		"set of keys":     {key + "set([x])", "nested more than"},
		"dict of keys":    {key + "dict([(x, 1)])", "nested more than"},
		"alias":           {deep + "s = str\ns(x)", "nested more than"},
		"inside a dict":   {deep + "str({1: (x,)})", "nested more than"},
		"many parts":      {wide + "str(x)", "more than 100000000 parts"},
		"many parts, ==":  {wide + "x == [x, x]", "more than 100000000 parts"},
		"error, deep":     {deep + "1 // 0", "division by zero"},
		"error, wide":     {wide + "1 // 0", "division by zero"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := run(t, tt.source, nil)
			if err == nil || !strings.Contains(err.Msg, tt.want) {
				t.Fatalf("got %v", err)
			}
			if want := strings.Count(tt.source, "\n") + 1 - strings.Count(tt.source, "\n    pass"); err.Line != want {
				t.Errorf("line %d, want %d", err.Line, want)
			}
		})
	}
}

func TestGuardedBuiltinsAreTheSame(t *testing.T) {
	for source, want := range map[string]string{
		"str":                              "<built-in function str>",
		`str([1, "a", (2,), {3: None}])`:   `[1, "a", (2,), {3: None}]`,
		`"%d %s %r" % (1, [2], "a")`:       `1 [2] "a"`,
		`"%s" % 3`:                         "3",
		`"{} {x} {0}".format("a", x=[1])`:  "",
		`"{} {x}".format("a", x=[1])`:      "a [1]",
		`"{}{}".format(*["a", 1], **{})`:   "a1",
		"max([1, 3, 2], key=lambda x: -x)": "1",
		"7 % 4":                            "3",
		"(lambda s: s % 2)(7)":             "1",
		"sorted([3, 1])":                   "[1, 3]",
		"dict([(1, 2)], a=3)":              `{1: 2, "a": 3}`,
	} {
		res, err := run(t, "str("+source+")", nil)
		if want == "" {
			if err == nil {
				t.Errorf("%s: no error", source)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", source, err)
		} else if got, _ := starlark.AsString(res.Value); got != want {
			t.Errorf("%s: got %s, want %s", source, got, want)
		}
	}
}

func TestShorten(t *testing.T) {
	res, err := run(t, "[[1, 'a', (2,), (3, 4), set([5]), {6: [7]}, None], 'é' * 100, {'k': 'v' * 100}, list(range(100))]", nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range []int{0, 1, 2, 3} {
		got = append(got, lang.Shorten(index(res.Value, v), 60))
	}
	want := []string{`[1, "a", (2,), (3, 4), set([5]), {6: [7]}, None]`, `"` + strings.Repeat("é", 58) + "…", `{"k": "` + strings.Repeat("v", 52) + "…", "list of 100"}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %s, want %s", got[i], want[i])
		}
	}
}

func index(v starlark.Value, i int) starlark.Value { return v.(starlark.Indexable).Index(i) }
