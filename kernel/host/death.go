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

func (d death) memory() string {
	text := "out of memory"
	if m := wanted.FindStringSubmatch(d.fatal); m != nil {
		block, err1 := strconv.ParseUint(m[1], 10, 64)
		used, err2 := strconv.ParseUint(m[2], 10, 64)
		if err1 == nil && err2 == nil {
			text += fmt.Sprintf(": used %s and wanted %s more", size(used), size(block))
		}
	}
	if d.limit == 0 {
		return text + "; there is no limit but that of the system"
	}
	sep := ": "
	if strings.Contains(text, ":") {
		sep = ", "
	}
	return text + sep + "the limit is " + size(d.limit)
}
