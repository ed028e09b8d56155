package frame

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// maxJoinRows bounds the result of a join, so that keys with many repeats on
// both sides end in an error and not in the end of memory.
const maxJoinRows = 1 << 28

// Join puts the columns of other beside those of f where the key columns on are
// equal. A null key matches nothing. how is
//
//   - "inner": rows with a match, in the order of f, the matches of one row in
//     the order of other
//   - "left": as inner, rows of f without a match in their place with nulls
//   - "right": every row of other in its order, the matches of one row in the
//     order of f
//   - "outer": as left, then the rows of other without a match in their order
//
// The columns are those of f, then those of other but the keys. A name that is
// taken gets suffix (default "_right").
func (f *Frame) Join(ctx context.Context, other *Frame, on []string, how, suffix string) (*Frame, error) {
	if !slices.Contains([]string{"inner", "left", "right", "outer"}, how) {
		return nil, fmt.Errorf("join: how is %q: use inner, left, right or outer", how)
	}
	if len(on) == 0 {
		return nil, fmt.Errorf("join: name one key column at least")
	}
	left, right, err := joinKeys(f, other, on)
	if err != nil {
		return nil, fmt.Errorf("join: %w", err)
	}
	var leftRows, rightRows []int
	if how == "right" {
		rightRows, leftRows, err = matchRows(ctx, right, left, "left")
	} else {
		leftRows, rightRows, err = matchRows(ctx, left, right, how)
	}
	if err != nil {
		return nil, err
	}
	if suffix == "" {
		suffix = "_right"
	}
	return joinColumns(f, other, on, suffix, leftRows, rightRows)
}

// joinKeys numbers the keys of both sides alike; null keys are -1.
func joinKeys(f, other *Frame, on []string) (left, right []int32, err error) {
	leftCols, err := f.columns(on)
	if err != nil {
		return nil, nil, fmt.Errorf("left frame: %w", err)
	}
	rightCols, err := other.columns(on)
	if err != nil {
		return nil, nil, fmt.Errorf("right frame: %w", err)
	}
	both := make([]*Series, len(on))
	var nulls bitmap
	for i := range on {
		l, r := leftCols[i], rightCols[i]
		if both[i], err = concatSeries([]*Series{l, r}); err != nil {
			return nil, nil, fmt.Errorf("key %q is %s on the left and %s on the right: cast one of them", on[i], l.dtype, r.dtype)
		}
		nulls = nulls.or(both[i].nulls)
	}
	ids, _ := rowIDs(both)
	for i := range ids {
		if nulls.get(i) {
			ids[i] = -1
		}
	}
	return ids[:f.rows], ids[f.rows:], nil
}

// matchRows pairs rows with equal keys in the order of a; -1 stands for the
// missing side of a "left" or "outer" row.
func matchRows(ctx context.Context, a, b []int32, how string) (aRows, bRows []int, err error) {
	byKey := rowsByKey(a, b)
	total := 0
	for _, key := range a {
		if key >= 0 {
			total += len(byKey.of(key))
		}
		if total > maxJoinRows {
			return nil, nil, fmt.Errorf("join: more than %d rows: the keys repeat on both sides; drop duplicates or join on more columns", maxJoinRows)
		}
	}
	aRows, bRows = make([]int, 0, total), make([]int, 0, total)
	matched := make([]bool, len(b))
	for i, key := range a {
		if i%4096 == 0 && ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		matches := []int(nil)
		if key >= 0 {
			matches = byKey.of(key)
		}
		for _, j := range matches {
			aRows, bRows = append(aRows, i), append(bRows, j)
			matched[j] = true
		}
		if len(matches) == 0 && how != "inner" {
			aRows, bRows = append(aRows, i), append(bRows, -1)
		}
	}
	if how == "outer" {
		for j, found := range matched {
			if !found {
				aRows, bRows = append(aRows, -1), append(bRows, j)
			}
		}
	}
	return aRows, bRows, nil
}

// of is the rows of group k.
func (p partition) of(k int32) []int { return p.rows[p.start[k]:p.start[k+1]] }

// rowsByKey groups the rows of b by key; keys of both are below a shared limit.
func rowsByKey(a, b []int32) partition {
	limit := int32(0)
	for _, keys := range [][]int32{a, b} {
		for _, key := range keys {
			limit = max(limit, key+1)
		}
	}
	p := partition{start: make([]int, limit+1)}
	for _, key := range b {
		if key >= 0 {
			p.start[key+1]++
		}
	}
	for k := range limit {
		p.start[k+1] += p.start[k]
	}
	p.rows = make([]int, p.start[limit])
	next := slices.Clone(p.start)
	for j, key := range b {
		if key >= 0 {
			p.rows[next[key]] = j
			next[key]++
		}
	}
	return p
}

func joinColumns(f, other *Frame, on []string, suffix string, leftRows, rightRows []int) (*Frame, error) {
	var cols []*Series
	for _, c := range f.cols {
		if !slices.Contains(on, c.name) {
			cols = append(cols, c.take(leftRows))
			continue
		}
		key, err := concatSeries([]*Series{c, other.cols[other.index[c.name]]})
		if err != nil {
			return nil, fmt.Errorf("join: %w", err)
		}
		cols = append(cols, key.take(eitherRow(leftRows, rightRows, f.rows)))
	}
	for _, c := range other.cols {
		if slices.Contains(on, c.name) {
			continue
		}
		taken := c.take(rightRows)
		if f.Has(c.name) {
			taken.name = c.name + suffix
		}
		cols = append(cols, taken)
	}
	out, err := New(cols...)
	if err != nil {
		return nil, fmt.Errorf("join: %w: rename a column or choose another suffix than %q", err, strings.TrimSpace(suffix))
	}
	return out, nil
}

// eitherRow points into left keys followed by right keys: the left row where
// there is one.
func eitherRow(leftRows, rightRows []int, offset int) []int {
	out := make([]int, len(leftRows))
	for i, l := range leftRows {
		out[i] = l
		if l < 0 {
			out[i] = offset + rightRows[i]
		}
	}
	return out
}
