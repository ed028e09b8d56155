package scorer

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

func nativeLogLoss(y, p []float64) float64 {
	sum := 0.0
	for i := range y {
		q := p[i]
		if y[i] == 0 {
			q = 1 - q
		}
		sum += math.Log(max(q, 1e-15))
	}
	return -sum / float64(len(y))
}

func nativeMeanError(y, p []float64) float64 {
	sum := 0.0
	for i := range y {
		sum += math.Abs(y[i] - p[i])
	}
	return sum / float64(len(y))
}

func nativeFBeta(y, p []float64) float64 {
	var tp, fp, fn int
	for i := range y {
		if a, b := y[i] > 0.5, p[i] > 0; a && b {
			tp++
		} else if b {
			fp++
		} else if a {
			fn++
		}
	}
	return 5 * float64(tp) / float64(5*tp+4*fn+fp)
}

// BenchmarkScore compares metered guests, copies of the columns included, with
// the same guests plain and with Go.
func BenchmarkScore(b *testing.B) {
	for _, g := range []struct {
		name   string
		wasm   []byte
		native func(y, p []float64) float64
	}{
		{"mean_error", meanError().bytes(), nativeMeanError},
		{"fbeta", fbeta().bytes(), nativeFBeta},
		{"logloss", logLossGuest().bytes(), nativeLogLoss},
	} {
		for _, n := range []int{10, 1000, 1_000_000} {
			y, p := sample(n)
			perRow := func(b *testing.B) {
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/row")
			}
			b.Run(fmt.Sprintf("%s/%d/native", g.name, n), func(b *testing.B) {
				for b.Loop() {
					g.native(y, p)
				}
				perRow(b)
			})
			b.Run(fmt.Sprintf("%s/%d/metered", g.name, n), func(b *testing.B) {
				j := metricTest(b, compileTest(b, openTest(b, Config{}), g.wasm, Limits{}), nil)
				ctx := context.Background()
				for b.Loop() {
					if _, err := j.Score(ctx, y, p); err != nil {
						b.Fatal(err)
					}
				}
				perRow(b)
			})
			b.Run(fmt.Sprintf("%s/%d/plain", g.name, n), func(b *testing.B) {
				benchPlain(b, g.wasm, y, p)
				perRow(b)
			})
		}
	}
}

// benchPlain runs the guest as it is, with the copies of its columns.
func benchPlain(b *testing.B, wasm []byte, y, p []float64) {
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig())
	defer r.Close(ctx)
	mod, err := r.Instantiate(ctx, wasm)
	if err != nil {
		b.Fatal(err)
	}
	var at [2]uint64
	for i := range at {
		res, err := mod.ExportedFunction(exportAlloc).Call(ctx, uint64(8*len(y)))
		if err != nil {
			b.Fatal(err)
		}
		at[i] = res[0]
	}
	f := mod.ExportedFunction(exportMetric)
	var stack [5]uint64
	for b.Loop() {
		for i, col := range [][]float64{y, p} {
			dst, ok := mod.Memory().Read(uint32(at[i]), uint32(8*len(col)))
			if !ok {
				b.Fatal("outside of the memory")
			}
			putFloats(dst, col)
		}
		stack = [5]uint64{uint64(len(y)), 1, at[0], at[1], 0}
		if err := f.CallWithStack(ctx, stack[:]); err != nil {
			b.Fatal(err)
		}
	}
	if v := api.DecodeF64(stack[0]); v != v {
		b.Fatal("NaN")
	}
}

// BenchmarkCall is the fixed cost of a call: one row, nothing to compute.
func BenchmarkCall(b *testing.B) {
	j := metricTest(b, compileTest(b, openTest(b, Config{}), metricAsm("", "f64.const 1").bytes(), Limits{}), nil)
	ctx, one := context.Background(), []float64{1}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := j.Score(ctx, one, one); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkInstantiate(b *testing.B) {
	m := compileTest(b, openTest(b, Config{}), logLossGuest().bytes(), Limits{})
	j := metricTest(b, m, nil)
	for b.Loop() {
		in, err := newInstance(context.Background(), &j.job, m.program)
		if err != nil {
			b.Fatal(err)
		}
		if err := in.close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkValidateAndMeter(b *testing.B) {
	wasm := everyInstruction()
	lim := Limits{}.withDefaults()
	b.SetBytes(int64(len(wasm)))
	for b.Loop() {
		m, err := decode(wasm, &lim)
		if err != nil {
			b.Fatal(err)
		}
		m.metered(&lim, 1024)
	}
}
