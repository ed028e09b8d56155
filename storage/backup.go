package storage

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// BackupOptions of a backup.
type BackupOptions struct {
	// Copy has blobs copied also where they could be hard links to those of the store. Links take no time and no room;
	// copies survive damage to the disk blocks of the store.
	Copy     bool
	Progress func(Progress) // told now and then how far it is; may be nil
}

// A BackupReport tells what a backup holds.
type BackupReport struct {
	Dir      string // absolute
	Blobs    Tally
	Linked   int      // of the blobs
	Database int64    // bytes
	Damaged  []string // hashes of blobs whose content was found damaged when it was copied
}

// Backup makes a copy of the store in dir, which must not exist or be empty. The copy is a store like any other, with
// the state of one moment, and appears in one step, complete. Other processes may use the store meanwhile.
func (s *Store) Backup(ctx context.Context, dir string, opts BackupOptions) (BackupReport, error) {
	if opts.Progress == nil {
		opts.Progress = func(Progress) {}
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return BackupReport{}, err
	}
	if err := s.checkTarget(dir); err != nil {
		return BackupReport{}, err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o777); err != nil {
		return BackupReport{}, fmt.Errorf("backup: %w", err)
	}
	partial, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+".*") // mode 0700
	if err != nil {
		return BackupReport{}, fmt.Errorf("backup: %w", err)
	}
	b := &backup{store: s, to: partial, opts: opts, report: BackupReport{Dir: dir}}
	err = b.fill(ctx)
	if err == nil {
		err = syncTree(partial)
	}
	if err == nil {
		err = removeIfThere(dir) // an empty folder
	}
	if err == nil {
		err = os.Rename(partial, dir)
	}
	if err == nil {
		err = syncDir(filepath.Dir(dir))
	}
	if err != nil {
		return b.report, errors.Join(s.explain(ctx, fmt.Errorf("backup to %s: %w", dir, err)), os.RemoveAll(partial))
	}
	return b.report, nil
}

func (s *Store) checkTarget(dir string) error {
	if inside, err := filepath.Rel(s.dir, dir); err == nil && inside != ".." && !strings.HasPrefix(inside, ".."+string(filepath.Separator)) {
		return fmt.Errorf("backup to %s: that is inside the store; name a folder elsewhere", dir)
	}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("backup: %w", err)
	case len(entries) > 0:
		return fmt.Errorf("backup to %s: the folder is not empty; name one that does not exist yet", dir)
	}
	return nil
}

// backup is one backup.
type backup struct {
	store  *Store
	to     string
	opts   BackupOptions
	report BackupReport
}

// fill copies the database first: whatever it refers to was put before. The lock keeps the collector away meanwhile.
func (b *backup) fill(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Join(b.store.dir, "blobs"), 0o700); err != nil {
		return err
	}
	lock, err := lockFile(ctx, b.store.blobLock(), shared)
	if err != nil {
		return err
	}
	defer lock.Close()
	b.opts.Progress(Progress{"copying the database", 0, 1})
	if err := b.copyDatabase(ctx); err != nil {
		return err
	}
	if err := b.copyOthers(ctx); err != nil {
		return err
	}
	return b.store.eachShard(ctx, func(sh shard, done int) error {
		b.opts.Progress(Progress{"copying blobs", done, shards})
		for _, blob := range sh.blobs {
			if err := b.copyBlob(ctx, blob); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b *backup) copyDatabase(ctx context.Context) (err error) {
	file := filepath.Join(b.to, "wnb.db")
	if err := createPrivate(file); err != nil {
		return err
	}
	db, err := connect(b.store.databaseFile(), readSlice, "deferred")
	if err != nil {
		return err
	}
	if err = b.store.retry(ctx, func() error {
		_, err := db.ExecContext(ctx, `VACUUM INTO ?`, file)
		return err
	}); err != nil {
		return errors.Join(err, db.Close())
	}
	if err := db.Close(); err != nil {
		return err
	}
	// The copy does not keep the journal mode.
	copied, err := connect(file, readSlice, "deferred", "journal_mode(WAL)")
	if err != nil {
		return err
	}
	if err := errors.Join(copied.PingContext(ctx), copied.Close()); err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err == nil {
		b.report.Database = info.Size()
	}
	return err
}

// copyOthers copies the secret key and what others keep in the store's folder.
func (b *backup) copyOthers(ctx context.Context) error {
	return filepath.WalkDir(b.store.dir, func(path string, d fs.DirEntry, err error) error {
		rel, relErr := filepath.Rel(b.store.dir, path)
		top := filepath.Dir(path) == b.store.dir
		switch {
		case errors.Is(err, fs.ErrNotExist): // removed meanwhile
			return nil
		case err != nil || relErr != nil || ctx.Err() != nil:
			return errors.Join(err, relErr, ctx.Err())
		case top && own(d.Name()) && path != b.store.secretFile():
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		case d.IsDir():
			return os.MkdirAll(filepath.Join(b.to, rel), 0o700)
		case !d.Type().IsRegular():
			return nil
		}
		content, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(b.to, rel), content, 0o600)
	})
}

// copyBlob links a blob if it can, and else copies it.
func (b *backup) copyBlob(ctx context.Context, blob blobFile) error {
	from, to := b.store.blobPath(blob.sha), newBlobs(b.to).blobPath(blob.sha)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	b.report.Blobs.add(blob.size)
	if !b.opts.Copy && os.Link(from, to) == nil { // else the disk is another one, or knows no links
		b.report.Linked++
		return nil
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return errors.Join(err, in.Close())
	}
	copied, err := copyHashed(out, &contextReader{ctx: ctx, r: in})
	if err == nil && copied.SHA256 != blob.sha {
		b.report.Damaged = append(b.report.Damaged, blob.sha)
	}
	return errors.Join(err, in.Close(), out.Close())
}
