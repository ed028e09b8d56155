package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"strings"
	"testing"
)

const module = "github.com/wnb-dev/wnb/"

// allowed says which of our packages each package may import: itself, and what
// matches one of the patterns. Imports go one way, from cmd down to libraries
// that know nothing of ours.
var allowed = map[string][]string{
	"notebooks":         {},
	"notebooks/export":  {"notebooks"},
	"storage":           {},
	"cells":             {},
	"cells/lang":        {},
	"cells/frame":       {},
	"cells/train":       {},
	"cells/plot":        {},
	"cells/scorer":      {"cells/scorer/confine", "cells/scorer/diskcache"},
	"cells/samples":     {"cells/frame"},
	"cells/value":       {"cells", "cells/lang"},
	"cells/builtin":     {"cells", "cells/*"},
	"kernel":            {"cells", "cells/lang", "cells/builtin", "cells/scorer", "cells/scorer/toolchain", "cells/value", "kernel/cache", "notebooks"},
	"kernel/lockfile":   {"cells", "kernel", "notebooks"},
	"kernel/cache":      {"cells", "cells/value"},
	"kernel/infer":      {"cells/builtin", "cells/frame", "cells/lang"},
	"kernel/check":      {"cells/builtin", "cells/lang", "kernel", "kernel/infer", "notebooks"},
	"kernel/graphview":  {"kernel", "notebooks"},
	"kernel/host":       {"kernel/protocol"},
	"kernel/protocol":   {},
	"kernel/session":    {"cells", "cells/lang", "cells/builtin", "cells/scorer/toolchain", "kernel", "kernel/cache", "kernel/protocol", "notebooks"},
	"kernel/zeromq":     {"kernel/protocol"},
	"kernel/runlog":     {"cells", "cells/lang", "cells/value", "kernel", "kernel/cache", "notebooks", "storage"},
	"frontend/checks":   {"kernel/check", "notebooks"},
	"frontend/contents": {"notebooks"},
	"frontend/server":   {"frontend/contents", "frontend/live", "kernel/protocol", "notebooks"},
	"frontend/live":     {"frontend/journal", "kernel/protocol", "notebooks"},
	"frontend/journal":  {},
	"frontend/keep":     {"frontend/journal", "kernel", "kernel/runlog", "storage"},
	"frontend/table":    {"cells/frame"},
	"frontend/watch":    {},
	"frontend/dist":     {},
	"frontend/page":     {"frontend/live", "kernel/protocol", "notebooks"},
	"frontend/report":   {"cells/plot", "kernel/runlog", "notebooks", "notebooks/export", "storage"},
	"cmd/wnb":           {"cells", "cells/*", "cells/scorer/*", "kernel", "kernel/*", "notebooks", "notebooks/*", "storage", "frontend/*"},

	"cells/scorer/confine":   {},
	"cells/scorer/diskcache": {},
	"cells/scorer/measure":   {"cells/scorer"},
	"cells/scorer/samples":   {"cells/scorer", "cells/scorer/measure", "cells/scorer/toolchain"},
	"cells/scorer/toolchain": {"cells/scorer", "cells/scorer/confine", "cells/scorer/diskcache"},
}

func TestImportsGoOneWay(t *testing.T) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := map[string]bool{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module)
		seen[name] = true
		patterns, known := allowed[name]
		if !known {
			t.Errorf("package %s has no rule in this test: say what it may import", name)
		}
		for _, i := range p.Imports {
			if ours, ok := strings.CutPrefix(i, module); ok && !matches(patterns, ours) {
				t.Errorf("%s must not import %s", name, ours)
			}
		}
	}
	for name := range allowed {
		if !seen[name] {
			t.Errorf("there is a rule for %s, and no such package", name)
		}
	}
}

func matches(patterns []string, name string) bool {
	for _, p := range patterns {
		if ok, err := path.Match(p, name); ok && err == nil {
			return true
		}
	}
	return false
}

// modernc.org/sqlite works with exactly the libc that it was made for.
func TestLibcIsTheOneThatSQLitePins(t *testing.T) {
	version := func(args ...string) string {
		out, err := exec.Command("go", args...).Output()
		if err != nil {
			t.Fatalf("go %s: %v", strings.Join(args, " "), err)
		}
		return strings.TrimSpace(string(out))
	}
	ours := version("list", "-m", "-f", "{{.Version}}", "modernc.org/libc")
	gomod := version("list", "-m", "-f", "{{.GoMod}}", "modernc.org/sqlite")
	var mod struct {
		Require []struct{ Path, Version string }
	}
	if err := json.Unmarshal([]byte(version("mod", "edit", "-json", gomod)), &mod); err != nil {
		t.Fatal(err)
	}
	for _, r := range mod.Require {
		if r.Path == "modernc.org/libc" && r.Version != ours {
			t.Errorf("go.mod has libc %s, and SQLite wants %s", ours, r.Version)
		}
	}
}
