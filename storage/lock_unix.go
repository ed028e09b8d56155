//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package storage

import (
	"errors"
	"os"
	"syscall"
)

// tryLock takes the lock of an open file without waiting. The lock belongs to the open file: it goes when the file is
// closed or its process dies.
func tryLock(f *os.File, mode lockMode) (bool, error) {
	how := syscall.LOCK_EX
	if mode == shared {
		how = syscall.LOCK_SH
	}
	err := flock(f, how|syscall.LOCK_NB)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, syscall.EWOULDBLOCK):
		return false, nil
	}
	return false, &os.PathError{Op: "lock", Path: f.Name(), Err: err}
}

// unlock lets go of the lock of a file that stays open.
func unlock(f *os.File) error {
	if err := flock(f, syscall.LOCK_UN); err != nil {
		return &os.PathError{Op: "unlock", Path: f.Name(), Err: err}
	}
	return nil
}

// flock does not use f.Fd, which makes system calls of its own to change the mode of the file.
func flock(f *os.File, how int) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var result error
	err = raw.Control(func(fd uintptr) {
		for result = syscall.EINTR; errors.Is(result, syscall.EINTR); {
			result = syscall.Flock(int(fd), how)
		}
	})
	return errors.Join(err, result)
}

// syncDir makes the names in a folder durable.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func diskFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

func readOnlyFileSystem(err error) bool { return errors.Is(err, syscall.EROFS) }
