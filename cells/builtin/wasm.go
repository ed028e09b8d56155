package builtin

import (
	"bytes"
	"crypto/sha256"
	"fmt"
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
		&Func{"metric", "path, params={}", "A metric from a scoring extension: the path of a .wasm file, or the value of an extension cell. It is a function of true labels and predictions that gives a number, and can be given as scoring or eval_metric. The extension runs in a sandbox: it sees what it is given, and nothing else.",
			`wasm.metric("ext/fbeta.wasm", params={"beta": 2.0})`, extensionOf(scorer.KindMetric)},
		&Func{"scorer", "path, params={}", "A row scorer from a scoring extension, as wasm.metric: a function of a frame of features that gives a series with a number for each row. Columns are found by name.",
			`wasm.scorer("ext/risk.wasm")`, extensionOf(scorer.KindScorer)},
		&Func{"transform", "path, params={}", "A transform from a scoring extension, as wasm.metric: a function of a document, such as a dict, that gives another one. What goes in and comes out is JSON.",
			`wasm.transform("ext/echo.wasm")`, extensionOf(scorer.KindTransform)},
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

// Help is what the extension says of itself.
func (e *Extension) Help() string { return e.function().Help() }

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

// extensionOf makes an extension of a file or of another extension.
func extensionOf(kind scorer.Kind) func(*call) (starlark.Value, error) {
	return func(c *call) (starlark.Value, error) {
		var from, params starlark.Value = nil, starlark.None
		if err := c.unpack("path", &from, "params?", &params); err != nil {
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
	return nil, lang.WithHint(`write the path of a .wasm file, or the name of an extension cell`, "%s: path is %s", c.fn.name, lang.A(from.Type()))
}

// extensionParams reads the values of parameters.
func (c *call) extensionParams(v starlark.Value) (map[string]any, error) {
	if v == starlark.None {
		return nil, nil
	}
	d, ok := v.(*starlark.Dict)
	if !ok {
		return nil, lang.WithHint(`write params={"beta": 2.0}`, "%s: params is a dict, not %s", c.fn.name, lang.A(v.Type()))
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
