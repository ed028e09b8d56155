package scorer

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
)

func openTest(t testing.TB, cfg Config) *Engine {
	t.Helper()
	e, err := Open(cfg)
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

func compileTest(t testing.TB, e *Engine, wasm []byte, lim Limits) *Module {
	t.Helper()
	m, err := e.Compile(context.Background(), wasm, lim)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func metricTest(t testing.TB, m *Module, params map[string]any) *Metric {
	t.Helper()
	j, err := m.NewMetric(params)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(j.Close)
	return j
}

func TestScore(t *testing.T) {
	e := openTest(t, Config{})
	m, err := e.Install(context.Background(), meanError().bytes(), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	metric := metricTest(t, m, nil)
	got, err := metric.Score(context.Background(), []float64{1, 2, 3, 4}, []float64{1, 2, 4, 6})
	if err != nil || got != 0.75 {
		t.Fatalf("Score = %v, %v; want 0.75", got, err)
	}
	before := metric.Fuel()
	for range 3 {
		if _, err := metric.Score(context.Background(), []float64{1, 2, 3, 4}, []float64{1, 2, 4, 6}); err != nil {
			t.Fatal(err)
		}
	}
	if after := metric.Fuel(); after != 4*before {
		t.Errorf("fuel %d after one call and %d after four", before, after)
	}
}

func TestLogLossAgreesWithGo(t *testing.T) {
	e := openTest(t, Config{})
	m, err := e.Install(context.Background(), logLossGuest().bytes(), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	y, p := sample(1000)
	want := 0.0
	for i := range y {
		q := p[i]
		if y[i] == 0 {
			q = 1 - q
		}
		want -= math.Log(max(q, 1e-15)) / float64(len(y))
	}
	got, err := metricTest(t, m, nil).Score(context.Background(), y, p)
	if err != nil || math.Abs(got-want) > 1e-9 {
		t.Fatalf("Score = %v, %v; want %v", got, err, want)
	}
}

func TestPredictInBothLayouts(t *testing.T) {
	for _, layout := range []string{"col", "row"} {
		t.Run(layout, func(t *testing.T) {
			e := openTest(t, Config{})
			m, err := e.Install(context.Background(), linear(layout).bytes(), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			s, err := m.NewScorer(nil)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			n := 2*maxBatchRows + 17 // three chunks
			x := [][]float64{make([]float64, n), make([]float64, n), make([]float64, n)}
			for i := range n {
				x[0][i], x[1][i], x[2][i] = float64(i), float64(2*i), 0.5
			}
			out, err := s.Predict(context.Background(), x)
			if err != nil {
				t.Fatal(err)
			}
			for i, got := range out[0] {
				if want := float64(3*i) + 1.5; got != want {
					t.Fatalf("row %d is %v, want %v", i, got, want)
				}
			}
		})
	}
}

// A row scorer that names no features takes any number of them.
func TestPredictOnAnyNumberOfFeatures(t *testing.T) {
	a := linear("col")
	a.custom = nil
	a.manifest(`{"abi":1,"kind":"scorer","name":"sum","scorer":{},"selfcheck":[{"x":[[1,2]],"expect":4},{"x":[[1,2,3,4]],"expect":11}]}`)
	e := openTest(t, Config{})
	m, err := e.Install(context.Background(), a.bytes(), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := m.NewScorer(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Predict(context.Background(), nil); err == nil {
		t.Error("no columns, and no error")
	}
	if _, err := s.Predict(context.Background(), [][]float64{{1, 2}, {1}}); err == nil || !strings.Contains(err.Error(), "column 1 has 1 rows") {
		t.Errorf("columns of different length: %v", err)
	}
}

func TestStreamingChunks(t *testing.T) {
	e := openTest(t, Config{})
	m, err := e.Install(context.Background(), streaming().bytes(), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	y := make([]float64, 3*maxBatchRows+1)
	for i := range y {
		y[i] = float64(i)
	}
	got, err := metricTest(t, m, nil).Score(context.Background(), y, y)
	if want := float64(len(y)-1) / 2; err != nil || got != want {
		t.Fatalf("Score = %v, %v; want %v", got, err, want)
	}
}

func TestParallelFolds(t *testing.T) {
	e := openTest(t, Config{Instances: 2})
	m := compileTest(t, e, logLossGuest().bytes(), Limits{})
	other := compileTest(t, e, fbeta().bytes(), Limits{})
	a, b := metricTest(t, m, nil), metricTest(t, other, nil)
	y, p := sample(500)
	want, err := a.Score(context.Background(), y, p)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if got, err := a.Score(context.Background(), y, p); err != nil || got != want {
					t.Errorf("Score = %v, %v; want %v", got, err, want)
				}
				if _, err := b.Score(context.Background(), y, p); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	e.pool.mu.Lock()
	defer e.pool.mu.Unlock()
	if e.pool.live > 2 {
		t.Errorf("%d live instances, the limit is 2", e.pool.live)
	}
}

func TestClosedJobsAndModules(t *testing.T) {
	e := openTest(t, Config{})
	m := compileTest(t, e, meanError().bytes(), Limits{})
	metric := metricTest(t, m, nil)
	one := []float64{1}
	if _, err := metric.Score(context.Background(), one, one); err != nil {
		t.Fatal(err)
	}
	metric.Close()
	if _, err := metric.Score(context.Background(), one, one); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close of the job: %v", err)
	}
	second := metricTest(t, m, nil)
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Score(context.Background(), one, one); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close of the module: %v", err)
	}
}
