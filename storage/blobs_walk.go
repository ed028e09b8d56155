package storage

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A blobFile is a blob as it lies on the disk.
type blobFile struct {
	sha  string
	size int64
	mod  time.Time
}

// A shard is all blobs whose names start with the same two digits.
type shard struct {
	prefix string
	blobs  []blobFile // by name
}

const shards = 256

// eachShard visits the blobs in order of their names, one shard after another, which bounds memory.
func (s *Blobs) eachShard(ctx context.Context, visit func(sh shard, done int) error) error {
	for i := range shards {
		if err := ctx.Err(); err != nil {
			return err
		}
		sh := shard{prefix: fmt.Sprintf("%02x", i)}
		if err := sh.read(filepath.Join(s.dir, "blobs")); err != nil {
			return explain(s.dir, err)
		}
		if err := visit(sh, i); err != nil {
			return err
		}
	}
	return nil
}

// read lists a shard. What disappears meanwhile was collected by another process. Files of other names are no blobs.
func (sh *shard) read(top string) error {
	return filepath.WalkDir(filepath.Join(top, sh.prefix), func(path string, d fs.DirEntry, err error) error {
		var info fs.FileInfo
		if err == nil && d.Type().IsRegular() {
			info, err = d.Info()
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || info == nil {
			return err
		}
		if name := d.Name(); isSHA256(name) && path == filepath.Join(top, name[:2], name[2:4], name) {
			sh.blobs = append(sh.blobs, blobFile{sha: name, size: info.Size(), mod: info.ModTime()})
		}
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
