package host

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// death is what is known of the end of a process.
type death struct {
	state   *os.ProcessState
	waitErr error
	killed  string // why we killed it
	limit   uint64 // hard, of memory
	fatal   string // what the Go runtime said
	tail    []string
}

// reason is what to tell people. It never holds a stack.
func (d death) reason() string {
	if d.killed != "" {
		return d.killed
	}
	if d.noMemory() {
		return d.memory()
	}
	if d.state == nil {
		return fmt.Sprintf("lost: %v", d.waitErr)
	}
	if n, name := signalOf(d.state); n != 0 {
		return d.signal(n, name)
	}
	text := "exit code " + strconv.Itoa(d.state.ExitCode())
	switch {
	case d.fatal != "":
		return text + ": " + d.fatal
	case d.state.Success():
		return text
	case len(d.tail) > 0:
		return text + ": " + strings.Join(d.tail, "\n")
	}
	return text
}

func (d death) signal(n int, name string) string {
	text := "killed by signal " + strconv.Itoa(n)
	if name != "" {
		text += " (" + name + ")"
	}
	if name == "SIGKILL" {
		text += ", by somebody or by the system because memory ran out"
	}
	return text
}

// noMemory recognises the crashes of the Go runtime that mean this.
func (d death) noMemory() bool {
	if strings.HasPrefix(d.fatal, "panic: ") {
		return false
	}
	return strings.Contains(d.fatal, "out of memory") || strings.Contains(d.fatal, "cannot allocate memory")
}

var wanted = regexp.MustCompile(`cannot allocate (\d+)-byte block \((\d+) in use\)`)

// memory says what is known: the runtime names what it wanted only where the
// address space ran out.
func (d death) memory() string {
	m := wanted.FindStringSubmatch(d.fatal)
	if m == nil {
		if d.limit == 0 {
			return "out of memory: the system has no more"
		}
		return "out of memory: wanted more than the limit of " + size(d.limit)
	}
	text := "out of memory: used " + sizeOf(m[2]) + " and wanted " + sizeOf(m[1]) + " more"
	if d.limit > 0 {
		text += ", the limit is " + size(d.limit)
	}
	return text
}

// sizeOf is size for digits; those that are too many stay as they are.
func sizeOf(digits string) string {
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		return digits + " B"
	}
	return size(n)
}
