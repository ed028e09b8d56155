// Package diskcache keeps bytes by key in a folder, for code that will be run: an
// entry is there whole or not at all, its hash is checked before a byte of it is
// used, and those that were used least recently go when the folder grows over its
// limit. Processes may share a folder.
package diskcache

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Folder is a folder of entries. An entry is a file of the name of its key in hex:
//
//	magic, sha256 of the rest, key, content
//
// The key inside tells an entry that was moved to another's name.
type Folder struct {
	dir, magic string
	limit      int64
}

const (
	temporary = "load-"
	abandoned = 24 * time.Hour // the age of temporary files of a process that died
	touch     = time.Hour      // how exactly the last use is known
)

// Open makes the folder, with mode 0700, if it is not there. What is in it will be
// run, so one that others than its owner can write to is refused. The magic names what the
// entries are, and its version; limit is for the bytes of all of them.
func Open(dir, magic string, limit int64) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o022 != 0 {
		return nil, fmt.Errorf("folder %s can be written by others (mode %o); set it to 0700", dir, info.Mode().Perm())
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, d := range files {
		if info, err := d.Info(); err == nil && strings.HasPrefix(d.Name(), temporary) && time.Since(info.ModTime()) > abandoned {
			_ = os.RemoveAll(filepath.Join(dir, d.Name())) // tried again by the next process
		}
	}
	return &Folder{dir, magic, limit}, nil
}

// Temp makes a folder in it for the caller, who removes it; if the process dies, a
// later one does.
func (f *Folder) Temp() (dir string, err error) {
	err = f.again(func() error {
		dir, err = os.MkdirTemp(f.dir, temporary)
		return err
	})
	return dir, err
}

// again makes the folder once more if somebody has removed it.
func (f *Folder) again(write func() error) error {
	err := write()
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return err
	}
	return write()
}

func (f *Folder) file(key [sha256.Size]byte) string {
	return filepath.Join(f.dir, hex.EncodeToString(key[:]))
}

// Get gives the content of an entry. One that is damaged counts as absent.
func (f *Folder) Get(key [sha256.Size]byte) (content []byte, ok bool, err error) {
	file := f.file(key)
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	rest, ok := bytes.CutPrefix(b, []byte(f.magic))
	if !ok || len(rest) < 2*sha256.Size {
		return nil, false, nil
	}
	sum, rest := rest[:sha256.Size], rest[sha256.Size:]
	if got := sha256.Sum256(rest); !bytes.Equal(sum, got[:]) {
		return nil, false, nil
	}
	content, ok = bytes.CutPrefix(rest, key[:])
	if !ok {
		return nil, false, nil
	}
	if info, err := os.Stat(file); err == nil && time.Since(info.ModTime()) > touch {
		now := time.Now()
		_ = os.Chtimes(file, now, now) // a folder that is only read keeps its times
	}
	return content, true, nil
}

// Put writes an entry, and removes others if they are too many.
func (f *Folder) Put(key [sha256.Size]byte, content []byte) error {
	return f.again(func() error { return f.write(key, content) })
}

func (f *Folder) write(key [sha256.Size]byte, content []byte) (err error) {
	defer func() { err = f.named(err) }()
	rest := append(key[:], content...)
	sum := sha256.Sum256(rest)
	temp, err := os.CreateTemp(f.dir, temporary) // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temp.Name()) // the error to report is the first
		}
	}()
	_, err = temp.Write(bytes.Join([][]byte{[]byte(f.magic), sum[:], rest}, nil))
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	if err = os.Rename(temp.Name(), f.file(key)); err != nil {
		return err
	}
	return f.trim(hex.EncodeToString(key[:]))
}

// named gives errors the name of the folder: those of temporary files say nothing.
func (f *Folder) named(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return &fs.PathError{Op: "write to", Path: f.dir, Err: path.Err}
	}
	return err
}

// trim removes entries until the others fit, but not the one that is kept.
func (f *Folder) trim(kept string) error {
	entries, size, err := list(f.dir)
	if err != nil {
		return err
	}
	slices.SortFunc(entries, func(a, b fs.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), strings.Compare(a.Name(), b.Name()))
	})
	for _, e := range entries {
		if size <= f.limit {
			break
		}
		if e.Name() == kept {
			continue
		}
		if err := os.Remove(filepath.Join(f.dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		size -= e.Size()
	}
	return nil
}

// Usage counts the entries of a folder and their bytes. One that is not there has
// none.
func Usage(dir string) (count int, size int64, err error) {
	entries, size, err := list(dir)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return len(entries), size, err
}

func list(dir string) (entries []fs.FileInfo, size int64, err error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, 0, err
	}
	for _, d := range files {
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) || d.IsDir() || strings.HasPrefix(d.Name(), temporary) {
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		entries, size = append(entries, info), size+info.Size()
	}
	return entries, size, nil
}
