package builtin

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
)

// groups is df.group_by(...): the rows of a frame by key, to be aggregated.
type groups struct {
	frame *Frame
	keys  []string
	*frame.Groups
}

func (g *groups) String() string {
	return fmt.Sprintf("<groups of %d rows by %s>", g.frame.Len(), strings.Join(g.keys, ", "))
}
func (g *groups) Type() string          { return "group_by" }
func (g *groups) Freeze()               {}
func (g *groups) Truth() starlark.Bool  { return true }
func (g *groups) Hash() (uint32, error) { return unhashable(g, "aggregate it with .agg(...)") }
func (g *groups) AttrNames() []string   { return groupMethods.names() }
func (g *groups) Attr(name string) (starlark.Value, error) {
	if m := groupMethods.bind(g, name); m != nil {
		return m, nil
	}
	if slices.Contains(frame.Functions, name) {
		return nil, lang.WithHint(fmt.Sprintf(`write .agg({"column": %q})`, name), "a group_by has no method `%s`", name)
	}
	return nil, noMember("a group_by", name, nil, groupMethods, nil, nil)
}

var groupMethods = newMethods("group_by",
	method[*groups]{"agg", "columns={}, **named", "One row per group, in the order of the keys. columns says what to compute: {\"x\": \"mean\"} gives a column x, {\"x\": [\"mean\", \"max\"]} the columns x_mean and x_max; named chooses the names: top=(\"x\", \"max\"), and n=\"count\" counts the rows. Functions: " + strings.Join(frame.Functions, ", ") + ".",
		`df.group_by("group").agg({"x": ["mean", "max"]}, n="count")`, groupAgg},
	method[*groups]{"count", "", "The number of rows of each group, in a column count.", `df.group_by("group").count()`, groupCount},
)

func frameGroupBy(f *Frame, c *call) (starlark.Value, error) {
	keys, err := c.starNames()
	if err != nil {
		return nil, err
	}
	g, err := f.frame.GroupBy(keys...)
	if err != nil {
		return nil, err
	}
	return &groups{f, keys, g}, nil
}

func groupCount(g *groups, c *call) (starlark.Value, error) {
	if err := c.unpack(); err != nil {
		return nil, err
	}
	return frameValue(g.Agg(c.context(), []frame.Agg{{Fn: "count"}}))
}

func groupAgg(g *groups, c *call) (starlark.Value, error) {
	aggs, err := g.aggregations(c)
	if err != nil {
		return nil, err
	}
	if len(aggs) == 0 {
		return nil, lang.WithHint(`write .agg({"column": "mean"})`, "agg: nothing to compute")
	}
	return frameValue(g.Agg(c.context(), aggs))
}

// aggregations reads the arguments of agg.
func (g *groups) aggregations(c *call) ([]frame.Agg, error) {
	columns := &starlark.Dict{}
	var spec, named []starlark.Tuple
	for _, kw := range c.kwargs {
		if _, isDict := kw[1].(*starlark.Dict); isDict && kw[0] == starlark.String("columns") {
			spec = append(spec, kw)
		} else {
			named = append(named, kw)
		}
	}
	if err := starlark.UnpackArgs(c.fn.name, c.args, spec, "columns??", &columns); err != nil {
		return nil, lang.WithHint(`write .agg({"column": "mean"})`, "%w", err)
	}
	var out []frame.Agg
	err := entries(c.fn.name, columns, func(column string, v starlark.Value) error {
		more, err := g.ofColumn(column, v)
		out = append(out, more...)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, kw := range named {
		name, _ := starlark.AsString(kw[0])
		a, err := namedAgg(name, kw[1])
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// ofColumn reads "mean" or ["mean", "max"]. One function keeps the column's
// name, as in pandas, unless that is a key.
func (g *groups) ofColumn(column string, v starlark.Value) ([]frame.Agg, error) {
	fns, err := stringsOf("agg", v)
	if err != nil || fns == nil {
		return nil, lang.WithHint(`write {"x": "mean"} or {"x": ["mean", "max"]}`, "agg of column %q: %s is not a function's name", column, lang.Shorten(v, 40))
	}
	if err := knownFns(column, fns); err != nil {
		return nil, err
	}
	var out []frame.Agg
	for _, fn := range fns {
		out = append(out, frame.Agg{Col: column, Fn: fn})
	}
	if _, one := v.(starlark.String); one && !slices.Contains(g.keys, column) {
		out[0].As = column
	}
	return out, nil
}

// namedAgg reads name=(column, function), or name="count".
func namedAgg(name string, v starlark.Value) (frame.Agg, error) {
	if v == starlark.String("count") {
		return frame.Agg{Fn: "count", As: name}, nil
	}
	pair, ok := v.(starlark.Tuple)
	if ok && len(pair) == 2 {
		column, ok1 := starlark.AsString(pair[0])
		fn, ok2 := starlark.AsString(pair[1])
		if ok1 && ok2 {
			return frame.Agg{Col: column, Fn: fn, As: name}, knownFns(column, []string{fn})
		}
	}
	return frame.Agg{}, lang.WithHint(fmt.Sprintf(`write %s=("column", "mean"), or %s="count" for the number of rows`, name, name),
		"agg: %s is %s", name, lang.Shorten(v, 40))
}

// knownFns checks the names of functions.
func knownFns(column string, fns []string) error {
	for _, fn := range fns {
		if slices.Contains(frame.Functions, fn) {
			continue
		}
		hint := "the functions are " + strings.Join(frame.Functions, ", ")
		if best := lang.Suggest(fn, frame.Functions); best != "" {
			hint = fmt.Sprintf("did you mean %q? %s", best, hint)
		}
		return lang.WithHint(hint, "agg of column %q: there is no function %q", column, fn)
	}
	return nil
}
