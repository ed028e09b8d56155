package scorer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/wnb-dev/wnb/cells/scorer/confine"
)

// native is what wazero's compiler made of a module: a file for its cache.
type native struct {
	name string // of the file, below the folder of the cache
	code []byte
}

// bytes is name, newline, code.
func (n native) bytes() []byte { return append([]byte(n.name+"\n"), n.code...) }

func parseNative(b []byte) (native, error) {
	name, code, ok := bytes.Cut(b, []byte{'\n'})
	if !ok || !filepath.IsLocal(string(name)) {
		return native{}, errors.New("native code without the name of its file")
	}
	return native{string(name), code}, nil
}

// compileNative compiles in a private folder, which is empty and removed in the end.
func compileNative(metered []byte, dir string, workers int) (n native, err error) {
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	cache, err := wazero.NewCompilationCacheWithDir(dir)
	if err != nil {
		return n, err
	}
	ctx := experimental.WithCompilationWorkers(context.Background(), workers)
	cfg := wazero.NewRuntimeConfigCompiler().WithCoreFeatures(api.CoreFeaturesV2).WithDebugInfoEnabled(false)
	r := wazero.NewRuntimeWithConfig(ctx, cfg.WithCompilationCache(cache))
	defer func() { err = errors.Join(err, r.Close(ctx), cache.Close(ctx)) }()
	if _, err := r.CompileModule(ctx, metered); err != nil {
		return n, err
	}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".tmp") {
			return err
		}
		if n.name, err = filepath.Rel(dir, path); err != nil {
			return err
		}
		n.code, err = os.ReadFile(path)
		return err
	})
	if err == nil && n.name == "" {
		err = errors.New("the compiler left no native code")
	}
	return n, err
}

// A NativeCompiler compiles a metered module in another process: wazero's compiler
// cannot be stopped, and memory that it asks for in vain ends the process. What
// it gives is run, so it must be what [ServeCompiler] of the same executable wrote.
type NativeCompiler func(ctx context.Context, metered []byte) ([]byte, error)

const (
	compilerMagic  = "wnb compiled 1\n"
	compilerOutput = 512 << 20 // bytes of native code
	compilerMemory = 1 << 30
)

// ChildCompiler compiles in a child process, which it kills when the context ends
// or when it takes more than memory bytes; 0 = 1 GiB. The command is this
// executable with arguments that make it call [ServeCompiler].
func ChildCompiler(memory int64, command ...string) NativeCompiler {
	if memory == 0 {
		memory = compilerMemory
	}
	return func(ctx context.Context, metered []byte) ([]byte, error) {
		dir, err := os.MkdirTemp("", "wnb-compile-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		res, err := confine.Run(ctx, confine.Command{
			Args: command, Dir: dir, Env: []string{"TMPDIR=" + dir, "GOMEMLIMIT=" + fmt.Sprint(memory/10*9)},
			Stdin: bytes.NewReader(metered), Read: []string{command[0]}, Memory: memory, Output: compilerOutput,
		})
		switch {
		case errors.Is(err, confine.ErrMemory):
			return nil, fmt.Errorf("%w: the compiler took more than %d MiB", ErrTooCostly, memory>>20)
		case err != nil:
			return nil, err
		case res.Code != 0:
			return nil, fmt.Errorf("the compiler's process ended with code %d: %.500s", res.Code, bytes.TrimSpace(res.Stderr))
		}
		rest, ok := bytes.CutPrefix(res.Stdout, []byte(compilerMagic))
		if !ok || len(rest) < sha256.Size {
			return nil, errors.New("the compiler's process gave no native code")
		}
		code := rest[sha256.Size:]
		if sum := sha256.Sum256(code); !bytes.Equal(sum[:], rest[:sha256.Size]) {
			return nil, errors.New("the compiler's process gave native code that is not complete")
		}
		return code, nil
	}
}

// ServeCompiler is the other side of [ChildCompiler]: it compiles the metered
// module that it reads from in, and writes native code to out.
func ServeCompiler(in io.Reader, out io.Writer) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the compiler panicked: %v\n%s", v, debug.Stack())
		}
	}()
	metered, err := io.ReadAll(io.LimitReader(in, math.MaxInt32))
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "wnb-compile-")
	if err != nil {
		return err
	}
	n, err := compileNative(metered, dir, runtime.GOMAXPROCS(0))
	if err != nil {
		return err
	}
	b := n.bytes()
	sum := sha256.Sum256(b)
	for _, part := range [][]byte{[]byte(compilerMagic), sum[:], b} {
		if _, err := out.Write(part); err != nil {
			return err
		}
	}
	return nil
}
