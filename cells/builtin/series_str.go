package builtin

import (
	"fmt"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
)

// stringMethods is s.str: the methods of a series of text.
type stringMethods struct{ series *frame.Series }

func (m *stringMethods) String() string {
	return "<text methods of " + NewSeries(m.series).String() + ">"
}
func (m *stringMethods) Type() string          { return "series.str" }
func (m *stringMethods) Freeze()               {}
func (m *stringMethods) Truth() starlark.Bool  { return true }
func (m *stringMethods) Hash() (uint32, error) { return unhashable(m, "use one of the values, s[i]") }
func (m *stringMethods) AttrNames() []string   { return textMethods.names() }
func (m *stringMethods) Attr(name string) (starlark.Value, error) {
	if m.series.DType() != frame.String {
		return nil, lang.WithHint(`cast it first: s.cast("string").str.`+name+"()", "s.str is for text; series %q is %s", m.series.Name(), m.series.DType())
	}
	if f := textMethods.bind(m, name); f != nil {
		return f, nil
	}
	return nil, noMember("s.str", name, textElsewhere, textMethods, nil, nil)
}

var textElsewhere = map[string]string{
	"len_chars": "s.str.len()",
	"match":     "s.str.contains(text), or s.map(f)",
	"slice":     "s.map(lambda x: x[:3])",
	"split":     `s.map(lambda x: x.split(" ")[0])`,
	"title":     "s.map(lambda x: x.title())",
}

var textMethods = newMethods("series.str",
	method[*stringMethods]{"lower", "", "The text in lower case.", `df["name"].str.lower()`, textMap((*frame.Series).StrLower)},
	method[*stringMethods]{"upper", "", "The text in upper case.", `df["name"].str.upper()`, textMap((*frame.Series).StrUpper)},
	method[*stringMethods]{"len", "", "The number of characters.", `df["name"].str.len()`, textMap((*frame.Series).StrLen)},
	method[*stringMethods]{"strip", `chars=""`, "Without the characters at both ends, by default white space.", `df["name"].str.strip()`, textStrip},
	method[*stringMethods]{"contains", "text", "A mask: where the value contains text, taken literally.", `df[df["name"].str.contains("an")]`, textTest("text", (*frame.Series).StrContains)},
	method[*stringMethods]{"starts_with", "prefix", "A mask: where the value starts with prefix.", `df["name"].str.starts_with("A")`, textTest("prefix", (*frame.Series).StrStartsWith)},
	method[*stringMethods]{"startswith", "prefix", "The same as starts_with.", `df["name"].str.startswith("A")`, textTest("prefix", (*frame.Series).StrStartsWith)},
	method[*stringMethods]{"ends_with", "suffix", "A mask: where the value ends with suffix.", `df["name"].str.ends_with("a")`, textTest("suffix", (*frame.Series).StrEndsWith)},
	method[*stringMethods]{"endswith", "suffix", "The same as ends_with.", `df["name"].str.endswith("a")`, textTest("suffix", (*frame.Series).StrEndsWith)},
	method[*stringMethods]{"replace", "old, new", "With every occurrence of old, taken literally, replaced by new.", `df["name"].str.replace("a", "e")`, textReplace},
)

type textImpl = func(m *stringMethods, c *call) (starlark.Value, error)

func textMap(f func(*frame.Series) (*frame.Series, error)) textImpl {
	return func(m *stringMethods, c *call) (starlark.Value, error) {
		if err := c.unpack(); err != nil {
			return nil, err
		}
		return seriesValue(f(m.series))
	}
}

func textTest(param string, f func(*frame.Series, string) (*frame.Series, error)) textImpl {
	return func(m *stringMethods, c *call) (starlark.Value, error) {
		var part string
		if err := c.unpack(param, &part); err != nil {
			return nil, err
		}
		return seriesValue(f(m.series, part))
	}
}

func textStrip(m *stringMethods, c *call) (starlark.Value, error) {
	chars := ""
	if err := c.unpack("chars?", &chars); err != nil {
		return nil, err
	}
	return seriesValue(m.series.StrStrip(chars))
}

func textReplace(m *stringMethods, c *call) (starlark.Value, error) {
	var old, with string
	if err := c.unpack("old", &old, "new", &with); err != nil {
		return nil, err
	}
	if old == "" {
		return nil, fmt.Errorf("replace: old is empty; say which text to replace")
	}
	return seriesValue(m.series.StrReplace(old, with))
}
