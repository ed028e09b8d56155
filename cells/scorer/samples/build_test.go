package samples

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/wnb-dev/wnb/cells/scorer"
	"github.com/wnb-dev/wnb/cells/scorer/measure"
	"github.com/wnb-dev/wnb/cells/scorer/toolchain"
)

// buildSample finds AssemblyScript where `npm ci` in cells/scorer/testdata/assemblyscript puts it.
func buildSample(t testing.TB, name string, lang toolchain.Lang) *toolchain.Module {
	t.Helper()
	if testing.Short() && lang != toolchain.C && lang != toolchain.WAT {
		t.Skip("compiling takes long; not in short runs")
	}
	modules, err := filepath.Abs(filepath.Join("..", "testdata", "assemblyscript", "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	src, err := Sample(name, lang)
	if err != nil {
		t.Fatal(err)
	}
	m, err := toolchain.Build(context.Background(), src, toolchain.Options{NodeModules: []string{modules}})
	if errors.Is(err, toolchain.ErrMissing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func openEngine(t testing.TB, cfg scorer.Config) *scorer.Engine {
	t.Helper()
	e, err := scorer.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

var patient = scorer.Limits{CompileTime: time.Minute, CheckTime: time.Minute, CallTime: time.Minute}

// Every sample in every language passes the checks of the host, and a metric gives
// the same bits plain and metered, on compiler and interpreter, with the same
// fuel on both; and nearly what Go gives.
func TestSamples(t *testing.T) {
	for _, name := range Names() {
		for _, lang := range Langs(name) {
			t.Run(fmt.Sprintf("%s in %s", name, lang), func(t *testing.T) {
				m := buildSample(t, name, lang)
				t.Logf("%d bytes, %s", len(m.Wasm), m.Manifest.Toolchain)
				native, slow := openEngine(t, scorer.Config{}), openEngine(t, scorer.Config{Interpreter: true})
				if _, err := native.Install(context.Background(), m.Wasm, patient); err != nil {
					t.Fatal(err)
				}
				if m.Manifest.Kind == scorer.KindMetric {
					sameBits(t, name, m, native, slow)
				}
				if m.Manifest.Kind == scorer.KindScorer {
					sameOutputs(t, name, m.Wasm, native, slow)
				}
			})
		}
	}
}

func sameBits(t *testing.T, name string, m *toolchain.Module, native, slow *scorer.Engine) {
	t.Helper()
	wasm := m.Wasm
	reference, _ := Native(name)
	for _, n := range []int{1, 10, 1000, 20_000} {
		made, err := measure.Make(m.Manifest, n)
		if err != nil {
			t.Fatal(err)
		}
		y, p := made.Batch.Y, made.Batch.P[0]
		want := plainScore(t, wazero.NewRuntimeConfig(), wasm, config(t, name), y, p)
		if got := plainScore(t, wazero.NewRuntimeConfigInterpreter(), wasm, config(t, name), y, p); math.Float64bits(got) != math.Float64bits(want) {
			t.Errorf("%d rows, plain on the interpreter: %v, want %v", n, got, want)
		}
		if ref := reference(y, p); math.Abs(ref-want) > 1e-12*math.Abs(ref) {
			t.Errorf("%d rows: %v, Go gives %v", n, want, ref)
		}
		var fuel int64
		for _, e := range []*scorer.Engine{native, slow} {
			mod, err := e.Compile(context.Background(), wasm, patient)
			if err != nil {
				t.Fatal(err)
			}
			metric, err := mod.NewMetric(nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := metric.Score(context.Background(), y, p)
			if err != nil || math.Float64bits(got) != math.Float64bits(want) {
				t.Errorf("%d rows, metered on the %s: %v, %v; want %v", n, mod.Engine(), got, err, want)
			}
			if fuel != 0 && metric.Fuel() != fuel {
				t.Errorf("%d rows: fuel %d on the %s, %d before", n, metric.Fuel(), mod.Engine(), fuel)
			}
			fuel = metric.Fuel()
			if err := mod.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func sameOutputs(t *testing.T, name string, wasm []byte, native, slow *scorer.Engine) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 5))
	rows := make([][]float64, 1000)
	for i := range rows {
		rows[i] = make([]float64, 20)
		for c := range rows[i] {
			rows[i][c] = rng.NormFloat64()
		}
	}
	var want []float64
	for _, e := range []*scorer.Engine{native, slow} {
		mod, err := e.Compile(context.Background(), wasm, patient)
		if err != nil {
			t.Fatal(err)
		}
		s, err := mod.NewScorer(nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Predict(context.Background(), scorer.Columns(rows))
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got[0]
		}
		for i := range want {
			if math.Float64bits(got[0][i]) != math.Float64bits(want[i]) {
				t.Fatalf("row %d on the %s: %v, want %v", i, mod.Engine(), got[0][i], want[i])
			}
		}
	}
	if reference, ok := NativeScorer(name); ok {
		for i, ref := range reference(rows) {
			if math.Abs(ref-want[i]) > 1e-14 {
				t.Errorf("row %d: %v, Go gives %v", i, want[i], ref)
			}
		}
	}
}

// config is what the host writes for a sample's parameters; "" if it has none.
func config(t *testing.T, name string) string {
	t.Helper()
	return map[string]string{
		"fbeta": `{"beta":1}`, "cost_matrix": `{"false_negative":5,"false_positive":1,"true_negative":0,"true_positive":0}`,
		"quantile_loss": `{"alpha":0.9}`, "log_loss": `{"offset":0,"slope":1}`,
	}[name]
}

// plainScore runs a module as the toolchain made it: not metered, with wazero
// alone and its own WASI.
func plainScore(t *testing.T, cfg wazero.RuntimeConfig, wasm []byte, params string, y, p []float64) float64 {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, cfg)
	defer r.Close(ctx)
	host := func(name string, functions map[string]any) {
		b := r.NewHostModuleBuilder(name)
		for fn, f := range functions {
			b.NewFunctionBuilder().WithFunc(f).Export(fn)
		}
		if _, err := b.Instantiate(ctx); err != nil {
			t.Fatal(err)
		}
	}
	wasi_snapshot_preview1.MustInstantiate(ctx, r)
	host("wnb", map[string]any{"log": func(_, _, _ int32) {}, "fail": func(_, _, _ int32) { panic("fail") }})
	host("env", map[string]any{"abort": func(_, _, _, _ int32) { panic("abort") }})
	code, err := r.CompileModule(ctx, wasm)
	if err != nil {
		t.Fatal(err)
	}
	mod, err := r.InstantiateModule(ctx, code, wazero.NewModuleConfig().WithStartFunctions("_initialize"))
	if err != nil {
		t.Fatal(err)
	}
	call := func(name string, args ...uint64) uint64 {
		res, err := mod.ExportedFunction(name).Call(ctx, args...)
		if err != nil {
			t.Fatal(err)
		}
		return append(res, 0)[0]
	}
	if params != "" {
		at := call("wnb_alloc", uint64(len(params)))
		mod.Memory().Write(uint32(at), []byte(params))
		call("wnb_configure", at, uint64(len(params)))
	}
	atY, atP := call("wnb_alloc", uint64(8*len(y))), call("wnb_alloc", uint64(8*len(p)))
	for i := range y {
		mod.Memory().WriteFloat64Le(uint32(atY)+8*uint32(i), y[i])
		mod.Memory().WriteFloat64Le(uint32(atP)+8*uint32(i), p[i])
	}
	return api.DecodeF64(call("wnb_metric", uint64(len(y)), 1, atY, atP, 0))
}
