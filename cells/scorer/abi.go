package scorer

import (
	"fmt"
	"slices"
	"strings"
)

// allowedImports are all functions that a guest may import, with their types.
// The module wasi_snapshot_preview1 has what Go's runtime imports.
var allowedImports = map[string]string{
	"wnb.log":                                  "iii>",
	"wnb.fail":                                 "iii>",
	"env.abort":                                "iiii>",
	"wasi_snapshot_preview1.sched_yield":       ">i",
	"wasi_snapshot_preview1.proc_exit":         "i>",
	"wasi_snapshot_preview1.args_get":          "ii>i",
	"wasi_snapshot_preview1.args_sizes_get":    "ii>i",
	"wasi_snapshot_preview1.clock_time_get":    "ili>i",
	"wasi_snapshot_preview1.environ_get":       "ii>i",
	"wasi_snapshot_preview1.environ_sizes_get": "ii>i",
	"wasi_snapshot_preview1.fd_write":          "iiii>i",
	"wasi_snapshot_preview1.random_get":        "ii>i",
	"wasi_snapshot_preview1.poll_oneoff":       "iiii>i",
}

// Offers is true for a function that extensions may import.
func Offers(module, name string) bool {
	_, ok := allowedImports[module+"."+name]
	return ok
}

const (
	exportMemory     = "memory"
	exportMarker     = "wnb_abi_1"
	exportAlloc      = "wnb_alloc"
	exportMetric     = "wnb_metric"
	exportBegin      = "wnb_metric_begin"
	exportUpdate     = "wnb_metric_update"
	exportEnd        = "wnb_metric_end"
	exportPredict    = "wnb_predict"
	exportTransform  = "wnb_transform"
	exportConfigure  = "wnb_configure"
	exportInitialize = "_initialize"
)

// abiExports are the exports that ABI 1 knows, with their types.
var abiExports = map[string]string{
	exportMarker:     ">",
	exportAlloc:      "i>i",
	exportMetric:     "iiiii>d",
	exportBegin:      ">",
	exportUpdate:     "iiiii>",
	exportEnd:        ">d",
	exportPredict:    "iiiii>",
	exportTransform:  "ii>l",
	exportConfigure:  "ii>",
	exportInitialize: ">",
}

// checkABI compares imports and exports with ABI 1 and with the manifest.
func (m *module) checkABI(man *Manifest) error {
	for _, imp := range m.imports {
		if err := m.checkImport(imp); err != nil {
			return err
		}
	}
	have := map[string]bool{}
	for _, e := range m.exports {
		if err := m.checkExport(e); err != nil {
			return err
		}
		have[e.name] = true
	}
	if !have[exportMarker] {
		return m.wrongABI(have)
	}
	for _, name := range man.required() {
		if !have[name] {
			return refuseExport(0, "export %q is missing; kind %q needs it", name, man.Kind)
		}
	}
	if man.Kind == KindMetric && !have[exportMetric] && !man.Metric.Streaming {
		hint := ""
		if have[exportBegin] {
			hint = "; or the manifest says \"streaming\": true"
		}
		return refuseExport(0, "export %q is missing; kind %q needs it%s", exportMetric, man.Kind, hint)
	}
	if len(man.Params) > 0 && !have[exportConfigure] {
		return refuseExport(0, "the manifest has parameters and there is no export %q to take them", exportConfigure)
	}
	return nil
}

// required lists the exports that every module of the kind has.
func (m *Manifest) required() []string {
	names := []string{exportMemory, exportAlloc}
	switch {
	case m.Kind == KindScorer:
		names = append(names, exportPredict)
	case m.Kind == KindTransform:
		names = append(names, exportTransform)
	case m.Metric.Streaming:
		names = append(names, exportBegin, exportUpdate, exportEnd)
	}
	return names
}

func (m *module) checkImport(imp importedFunc) error {
	name := imp.module + "." + imp.name
	sig, ok := allowedImports[name]
	msg := ""
	switch {
	case imp.module == "wnb" && strings.HasPrefix(imp.name, "__"):
		msg = fmt.Sprintf("import %s: names that start with wnb.__ are reserved", name)
	case !ok:
		msg = fmt.Sprintf("import %s is not offered to extensions", name)
	case !m.types[imp.typ].is(sig):
		msg = fmt.Sprintf("import %s has another type than %s", name, spelled(sig))
	default:
		return nil
	}
	return &ValidationError{Section: "import", Func: -1, Offset: imp.at, Msg: msg}
}

// spelled is a type as the guide writes it: (i32, i32) -> i64 for "ii>l".
func spelled(sig string) string {
	names := map[rune]string{'i': "i32", 'l': "i64", 'f': "f32", 'd': "f64"}
	list := func(types string) string {
		var all []string
		for _, t := range types {
			all = append(all, names[t])
		}
		return strings.Join(all, ", ")
	}
	params, result, _ := strings.Cut(sig, ">")
	if result == "" {
		return "(" + list(params) + ") -> ()"
	}
	return "(" + list(params) + ") -> " + list(result)
}

func (m *module) checkExport(e exportEntry) error {
	sig, known := abiExports[e.name]
	switch {
	case e.name == "_start":
		return refuseExport(e.at, "export _start: build a reactor (a library), not a command")
	case e.name == exportMemory && e.kind != 2:
		return refuseExport(e.at, "export %q is a %s", e.name, externKinds[e.kind])
	case known && e.kind != 0:
		return refuseExport(e.at, "export %q is a %s; it must be a function", e.name, externKinds[e.kind])
	case known && !m.typeOf(e.index).is(sig):
		return refuseExport(e.at, "export %q has another type than %s", e.name, spelled(sig))
	}
	return nil
}

// wrongABI explains a missing marker.
func (m *module) wrongABI(have map[string]bool) error {
	for _, e := range m.exports {
		if v, ok := strings.CutPrefix(e.name, "wnb_abi_"); ok {
			return refuseExport(e.at, "extension needs ABI %s, this host offers 1", v)
		}
	}
	return refuseExport(0, "export %q is missing: not an extension for wnb", exportMarker)
}

func refuseExport(at int, format string, args ...any) error {
	return &ValidationError{Section: "export", Func: -1, Offset: at, Msg: fmt.Sprintf(format, args...)}
}

func (t *funcType) is(sig string) bool {
	in, out := signature(sig)
	return slices.Equal(t.in, in) && slices.Equal(t.out, out)
}
