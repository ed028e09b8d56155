package toolchain

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
)

// Modules keeps compiled modules by the hash of what they were compiled from, so
// that a machine without the toolchain can use them. Both methods may be called
// from many goroutines. What Get gives is run, so only Put must be able to set it.
type Modules interface {
	// Get gives the module of a key, a sha256 in hex; ok is false if there is none.
	Get(ctx context.Context, key string) (wasm []byte, ok bool, err error)
	Put(ctx context.Context, key string, wasm []byte) error
}

// Dir keeps modules as files in a folder, with a hash of each.
type Dir struct{ path string }

// OpenDir makes the folder, which nobody else may write to, if it is not there.
func OpenDir(path string) (*Dir, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o022 != 0 {
		return nil, fmt.Errorf("folder %s can be written by others (mode %o); set it to 0700", path, info.Mode().Perm())
	}
	return &Dir{path}, nil
}

// moduleMagic starts an entry: it, the sha256 of the module, the module.
const moduleMagic = "wnb module 1\n"

var keyForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (d *Dir) file(key string) (string, error) {
	if !keyForm.MatchString(key) {
		return "", fmt.Errorf("key %q is not a sha256 in hex", key)
	}
	return filepath.Join(d.path, key), nil
}

// Get implements Modules. An entry that is damaged counts as absent.
func (d *Dir) Get(_ context.Context, key string) ([]byte, bool, error) {
	file, err := d.file(key)
	if err != nil {
		return nil, false, err
	}
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	rest, ok := bytes.CutPrefix(b, []byte(moduleMagic))
	if !ok || len(rest) < sha256.Size {
		return nil, false, nil
	}
	wasm := rest[sha256.Size:]
	if sum := sha256.Sum256(wasm); !bytes.Equal(sum[:], rest[:sha256.Size]) {
		return nil, false, nil
	}
	return wasm, true, nil
}

// Put implements Modules.
func (d *Dir) Put(_ context.Context, key string, wasm []byte) (err error) {
	file, err := d.file(key)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(d.path, "new-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	sum := sha256.Sum256(wasm)
	_, err = f.Write(bytes.Join([][]byte{[]byte(moduleMagic), sum[:], wasm}, nil))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}
