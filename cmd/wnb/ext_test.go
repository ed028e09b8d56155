package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestExtScripts runs wnb ext with the toolchains that the machine has. The
// condition [toolchain:LANG] is true for those.
func TestExtScripts(t *testing.T) {
	modules, err := filepath.Abs(filepath.Join("..", "..", "cells", "scorer", "testdata", "assemblyscript", "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	goCache := ""
	if out, err := exec.Command("go", "env", "GOCACHE").Output(); err == nil {
		goCache = strings.TrimSpace(string(out))
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "ext"),
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, ".cache"))
			e.Setenv("GOCACHE", goCache) // compiling Go's library takes long
			e.Setenv("WNB_NODE_MODULES", modules)
			e.Setenv("WNB_BIN", filepath.SplitList(e.Getenv("PATH"))[0])
			return nil
		},
		Condition: func(cond string) (bool, error) {
			lang, ok := strings.CutPrefix(cond, "toolchain:")
			if !ok {
				return false, fmt.Errorf("unknown condition %q", cond)
			}
			return hasToolchain(lang, modules), nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"exits": exits},
	})
}

// hasToolchain looks for what CI installs.
func hasToolchain(lang, nodeModules string) bool {
	programs := map[string][]string{"go": {"go"}, "c": {"clang", "wasm-ld"}, "rust": {"rustc"}, "assemblyscript": {"node"}, "wat": {"wat2wasm"}}[lang]
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			return false
		}
	}
	folder := "."
	switch lang {
	case "rust":
		folder = "/usr/lib/rustlib/wasm32-unknown-unknown"
	case "assemblyscript":
		folder = filepath.Join(nodeModules, "assemblyscript")
	}
	_, err := os.Stat(folder)
	return err == nil && programs != nil
}
