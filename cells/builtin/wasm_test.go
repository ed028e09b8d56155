package builtin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.starlark.net/starlark"
	"go.uber.org/goleak"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/scorer"
)

// Extensions are those of the test.
func (h *memoryHost) Extensions() *Extensions { return h.wasm }

// addExamples gives the host the extensions that examples use.
func (h *memoryHost) addExamples(t testing.TB) {
	h.wasm = openExtensions(t)
	h.files["ext/fbeta.wasm"] = guest(t, `"kind":"metric","name":"fbeta","metric":{"greater_is_better":true,"input":"label","outputs":1},"params":{"beta":{"type":"number","default":1}}`)
	h.files["ext/risk.wasm"] = guest(t, `"kind":"scorer","name":"risk","scorer":{"features":[{"name":"alcohol"},{"name":"ash"}]}`)
	h.files["ext/echo.wasm"] = guest(t, `"kind":"transform","name":"echo"`)
}

func openExtensions(t testing.TB) *Extensions {
	t.Helper()
	x := NewExtensions(scorer.Config{})
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

// guest is testdata/ext/guest.wasm with a manifest.
func guest(t testing.TB, manifest string) string {
	t.Helper()
	core, err := os.ReadFile(filepath.Join("testdata", "ext", "guest.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	packed, err := scorer.Pack(core, []byte(`{"abi":1,"version":"1.2",`+manifest+`}`))
	if err != nil {
		t.Fatal(err)
	}
	return string(packed)
}

func TestGuestIsCurrent(t *testing.T) {
	tool, err := exec.LookPath("wat2wasm")
	if err != nil {
		t.Skipf("testdata/ext/guest.wasm is not compared with its source: %v", err)
	}
	out := filepath.Join(t.TempDir(), "guest.wasm")
	if text, err := exec.Command(tool, filepath.Join("testdata", "ext", "guest.wat"), "-o", out).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	want, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join("testdata", "ext", "guest.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("testdata/ext/guest.wasm is not what wat2wasm makes of guest.wat")
	}
}

// metricManifest is a metric of what the guest can compute.
func metricManifest(name, spec string, which int) string {
	return fmt.Sprintf(`"kind":"metric","name":%q,"metric":{%s},"params":{"which":{"type":"integer","default":%d}}`, name, spec, which)
}

// extensionHost has an extension for each thing that the guest computes.
func extensionHost(t testing.TB) *memoryHost {
	h := newHost()
	h.wasm = openExtensions(t)
	const label, brier = `"greater_is_better":true,"input":"label","outputs":1`, `"greater_is_better":false,"input":"proba","outputs":"k"`
	for name, manifest := range map[string]string{
		"accuracy":  metricManifest("accuracy", label, 0),
		"brier":     metricManifest("brier", brier, 1),
		"undefined": metricManifest("undefined", label+`,"nan":"skip"`, 4),
		"length":    metricManifest("length", label, 5),
		"mean":      metricManifest("mean", `"greater_is_better":true,"input":"value","outputs":1,"weights":true`, 7),
		"score":     metricManifest("score", `"greater_is_better":true,"input":"score","outputs":1`, 7),
		"positive":  metricManifest("positive", `"greater_is_better":true,"input":"proba","outputs":1`, 7),
		"risk":      `"kind":"scorer","name":"risk","scorer":{"features":[{"name":"x"},{"name":"y"}]}`,
		"any":       `"kind":"scorer","name":"any","scorer":{"outputs":2}`,
		"echo":      `"kind":"transform","name":"echo","selfcheck":[{"in":{},"out":{}}]`,
	} {
		h.files["ext/"+name+".wasm"] = guest(t, manifest)
	}
	return h
}

const extensionData = `df = frame({"x": [1.0, 2, 3, 4], "y": [10, 20, 30, 40], "c": ["a", "b", "a", "b"]})
m = lambda name, **params: wasm.metric("ext/" + name + ".wasm", params)
`

func TestExtensions(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	h := extensionHost(t)
	for _, test := range []sourceTest{
		{"labels as numbers", `m("accuracy")([1, 2, 2], [1, 2, 1])`, "0.6666666666666666"},
		{"labels as text", `m("accuracy")(df.c, ["a", "b", "b", "b"])`, "0.75"},
		{"labels as bools", `m("accuracy")([True, False], [True, True])`, "0.5"},
		{"labels that were not predicted", `m("accuracy")(["b", "c"], ["c", "c"])`, "0.5"},
		{"probabilities", `m("brier")(df.c, frame({"a": [1.0, 0.5, 1, 0], "b": [0.0, 0.5, 0, 1]}))`, "0.125"},
		{"probabilities in another order", `m("brier")(df.c, frame({"b": [0.0, 0.5, 0, 1], "a": [1.0, 0.5, 1, 0]}))`, "0.125"},
		{"the greater of two classes", `m("positive")(df.c, frame({"b": [0.0, 0.5, 0, 1], "a": [1.0, 0.5, 1, 0]}))`, "0.375"},
		{"one probability", `m("positive")(df.c, [0, 0.5, 0, 1])`, "0.375"},
		{"a score of any size", `m("score")(df.c, [-8, 0, 8, 2])`, "0.5"},
		{"values", `m("mean")([1.5, 2.5], [1, 2])`, "1.5"},
		{"weights", `m("mean")([1.5, 2.5], [1, 2], sample_weight=[1, 3])`, "1.75"},
		{"parameters", `m("accuracy", which=7)([0, 1], [1, 1])`, "1.0"},
		{"classes reach the extension", `m("length")(["a", "bc"], ["a", "a"]) == len('{"classes":["a","bc"],"which":5}')`, "True"},
		{"other parameters", `e = m("accuracy"); wasm.metric(e, {"which": 7})([0, 1], [1, 1])`, "1.0"},
		{"back to the defaults", `wasm.metric(m("accuracy", which=7))([0, 1], [1, 1])`, "0.5"},
		{"a scorer", `df.with_column("risk", wasm.scorer("ext/risk.wasm")(df[["y", "x"]]))["risk"]`, "risk float64 [21.0, 42.0, 63.0, 84.0]"},
		{"no rows", `wasm.scorer("ext/risk.wasm")(df[:0])`, "risk float64 []"},
		{"columns in order", `wasm.scorer("ext/any.wasm")(df[["y", "x"]])`, "any_0,any_1; 12.0,13.0; 24.0,25.0; 36.0,37.0; 48.0,49.0"},
		{"a transform in a file", `wasm.transform("ext/echo.wasm")({"text": "ü"})`, `{"text": "ü"}`},
		{"a transform", `wasm_echo({"a": [1, 2.5, None, "ü"]})`, `{"a": [1, 2.5, None, "ü"]}`},
		{"what it is", `e = m("accuracy", which=7)
(str(e), type(e), e.name, e.version, e.kind, e.params, e.greater_is_better, len(e.sha256))`,
			`("<metric accuracy 1.2 which=7>", "extension", "accuracy", "1.2", "metric", {"which": 7}, True, 64)`},
		{"defaults", `m("brier").params`, `{"which": 1}`},
		{"features", `wasm.scorer("ext/risk.wasm").features`, `["x", "y"]`},
		{"attributes", `dir(m("brier"))`, `["description", "greater_is_better", "kind", "name", "params", "sha256", "version"]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			echo, err := NewExtension([]byte(h.files["ext/echo.wasm"]), nil)
			if err != nil {
				t.Fatal(err)
			}
			got := runValue(t, h, extensionData+test.source, starlark.StringDict{"wasm_echo": echo})
			if text := brief(t, got); text != test.want {
				t.Errorf("%s\ngives %s, want %s", test.source, text, test.want)
			}
		})
	}
}

// What an extension logs is shown by the cell: in order, and where evaluations
// run beside each other each message once.
func TestExtensionsLog(t *testing.T) {
	for name, test := range map[string]struct{ source, want string }{
		"calls":               {`[m("accuracy", which=8)(y, y) for y in [[1, 2, 3], [1, 2], [1, 2]]]`, "accuracy: more rows\naccuracy: two rows\naccuracy: two rows\n"},
		"nothing":             {`m("accuracy")([1, 2], [1, 2])`, ""},
		"in parallel":         {`ml.cross_val_score(ml.DecisionTreeClassifier(), df[["x", "y"]], df.c, cv=2, scoring=m("accuracy", which=8))`, "accuracy: two rows\n"},
		"parameter in a cell": {`m("accuracy", which=8)([1, 2], [1, 2]) + m("length")([1, 2], [1, 2])`, "accuracy: two rows\n"},
	} {
		t.Run(name, func(t *testing.T) {
			h := extensionHost(t)
			runValue(t, h, extensionData+test.source, nil)
			got := ""
			for _, e := range h.effects {
				if s, ok := e.(cells.Stream); ok && s.Name == "stderr" {
					got += s.Text
				}
			}
			if got != test.want {
				t.Errorf("shown: %q, want %q", got, test.want)
			}
		})
	}
}

// The file of an extension is an input of the cell.
func TestExtensionIsReadThroughTheHost(t *testing.T) {
	h := extensionHost(t)
	runValue(t, h, `wasm.metric("ext/brier.wasm")`, nil)
	if in, ok := h.effects[0].(cells.Input); !ok || in.Name != "ext/brier.wasm" || len(h.effects) != 1 {
		t.Errorf("effects %v", h.effects)
	}
}

func TestExtensionErrors(t *testing.T) {
	h := extensionHost(t)
	h.files["ext/none.wasm"] = "hello"
	core, err := os.ReadFile(filepath.Join("testdata", "ext", "guest.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	h.files["ext/bare.wasm"] = string(core)
	echo, err := NewExtension([]byte(h.files["ext/echo.wasm"]), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []errorTest{
		{"no file", `wasm.metric("ext/x.wasm")`, "cannot read ext/x.wasm", "notebook's folder"},
		{"no module", `wasm.metric("ext/none.wasm")`, "ext/none.wasm: invalid module", "wnb ext build"},
		{"no manifest", `wasm.metric("ext/bare.wasm")`, "the module has no manifest", "wnb ext"},
		{"a number", `wasm.metric(3)`, "path is an int", "path of a .wasm file"},
		{"a scorer as a metric", `wasm.metric("ext/risk.wasm")`, "the extension risk is a scorer, not a metric", "write wasm.scorer"},
		{"a transform as a metric", `wasm.metric("ext/echo.wasm")`, "the extension echo is a transform, not a metric", "write wasm.transform"},
		{"unknown parameter", `m("brier", beta=2)`, `extension brier has no parameter "beta"; it has which`, ""},
		{"parameter of another type", `m("brier", which="x")`, `parameter "which" must be a integer, and is x`, ""},
		{"parameter that is a list", `m("brier", which=[1])`, `parameter "which"`, ""},
		{"parameters as a list", `wasm.metric("ext/brier.wasm", params=[1])`, "params is a dict, not a list", "write params="},
		{"lengths", `m("accuracy")([1, 2], [1])`, "2 labels but 1 predictions", "same rows"},
		{"lengths of values", `m("mean")([1, 2], [1])`, "extension mean: 2 rows and 1 predictions", ""},
		{"no rows", `m("accuracy")([], [])`, "there are no labels to compare", ""},
		{"weights it does not take", `m("accuracy")([1], [1], sample_weight=[1])`, "extension accuracy does not take sample weights", ""},
		{"text as values", `m("mean")(df.c, df.x)`, "is not a number", ""},
		{"one probability of three classes", `m("brier")([1, 2, 3], [0, 0, 1])`, "one probability per row is for two classes", "predict_proba"},
		{"a class without a column", `m("brier")(["a", "z"], frame({"a": [1.0, 0], "b": [0.0, 1]}))`, `row 1: class z is none of those that were predicted`, "every class"},
		{"missing column", `wasm.scorer("ext/risk.wasm")(df[["x"]])`, `no column "y"`, "the extension takes x, y"},
		{"text as a feature", `wasm.scorer("ext/any.wasm")(df)`, `"a" is not a number`, "of a numeric type are x, y"},
		{"null", `wasm.scorer("ext/any.wasm")(frame({"k": [1, None]}))`, `column "k", row 1 is null`, ""},
		{"wrong call", `m("brier")([1])`, "missing argument for y_pred", "it is called as brier(y_true, y_pred, sample_weight=None)"},
		{"trap", `m("accuracy", which=3)([1, 2], [1, 2])`, "extension accuracy 1.2: wnb_metric on rows 0 to 1: trap: unreachable", ""},
		{"not a number", `m("accuracy", which=4)([1, 2], [1, 2])`, "extension accuracy 1.2: wnb_metric on rows 0 to 1: metric is undefined on this input", `"nan": "skip"`},
		{"a transform of a function", `wasm_echo(len)`, "the document has no form as JSON", ""},
		{"scoring by a scorer", `ml.cross_val_score(ml.LogisticRegression(), df[["x"]], df.c, scoring=wasm.scorer("ext/risk.wasm"))`, "the extension risk is a scorer, which does not rate models", "give a metric"},
		{"make_scorer", `ml.make_scorer(m("brier"))`, "the manifest of the extension brier says", "give it as scoring"},
		{"attribute", `m("brier").beta`, "the extension brier has no `beta`", "it has description"},
		{"as a key", `{m("brier"): 1}`, "cannot be a key", "name"},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := failure(t, h, extensionData+test.source, starlark.StringDict{"wasm_echo": echo})
			if !strings.Contains(e.Msg, test.msg) || !strings.Contains(e.Hint, test.hint) || (test.hint == "") != (e.Hint == "") {
				t.Errorf("%s\nfails with %s (%s), want %q (%q)", test.source, e.Msg, e.Hint, test.msg, test.hint)
			}
			if errors.Is(e, ErrSandboxLimit) {
				t.Error("it is said to be a limit of the sandbox")
			}
		})
	}
}

// Limits are errors of the cell that a command can tell from others.
func TestSandboxLimits(t *testing.T) {
	h := extensionHost(t)
	for name, test := range map[string]struct {
		which int
		want  string
		is    error
	}{
		"fuel":  {2, "extension accuracy 1.2: wnb_metric on rows 0 to 1: out of fuel", scorer.ErrFuel},
		"stack": {6, "extension accuracy 1.2: wnb_metric on rows 0 to 1: call stack too deep", scorer.ErrStack},
	} {
		t.Run(name, func(t *testing.T) {
			e := failure(t, h, extensionData+fmt.Sprintf(`m("accuracy", which=%d)([1, 2], [1, 2])`, test.which), nil)
			if !strings.Contains(e.Msg, test.want) || e.Hint == "" || e.Line != 3 {
				t.Errorf("line %d: %s (%s), want line 3: %s", e.Line, e.Msg, e.Hint, test.want)
			}
			if !errors.Is(e, ErrSandboxLimit) || !errors.Is(e, test.is) {
				t.Errorf("%v is not ErrSandboxLimit and %v", e, test.is)
			}
		})
	}
}

func TestExtensionsWithoutAHostForThem(t *testing.T) {
	h := extensionHost(t)
	h.wasm = nil
	e := failure(t, h, `wasm.metric("ext/brier.wasm")`, nil)
	if !strings.Contains(e.Msg, "extensions cannot be run here") {
		t.Errorf("error %s", e.Msg)
	}
}

// stopHost interrupts the cell when an extension is about to run for the nth time.
type stopHost struct {
	*memoryHost
	cancel context.CancelFunc
	after  *int
}

func (h stopHost) Extensions() *Extensions {
	if *h.after--; *h.after == 0 {
		h.cancel()
	}
	return h.memoryHost.Extensions()
}

// An interrupt ends a call that would go on until its fuel is used up.
func TestInterruptInsideAnExtension(t *testing.T) {
	for _, call := range []string{
		`f([1, 2], [1, 2])`,
		`ml.cross_val_score(ml.LogisticRegression(), df[["x"]], df.y, cv=ml.KFold(n_splits=2), scoring=f)`,
	} {
		t.Run(call, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			after := 2 // making the extension asks for the engine, too
			h := stopHost{extensionHost(t), cancel, &after}
			_, err := runCell(ctx, h, `df = frame({"x": [1, 2, 3, 4], "y": [0, 1, 1, 0]})
f = wasm.metric("ext/accuracy.wasm", {"which": 2})
`+call, nil)
			var e *lang.Error
			if !errors.As(err, &e) || e.Kind != lang.KindInterrupt {
				t.Fatalf("got %v, want an interrupt", err)
			}
		})
	}
}

func TestHelpOfAnExtension(t *testing.T) {
	h := newHost()
	h.addExamples(t)
	runValue(t, h, `help(wasm.metric("ext/fbeta.wasm"))`, nil)
	if want := "fbeta(y_true, y_pred, sample_weight=None)"; !strings.Contains(h.stdout(), want) {
		t.Errorf("help says %q, without %q", h.stdout(), want)
	}
}

func TestExtensionIsShown(t *testing.T) {
	h := newHost()
	h.addExamples(t)
	forms, err := Render(t.Context(), runValue(t, h, `wasm.metric("ext/fbeta.wasm", {"beta": 2})`, nil))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "extension.txt", string(forms["text/plain"]))
	golden(t, "extension.html", string(forms["text/html"]))
}

// TestCompiledOnce: the same module is compiled once for all that use it at a
// time, and many do not stay compiled for ever.
func TestCompiledOnce(t *testing.T) {
	x := openExtensions(t)
	brier := []byte(guest(t, metricManifest("brier", `"greater_is_better":false,"input":"proba","outputs":"k"`, 1)))
	modules := make([]*scorer.Module, 8)
	var all sync.WaitGroup
	for i := range modules {
		all.Go(func() {
			m, release, err := x.acquire(t.Context(), brier)
			if err != nil {
				t.Error(err)
				return
			}
			defer release()
			modules[i] = m
		})
	}
	all.Wait()
	for _, m := range modules {
		if m != modules[0] {
			t.Error("it was compiled more than once")
		}
	}
	_, keep, err := x.acquire(t.Context(), brier)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 * mostModules {
		_, release, err := x.acquire(t.Context(), []byte(guest(t, metricManifest(fmt.Sprint("m", i), `"greater_is_better":true,"input":"label"`, 0))))
		if err != nil {
			t.Fatal(err)
		}
		release()
	}
	if n := len(x.modules); n > mostModules {
		t.Errorf("%d modules stay compiled, want at most %d", n, mostModules)
	}
	if m, release, err := x.acquire(t.Context(), brier); err != nil || m != modules[0] {
		t.Errorf("a module in use was closed: %v", err)
	} else {
		release()
	}
	keep()
}

// A caller who gives up does not take the module away from the others.
func TestCompilationThatIsGivenUp(t *testing.T) {
	x := openExtensions(t)
	brier := []byte(guest(t, metricManifest("brier", `"greater_is_better":false,"input":"proba","outputs":"k"`, 1)))
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			ctx := t.Context()
			if i%2 == 0 {
				ctx = cancelled
			}
			_, release, err := x.acquire(ctx, brier)
			if i%2 == 0 && err == nil || i%2 == 1 && err != nil {
				t.Errorf("caller %d: %v", i, err)
			}
			if err == nil {
				release()
			}
		})
	}
	all.Wait()
	if err := x.Close(); err != nil {
		t.Error(err)
	}
	if _, _, err := x.acquire(t.Context(), brier); !errors.Is(err, scorer.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}
