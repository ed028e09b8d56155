package scorer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Bounds on memory and time are asserted in a child process: this test binary
// again, with the name of a case in the environment.

const childEnv = "WNB_SCORER_CASE"

// report is what a child says of one case.
type report struct {
	Err      string // text of the error
	Kind     string // which of our errors it was
	Score    float64
	Fuel     int64
	WallMs   int64
	GrownMiB int64 // peak of resident memory over that before the case
}

// kindOf names the error that err wraps.
func kindOf(err error) string {
	var (
		v    *ValidationError
		trap *TrapError
		abi  *ABIError
		init *InitError
		exit *ExitError
		ext  *ExtError
		self *SelfCheckError
	)
	prefix := ""
	if errors.As(err, &init) {
		prefix = "init "
	}
	switch {
	case err == nil:
		return ""
	case errors.As(err, &v):
		return prefix + "validation"
	case errors.Is(err, ErrFuel):
		return prefix + "fuel"
	case errors.Is(err, ErrDeadline):
		return prefix + "deadline"
	case errors.Is(err, ErrStack):
		return prefix + "stack"
	case errors.Is(err, ErrMemory):
		return prefix + "memory"
	case errors.Is(err, ErrUndefined):
		return prefix + "undefined"
	case errors.As(err, &trap):
		return prefix + "trap"
	case errors.As(err, &abi):
		return prefix + "abi"
	case errors.Is(err, ErrRange):
		return prefix + "range"
	case errors.As(err, &exit):
		return prefix + "exit"
	case errors.As(err, &ext):
		return prefix + "ext"
	case errors.As(err, &self):
		return prefix + "selfcheck"
	}
	return "other"
}

// scoreOnce compiles wasm and scores one row.
func scoreOnce(e *Engine, wasm []byte, lim Limits) (r report) {
	var err error
	start := time.Now()
	defer func() {
		r.WallMs = time.Since(start).Milliseconds()
		r.Kind = kindOf(err)
		if err != nil {
			r.Err = err.Error()
		}
		var call *CallError
		if errors.As(err, &call) {
			r.Fuel = call.Fuel
		}
	}()
	m, err := e.Compile(context.Background(), wasm, lim)
	if err != nil {
		return r
	}
	defer m.Close()
	j, err := m.NewMetric(nil)
	if err != nil {
		return r
	}
	r.Score, err = j.Score(context.Background(), []float64{1}, []float64{0.5})
	r.Fuel = j.Fuel()
	return r
}

// memoryKB reads a line such as VmHWM of /proc/self/status.
func memoryKB(key string) int64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(b), "\n") {
		if f := strings.Fields(line); len(f) > 1 && f[0] == key+":" {
			n, err := strconv.ParseInt(f[1], 10, 64)
			if err == nil {
				return n
			}
		}
	}
	return 0
}

// TestChild is the child's side.
func TestChild(t *testing.T) {
	name := os.Getenv(childEnv)
	if name == "" {
		t.Skip("runs only as the child of another test")
	}
	e := openTest(t, Config{})
	scoreOnce(e, meanError().bytes(), Limits{}) // what every process needs once
	for _, h := range hostiles {
		if h.name != name {
			continue
		}
		wasm := h.wasm()
		before := memoryKB("VmRSS")
		if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
			before = memoryKB("VmHWM")
		}
		r := scoreOnce(e, wasm, h.limits)
		r.GrownMiB = (memoryKB("VmHWM") - before) / 1024
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		os.Stdout.WriteString("\nreport " + string(b) + "\n")
	}
}

// inChild runs a case in a child process, which must survive it.
func inChild(t *testing.T, name string) report {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$", "-test.timeout=60s")
	cmd.Env = append(os.Environ(), childEnv+"="+name)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the process died: %v\n%.2000s", err, out)
	}
	for _, line := range bytes.Split(out, []byte("\n")) {
		if b, ok := bytes.CutPrefix(line, []byte("report ")); ok {
			var r report
			if err := json.Unmarshal(b, &r); err != nil {
				t.Fatal(err)
			}
			return r
		}
	}
	t.Fatalf("the child said nothing of %s:\n%.2000s", name, out)
	return report{}
}
