package notebooks

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Read reads and parses a .wnb file. The hash is the SHA-256 of its bytes, to
// be given to WriteIfUnchanged; it is set also when parsing fails.
func Read(path string) (doc *Document, hash string, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, "", err
	}
	doc, err = Parse(path, data)
	return doc, Hash(data), err
}

// Hash is the SHA-256 of data in hex.
func Hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Write replaces a file atomically: readers see the old bytes or the new
// ones, also after a crash. The file keeps its permissions; a new one gets
// 0644. A symbolic link keeps pointing to the file that is replaced.
func Write(path string, data []byte) error {
	return replace(path, data, func(string) error { return nil })
}

// WriteIfUnchanged is Write, but fails with ErrConflict, the file untouched,
// unless the file's hash is wantHash; "" means that there must be no file.
// The check is made right before the file is replaced.
func WriteIfUnchanged(path, wantHash string, data []byte) error {
	return replace(path, data, func(target string) error {
		hash := ""
		current, err := os.ReadFile(target)
		switch {
		case err == nil:
			hash = Hash(current)
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
		if hash != wantHash {
			return fmt.Errorf("%s: %w; read it again, or save under another name", path, ErrConflict)
		}
		return nil
	})
}

func replace(path string, data []byte, check func(target string) error) error {
	target, mode := path, fs.FileMode(0o644)
	if real, err := filepath.EvalSymlinks(path); err == nil {
		target = real
	}
	if info, err := os.Stat(target); err == nil {
		mode = info.Mode().Perm()
	}
	temp, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	err = fill(temp, data, mode)
	if err == nil {
		err = check(target)
	}
	if err == nil {
		err = os.Rename(temp.Name(), target)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Join(err, os.Remove(temp.Name())))
	}
	return syncDir(filepath.Dir(target))
}

// fill writes data to the disk and closes the file, in any case.
func fill(file *os.File, data []byte, mode fs.FileMode) error {
	_, err := file.Write(data)
	if err == nil {
		err = file.Chmod(mode)
	}
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// syncDir makes a rename last. Some file systems cannot; the rename stands.
func syncDir(dir string) error {
	handle, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = handle.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrInvalid) {
		err = nil
	}
	return errors.Join(err, handle.Close())
}
