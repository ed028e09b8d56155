package lang

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"go.starlark.net/starlark"
)

// Files holds the files that cells load(): each is evaluated once, frozen, and
// shared. It is safe for concurrent use.
type Files struct {
	fsys fs.FS
	env  starlark.StringDict // the builtins that files may use

	// loading is held while a cell loads a file and all that this one loads, so
	// that two cells cannot wait for each other's half of a circle.
	loading sync.Mutex
	mu      sync.Mutex
	loaded  map[string]*file
}

type file struct {
	program *Program
	exports starlark.StringDict
	err     error
	content [sha256.Size]byte // hash of the file, zero if it could not be read
}

// NewFiles loads from fsys, the project's folder. Files see env and nothing
// else: no cell, and a host of nil, so that a builtin with an effect refuses.
func NewFiles(fsys fs.FS, env starlark.StringDict) *Files {
	return &Files{fsys: fsys, env: env, loaded: map[string]*file{}}
}

// Program is the program of a loaded file, or nil.
func (f *Files) Program(name string) *Program {
	if l := f.get(name); l != nil {
		return l.program
	}
	return nil
}

func (f *Files) get(name string) *file {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.loaded[name]
}

// chainKey holds, on a thread, the files that are being loaded around it.
const chainKey = "wnb.loading"

// Load answers a load statement. It is an Options.Load.
func (f *Files) Load(thread *starlark.Thread, name string) (starlark.StringDict, error) {
	chain, _ := thread.Local(chainKey).([]string)
	if i := slices.Index(chain, name); i >= 0 {
		return nil, fmt.Errorf("files load each other in a circle: %s", strings.Join(append(chain[i:len(chain):len(chain)], name), " → "))
	}
	if len(chain) == 0 {
		f.loading.Lock()
		defer f.loading.Unlock()
	}
	if l := f.get(name); l != nil {
		return l.exports, l.err
	}
	ctx := Context(thread)
	l := f.read(ctx, name, append(chain[:len(chain):len(chain)], name))
	if ctx.Err() == nil {
		f.mu.Lock()
		f.loaded[name] = l
		f.mu.Unlock()
	}
	return l.exports, l.err
}

func (f *Files) read(ctx context.Context, name string, chain []string) *file {
	if err := checkPath(name); err != nil {
		return &file{err: err}
	}
	data, err := fs.ReadFile(f.fsys, name)
	if err != nil {
		return &file{err: fmt.Errorf("%w; the path is relative to the project's folder", unwrapPath(err))}
	}
	l := &file{content: sha256.Sum256(data)}
	if l.program, l.err = Compile(name, strings.TrimSuffix(string(data), "\n")); l.err == nil {
		l.exports, l.err = f.run(ctx, l.program, chain)
	}
	return l
}

// Changed tells whether a file that was loaded has another content now.
func (f *Files) Changed() bool {
	f.mu.Lock()
	loaded := maps.Clone(f.loaded)
	f.mu.Unlock()
	for name, l := range loaded {
		var now [sha256.Size]byte
		if data, err := fs.ReadFile(f.fsys, name); checkPath(name) == nil && err == nil {
			now = sha256.Sum256(data)
		}
		if now != l.content {
			return true
		}
	}
	return false
}

func (f *Files) run(ctx context.Context, p *Program, chain []string) (starlark.StringDict, error) {
	if err := p.CheckNames(f.env); err != nil {
		return nil, err
	}
	res, err := p.Run(ctx, f.env, Options{
		Load: func(thread *starlark.Thread, name string) (starlark.StringDict, error) {
			thread.SetLocal(chainKey, chain)
			return f.Load(thread, name)
		},
		Lookup: f.Program,
	})
	if err != nil {
		return nil, err
	}
	return res.Exports, nil
}

// CheckNames reports the first name that neither Starlark nor env has.
func (p *Program) CheckNames(env starlark.StringDict) error {
	for _, r := range p.reads {
		if env.Has(r.Name) || starlark.Universe.Has(r.Name) {
			continue
		}
		known := append(env.Keys(), starlark.Universe.Keys()...)
		hint := ""
		if s := Suggest(r.Name, known); s != "" {
			hint = fmt.Sprintf("did you mean `%s`?", s)
		}
		return p.ErrorAt(KindName, r.Line, r.Col, fmt.Sprintf("`%s` is not defined", r.Name), hint)
	}
	return nil
}

func checkPath(name string) error {
	switch {
	case !fs.ValidPath(name) || name == ".":
		return errors.New("write a path inside the project, such as lib/text.star")
	case path.Ext(name) != ".star":
		return errors.New("only .star files can be loaded")
	}
	return nil
}

// unwrapPath drops the operation and the path, which the message has already.
func unwrapPath(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
