package samples

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/wnb-dev/wnb/cells/scorer"
	"github.com/wnb-dev/wnb/cells/scorer/toolchain"
)

// options find AssemblyScript where `npm ci` in testdata puts it.
func options(t testing.TB) toolchain.Options {
	t.Helper()
	modules, err := filepath.Abs(filepath.Join("..", "testdata", "assemblyscript", "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	return toolchain.Options{NodeModules: []string{modules, os.Getenv("WNB_NODE_MODULES")}}
}

func buildSample(t testing.TB, name string, lang toolchain.Lang) *toolchain.Module {
	t.Helper()
	src, err := Sample(name, lang)
	if err != nil {
		t.Fatal(err)
	}
	m, err := toolchain.Build(context.Background(), src, options(t))
	if errors.Is(err, toolchain.ErrMissing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestSamples(t *testing.T) {
	engine, err := scorer.Open(scorer.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	for _, name := range Names() {
		for _, lang := range Langs(name) {
			t.Run(fmt.Sprintf("%s in %s", name, lang), func(t *testing.T) {
				m := buildSample(t, name, lang)
				t.Logf("%d bytes, %s", len(m.Wasm), m.Manifest.Toolchain)
				mod, err := engine.Install(context.Background(), m.Wasm, scorer.Limits{})
				if err != nil {
					t.Fatal(err)
				}
				if err := mod.Close(); err != nil {
					t.Error(err)
				}
			})
		}
	}
}
