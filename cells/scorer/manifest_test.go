package scorer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPackReplacesTheManifest(t *testing.T) {
	first := fmt.Sprintf(metricManifest, "first")
	second := fmt.Sprintf(metricManifest, "second")
	a := meanError()
	a.custom = nil
	plain := a.bytes()
	var got []string
	packed := plain
	for _, text := range []string{first, second} {
		var err error
		if packed, err = Pack(packed, []byte(text)); err != nil {
			t.Fatal(err)
		}
		man, err := ReadManifest(packed)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, man.Name)
	}
	if diff := cmp.Diff([]string{"first", "second"}, got); diff != "" {
		t.Error(diff)
	}
	again, err := Pack(plain, []byte(second))
	if err != nil || string(again) != string(packed) {
		t.Errorf("packing twice and once differ: %v", err)
	}
	if _, err := ReadManifest(plain); err == nil || !strings.Contains(err.Error(), "wnb ext pack") {
		t.Errorf("without a manifest: %v", err)
	}
}

func TestManifestSurvivesJSON(t *testing.T) {
	in := []byte(`{"abi":1,"kind":"metric","name":"x","metric":{"greater_is_better":true,"input":"proba","outputs":"k","range":[0,null],"nan":"skip"},
		"params":{"beta":{"type":"number","default":1,"minimum":0}},"limits":{"memory_mib":128},"selfcheck":[{"y":[1,0],"p":[[0.5,0.5],[1,0]],"expect":0.5,"tol":1e-9}]}`)
	one, err := ParseManifest(in)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(one)
	if err != nil {
		t.Fatal(err)
	}
	two, err := ParseManifest(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(one, two); diff != "" {
		t.Error(diff)
	}
}

func TestManifestsThatAreRefused(t *testing.T) {
	for name, tc := range map[string]struct{ text, says string }{
		"empty":           {"", "the JSON ends too early"},
		"cut":             {`{"abi":1,`, "the JSON ends too early"},
		"list":            {`[]`, "the whole must be an object, and is a JSON array"},
		"no abi":          {`{}`, `"abi" is missing; write "abi": 1`},
		"later abi":       {`{"abi":2}`, "extension needs ABI 2, this host offers 1"},
		"number as text":  {`{"abi":1,"version":7}`, "version must be text, and is a JSON number"},
		"fraction":        {`{"abi":1,"limits":{"memory_mib":1.5}}`, "limits.memory_mib must be a whole number, and is a JSON number 1.5"},
		"text as list":    {`{"abi":1,"selfcheck":[{"y":"a"}]}`, "must be a list, and is a JSON string"},
		"unknown":         {`{"abi":1,"colour":1}`, `manifest: unknown field "colour"`},
		"escape in name":  {`{"abi":1,"kind":"transform","name":"x\u001b[31m"}`, "has a control character"},
		"turned around":   {`{"abi":1,"kind":"transform","name":"x","description":"\u202e"}`, "has a control character"},
		"escape in a key": {`{"abi":1,"kind":"transform","name":"x","params":{"a\u0007":{"type":"number"}}}`, "has a control character"},
		"twice":           {`{"abi":1,"Abi":1}`, `key "abi" twice`},
		"twice inside":    {`{"abi":1,"selfcheck":[{"y":[1],"Y":[2]}]}`, `key "y" twice`},
		"the same name":   {`{"abi":1,"params":{"a":{"type":"number"},"a":{"type":"string"}}}`, `key "a" twice`},
		"long s":          {`{"abi":1,"params":{},"param\u017f":{"a":{"type":"number"}}}`, "unknown field \"param\u017f\""},
		"long s alone":    {`{"abi":1,"param\u017f":{}}`, "unknown field \"param\u017f\""},
		"Kelvin":          {`{"abi":1,"\u212aind":"metric"}`, "unknown field \"\u212aind\""},
		"long s in one":   {`{"abi":1,"metric":{"output\u017f":1}}`, "unknown field \"output\u017f\""},
		"long s in param": {`{"abi":1,"params":{"a":{"de\u017fcription":"x"}}}`, "unknown field \"de\u017fcription\""},
		"x in a metric":   {`{"abi":1,"kind":"metric","name":"x","metric":{"input":"value"},"selfcheck":[{"x":[[1]],"expect":1}]}`, "selfcheck 0: a metric needs y and p"},
		"y in a scorer":   {`{"abi":1,"kind":"scorer","name":"x","scorer":{},"selfcheck":[{"y":[1],"p":[1],"expect":1}]}`, "selfcheck 0: a scorer needs x"},
		"range":           {`{"abi":1,"kind":"metric","name":"x","metric":{"input":"value","range":[2,1]}}`, "metric.range is 2 to 1; the first number is the lower one"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ParseManifest([]byte(tc.text)); err == nil || !strings.Contains(err.Error(), tc.says) || strings.Contains(err.Error(), "Go") {
				t.Errorf("%v, want %q", err, tc.says)
			}
		})
	}
	if _, err := ParseManifest([]byte(`{"abi":1,"kind":"transform","name":"grüße","description":"two\nlines"}`)); err != nil {
		t.Error(err)
	}
}

// Names of parameters, and keys of documents, are what they are: a small letter is
// not a capital.
func TestKeysThatDifferByCase(t *testing.T) {
	man, err := ParseManifest([]byte(`{"ABI":1,"kind":"transform","name":"x","params":{"aB":{"type":"number"},"ab":{"type":"string"}},
		"selfcheck":[{"params":{"aB":1,"ab":"x"},"in":{"k":1,"K":2,"ſ":[{"y":1,"Y":2}]},"out":{}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if man.Params["aB"].Type != "number" || man.Params["ab"].Type != "string" || len(man.SelfCheck[0].Params) != 2 {
		t.Errorf("%+v", man)
	}
}

func TestMerge(t *testing.T) {
	const start = `{"abi":1,"kind":"metric","name":"x","version":"1","metric":{"greater_is_better":true,"input":"value","range":[0,1]},
		"scorer":{"features":[{"name":"a","dtype":"f64"},{"name":"b"}],"layout":"row"},
		"params":{"a":{"type":"number","default":1,"minimum":0},"b":{"type":"string"}},
		"selfcheck":[{"params":{"a":2},"y":[1],"p":[1],"w":[3],"expect":1,"tol":0.5},{"y":[2],"expect":2}]}`
	for name, tc := range map[string]struct{ later, want string }{
		"nothing":            {`{}`, start},
		"a vector":           {`{"selfcheck":[{"y":[5],"expect":6}]}`, strings.Replace(start, `"selfcheck":[{"params":{"a":2},"y":[1],"p":[1],"w":[3],"expect":1,"tol":0.5},{"y":[2],"expect":2}]`, `"selfcheck":[{"y":[5],"expect":6}]`, 1)},
		"no vectors":         {`{"selfcheck":[]}`, strings.Replace(start, `"selfcheck":[{"params":{"a":2},"y":[1],"p":[1],"w":[3],"expect":1,"tol":0.5},{"y":[2],"expect":2}]`, `"selfcheck":[]`, 1)},
		"a feature":          {`{"scorer":{"features":[{"name":"c"}]}}`, strings.Replace(start, `{"name":"a","dtype":"f64"},{"name":"b"}`, `{"name":"c"}`, 1)},
		"a range":            {`{"metric":{"range":[null,3]}}`, strings.Replace(start, `[0,1]`, `[null,3]`, 1)},
		"a field of objects": {`{"metric":{"input":"label"},"scorer":{"layout":"col"}}`, strings.NewReplacer(`"input":"value"`, `"input":"label"`, `"layout":"row"`, `"layout":"col"`).Replace(start)},
		"a parameter":        {`{"params":{"a":{"type":"integer"}}}`, strings.Replace(start, `{"type":"number","default":1,"minimum":0}`, `{"type":"integer"}`, 1)},
	} {
		t.Run(name, func(t *testing.T) {
			var got, want Manifest
			for _, step := range []struct {
				to   *Manifest
				text string
			}{{&got, start}, {&got, tc.later}, {&want, tc.want}} {
				if err := step.to.Merge([]byte(step.text)); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNames(t *testing.T) {
	for name, tc := range map[string]struct{ name, says string }{
		"plain":             {"fbeta", ""},
		"other letters":     {"größe 2-Ω_a.b+c (neu)", ""},
		"two dots inside":   {"a..b", ""},
		"three dots":        {"...", ""},
		"as long as can be": {strings.Repeat("x", 128), ""},
		"empty":             {"", "1 to 128 bytes"},
		"too long":          {strings.Repeat("x", 129), "1 to 128 bytes"},
		"this folder":       {".", "name of a file"},
		"the folder above":  {"..", "name of a file"},
		"a path":            {"../../x", "name of a file"},
		"a path of Windows": {`..\x`, "name of a file"},
		"a new line":        {"a\nb", "on one line"},
		"a tab":             {"a\tb", "on one line"},
		"a carriage return": {"a\rb", "on one line"},
		"a line separator":  {"a\u2028b", "on one line"},
		"an escape":         {"a\x1b[31m", "on one line"},
		"turned around":     {"a\u202eb", "on one line"},
		"not UTF-8":         {"a\xff", "on one line"},
	} {
		t.Run(name, func(t *testing.T) {
			man := Manifest{ABI: 1, Kind: KindTransform, Name: tc.name}
			err := man.Check()
			if (err == nil) != (tc.says == "") || err != nil && !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%v, want %q", err, tc.says)
			}
		})
	}
	for _, man := range []Manifest{{Version: "1\n2"}, {Toolchain: "go\t1"}} {
		man.ABI, man.Kind, man.Name = 1, KindTransform, "x"
		if err := man.Check(); err == nil || !strings.Contains(err.Error(), "on one line") {
			t.Errorf("version %q, toolchain %q: %v", man.Version, man.Toolchain, err)
		}
	}
}

// configured is a metric that logs its configuration and gives its length.
func configured() *asm {
	a := newAsm()
	log := a.importFunc("wnb", "log", "iii>")
	a.mem(1, 16)
	bump(a)
	size := a.global(0)
	a.fn(exportMarker, ">", "", "")
	a.fn(exportConfigure, "ii>", "", fmt.Sprintf("local.get 1 global.set %d i32.const 0 local.get 0 local.get 1 call %d", size, log))
	a.fn(exportMetric, "iiiii>d", "", fmt.Sprintf("global.get %d f64.convert_i32_s", size))
	a.manifest(`{"abi":1,"kind":"metric","name":"conf","metric":{"greater_is_better":true,"input":"value"},"params":{
		"beta":{"type":"number","default":1,"minimum":0.5},"mode":{"type":"string","default":"a","enum":["a","b"]},"n":{"type":"integer","default":3,"maximum":9},"on":{"type":"boolean","default":false}}}`)
	return a
}

func TestParametersReachTheGuest(t *testing.T) {
	var logs []string
	e := openTest(t, Config{Log: func(_ string, _ int, msg string) { logs = append(logs, msg) }})
	m := compileTest(t, e, configured().bytes(), Limits{})
	for _, tc := range []struct {
		name    string
		params  map[string]any
		classes []string
		want    string
		says    string
	}{
		{"defaults", nil, nil, `{"beta":1,"mode":"a","n":3,"on":false}`, ""},
		{"given", map[string]any{"beta": 2.5, "n": 4, "mode": "b", "on": true}, nil, `{"beta":2.5,"mode":"b","n":4,"on":true}`, ""},
		{"classes", nil, []string{"bad", "good"}, `{"beta":1,"classes":["bad","good"],"mode":"a","n":3,"on":false}`, ""},
		{"unknown", map[string]any{"gamma": 1}, nil, "", `no parameter "gamma"; it has beta, mode, n, on`},
		{"wrong type", map[string]any{"beta": "x"}, nil, "", `parameter "beta" must be a number`},
		{"below the minimum", map[string]any{"beta": 0}, nil, "", "the minimum is 0.5"},
		{"over the maximum", map[string]any{"n": 10}, nil, "", "the maximum is 9"},
		{"not whole", map[string]any{"n": 1.5}, nil, "", `parameter "n" must be a finite integer`},
		{"NaN", map[string]any{"beta": math.NaN()}, nil, "", "finite"},
		{"not a choice", map[string]any{"mode": "c"}, nil, "", "one of a, b"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			logs = nil
			j, err := m.NewMetric(tc.params, tc.classes...)
			if tc.says != "" {
				if err == nil || !strings.Contains(err.Error(), tc.says) {
					t.Errorf("%v, want %q", err, tc.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer j.Close()
			for range 2 {
				v, err := j.Score(context.Background(), []float64{1}, []float64{1})
				if err != nil || int(v) != len(tc.want) {
					t.Errorf("%v, %v; want %d", v, err, len(tc.want))
				}
			}
			if diff := cmp.Diff([]string{tc.want}, logs); diff != "" {
				t.Errorf("configurations: %s", diff)
			}
		})
	}
}

// A parameter that has to be given does not keep an extension without vectors from
// being used: its self-check takes some value.
func TestParametersWithoutADefaultPassTheSelfCheck(t *testing.T) {
	e := openTest(t, Config{})
	for name, param := range map[string]string{
		"number": `"type":"number"`, "over": `"type":"number","minimum":1.5`, "between": `"type":"number","minimum":0.1,"maximum":0.5`,
		"under": `"type":"integer","maximum":-1.5`, "choice": `"type":"string","enum":["a","b"]`, "text": `"type":"string"`, "switch": `"type":"boolean"`,
	} {
		t.Run(name, func(t *testing.T) {
			text := `{"abi":1,"kind":"metric","name":"conf","metric":{"greater_is_better":true,"input":"value"},"params":{"p":{` + param + `}}}`
			wasm, err := Pack(configured().bytes(), []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			m := compileTest(t, e, wasm, Limits{})
			if err := m.SelfCheck(t.Context()); err != nil {
				t.Error(err)
			}
			if _, err := m.NewMetric(nil); err == nil || !strings.Contains(err.Error(), `parameter "p" has no value`) {
				t.Errorf("without the parameter: %v", err)
			}
		})
	}
}

func TestInputsAreChecked(t *testing.T) {
	e := openTest(t, Config{})
	a := metricAsm("", "local.get 4 i32.eqz if d f64.const 0 else local.get 4 f64.load 3 8 end")
	j := metricTest(t, compileTest(t, e, a.bytes(), Limits{}), nil)
	one, two := []float64{1}, []float64{1, 2}
	for _, tc := range []struct {
		name  string
		batch Batch
		says  string
	}{
		{"no rows", Batch{P: [][]float64{nil}}, "no rows"},
		{"no predictions", Batch{Y: one}, "columns of predictions"},
		{"lengths", Batch{Y: one, P: [][]float64{two}}, "1 rows and 2 predictions"},
		{"weights", Batch{Y: one, P: [][]float64{one}, W: two}, "1 rows and 2 weights"},
	} {
		if _, err := j.ScoreBatch(context.Background(), tc.batch); err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
	if v, err := j.ScoreBatch(context.Background(), Batch{Y: two, P: [][]float64{two}, W: []float64{3, 4}}); v != 4 || err != nil {
		t.Errorf("second weight: %v, %v", v, err)
	}
	if v, err := j.Score(context.Background(), two, two); v != 0 || err != nil {
		t.Errorf("no weights after weights: %v, %v", v, err)
	}
	if _, err := j.ScoreProba(context.Background(), two, [][]float64{{1, 0}, {1}}); err == nil {
		t.Error("ragged probabilities pass")
	}
	big := make([]float64, 9<<20)
	if _, err := j.Score(context.Background(), big, big); !errors.Is(err, ErrMemory) {
		t.Errorf("72 MiB in 64: %v", err)
	}
}

// Two batches that do not fit one after the other fit in an instance of their own.
func TestGrowingBatchesGetANewInstance(t *testing.T) {
	e := openTest(t, Config{})
	a := meanError()
	a.custom = nil
	a.manifest(strings.Replace(fmt.Sprintf(metricManifest, "small"), `"version"`, `"limits":{"memory_mib":2},"version"`, 1))
	j := metricTest(t, compileTest(t, e, a.bytes(), Limits{}), nil)
	for _, n := range []int{30_000, 60_000, 100} {
		y, p := sample(n)
		if _, err := j.Score(context.Background(), y, p); err != nil {
			t.Fatalf("%d rows: %v", n, err)
		}
	}
	y, p := sample(140_000)
	if _, err := j.Score(context.Background(), y, p); !errors.Is(err, ErrMemory) {
		t.Errorf("2.2 MB in 2 MiB: %v", err)
	}
}

func TestUndefinedAndRange(t *testing.T) {
	for _, tc := range []struct{ name, spec, value, want string }{
		{"NaN", `"nan":"error"`, "f64.const NaN", "undefined"},
		{"NaN is skipped", `"nan":"skip"`, "f64.const NaN", ""},
		{"infinity is skipped", `"nan":"skip"`, "f64.const -Inf", ""},
		{"in range", `"range":[0,1]`, "f64.const 1", ""},
		{"over the range", `"range":[0,1]`, "f64.const 1.5", "range"},
		{"below the range", `"range":[0,null]`, "f64.const -0.5", "range"},
		{"open range", `"range":[0,null]`, "f64.const 1e300", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := metricAsm("", tc.value)
			a.custom = nil
			a.manifest(strings.Replace(fmt.Sprintf(metricManifest, "x"), `"weights":true`, tc.spec, 1))
			e := openTest(t, Config{})
			j := metricTest(t, compileTest(t, e, a.bytes(), Limits{}), nil)
			v, err := j.Score(context.Background(), []float64{1}, []float64{1})
			if kindOf(err) != tc.want {
				t.Errorf("%v, %v; want %q", v, err, tc.want)
			}
			if strings.Contains(tc.name, "skipped") && math.Float64bits(v) != canonicalNaN {
				t.Errorf("bits %x", math.Float64bits(v))
			}
		})
	}
}
