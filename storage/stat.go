package storage

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
)

// Usage tells what a store holds and how much room that takes.
type Usage struct {
	Experiments int
	Runs        int   // with hidden ones, without deleted ones
	DeletedRuns int   // which can be restored, and so keep their blobs
	Results     Tally // cached results; bytes of their entries and blobs, each blob counted once
	Blobs       Tally
	Temporary   Tally
	Database    int64 // bytes of the database and its log
	Free        int64 // bytes free on the disk; -1 if the system does not tell
}

// Stat counts what is in the store. It looks at every blob's file, but reads none.
func (s *Store) Stat(ctx context.Context) (Usage, error) {
	var u Usage
	err := s.countRows(ctx, &u)
	if err == nil {
		err = s.eachShard(ctx, func(sh shard, _ int) error {
			for _, b := range sh.blobs {
				u.Blobs.add(b.size)
			}
			return nil
		})
	}
	if err == nil {
		err = s.countFiles(&u)
	}
	return u, s.explain(ctx, err)
}

func (s *Store) countRows(ctx context.Context, u *Usage) error {
	return s.read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT
			(SELECT count(*) FROM experiments WHERE lifecycle_stage = 'active'),
			(SELECT count(*) FROM runs WHERE lifecycle_stage = 'active'),
			(SELECT count(*) FROM runs WHERE lifecycle_stage = 'deleted'),
			(SELECT count(*) FROM results),
			(SELECT coalesce(sum(length(entry)), 0) FROM results) +
			(SELECT coalesce(sum(size), 0) FROM blobs WHERE sha256 IN
				(SELECT sha256 FROM result_blobs UNION ALL SELECT entry_blob FROM results WHERE entry_blob IS NOT NULL))`).
			Scan(&u.Experiments, &u.Runs, &u.DeletedRuns, &u.Results.Count, &u.Results.Bytes)
	})
}

func (s *Store) countFiles(u *Usage) error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(s.databaseFile() + suffix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err == nil {
			u.Database += info.Size()
		}
	}
	list, err := s.temporaries()
	if err != nil {
		return err
	}
	for _, f := range list {
		u.Temporary.add(f.size)
	}
	u.Free, err = freeSpace(s.dir)
	return err
}
