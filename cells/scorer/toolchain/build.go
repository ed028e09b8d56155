package toolchain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wnb-dev/wnb/cells/scorer"
)

// Options say with what, and within which bounds, an extension is built. The
// zero value is usable.
type Options struct {
	// Modules keeps compiled modules by the hash of their source; nil: none are kept.
	Modules Modules
	// Path lists the folders with toolchains, as the variable PATH does; empty:
	// the one of this process.
	Path string
	// NodeModules are folders with the npm package assemblyscript, which is
	// otherwise found through the program asc.
	NodeModules []string
	// GoCache is where Go keeps its compiled library; empty: where the user's Go
	// keeps it. The first build fills it, which takes a while.
	GoCache string
	Timeout time.Duration // 0 = 2 minutes
	Memory  int64         // bytes, of all processes of the toolchain together; 0 = 2 GiB
	Limits  scorer.Limits // that the module must be within
}

const (
	defaultTimeout = 2 * time.Minute
	defaultMemory  = 2 << 30
)

// Module is a built extension.
type Module struct {
	Wasm     []byte // with its manifest
	Manifest *scorer.Manifest
	Key      string // hash of the source, see [Modules]
	Stored   bool   // it was found by its key, and not compiled now
	Exposed  bool   // this system could not keep the compiler from the network and other files
}

// Build makes a module out of a source. The error is a *SourceError for a source
// that does not compile, wraps ErrMissing where the toolchain is not installed,
// scorer.ErrDeadline or ErrMemory for a compiler over its limits, and is a
// *scorer.ValidationError for a module that the host would refuse.
func Build(ctx context.Context, src Source, opts Options) (*Module, error) {
	l := languageOf(src.Lang)
	if l == nil {
		return nil, fmt.Errorf("extension %s: language %q; it must be %s", src.Name, src.Lang, LangList())
	}
	m, err := build(ctx, l, &src, &opts)
	if err != nil {
		return nil, fmt.Errorf("extension %s: %w", src.Name, err)
	}
	return m, nil
}

func build(ctx context.Context, l language, src *Source, opts *Options) (*Module, error) {
	text, err := src.canonical()
	if err != nil {
		return nil, err
	}
	f, err := src.pick(l, text)
	if err != nil {
		return nil, err
	}
	man, err := src.manifest(f, text)
	if err != nil {
		return nil, err
	}
	key, err := src.key(text, man)
	if err != nil {
		return nil, err
	}
	if m, err := stored(ctx, key, man, opts); m != nil || err != nil {
		return m, err
	}
	j := &job{src: src, text: text, form: f, man: man, opts: opts}
	wasm, version, err := compile(ctx, l, j)
	if err != nil {
		return nil, err
	}
	man.Toolchain = version
	m, err := pack(wasm, man, opts)
	if err != nil {
		return nil, err
	}
	m.Key, m.Exposed = key, j.exposed
	if opts.Modules != nil {
		if err := opts.Modules.Put(ctx, key, m.Wasm); err != nil {
			return nil, fmt.Errorf("keep the compiled module: %w", err)
		}
	}
	return m, nil
}

// stored gives a module that was compiled before, with the manifest that it has
// now; nil if there is none.
func stored(ctx context.Context, key string, man *scorer.Manifest, opts *Options) (*Module, error) {
	if opts.Modules == nil {
		return nil, nil
	}
	wasm, ok, err := opts.Modules.Get(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("look up the compiled module: %w", err)
	}
	if !ok {
		return nil, nil
	}
	old, err := scorer.ReadManifest(wasm)
	if err != nil {
		return nil, fmt.Errorf("compiled module that was kept: %w", err)
	}
	man.Toolchain = old.Toolchain
	m, err := pack(wasm, man, opts)
	if err != nil {
		return nil, err
	}
	m.Key, m.Stored = key, true
	return m, nil
}

func pack(wasm []byte, man *scorer.Manifest, opts *Options) (*Module, error) {
	text, err := json.Marshal(man)
	if err != nil {
		return nil, err
	}
	if wasm, err = scorer.Pack(wasm, text); err != nil {
		return nil, err
	}
	if man, err = scorer.Examine(wasm, opts.Limits); err != nil {
		return nil, err
	}
	return &Module{Wasm: wasm, Manifest: man}, nil
}

// compile runs the toolchain in an empty folder under time and memory limits.
func compile(ctx context.Context, l language, j *job) (wasm []byte, version string, err error) {
	limit := j.opts.Timeout
	if limit == 0 {
		limit = defaultTimeout
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("compiling: %w: it took more than %v", scorer.ErrDeadline, limit))
	defer cancel()
	clearAway(os.TempDir(), time.Now().Add(-limit-time.Hour))
	if j.dir, err = os.MkdirTemp("", buildFolder); err != nil {
		return nil, "", temporary(err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(j.dir)) }()
	wasm, version, err = l.compile(ctx, j)
	return wasm, version, temporary(err)
}

const buildFolder = "wnb-ext-" // and a number: what compiles happens in such a folder

// clearAway removes the folders of processes that were killed while they compiled:
// those that nothing has changed since a time. What cannot be removed stays.
func clearAway(dir string, since time.Time) {
	all, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range all {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), buildFolder) {
			continue
		}
		if info, err := e.Info(); err == nil && info.ModTime().Before(since) {
			_ = os.RemoveAll(filepath.Join(dir, e.Name()))
		}
	}
}

// temporary says of a failure of the file system where it is and what to do, in
// place of the path of a file that is gone by then.
func temporary(err error) error {
	var failed *fs.PathError
	if !errors.As(err, &failed) || !strings.HasPrefix(failed.Path, os.TempDir()) {
		return err
	}
	return fmt.Errorf("compiling needs space for temporary files in %s: %w; set TMPDIR to a folder that has it", os.TempDir(), failed.Err)
}
