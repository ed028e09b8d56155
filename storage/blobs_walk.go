package storage

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A blobFile is a blob as it lies on the disk.
type blobFile struct {
	sha  string
	size int64
	mod  time.Time
}

// A shard is what lies in one of the folders below blobs/: all blobs whose names start with prefix.
type shard struct {
	prefix string
	blobs  []blobFile // by name
	stray  []string   // paths of what is no blob
}

// eachShard visits the blobs in order of their names, one folder at a time, which bounds memory. done of total tells how
// far it is.
func (s *Blobs) eachShard(ctx context.Context, visit func(sh shard, done, total int) error) error {
	top := filepath.Join(s.dir, "blobs")
	entries, err := os.ReadDir(top)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return explain(s.dir, err)
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return e.Name() == "tmp" || e.Name() == "lock" })
	for i, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		sh := shard{prefix: e.Name()}
		if err := sh.read(top); err != nil {
			return explain(s.dir, err)
		}
		if err := visit(sh, i+1, len(entries)); err != nil {
			return err
		}
	}
	return nil
}

// read lists a shard. What disappears meanwhile was collected by another process.
func (sh *shard) read(top string) error {
	return filepath.WalkDir(filepath.Join(top, sh.prefix), func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		name := d.Name()
		if !isSHA256(name) || path != filepath.Join(top, name[:2], name[2:4], name) {
			sh.stray = append(sh.stray, path)
			return nil
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		sh.blobs = append(sh.blobs, blobFile{sha: name, size: info.Size(), mod: info.ModTime()})
		return nil
	})
}

// temporaries lists the temporary files.
func (s *Blobs) temporaries() (list []blobFile, err error) {
	entries, err := os.ReadDir(s.tempDir())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		info, infoErr := e.Info()
		if errors.Is(infoErr, fs.ErrNotExist) {
			continue
		}
		if infoErr != nil {
			return nil, infoErr
		}
		list = append(list, blobFile{sha: e.Name(), size: info.Size(), mod: info.ModTime()})
	}
	return list, err
}

// own are the parts of a store's folder that this package knows. Others, such as the server's, put more there.
func own(name string) bool {
	switch name {
	case "blobs", "claims", "live", "lock", "secret.key":
		return true
	}
	return strings.HasPrefix(name, "wnb.db")
}
