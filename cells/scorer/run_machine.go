package scorer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// machine is wazero with what the host offers to guests. All modules of an engine
// share it; what one may use is in its metered form.
type machine struct {
	name    string // "compiler" or "interpreter"
	runtime wazero.Runtime
	cache   wazero.CompilationCache // nil: none
	dir     string                  // that cache reads native code from
	loading sync.Mutex              // of what is in dir
}

// program is a module compiled for a machine.
type program struct {
	*machine
	code  wazero.CompiledModule
	calls []string // functions of the ABI that it exports and that are called
}

func newProgram(m *machine, code wazero.CompiledModule) *program {
	p := &program{machine: m, code: code}
	exported := code.ExportedFunctions()
	for name := range abiExports {
		if exported[name] != nil && name != exportMarker {
			p.calls = append(p.calls, name)
		}
	}
	return p
}

func (p *program) close() error { return p.code.Close(context.Background()) }

// newMachine starts wazero. With a folder, it looks for native code there.
func newMachine(interpret bool, dir string) (m *machine, err error) {
	ctx := context.Background()
	m = &machine{name: "compiler", dir: dir}
	cfg := wazero.NewRuntimeConfig()
	if interpret {
		m.name, m.dir, cfg = "interpreter", "", wazero.NewRuntimeConfigInterpreter()
	}
	cfg = cfg.WithCoreFeatures(api.CoreFeaturesV2).WithDebugInfoEnabled(false)
	if m.dir != "" {
		if m.cache, err = wazero.NewCompilationCacheWithDir(m.dir); err != nil {
			return nil, err
		}
		cfg = cfg.WithCompilationCache(m.cache)
	}
	m.runtime = wazero.NewRuntimeWithConfig(ctx, cfg)
	if err := m.addHost(ctx); err != nil {
		return nil, errors.Join(err, m.close())
	}
	return m, nil
}

func (m *machine) close() error {
	err := m.runtime.Close(context.Background())
	if m.cache != nil {
		err = errors.Join(err, m.cache.Close(context.Background()))
	}
	if m.dir != "" {
		err = errors.Join(err, os.RemoveAll(m.dir))
	}
	return err
}

// compile makes a program of a metered module.
func (m *machine) compile(metered []byte) (*program, error) {
	code, err := m.runtime.CompileModule(context.Background(), metered)
	if err != nil {
		return nil, err
	}
	return newProgram(m, code), nil
}

// load makes a program of a metered module and its native code, which is on disk
// while it is read. The folder may be gone if it was not used for long. One at a
// time: modules that differ in their manifests only have the same file.
func (m *machine) load(metered []byte, n native) (p *program, err error) {
	m.loading.Lock()
	defer m.loading.Unlock()
	file := filepath.Join(m.dir, n.name)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(file, n.code, 0o600); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, ignoreMissing(os.Remove(file))) }()
	return m.compile(metered)
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// addHost instantiates the host modules.
func (m *machine) addHost(ctx context.Context) error {
	names := map[string]string{"wnb." + refuelName: "l>l"}
	for name, sig := range allowedImports {
		names[name] = sig
	}
	builders := map[string]wazero.HostModuleBuilder{}
	for name, sig := range names {
		mod, fn, _ := strings.Cut(name, ".")
		if builders[mod] == nil {
			builders[mod] = m.runtime.NewHostModuleBuilder(mod)
		}
		host := hostFuncs[name]
		if fn != refuelName {
			host = host.timed()
		}
		in, out := signature(sig)
		builders[mod].NewFunctionBuilder().WithGoModuleFunction(host.guarded(), apiTypes(in), apiTypes(out)).Export(fn)
	}
	for mod, b := range builders {
		if _, err := b.Instantiate(ctx); err != nil {
			return fmt.Errorf("host module %s: %w", mod, err)
		}
	}
	return nil
}

func apiTypes(types []valType) []api.ValueType {
	out := make([]api.ValueType, len(types))
	for i, t := range types {
		out[i] = api.ValueType(t)
	}
	return out
}

// hasCompiler is false where wazero has none for this machine: it panics then.
func hasCompiler() (ok bool) {
	defer func() { ok = recover() == nil }()
	r := wazero.NewRuntimeWithConfig(context.Background(), wazero.NewRuntimeConfigCompiler())
	return r.Close(context.Background()) == nil
}
