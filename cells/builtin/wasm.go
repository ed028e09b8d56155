package builtin

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/scorer"
	"github.com/wnb-dev/wnb/cells/value"
)

// wasmModule makes functions of scoring extensions.
func wasmModule() *module {
	return newModule("wasm",
		&Func{"metric", "extension, params={}", "A metric from a scoring extension: the path of a .wasm file, or the value of an extension cell. It is a function of true labels and predictions that gives a number, and can be given as scoring or eval_metric. The extension runs in a sandbox: it sees what it is given, and nothing else.",
			`wasm.metric("ext/fbeta.wasm", params={"beta": 2.0})`, extensionOf(scorer.KindMetric)},
		&Func{"scorer", "extension, params={}", "A row scorer from a scoring extension, as wasm.metric: a function of a frame of features that gives a series with a number for each row. Columns are found by name.",
			`wasm.scorer("ext/risk.wasm")`, extensionOf(scorer.KindScorer)},
	)
}

// An Extension is a scoring extension with its parameters, as a function that
// cells can call. It is immutable. The bytes of the module and the parameters
// are all that it is made of; what is compiled belongs to the Host.
type Extension struct {
	module   []byte
	sum      [sha256.Size]byte
	manifest *scorer.Manifest
	params   map[string]any // that were given
	memo     value.Memo
}

var (
	_ starlark.Callable = (*Extension)(nil)
	_ starlark.HasAttrs = (*Extension)(nil)
	_ Renderer          = (*Extension)(nil)
)

// NewExtension makes a value of a module with a manifest, and of values for its
// parameters: int64, float64, bool or string; the others have their defaults. It
// runs nothing; the module is checked, and the parameters are, on the first call.
func NewExtension(module []byte, params map[string]any) (*Extension, error) {
	manifest, err := scorer.ReadManifest(module)
	if err != nil {
		return nil, err
	}
	return &Extension{module: bytes.Clone(module), sum: sha256.Sum256(module), manifest: manifest, params: maps.Clone(params)}, nil
}

// Module is the extension itself. Do not change it.
func (e *Extension) Module() []byte { return e.module }

// Params are the parameters that were given. Do not change them.
func (e *Extension) Params() map[string]any { return e.params }

// Manifest describes the extension. Do not change it.
func (e *Extension) Manifest() *scorer.Manifest { return e.manifest }

// Name is what the extension calls itself.
func (e *Extension) Name() string { return e.manifest.Name }

// String is one line.
func (e *Extension) String() string {
	parts := []string{string(e.manifest.Kind), e.manifest.Name}
	if e.manifest.Version != "" {
		parts = append(parts, e.manifest.Version)
	}
	for _, name := range slices.Sorted(maps.Keys(e.params)) {
		parts = append(parts, fmt.Sprintf("%s=%s", name, valueOf(e.params[name])))
	}
	return "<" + strings.Join(parts, " ") + ">"
}

// Type is "extension".
func (e *Extension) Type() string { return "extension" }

// Freeze does nothing: nothing changes an extension.
func (e *Extension) Freeze() {}

// Truth is always true.
func (e *Extension) Truth() starlark.Bool { return true }

// Hash refuses.
func (e *Extension) Hash() (uint32, error) {
	return unhashable(e, "use its name as the key and the extension as the value")
}

// Signature is how it is called.
func (e *Extension) Signature() Signature {
	return Signature{Name: e.manifest.Name, Params: e.function().signature}
}

// CallInternal runs the extension.
func (e *Extension) CallInternal(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return e.function().CallInternal(thread, args, kwargs)
}

// function is the extension as a builtin.
func (e *Extension) function() *Func {
	f := &Func{name: e.manifest.Name, doc: e.manifest.Description}
	switch e.manifest.Kind {
	case scorer.KindMetric:
		f.signature, f.impl = "y_true, y_pred, sample_weight=None", e.callMetric
	case scorer.KindScorer:
		f.signature, f.impl = "X", e.callScorer
	default:
		f.signature, f.impl = "document", e.callTransform
	}
	return f
}

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

// extensionOf makes an extension of a file or of another extension.
func extensionOf(kind scorer.Kind) func(*call) (starlark.Value, error) {
	return func(c *call) (starlark.Value, error) {
		var from, params starlark.Value = nil, starlark.None
		if err := c.unpack("extension", &from, "params?", &params); err != nil {
			return nil, err
		}
		given, err := c.extensionParams(params)
		if err != nil {
			return nil, err
		}
		e, err := c.readExtension(from, given)
		if err != nil {
			return nil, err
		}
		if e.manifest.Kind != kind {
			return nil, lang.WithHint("write wasm."+string(e.manifest.Kind)+"(...)", "%s: the extension %s is a %s, not a %s", c.fn.name, e.manifest.Name, e.manifest.Kind, kind)
		}
		return e, e.try(c)
	}
}

func (c *call) readExtension(from starlark.Value, params map[string]any) (*Extension, error) {
	switch from := from.(type) {
	case *Extension:
		return &Extension{module: from.module, sum: from.sum, manifest: from.manifest, params: params}, nil
	case starlark.String:
		content, err := c.readFile(string(from), "ext/metric.wasm")
		if err != nil {
			return nil, err
		}
		e, err := NewExtension(content, params)
		if err != nil {
			return nil, lang.WithHint("build it with `wnb ext build`, or add a manifest with `wnb ext pack`", "%s: %w", string(from), err)
		}
		return e, nil
	}
	return nil, lang.WithHint(`write the path of a .wasm file, or the name of an extension cell`, "%s: extension is %s %s", c.fn.name, article(from.Type()), from.Type())
}

// extensionParams reads the values of parameters.
func (c *call) extensionParams(v starlark.Value) (map[string]any, error) {
	if v == starlark.None {
		return nil, nil
	}
	d, ok := v.(*starlark.Dict)
	if !ok {
		return nil, lang.WithHint(`write params={"beta": 2.0}`, "%s: params is a dict, not %s %s", c.fn.name, article(v.Type()), v.Type())
	}
	out := map[string]any{}
	err := entries(c.fn.name, d, func(name string, v starlark.Value) error {
		x, err := scalarOf(v)
		if err != nil {
			return fmt.Errorf("%s: parameter %q: %w", c.fn.name, name, err)
		}
		out[name] = x
		return nil
	})
	return out, err
}

// try compiles the module and sets it up with its parameters, so that what is
// wrong with either is known where the extension is made.
func (e *Extension) try(c *call) error {
	m, release, err := e.compiled(c)
	if err != nil {
		return err
	}
	defer release()
	var job interface{ Close() }
	switch e.manifest.Kind {
	case scorer.KindMetric:
		job, err = m.NewMetric(e.params)
	case scorer.KindScorer:
		job, err = m.NewScorer(e.params)
	default:
		job, err = m.NewTransform(e.params)
	}
	if err != nil {
		return err
	}
	job.Close()
	return nil
}

// compiled is the module on the host's engine, until release is called.
func (e *Extension) compiled(c *call) (m *scorer.Module, release func(), err error) {
	x, err := c.extensions()
	if err != nil {
		return nil, nil, err
	}
	m, release, err = x.acquire(c.context(), e.module)
	return m, release, sandboxed(err)
}
