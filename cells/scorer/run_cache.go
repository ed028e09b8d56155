package scorer

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"runtime"
	"runtime/debug"

	"golang.org/x/sys/cpu"

	"github.com/wnb-dev/wnb/cells/scorer/diskcache"
)

// codeCache keeps what became of modules: their metered form and its native code.
// An entry is
//
//	pages, cost, length of the metered module (8 bytes each), metered module, name
//	of wazero's file, newline, wazero's file
//
// The key is a hash of the module, of the limits that it was checked against, and
// of the processor and the versions of all that had a hand in it, so that what
// passed the checks once need not pass them again. wazero gets verified bytes only, in a folder that
// is private to this process, so nothing that changes in the cache after the check
// runs.
type codeCache struct{ *diskcache.Folder }

// prepared is a module that passed the checks.
type prepared struct {
	pages   uint32 // limit of its memory
	cost    int64  // of compiling it, as estimated
	metered []byte
	native  native // no name: not compiled yet
}

const (
	cacheMagic = "wnb native code 4\n"
	cacheLimit = 1 << 30 // bytes; a Go module takes 9 MB
	cacheHead  = 3 * 8   // bytes of numbers
)

func openCache(dir string) (*codeCache, error) {
	folder, err := diskcache.Open(dir, cacheMagic, cacheLimit)
	if err != nil {
		return nil, err
	}
	return &codeCache{folder}, nil
}

// cacheKey identifies what became of a module.
func cacheKey(wasm []byte, lim *Limits) (key [sha256.Size]byte) {
	h := sha256.New()
	fmt.Fprintf(h, "%s %d %s %s %s %+v %+v %+v\n", cacheMagic, rewriterVersion, wazeroVersion(), runtime.GOARCH, runtime.GOOS, cpu.X86, cpu.ARM64, *lim)
	h.Write(wasm)
	h.Sum(key[:0])
	return key
}

// get gives an entry; nil if there is none that is whole.
func (c *codeCache) get(key [sha256.Size]byte) (*prepared, error) {
	b, ok, err := c.Get(key)
	if err != nil || !ok || len(b) < cacheHead {
		return nil, err
	}
	p := &prepared{pages: binary.LittleEndian.Uint32(b), cost: int64(binary.LittleEndian.Uint64(b[8:]))}
	size := binary.LittleEndian.Uint64(b[16:])
	if b = b[cacheHead:]; size > uint64(len(b)) {
		return nil, nil
	}
	p.metered = b[:size:size]
	if p.native, err = parseNative(b[size:]); err != nil {
		return nil, nil
	}
	return p, nil
}

func (c *codeCache) put(key [sha256.Size]byte, p *prepared) error {
	var b []byte
	for _, v := range []uint64{uint64(p.pages), uint64(p.cost), uint64(len(p.metered))} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return c.Put(key, append(append(b, p.metered...), p.native.bytes()...))
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
