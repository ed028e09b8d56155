package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
)

// dropBatch bounds how many results one transaction drops, since other writers wait for it.
const dropBatch = 500

// A victim is a result beyond the limit.
type victim struct {
	id, used, size int64
	key            string
}

// overLimit reports whether results take more than max bytes. The sum of their sizes counts a blob for every result that
// uses it, so that it can only be too large; a closer look is rarely needed.
func (s *Store) overLimit(ctx context.Context, max int64) (bool, error) {
	var sum int64
	if err := s.read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT coalesce(sum(size), 0) FROM results`).Scan(&sum)
	}); err != nil || sum <= max {
		return false, err
	}
	victims, err := s.beyond(ctx, max)
	return len(victims) > 0, err
}

// beyond lists the results that have to go so that the others, the most recently used, take at most max bytes. The least
// recently used comes first.
func (s *Store) beyond(ctx context.Context, max int64) (victims []victim, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		victims = nil
		total, counted := int64(0), map[string]bool{}
		return eachRow(ctx, tx, func(rows *sql.Rows) error {
			var v victim
			var entry int64
			var names sql.NullString
			if err := rows.Scan(&v.id, &v.key, &v.used, &v.size, &entry, &names); err != nil {
				return err
			}
			blobs, err := parseBlobs(names.String)
			if err != nil {
				return err
			}
			total += entry
			for _, b := range blobs {
				if !counted[b.SHA256] {
					counted[b.SHA256] = true
					total += b.Size
				}
			}
			if total > max {
				victims = append(victims, v)
			}
			return nil
		}, `SELECT r.id, r.key, r.used_ms, r.size, coalesce(length(r.entry), (SELECT size FROM blobs WHERE sha256 = r.entry_blob)), `+
			blobsOfResult+` FROM results r ORDER BY r.used_ms DESC, r.id DESC`)
	})
	slices.Reverse(victims)
	return victims, err
}

// dropResults drops what is beyond the limit.
func (c *collector) dropResults(ctx context.Context) error {
	if c.opts.MaxBytes == 0 {
		return nil
	}
	victims, err := c.store.beyond(ctx, c.opts.MaxBytes)
	if err != nil {
		return err
	}
	for batch := range slices.Chunk(victims, dropBatch) {
		if !c.opts.DryRun {
			if batch, err = c.store.dropUnused(ctx, batch); err != nil {
				return err
			}
		}
		for _, v := range batch {
			c.dropped[v.id] = true
			c.report.Results.add(v.size)
			c.opts.Removed(Garbage{GarbageResult, v.key, v.size})
		}
	}
	return nil
}

// dropUnused drops those results that were not used since they were listed, and tells which.
func (s *Store) dropUnused(ctx context.Context, batch []victim) (dropped []victim, err error) {
	err = s.write.run(ctx, func(t *tx) error {
		dropped = nil
		for _, v := range batch {
			n, err := t.exec(`DELETE FROM results WHERE id = ? AND used_ms = ?`, v.id, v.used)
			if err != nil {
				return err
			}
			if n == 1 {
				dropped = append(dropped, v)
			}
		}
		return nil
	})
	return dropped, err
}

// dropAll drops results, whenever they were used.
func (s *Store) dropAll(ctx context.Context, ids []int64) error {
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return s.write.run(ctx, func(t *tx) error {
		_, err := t.exec(`DELETE FROM results WHERE id IN (SELECT value FROM json_each(?))`, string(list))
		return err
	})
}
