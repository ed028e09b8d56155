package storage

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"
)

func BenchmarkOpenExisting(b *testing.B) {
	dir := b.TempDir()
	if err := open(b, dir, Options{}).Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := Open(context.Background(), dir, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpenNew(b *testing.B) {
	for b.Loop() {
		s, err := Open(context.Background(), b.TempDir(), Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRun(b *testing.B) {
	s := open(b, b.TempDir(), Options{})
	batch := sampleBatch()
	for b.Loop() {
		r := create(b, s, NewRun{Experiment: "bench", Params: sampleParams()})
		log(b, s, r.ID, batch)
		if err := s.FinishRun(context.Background(), r.ID, Finished, time.Time{}); err != nil {
			b.Fatal(err)
		}
	}
}

func sampleParams() []Param {
	var list []Param
	for i := range 5 {
		list = append(list, Param{"p" + strconv.Itoa(i), strconv.Itoa(i)})
	}
	return list
}

func sampleBatch() Batch {
	var b Batch
	for i := range 5 {
		b.Metrics = append(b.Metrics, Metric{Key: "m" + strconv.Itoa(i), Value: float64(i)})
	}
	return b
}

// curve makes n points over a number of keys.
func curve(n, keys int) Batch {
	var b Batch
	for i := range n {
		b.Metrics = append(b.Metrics, Metric{Key: "m" + strconv.Itoa(i%keys), Step: int64(i / keys), Value: float64(i)})
	}
	return b
}

func BenchmarkLog(b *testing.B) {
	for _, c := range []struct {
		points, keys, clients int
	}{{1, 1, 1}, {1, 1, 8}, {1000, 10, 1}, {1000, 10, 8}, {1000, 1000, 1}} {
		b.Run(fmt.Sprintf("points=%d/keys=%d/clients=%d", c.points, c.keys, c.clients), func(b *testing.B) {
			s := open(b, b.TempDir(), Options{})
			batch := curve(c.points, c.keys)
			var calls atomic.Int64
			calls.Store(int64(b.N))
			done := make(chan error)
			b.ResetTimer()
			for range c.clients {
				r := create(b, s, NewRun{})
				go func() {
					for calls.Add(-1) >= 0 {
						if err := s.Log(context.Background(), r.ID, batch); err != nil {
							done <- err
							return
						}
					}
					done <- nil
				}()
			}
			for range c.clients {
				if err := <-done; err != nil {
					b.Error(err)
				}
			}
			b.ReportMetric(float64(b.N*c.points)/b.Elapsed().Seconds(), "points/s")
		})
	}
}

func BenchmarkMetricHistory300k(b *testing.B) {
	s := open(b, b.TempDir(), Options{})
	r := create(b, s, NewRun{})
	log(b, s, r.ID, curve(300_000, 1))
	for b.Loop() {
		h, err := s.MetricHistory(context.Background(), r.ID, "m0")
		if err != nil || len(h) != 300_000 {
			b.Fatal(len(h), err)
		}
	}
}

func BenchmarkRuns10k(b *testing.B) {
	ctx := context.Background()
	s := open(b, b.TempDir(), Options{})
	const n, clients = 10_000, 50
	done := make(chan error)
	for range clients {
		go func() {
			for range n / clients {
				r, err := s.CreateRun(ctx, NewRun{Remote: true, Params: sampleParams()})
				if err == nil {
					err = s.Log(ctx, r.ID, sampleBatch())
				}
				if err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range clients {
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
	for _, limit := range []int{100, 1000, 0} {
		b.Run("limit="+strconv.Itoa(limit), func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Runs(ctx, Query{Limit: limit}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkTwoStores has two stores on one folder write as fast as they can. The smaller share shows whether one
// keeps the other from writing.
func BenchmarkTwoStores(b *testing.B) {
	ctx := context.Background()
	dir := b.TempDir()
	stores := []*Store{open(b, dir, Options{}), open(b, dir, Options{})}
	var left atomic.Int64
	left.Store(int64(b.N))
	var calls [2]atomic.Int64
	b.ResetTimer()
	if err := inParallel(16, func(i int) error {
		r, err := stores[i%2].CreateRun(ctx, NewRun{})
		for err == nil && left.Add(-1) >= 0 {
			err = stores[i%2].Log(ctx, r.ID, sampleBatch())
			calls[i%2].Add(1)
		}
		return err
	}); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(min(calls[0].Load(), calls[1].Load()))/float64(b.N), "smaller-share")
}
