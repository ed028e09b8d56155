package main

import (
	"path/filepath"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/scorer"
	"github.com/wnb-dev/wnb/cells/scorer/toolchain"
)

// extensions are what runs and compiles scoring extensions. What was compiled
// is kept in the store's folder.
func (s *state) extensions(store string) (*builtin.Extensions, *toolchain.Options, error) {
	dir := filepath.Join(store, "extensions")
	modules, err := toolchain.OpenDir(filepath.Join(dir, "modules"))
	if err != nil {
		return nil, nil, err
	}
	run := builtin.NewExtensions(scorer.Config{CacheDir: filepath.Join(dir, "native"), Compiler: nativeCompiler()})
	return run, &toolchain.Options{Modules: modules, NodeModules: s.nodeModules(filepath.Dir(store))}, nil
}
