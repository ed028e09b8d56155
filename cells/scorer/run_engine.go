package scorer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"sync"
)

// Config sets up an Engine. The zero value is usable.
type Config struct {
	// CacheDir keeps compiled code from one process to the next. Whoever can
	// write there can run code as this user: it is created with mode 0700 and
	// refused if others can write to it. Empty: no cache.
	CacheDir string
	// Instances that may be live at a time; 0 = GOMAXPROCS.
	Instances int
	// Reserve is how many bytes of address space the memories of all live
	// instances may reserve; 0 = 2 GiB.
	Reserve int64
	// Log gets what extensions log: bounded, control characters escaped. It may
	// be called from many goroutines. nil: logs are dropped.
	Log func(extension string, level int, msg string)
	// Interpreter runs guests in the interpreter, also where there is a compiler.
	Interpreter bool
	// Compiler compiles modules that may take long, apart from this process: see
	// ChildCompiler. It needs CacheDir. nil: this process compiles all, and refuses
	// a module that may take it more than about ten seconds.
	Compiler NativeCompiler
}

// Engine compiles modules and bounds what all of them use together.
type Engine struct {
	cfg       Config
	cache     *codeCache
	compiler  bool // there is one for this machine
	pool      *pool
	compiling chan struct{} // one token per compilation at work
	builds    sync.WaitGroup

	mu                  sync.Mutex
	native, interpreter *machine // nil until they are needed
	modules             map[*Module]bool
	closed              bool
}

// Open makes an engine.
func Open(cfg Config) (*Engine, error) {
	if cfg.Instances == 0 {
		cfg.Instances = runtime.GOMAXPROCS(0)
	}
	if cfg.Reserve == 0 {
		cfg.Reserve = 2 << 30
	}
	e := &Engine{
		cfg: cfg, compiler: hasCompiler(), pool: newPool(cfg.Instances, cfg.Reserve),
		compiling: make(chan struct{}, runtime.GOMAXPROCS(0)), modules: map[*Module]bool{},
	}
	if cfg.Compiler != nil && cfg.CacheDir == "" {
		return nil, errors.New("scorer: Config.Compiler needs Config.CacheDir")
	}
	if cfg.CacheDir != "" {
		var err error
		if e.cache, err = openCache(cfg.CacheDir); err != nil {
			return nil, fmt.Errorf("cache of compiled extensions: %w", err)
		}
	}
	return e, nil
}

// Close closes all modules, after the calls that are running in them.
func (e *Engine) Close() error {
	e.mu.Lock()
	e.closed = true
	all := make([]*Module, 0, len(e.modules))
	for m := range e.modules {
		all = append(all, m)
	}
	e.mu.Unlock()
	var errs []error
	for _, m := range all {
		errs = append(errs, m.Close())
	}
	e.builds.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, m := range []*machine{e.native, e.interpreter} {
		if m != nil {
			errs = append(errs, m.close())
		}
	}
	e.native, e.interpreter = nil, nil
	return errors.Join(errs...)
}

// Module is a compiled extension. It is safe for use by many goroutines.
type Module struct {
	engine   *Engine
	manifest *Manifest
	limits   Limits
	sum      [sha256.Size]byte
	wasm     []byte            // until it is compiled
	key      [sha256.Size]byte // in the cache
	prepared
	program *program
	active  sync.WaitGroup // calls
	closing sync.Once
	mu      sync.Mutex
	closed  bool
}

// Compile validates wasm, reads its manifest, meters and compiles it. The error
// is a *ValidationError for a module that is refused, and ErrDeadline for one
// that takes too long. Nothing of the module runs yet: see Install.
func (e *Engine) Compile(ctx context.Context, wasm []byte, lim Limits) (*Module, error) {
	lim = lim.withDefaults()
	if e.cfg.Compiler == nil {
		lim.CompileCost = min(lim.CompileCost, hereCost)
	}
	m := &Module{engine: e, limits: lim, sum: sha256.Sum256(wasm), wasm: wasm, key: cacheKey(wasm, &lim)}
	if err := m.prepare(); err != nil {
		return nil, err
	}
	var err error
	if m.program, err = e.build(ctx, m, e.cfg.Interpreter); err != nil {
		return nil, fmt.Errorf("extension %s: compile: %w", m.manifest.Name, err)
	}
	m.wasm, m.native = nil, native{}
	if own := m.manifest.Limits.FuelPerRow; own > 0 {
		m.limits.FuelPerRow = own // no more than the host's, see examine
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, errors.Join(ErrClosed, m.program.close())
	}
	e.modules[m] = true
	return m, nil
}

// prepare checks and meters the module, or finds what came of that before.
func (m *Module) prepare() error {
	if cache := m.engine.cache; cache != nil && !m.engine.cfg.Interpreter && m.engine.compiler {
		p, err := cache.get(m.key)
		if err != nil {
			return err
		}
		if p != nil {
			m.prepared = *p
			m.manifest, err = manifestOf(m.wasm)
			return err
		}
	}
	decoded, man, pages, err := examine(m.wasm, &m.limits)
	if err != nil {
		return err
	}
	m.manifest = man
	m.prepared = prepared{pages: pages, cost: decoded.cost, metered: decoded.metered(&m.limits, pages)}
	return nil
}

// Examine does what Compile does before it compiles: it validates wasm and reads
// its manifest. Nothing runs, and nothing is kept.
func Examine(wasm []byte, lim Limits) (*Manifest, error) {
	lim = lim.withDefaults()
	_, man, _, err := examine(wasm, &lim)
	return man, err
}

func examine(wasm []byte, lim *Limits) (*module, *Manifest, uint32, error) {
	decoded, err := decode(wasm, lim)
	if err != nil {
		return nil, nil, 0, err
	}
	man, err := decoded.readManifest()
	if err != nil {
		return nil, nil, 0, err
	}
	if err := decoded.checkABI(man); err != nil {
		return nil, nil, 0, err
	}
	if man.Limits.FuelPerRow > lim.FuelPerRow {
		return nil, nil, 0, &ValidationError{Section: "custom " + manifestSection, Func: -1, Offset: decoded.manAt, Msg: fmt.Sprintf("fuel_per_row is %d, the most is %d", man.Limits.FuelPerRow, lim.FuelPerRow)}
	}
	pages, err := decoded.memoryPages(man, lim)
	return decoded, man, pages, err
}

// Install is Compile and then SelfCheck: what to do with an extension that has
// not been seen before.
func (e *Engine) Install(ctx context.Context, wasm []byte, lim Limits) (*Module, error) {
	m, err := e.Compile(ctx, wasm, lim)
	if err != nil {
		return nil, err
	}
	if err := m.SelfCheck(ctx); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

// memoryPages gives the limit of the memory: the manifest's, if it has one.
func (m *module) memoryPages(man *Manifest, lim *Limits) (uint32, error) {
	mib := lim.MemoryMiB
	if man.Limits.MemoryMiB > 0 {
		mib = man.Limits.MemoryMiB
	}
	if mib > lim.MemoryMaxMiB {
		return 0, &ValidationError{Section: "custom " + manifestSection, Func: -1, Offset: m.manAt, Msg: fmt.Sprintf("memory_mib is %d, the most is %d", mib, lim.MemoryMaxMiB)}
	}
	pages := uint32(mib) * (1 << 20 / pageSize)
	if m.memMin > pages {
		return 0, &ValidationError{Section: "memory", Func: -1, Offset: m.memAt, Msg: fmt.Sprintf("memory starts with %d pages, the limit is %d (%d MiB)", m.memMin, pages, mib)}
	}
	return min(pages, m.memMax), nil
}

// Manifest describes the extension. Do not change it.
func (m *Module) Manifest() *Manifest { return m.manifest }

// SHA256 identifies the extension: it is of the bytes that Compile was given.
func (m *Module) SHA256() string { return hex.EncodeToString(m.sum[:]) }

// Engine names what runs the module: "compiler" or "interpreter".
func (m *Module) Engine() string { return m.program.name }

// Close frees the compiled code, after the calls that are running. Jobs of the
// module give ErrClosed from then on.
func (m *Module) Close() (err error) {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	m.closing.Do(func() { // others wait: the engine, for one, takes the memory away next
		m.active.Wait()
		m.engine.pool.drop(func(in *instance) bool { return in.job.mod == m })
		m.engine.mu.Lock()
		delete(m.engine.modules, m)
		m.engine.mu.Unlock()
		err = m.program.close()
	})
	return err
}

// enter notes a running call, so that Close waits for it.
func (m *Module) enter() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	m.active.Add(1)
	return nil
}
