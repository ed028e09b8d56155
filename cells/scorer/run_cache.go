package scorer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// diskCache keeps native code. An entry is a file of ours:
//
//	magic, sha256 of the rest, key, name of wazero's file, newline, wazero's file
//
// The hash is checked before a byte is used, and the key inside tells an entry
// that was moved to another's name. wazero gets a private folder with the
// verified bytes only, so nothing that changes on disk after the check runs.
type diskCache struct{ dir string }

const (
	cacheMagic  = "wnb native code 1\n"
	staleFolder = time.Hour // a folder of a process that died
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

// cacheLoad is one use of the cache: a private folder for wazero.
type cacheLoad struct {
	cache *diskCache
	key   [sha256.Size]byte
	dir   string
	had   string // name of the file that was there to begin with
}

// load makes the folder and puts the verified entry there, if there is one. An
// entry that is damaged counts as absent and is replaced by keep.
func (c *diskCache) load(metered []byte) (*cacheLoad, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%s %d %s %s %s\n", cacheMagic, rewriterVersion, wazeroVersion(), runtime.GOARCH, runtime.GOOS)
	h.Write(metered)
	l := &cacheLoad{cache: c}
	h.Sum(l.key[:0])
	var err error
	if l.dir, err = os.MkdirTemp(c.dir, "load-"); err != nil {
		return nil, err
	}
	b, err := os.ReadFile(l.entry())
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err == nil {
		if name, code, ok := l.verify(b); ok {
			file := filepath.Join(l.dir, name)
			if err = os.MkdirAll(filepath.Dir(file), 0o700); err == nil {
				err = os.WriteFile(file, code, 0o600)
			}
			l.had = name
		}
	}
	if err != nil {
		l.discard()
		return nil, err
	}
	return l, nil
}

func (l *cacheLoad) entry() string {
	return filepath.Join(l.cache.dir, hex.EncodeToString(l.key[:]))
}

func (l *cacheLoad) verify(b []byte) (name string, code []byte, ok bool) {
	rest, ok := bytes.CutPrefix(b, []byte(cacheMagic))
	if !ok || len(rest) < 2*sha256.Size {
		return "", nil, false
	}
	sum, rest := rest[:sha256.Size], rest[sha256.Size:]
	if got := sha256.Sum256(rest); !bytes.Equal(sum, got[:]) || !bytes.Equal(l.key[:], rest[:sha256.Size]) {
		return "", nil, false
	}
	head, code, ok := bytes.Cut(rest[sha256.Size:], []byte{'\n'})
	if name = string(head); !filepath.IsLocal(name) {
		return "", nil, false
	}
	return name, code, ok
}

// keep stores what wazero compiled, if it did not use what was there.
func (l *cacheLoad) keep() error {
	return filepath.WalkDir(l.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(l.dir, path)
		if err != nil || name == l.had || strings.HasSuffix(name, ".tmp") {
			return err
		}
		code, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return l.store(name, code)
	})
}

func (l *cacheLoad) store(name string, code []byte) (err error) {
	rest := append(append([]byte(nil), l.key[:]...), name+"\n"...)
	rest = append(rest, code...)
	sum := sha256.Sum256(rest)
	f, err := os.CreateTemp(l.dir, "entry-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ignoreClosed(f.Close())) }()
	for _, b := range [][]byte{[]byte(cacheMagic), sum[:], rest} {
		if _, err := f.Write(b); err != nil {
			return err
		}
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), l.entry())
}

func ignoreClosed(err error) error {
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}

// discard removes the private folder. One that stays is removed by a later Open.
func (l *cacheLoad) discard() { _ = os.RemoveAll(l.dir) }

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
