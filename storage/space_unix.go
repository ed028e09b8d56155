//go:build darwin || dragonfly || freebsd || linux

package storage

import (
	"os"

	"golang.org/x/sys/unix"
)

// freeSpace gives the bytes that are free for this user on the disk of a folder.
func freeSpace(dir string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, &os.PathError{Op: "statfs", Path: dir, Err: err}
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}
