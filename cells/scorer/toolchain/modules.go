package toolchain

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/wnb-dev/wnb/cells/scorer/diskcache"
)

// Modules keeps compiled modules by the hash of what they were compiled from, so
// that a machine without the toolchain can use them. Both methods may be called
// from many goroutines. What Get gives is run, so only Put must be able to set it.
type Modules interface {
	// Get gives the module of a key, a sha256 in hex; ok is false if there is none.
	Get(ctx context.Context, key string) (wasm []byte, ok bool, err error)
	Put(ctx context.Context, key string, wasm []byte) error
}

// Dir keeps modules as files in a folder.
type Dir struct{ folder *diskcache.Folder }

const (
	moduleMagic = "wnb module 2\n"
	moduleLimit = 1 << 30 // bytes; a Go module takes 2 MB
)

// OpenDir makes the folder, which nobody else may write to, if it is not there.
func OpenDir(path string) (*Dir, error) {
	folder, err := diskcache.Open(path, moduleMagic, moduleLimit)
	if err != nil {
		return nil, err
	}
	return &Dir{folder}, nil
}

func moduleKey(text string) (key [sha256.Size]byte, err error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(key) {
		return key, fmt.Errorf("key %q is not a sha256 in hex", text)
	}
	return [sha256.Size]byte(b), nil
}

// Get implements Modules. An entry that is damaged counts as absent.
func (d *Dir) Get(_ context.Context, key string) ([]byte, bool, error) {
	k, err := moduleKey(key)
	if err != nil {
		return nil, false, err
	}
	return d.folder.Get(k)
}

// Put implements Modules.
func (d *Dir) Put(_ context.Context, key string, wasm []byte) error {
	k, err := moduleKey(key)
	if err != nil {
		return err
	}
	return d.folder.Put(k, wasm)
}
