package scorer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const serveArgument = "serve-compiler"

// TestMain is also what a child of these tests starts with.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == serveArgument {
		if err := ServeCompiler(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// costly is a module of so many functions that take long to compile.
func costly(functions int) []byte {
	a := newAsm()
	for range functions {
		a.fn("", "iiiii>d", strings.Repeat("i", 990), spreadBody(1300))
	}
	addMetric(a, "", "f64.const 3")
	return a.bytes()
}

func childEngine(t *testing.T, memory int64) (e *Engine, calls *int) {
	t.Helper()
	if !hasCompiler() {
		t.Skip("no compiler for this machine")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	calls = new(int)
	child := ChildCompiler(memory, exe, serveArgument)
	return openTest(t, Config{CacheDir: filepath.Join(t.TempDir(), "cache"), Compiler: func(ctx context.Context, metered []byte) ([]byte, error) {
		*calls++
		return child(ctx, metered)
	}}), calls
}

func TestCostlyModulesAreCompiledByAChild(t *testing.T) {
	e, calls := childEngine(t, 0)
	for range 2 { // the second time from the cache
		m := compileTest(t, e, costly(1), Limits{CompileTime: time.Minute})
		if v, err := metricTest(t, m, nil).Score(context.Background(), []float64{1}, []float64{1}); v != 3 || err != nil {
			t.Errorf("%v, %v", v, err)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
	compileTest(t, e, meanError().bytes(), Limits{})
	if *calls != 1 {
		t.Errorf("%d modules went to the child, want 1", *calls)
	}
}

// A module that only a child may compile is refused where there is none.
func TestTooCostlyWithoutAChild(t *testing.T) {
	_, err := openTest(t, Config{}).Compile(context.Background(), costly(18), Limits{})
	if kindOf(err) != "validation" || !strings.Contains(err.Error(), "limit 18000000") {
		t.Error(err)
	}
	if err := Validate(costly(18), Limits{}); err != nil {
		t.Errorf("with a child it is not: %v", err)
	}
}

// The child is killed at the deadline.
func TestTheChildEndsAtTheDeadline(t *testing.T) {
	e, _ := childEngine(t, 0)
	start := time.Now()
	_, err := e.Compile(context.Background(), costly(30), Limits{CompileTime: 300 * time.Millisecond})
	if !errors.Is(err, ErrDeadline) || !strings.Contains(err.Error(), "took more than 300ms") {
		t.Error(err)
	}
	e.builds.Wait()
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("the child was there for %v", d)
	}
}

func TestTheChildHasAMemoryLimit(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector alone takes more than any limit")
	}
	e, _ := childEngine(t, 160<<20)
	_, err := e.Compile(context.Background(), costly(4), Limits{CompileTime: time.Minute})
	if !errors.Is(err, ErrTooCostly) {
		t.Error(err)
	}
}

func TestTheChildFails(t *testing.T) {
	for _, tc := range []struct{ name, out, says string }{
		{"an error", "", "broke"},
		{"not native code", compilerMagic + strings.Repeat("x", 40), "not complete"},
		{"nothing", "hello", "gave no native code"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			script := fmt.Sprintf("printf '%s'", tc.out)
			if tc.out == "" {
				script = "echo broke >&2; exit 3"
			}
			_, err := ChildCompiler(0, "/bin/sh", "-c", script)(context.Background(), nil)
			if err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%v, want %q", err, tc.says)
			}
		})
	}
}

func TestServeCompilerRefusesWhatIsNoModule(t *testing.T) {
	var out bytes.Buffer
	if err := ServeCompiler(strings.NewReader("\x00asm"), &out); err == nil || out.Len() > 0 {
		t.Errorf("%v, %d bytes", err, out.Len())
	}
}

func TestACompilerNeedsACache(t *testing.T) {
	if _, err := Open(Config{Compiler: ChildCompiler(0, "none")}); err == nil {
		t.Error("no error")
	}
}
