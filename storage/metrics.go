package storage

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// A point is a Metric without its key, its time in milliseconds.
type point struct {
	step, ms int64
	value    float64
}

// Points are packed: 24 bytes each. A point that arrives alone is appended to the last chunk of its metric while that
// has fewer than appendBelow points, so that a chunk stays on one page; larger batches make chunks of their own.
const (
	pointSize   = 24
	appendBelow = 128
	chunkPoints = 4096
)

// compare orders points by (step, time, value), NaN below all numbers. NaN equals NaN.
func (p point) compare(q point) int {
	return cmp.Or(cmp.Compare(p.step, q.step), cmp.Compare(p.ms, q.ms), cmp.Compare(p.value, q.value))
}

// logMetrics appends points to the histories of a run and keeps the latest of each.
func logMetrics(t *tx, run int64, metrics []Metric, now int64) error {
	keys, byKey := groupPoints(metrics, now)
	for _, key := range keys {
		points := byKey[key]
		if err := raiseLatest(t, run, key, slices.MaxFunc(points, point.compare)); err != nil {
			return err
		}
		for chunk := range slices.Chunk(points, chunkPoints) {
			if err := appendPoints(t, run, key, chunk); err != nil {
				return err
			}
		}
	}
	return nil
}

// groupPoints gives the points of each key in the order logged, and the keys in order of first appearance.
func groupPoints(metrics []Metric, now int64) (keys []string, byKey map[string][]point) {
	byKey = map[string][]point{}
	for _, m := range metrics {
		p := point{step: m.Step, ms: now, value: m.Value}
		if !m.Time.IsZero() {
			p.ms = milliseconds(m.Time)
		}
		old, seen := byKey[m.Key]
		if !seen {
			keys = append(keys, m.Key)
		}
		byKey[m.Key] = append(old, p)
	}
	return keys, byKey
}

func raiseLatest(t *tx, run int64, key string, p point) error {
	isNaN := math.IsNaN(p.value)
	if isNaN {
		p.value = 0
	}
	_, err := t.exec(`INSERT INTO latest_metrics (run, key, step, time_ms, is_nan, value) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (run, key) DO UPDATE
		SET step = excluded.step, time_ms = excluded.time_ms, is_nan = excluded.is_nan, value = excluded.value
		WHERE (excluded.step, excluded.time_ms, -excluded.is_nan, excluded.value) > (step, time_ms, -is_nan, value)`,
		run, key, p.step, p.ms, isNaN, p.value)
	return err
}

func appendPoints(t *tx, run int64, key string, points []point) error {
	data := packPoints(points)
	if n := len(points); n < appendBelow {
		changed, err := t.exec(`UPDATE metric_chunks SET points = points + ?, data = CAST(data || ? AS BLOB)
			WHERE id = (SELECT max(id) FROM metric_chunks WHERE run = ? AND key = ?) AND points <= ?`,
			n, data, run, key, appendBelow-n)
		if err != nil || changed == 1 {
			return err
		}
	}
	_, err := t.exec(`INSERT INTO metric_chunks (run, key, points, data) VALUES (?, ?, ?, ?)`, run, key, len(points), data)
	return err
}

func packPoints(points []point) []byte {
	b := make([]byte, 0, pointSize*len(points))
	for _, p := range points {
		b = binary.LittleEndian.AppendUint64(b, uint64(p.step))
		b = binary.LittleEndian.AppendUint64(b, uint64(p.ms))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p.value))
	}
	return b
}

// unpackPoints appends the points of a chunk.
func unpackPoints(points []point, data []byte) ([]point, error) {
	if len(data)%pointSize != 0 {
		return nil, fmt.Errorf("a chunk of %d bytes is %w: points take %d each", len(data), ErrCorrupt, pointSize)
	}
	for ; len(data) > 0; data = data[pointSize:] {
		points = append(points, point{
			step:  int64(binary.LittleEndian.Uint64(data)),
			ms:    int64(binary.LittleEndian.Uint64(data[8:])),
			value: math.Float64frombits(binary.LittleEndian.Uint64(data[16:])),
		})
	}
	return points, nil
}

// MetricHistory gives every point of a metric by (step, time, value), each distinct point once; none when the run has
// no such metric. Errors: ErrNotFound (run).
func (s *Store) MetricHistory(ctx context.Context, runID, key string) ([]Metric, error) {
	var points []point
	err := s.readRun(ctx, runID, func(tx *sql.Tx, run int64) error {
		points = points[:0]
		return eachRow(ctx, tx, func(rows *sql.Rows) error {
			var data sql.RawBytes
			if err := rows.Scan(&data); err != nil {
				return err
			}
			var err error
			if points, err = unpackPoints(points, data); err != nil {
				return fmt.Errorf("run %s, metric %q: %w", runID, key, err)
			}
			return nil
		}, `SELECT data FROM metric_chunks WHERE run = ? AND key = ? ORDER BY id`, run, key)
	})
	if err != nil {
		return nil, err
	}
	if !slices.IsSortedFunc(points, point.compare) {
		slices.SortStableFunc(points, point.compare)
	}
	points = slices.CompactFunc(points, func(p, q point) bool { return p.compare(q) == 0 })
	history := make([]Metric, len(points))
	for i, p := range points {
		history[i] = Metric{Key: key, Value: p.value, Step: p.step, Time: fromMilliseconds(p.ms)}
	}
	return history, nil
}
