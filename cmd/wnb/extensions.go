package main

import (
	"fmt"
	"path/filepath"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/scorer"
	"github.com/wnb-dev/wnb/cells/scorer/diskcache"
	"github.com/wnb-dev/wnb/cells/scorer/toolchain"
	"github.com/wnb-dev/wnb/storage"
)

// extensions are what runs and compiles scoring extensions. What was compiled
// is kept in the store's folder.
func (s *state) extensions(store string) (*builtin.Extensions, *toolchain.Options, error) {
	dir := extensionFolders(store)
	modules, err := toolchain.OpenDir(dir[0])
	if err != nil {
		return nil, nil, err
	}
	run := builtin.NewExtensions(scorer.Config{CacheDir: dir[1], Compiler: nativeCompiler()})
	return run, &toolchain.Options{Modules: modules, NodeModules: s.nodeModules(filepath.Dir(store))}, nil
}

// extensionFolders are those of modules and of native code.
func extensionFolders(store string) [2]string {
	return [2]string{filepath.Join(store, "extensions", "modules"), filepath.Join(store, "extensions", "native")}
}

// extensionUsage is what compiled extensions take in a store.
func extensionUsage(store string) (all storage.Tally, err error) {
	for _, dir := range extensionFolders(store) {
		count, size, err := diskcache.Usage(dir)
		if err != nil {
			return all, fmt.Errorf("look at compiled extensions: %w", err)
		}
		all.Count += count
		all.Bytes += size
	}
	return all, nil
}
