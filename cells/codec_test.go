package cells_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wnb-dev/wnb/cells"
)

func TestEffectsKeepEverything(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 678, time.UTC)
	blob := cells.Blob{SHA256: "ab", Size: 3}
	effects := []cells.Effect{
		cells.Stream{Name: "stdout", Text: "a\n"},
		cells.Display{Data: map[string][]byte{"text/plain": []byte("x"), "image/png": {0, 1, 255}}, Result: true},
		cells.Param{Key: "C", Value: "1"},
		cells.Metric{Key: "loss", Value: 0.1, Step: 3, Time: at},
		cells.Metric{Key: "zero", Value: math.Copysign(0, -1), Time: at},
		cells.Metric{Key: "nan", Value: math.NaN(), Time: at},
		cells.Metric{Key: "inf", Value: math.Inf(-1), Time: at},
		cells.Tag{Key: "k", Value: "v"},
		cells.Artifact{Path: "m/model", Kind: "model", MediaType: "a/b", Blob: blob},
		cells.File{Path: "out.csv", Blob: blob},
		cells.Notice{Title: "t", Text: "x", Level: "info", Deliveries: []cells.Delivery{{Channel: "log"}, {Channel: "mail", Error: "no"}}},
		cells.Input{Kind: "file", Name: "in.csv", SHA256: "cd"},
		cells.Input{Kind: cells.UIInput, Name: "depth", SHA256: "7", Otherwise: "3"},
		cells.Stream{Name: "stdout", Text: "not UTF-8: \xc3"},
		cells.Param{Key: "\xff", Value: "\xfe\ufffd"},
		cells.File{Path: "\xa9.csv", Blob: blob},
	}
	data, err := cells.MarshalEffects(effects)
	if err != nil {
		t.Fatal(err)
	}
	back, err := cells.UnmarshalEffects(data)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(effects, back, cmpopts.EquateNaNs()); d != "" {
		t.Error(d)
	}
	if z := back[4].(cells.Metric).Value; !math.Signbit(z) {
		t.Error("-0 lost its sign")
	}
}

func FuzzUnmarshalEffects(f *testing.F) {
	f.Add([]byte(`[{"kind":"metric","name":"a","value":"NaN"}]`))
	f.Add([]byte(`[{"kind":"display","data":{"a":"AA=="}}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		effects, err := cells.UnmarshalEffects(data)
		if err != nil {
			return
		}
		again, err := cells.MarshalEffects(effects)
		if err != nil {
			t.Fatal(err)
		}
		back, err := cells.UnmarshalEffects(again)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(effects, back, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); d != "" {
			t.Error(d)
		}
	})
}
