package storage

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// naive keeps every metric ever logged and does everything the slow way.
type naive []Metric

func before(a, b Metric) int {
	return cmp.Or(cmp.Compare(a.Step, b.Step), a.Time.Compare(b.Time), cmp.Compare(a.Value, b.Value))
}

func (n naive) history(key string) (list []Metric) {
	for _, m := range n {
		same := func(o Metric) bool { return before(m, o) == 0 }
		if m.Key == key && !slices.ContainsFunc(list, same) {
			list = append(list, m)
		}
	}
	slices.SortFunc(list, before)
	return list
}

// TestMetricsAreAsNaive compares the latest points and the histories with those of a list of everything logged.
func TestMetricsAreAsNaive(t *testing.T) {
	ctx := context.Background()
	s := open(t, t.TempDir(), Options{})
	keys := []string{"a", "b"}
	metric := rapid.Custom(func(t *rapid.T) Metric {
		return Metric{
			Key:  rapid.SampledFrom(keys).Draw(t, "key"),
			Step: rapid.Int64Range(-2, 2).Draw(t, "step"),
			Time: time.UnixMilli(rapid.Int64Range(1, 3).Draw(t, "ms")).UTC(),
			Value: rapid.OneOf(rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, 0, 2.5}),
				rapid.Float64()).Draw(t, "value"),
		}
	})
	rapid.Check(t, func(rt *rapid.T) {
		r := create(t, s, NewRun{Remote: true})
		var all naive
		for _, batch := range rapid.SliceOfN(rapid.SliceOfN(metric, 0, 200), 1, 6).Draw(rt, "batches") {
			log(t, s, r.ID, Batch{Metrics: batch})
			all = append(all, batch...)
		}
		got, err := s.Run(ctx, r.ID)
		if err != nil {
			rt.Fatal(err)
		}
		var latest []Metric
		for _, key := range keys {
			want := all.history(key)
			history, err := s.MetricHistory(ctx, r.ID, key)
			if err != nil {
				rt.Fatal(err)
			}
			if diff := gocmp.Diff(want, history, cmpopts.EquateEmpty(), cmpopts.EquateNaNs()); diff != "" {
				rt.Fatalf("history of %s (-want +got):\n%s", key, diff)
			}
			if len(want) > 0 {
				latest = append(latest, want[len(want)-1])
			}
		}
		if diff := gocmp.Diff(latest, got.Metrics, cmpopts.EquateNaNs()); diff != "" {
			rt.Fatalf("latest (-want +got):\n%s", diff)
		}
	})
}

func TestChunks(t *testing.T) {
	s := open(t, t.TempDir(), Options{Clock: tick()})
	r := create(t, s, NewRun{})
	for i := range int64(300) { // small appends fill chunks
		log(t, s, r.ID, Batch{Metrics: []Metric{{Key: "m", Step: i}}})
	}
	log(t, s, r.ID, Batch{Metrics: func() (list []Metric) { // a large batch is split
		for i := range int64(chunkPoints + 1) {
			list = append(list, Metric{Key: "m", Step: 300 + i})
		}
		return list
	}()})
	var sizes []int
	if err := s.write.run(context.Background(), func(t *tx) error {
		rows, err := t.conn.QueryContext(context.Background(), `SELECT points FROM metric_chunks ORDER BY id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var n int
			if err := rows.Scan(&n); err != nil {
				return err
			}
			sizes = append(sizes, n)
		}
		return rows.Err()
	}); err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff([]int{128, 128, 44, 4096, 1}, sizes); diff != "" {
		t.Errorf("chunks (-want +got):\n%s", diff)
	}
	history, err := s.MetricHistory(context.Background(), r.ID, "m")
	if err != nil || len(history) != 300+chunkPoints+1 {
		t.Fatal(len(history), err)
	}
	for i, m := range history {
		if m.Step != int64(i) || m.Time.IsZero() {
			t.Fatalf("point %d is %v", i, m)
		}
	}
	if none, err := s.MetricHistory(context.Background(), r.ID, "none"); err != nil || len(none) != 0 {
		t.Error(none, err)
	}
	if _, err := s.MetricHistory(context.Background(), "none", "m"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

func FuzzUnpackPoints(f *testing.F) {
	f.Add(packPoints([]point{{1, 2, 3}, {-1, 1 << 50, math.NaN()}}))
	f.Add([]byte("short"))
	f.Fuzz(func(t *testing.T, data []byte) {
		points, err := unpackPoints(nil, data)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Error(err)
			}
			return
		}
		if !slices.Equal(packPoints(points), data) {
			t.Errorf("%x became %x", data, packPoints(points))
		}
	})
}
