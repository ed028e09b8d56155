package contents

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// replace writes a file atomically: readers see the old bytes or the new ones,
// also after a crash. Permissions stay; a new file gets perm. A link inside the
// root keeps pointing to the file that is replaced.
func replace(root *os.Root, name string, perm fs.FileMode, fill func(io.Writer) error) error {
	name, err := target(root, name)
	if err != nil {
		return err
	}
	if info, err := root.Stat(name); err == nil {
		perm = info.Mode().Perm()
	}
	temp := filepath.Join(filepath.Dir(name), ".wnb-"+newName()+".tmp")
	file, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return err
	}
	err = fill(file)
	if err == nil {
		err = file.Chmod(perm)
	}
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = root.Rename(temp, name)
	}
	if err != nil {
		return errors.Join(err, root.Remove(temp))
	}
	return syncDir(root, filepath.Dir(name))
}

// target follows the links at the end of a name, which os.Root then holds
// inside the root.
func target(root *os.Root, name string) (string, error) {
	found := name
	for range 40 {
		info, err := root.Lstat(found)
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			break
		}
		link, err := root.Readlink(found)
		if err != nil {
			return "", err
		}
		if filepath.IsAbs(link) {
			return "", fmt.Errorf("%s is a link to an absolute path, which is not followed: %w", name, ErrNotFound)
		}
		found = filepath.Join(filepath.Dir(found), link)
	}
	if found == name {
		return name, nil
	}
	// Where a folder on the way is a link itself, the joined name may be another.
	through, err := root.Stat(name)
	if err != nil {
		return "", fmt.Errorf("%s: the link leads nowhere or out of the served folder: %w", name, ErrNotFound)
	}
	direct, err := root.Lstat(found)
	if err != nil || !os.SameFile(through, direct) {
		return "", fmt.Errorf("%s: the links to it cannot be followed: %w", name, ErrInvalid)
	}
	return found, nil
}

// syncDir makes a rename last. Some file systems cannot; the rename stands.
func syncDir(root *os.Root, dir string) error {
	handle, err := root.Open(dir)
	if err != nil {
		return err
	}
	err = handle.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrInvalid) {
		err = nil
	}
	return errors.Join(err, handle.Close())
}

func bytesTo(data []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}
}
