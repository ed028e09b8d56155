package scorer

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// seeds are good modules of every shape that the tests have.
func seeds() [][]byte {
	all := [][]byte{
		meanError().bytes(), fbeta().bytes(), logLossGuest().bytes(), linear("col").bytes(), streaming().bytes(),
		everyInstruction(), bulkGuest().bytes(), recursionGuest().bytes(), {}, []byte("\x00asm\x01\x00\x00\x00"),
	}
	for _, h := range hostiles {
		if b := h.wasm(); len(b) < 2000 {
			all = append(all, b)
		}
	}
	return all
}

// FuzzModule: the validator and the meter never panic, and what the validator
// accepts wazero compiles; what compiles runs to a score or to one of our errors.
func FuzzModule(f *testing.F) {
	for _, b := range seeds() {
		f.Add(b)
	}
	e := openTest(f, Config{})
	lim := Limits{Fuel: 100_000, FuelPerRow: 1, Slice: 10_000, CallTime: time.Second, InitTime: time.Second, MemoryMiB: 4, MemoryMaxMiB: 4, CallDepth: 200}
	f.Fuzz(func(t *testing.T, wasm []byte) {
		l := lim.withDefaults()
		m, err := decode(wasm, &l)
		if err != nil {
			var v *ValidationError
			if !errors.As(err, &v) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		metered := m.metered(&l, 64)
		if !m.memory || m.memMin > 64 || len(m.imports) > 0 {
			return
		}
		mod := &Module{engine: e, manifest: &Manifest{Name: "fuzz", Metric: &MetricSpec{}, Kind: KindMetric}, limits: l, prepared: prepared{pages: 64, metered: metered}}
		if mod.program, err = e.build(context.Background(), mod, false); err != nil {
			t.Fatalf("accepted, and the compiler says: %v", err)
		}
		defer mod.Close()
		if m.checkABI(mod.manifest) != nil {
			return
		}
		j, err := mod.NewMetric(nil)
		if err != nil {
			t.Fatal(err)
		}
		defer j.Close()
		_, err = j.Score(context.Background(), []float64{1, 0}, []float64{0.5, 0.25})
		if kindOf(err) == "other" {
			t.Fatalf("unknown error: %v", err)
		}
	})
}

// FuzzManifest: whatever parses also prints and parses again.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"abi":1,"kind":"metric","name":"x","metric":{"greater_is_better":true,"input":"value","outputs":"k","range":[0,null]},"params":{"beta":{"type":"number","default":1,"minimum":0}},"selfcheck":[{"y":[1],"p":[[1,2]],"expect":0.5}]}`))
	f.Add([]byte(`{"abi":1,"kind":"scorer","name":"x","scorer":{"features":[{"name":"a","dtype":"f64"}],"layout":"row"}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		one, err := ParseManifest(b)
		if err != nil {
			return
		}
		text, err := json.Marshal(one)
		if err != nil {
			t.Fatal(err)
		}
		two, err := ParseManifest(text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if diff := cmp.Diff(one, two, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
		if _, err := one.configuration(nil, nil); err != nil {
			return
		}
	})
}
