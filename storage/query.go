package storage

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

const runColumns = `r.id, r.run_id, r.name, r.experiment, e.name, r.status, r.lifecycle_stage, r.hidden,
	coalesce(p.run_id, ''), coalesce(o.run_id, ''), r.user, r.source, r.host, r.pid, r.start_ms, r.end_ms, r.last_activity_ms`

const runTables = ` FROM runs r JOIN experiments e ON e.id = r.experiment
	LEFT JOIN runs p ON p.id = r.parent LEFT JOIN runs o ON o.id = r.origin`

const newestFirst = ` ORDER BY r.start_ms DESC, r.id DESC`

// maxCandidates bounds the list in an AmbiguousError.
const maxCandidates = 10

// Run finds one run by "latest" (the newest active visible one), by full id, by exact name (the newest active run of
// that name) or by a prefix of the id. Errors: ErrNotFound, *AmbiguousError.
func (s *Store) Run(ctx context.Context, ref string) (*Run, error) {
	var run *Run
	err := s.read(ctx, func(tx *sql.Tx) error {
		found, err := findRuns(ctx, tx, ref)
		switch {
		case err != nil:
			return err
		case len(found) == 0 && ref == "latest":
			return fmt.Errorf("run %q: %w: %s holds no runs yet", ref, ErrNotFound, s.dir)
		case len(found) == 0:
			return fmt.Errorf("run %q: %w in %s: no run has this name or an id that starts so", shorten(ref), ErrNotFound, s.dir)
		case len(found) > 1:
			return ambiguous(ref, found)
		}
		run = &found[0].Run
		return fill(ctx, tx, found)
	})
	return run, err
}

// A row is a run with its key in the database.
type row struct {
	key int64
	Run
}

// findRuns tries the meanings of a reference in turn and gives the runs that fit the first that fits any.
func findRuns(ctx context.Context, tx *sql.Tx, ref string) ([]*row, error) {
	if ref == "" {
		return nil, nil
	}
	if ref == "latest" {
		return selectRuns(ctx, tx, ` WHERE r.lifecycle_stage = 'active' AND r.hidden = 0`+newestFirst+` LIMIT 1`)
	}
	for _, meaning := range []struct {
		where string
		args  []any
	}{
		{` WHERE r.run_id = ?`, []any{ref}},
		{` WHERE r.name = ? AND r.lifecycle_stage = 'active'` + newestFirst + ` LIMIT 1`, []any{ref}},
		{` WHERE r.run_id >= ? AND r.run_id < ?` + newestFirst + ` LIMIT ?`, []any{ref, ref + "\U0010FFFF", maxCandidates + 1}},
	} {
		found, err := selectRuns(ctx, tx, meaning.where, meaning.args...)
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	return nil, nil
}

func ambiguous(ref string, found []*row) error {
	e := &AmbiguousError{Ref: ref}
	for _, r := range found[:min(len(found), maxCandidates)] {
		e.Candidates = append(e.Candidates, &r.Run)
	}
	return e
}

// Runs lists runs, newest first (start time, then order of creation), with params, tags and latest metrics.
// It never reads metric history.
func (s *Store) Runs(ctx context.Context, q Query) ([]*Run, error) {
	where, args, err := q.where()
	if err != nil {
		return nil, err
	}
	var runs []*Run
	err = s.read(ctx, func(tx *sql.Tx) error {
		found, err := selectRuns(ctx, tx, where, args...)
		if err != nil {
			return err
		}
		runs = make([]*Run, len(found))
		for i, r := range found {
			runs[i] = &r.Run
		}
		return fill(ctx, tx, found)
	})
	return runs, err
}

func (q Query) where() (string, []any, error) {
	var terms []string
	var args []any
	and := func(term string, values ...any) {
		terms = append(terms, term)
		args = append(args, values...)
	}
	if q.Experiment != "" {
		and(`r.experiment = (SELECT id FROM experiments WHERE name = ?)`, q.Experiment)
	}
	if q.IDs != nil {
		ids, err := json.Marshal(q.IDs)
		if err != nil {
			return "", nil, err
		}
		and(`r.run_id IN (SELECT value FROM json_each(?))`, string(ids))
	}
	if len(q.Statuses) > 0 {
		and(`r.status IN (?` + strings.Repeat(`, ?`, len(q.Statuses)-1) + `)`)
		for _, st := range q.Statuses {
			args = append(args, string(st))
		}
	}
	if q.ParentID != "" {
		and(`r.parent = (SELECT id FROM runs WHERE run_id = ?)`, q.ParentID)
	}
	if q.Source != "" {
		and(`r.source = ?`, q.Source)
	}
	if !q.IncludeHidden {
		and(`r.hidden = 0`)
	}
	if !q.IncludeDeleted {
		and(`r.lifecycle_stage = 'active'`)
	}
	var b strings.Builder
	if len(terms) > 0 {
		b.WriteString(` WHERE ` + strings.Join(terms, ` AND `))
	}
	b.WriteString(newestFirst)
	if q.Limit > 0 {
		b.WriteString(` LIMIT ?`)
		args = append(args, q.Limit)
	}
	return b.String(), args, nil
}

func selectRuns(ctx context.Context, tx *sql.Tx, rest string, args ...any) (found []*row, err error) {
	err = eachRow(ctx, tx, func(rows *sql.Rows) error {
		r := &row{}
		var start, activity int64
		var end sql.NullInt64
		if err := rows.Scan(&r.key, &r.ID, &r.Name, &r.ExperimentID, &r.Experiment, &r.Status, &r.LifecycleStage, &r.Hidden,
			&r.ParentID, &r.OriginID, &r.User, &r.Source, &r.Host, &r.PID, &start, &end, &activity); err != nil {
			return err
		}
		r.Start, r.LastActivity = fromMilliseconds(start), fromMilliseconds(activity)
		if end.Valid {
			r.End = fromMilliseconds(end.Int64)
		}
		r.Tags = map[string]string{}
		found = append(found, r)
		return nil
	}, `SELECT `+runColumns+runTables+rest, args...)
	return found, err
}

// A runSet finds runs by their key in the database.
type runSet map[int64]*Run

// fill adds params, tags and latest metrics with one query each, however many runs there are.
func fill(ctx context.Context, tx *sql.Tx, found []*row) error {
	if len(found) == 0 {
		return nil
	}
	set := make(runSet, len(found))
	keys := make([]int64, len(found))
	for i, r := range found {
		set[r.key] = &r.Run
		keys[i] = r.key
	}
	slices.Sort(keys)
	list, err := json.Marshal(keys)
	if err != nil {
		return err
	}
	for _, part := range []struct {
		query string
		add   func(*sql.Rows) error
	}{
		{`SELECT run, key, value FROM params`, set.addParam},
		{`SELECT run, key, value FROM tags`, set.addTag},
		{`SELECT run, key, step, time_ms, is_nan, value FROM latest_metrics`, set.addMetric},
	} {
		if err := eachRow(ctx, tx, part.add, part.query+` WHERE run IN (SELECT value FROM json_each(?))`, string(list)); err != nil {
			return err
		}
	}
	for _, r := range found {
		slices.SortFunc(r.Params, func(a, b Param) int { return cmp.Compare(a.Key, b.Key) })
		slices.SortFunc(r.Metrics, func(a, b Metric) int { return cmp.Compare(a.Key, b.Key) })
	}
	return nil
}

func (set runSet) addParam(rows *sql.Rows) error {
	var run int64
	var p Param
	if err := rows.Scan(&run, &p.Key, &p.Value); err != nil {
		return err
	}
	r := set[run]
	r.Params = append(r.Params, p)
	return nil
}

func (set runSet) addTag(rows *sql.Rows) error {
	var run int64
	var key, value string
	if err := rows.Scan(&run, &key, &value); err != nil {
		return err
	}
	set[run].Tags[key] = value
	return nil
}

func (set runSet) addMetric(rows *sql.Rows) error {
	var run, ms int64
	var isNaN bool
	var m Metric
	if err := rows.Scan(&run, &m.Key, &m.Step, &ms, &isNaN, &m.Value); err != nil {
		return err
	}
	m.Time = fromMilliseconds(ms)
	if isNaN {
		m.Value = math.NaN()
	}
	r := set[run]
	r.Metrics = append(r.Metrics, m)
	return nil
}

// eachRow runs a query and calls scan on each row.
func eachRow(ctx context.Context, tx *sql.Tx, scan func(*sql.Rows) error, query string, args ...any) (err error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
