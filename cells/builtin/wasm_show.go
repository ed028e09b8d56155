package builtin

import (
	"context"
	"encoding/hex"
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/scorer"
)

// Render shows what the extension is.
func (e *Extension) Render(context.Context) (map[string][]byte, error) {
	var plain, rich strings.Builder
	fmt.Fprintln(&plain, e)
	fmt.Fprintf(&rich, "<table class=\"wnb-extension\"><caption><code>%s</code></caption>\n", html.EscapeString(e.String()))
	for _, row := range e.card() {
		fmt.Fprintf(&plain, "  %-11s  %s\n", row[0], row[1])
		fmt.Fprintf(&rich, "<tr><th>%s</th><td>%s</td></tr>\n", row[0], html.EscapeString(row[1]))
	}
	rich.WriteString("</table>")
	return map[string][]byte{"text/plain": []byte(plain.String()), "text/html": []byte(rich.String())}, nil
}

func (e *Extension) card() [][2]string {
	var out [][2]string
	add := func(name, text string) {
		if text != "" {
			out = append(out, [2]string{name, text})
		}
	}
	add("about", e.manifest.Description)
	if m := e.manifest.Metric; m != nil {
		better := "smaller is better"
		if m.GreaterIsBetter {
			better = "greater is better"
		}
		add("rates", m.Input+", "+better)
	}
	add("features", shortList(e.features()))
	var params []string
	for _, name := range slices.Sorted(maps.Keys(e.manifest.Params)) {
		params = append(params, fmt.Sprintf("%s=%s", name, e.param(name)))
	}
	add("parameters", strings.Join(params, ", "))
	add("sha256", hex.EncodeToString(e.sum[:]))
	return out
}

// features are the columns that a row scorer names.
func (e *Extension) features() []string {
	if e.manifest.Scorer == nil {
		return nil
	}
	var names []string
	for _, f := range e.manifest.Scorer.Features {
		names = append(names, f.Name)
	}
	return names
}

// param is the value of a parameter: what was given, or the default.
func (e *Extension) param(name string) starlark.Value {
	if v, ok := e.params[name]; ok {
		return valueOf(v)
	}
	p := e.manifest.Params[name]
	if x, ok := p.Default.(float64); ok && p.Type == "integer" {
		return starlark.MakeInt64(int64(x))
	}
	return valueOf(p.Default)
}

// AttrNames are what is known of the extension.
func (e *Extension) AttrNames() []string {
	names := []string{"description", "kind", "name", "params", "sha256", "version"}
	switch e.manifest.Kind {
	case scorer.KindMetric:
		names = append(names, "greater_is_better")
	case scorer.KindScorer:
		names = append(names, "features")
	}
	slices.Sort(names)
	return names
}

// Attr is a part of the manifest, or a parameter.
func (e *Extension) Attr(name string) (starlark.Value, error) {
	if !slices.Contains(e.AttrNames(), name) {
		return nil, noAttr("the extension "+e.manifest.Name, name, e.AttrNames())
	}
	switch name {
	case "description":
		return starlark.String(e.manifest.Description), nil
	case "features":
		return stringList(e.features()), nil
	case "greater_is_better":
		return starlark.Bool(e.manifest.Metric.GreaterIsBetter), nil
	case "kind":
		return starlark.String(e.manifest.Kind), nil
	case "name":
		return starlark.String(e.manifest.Name), nil
	case "sha256":
		return starlark.String(hex.EncodeToString(e.sum[:])), nil
	case "version":
		return starlark.String(e.manifest.Version), nil
	}
	d := starlark.NewDict(len(e.manifest.Params))
	for _, param := range slices.Sorted(maps.Keys(e.manifest.Params)) {
		if err := d.SetKey(starlark.String(param), e.param(param)); err != nil {
			return nil, err
		}
	}
	return d, nil
}
