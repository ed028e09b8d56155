package storage

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// syncTree makes everything in a folder durable, in one call however many files there are.
func syncTree(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(unix.Syncfs(int(f.Fd())), f.Close())
}

// startFlush has the system begin to write a part of a file to the disk, so that a later Sync has less to wait for. It
// promises nothing, so that its failure is none.
func startFlush(f *os.File, offset, n int64) {
	_ = unix.SyncFileRange(int(f.Fd()), offset, n, unix.SYNC_FILE_RANGE_WRITE)
}
