package scorer

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"
)

// diskCache keeps what became of modules: their metered form and its native code.
// An entry is a file of ours:
//
//	magic, sha256 of the rest, key, pages, cost, length of the metered module (8
//	bytes each), metered module, name of wazero's file, newline, wazero's file
//
// The key is a hash of the module, of the limits that it was checked against, and
// of the versions of all that had a hand in it, so that what passed the checks
// once need not pass them again. The hash in front is checked before a byte is
// used, and the key inside tells an entry that was moved to another's name. wazero
// gets verified bytes only, in a folder that is private to this process, so
// nothing that changes in the cache after the check runs.
type diskCache struct{ dir string }

// prepared is a module that passed the checks.
type prepared struct {
	pages   uint32 // limit of its memory
	cost    int64  // of compiling it, as estimated
	metered []byte
	native  native // no name: not compiled yet
}

const (
	cacheMagic  = "wnb native code 2\n"
	cacheHead   = 3 * 8          // bytes of numbers
	staleFolder = 24 * time.Hour // a folder of a process that died
)

func openCache(dir string) (*diskCache, error) {
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
	old, err := filepath.Glob(filepath.Join(dir, "load-*"))
	if err != nil {
		return nil, err
	}
	for _, f := range old {
		if info, err := os.Stat(f); err == nil && time.Since(info.ModTime()) > staleFolder {
			_ = os.RemoveAll(f) // tried again by the next process
		}
	}
	return &diskCache{dir: dir}, nil
}

// folder makes a private folder for wazero.
func (c *diskCache) folder() (string, error) { return os.MkdirTemp(c.dir, "load-") }

// cacheKey identifies what became of a module.
func cacheKey(wasm []byte, lim *Limits) (key [sha256.Size]byte) {
	h := sha256.New()
	fmt.Fprintf(h, "%s %d %s %s %s %+v\n", cacheMagic, rewriterVersion, wazeroVersion(), runtime.GOARCH, runtime.GOOS, *lim)
	h.Write(wasm)
	h.Sum(key[:0])
	return key
}

func (c *diskCache) entry(key [sha256.Size]byte) string {
	return filepath.Join(c.dir, hex.EncodeToString(key[:]))
}

// get gives a verified entry. One that is damaged counts as absent.
func (c *diskCache) get(key [sha256.Size]byte) (*prepared, error) {
	b, err := os.ReadFile(c.entry(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	rest, ok := bytes.CutPrefix(b, []byte(cacheMagic))
	if !ok || len(rest) < 2*sha256.Size+cacheHead {
		return nil, nil
	}
	sum, rest := rest[:sha256.Size], rest[sha256.Size:]
	if got := sha256.Sum256(rest); !bytes.Equal(sum, got[:]) || !bytes.Equal(key[:], rest[:sha256.Size]) {
		return nil, nil
	}
	rest = rest[sha256.Size:]
	p := &prepared{pages: binary.LittleEndian.Uint32(rest), cost: int64(binary.LittleEndian.Uint64(rest[8:]))}
	size := binary.LittleEndian.Uint64(rest[16:])
	if rest = rest[cacheHead:]; size > uint64(len(rest)) {
		return nil, nil
	}
	p.metered = rest[:size:size]
	if p.native, err = parseNative(rest[size:]); err != nil {
		return nil, nil
	}
	return p, nil
}

func (c *diskCache) put(key [sha256.Size]byte, p *prepared) (err error) {
	rest := append([]byte(nil), key[:]...)
	for _, v := range []uint64{uint64(p.pages), uint64(p.cost), uint64(len(p.metered))} {
		rest = binary.LittleEndian.AppendUint64(rest, v)
	}
	rest = append(append(rest, p.metered...), p.native.bytes()...)
	sum := sha256.Sum256(rest)
	f, err := os.CreateTemp(c.dir, "load-entry-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(bytes.Join([][]byte{[]byte(cacheMagic), sum[:], rest}, nil))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), c.entry(key))
}

// wazeroVersion is of the module that is linked in.
func wazeroVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			if d.Path == "github.com/tetratelabs/wazero" {
				return d.Version
			}
		}
	}
	return "unknown"
}
