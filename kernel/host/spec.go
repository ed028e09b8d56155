package host

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Spec says how a kernel is started.
type Spec struct {
	Command []string // nil: this executable with the argument "kernel-child"
	Dir     string   // working directory; empty: that of this process
	Env     []string // nil: that of this process
	Limits  Limits

	// Log gets each line that the child writes to its standard error, such as
	// the stack of a crash, which Exit does not show. Lines come in order, from
	// one goroutine at a time. It may be nil.
	Log func(line string)
}

// Limits of a kernel's memory in bytes. Zero means none.
type Limits struct {
	SoftMemory uint64 // the child is told, and stops the cell that goes over it; if it stays far over it, it ends
	HardMemory uint64 // the process ends
}

// farOver is whether a process that uses so much must have gone over the soft
// limit. A little more can be what the runtime has not given back yet.
func (l Limits) farOver(used uint64) bool {
	return l.SoftMemory > 0 && used > l.SoftMemory+l.SoftMemory/8
}

// Exit is the end of a kernel.
type Exit struct {
	Reason string // for people, such as "killed by signal 9"; one line or a few
	Asked  bool   // the end was asked for by a shutdown
}

var (
	// ErrDead is returned by Send where the kernel has ended.
	ErrDead = errors.New("the kernel has ended")
	// ErrInterrupted is the cause that an interrupt cancels the context of a
	// request with.
	ErrInterrupted = errors.New("interrupted")
)

// ChildArgument is the hidden argument by which the executable knows that it is
// to be a kernel.
const ChildArgument = "kernel-child"

const (
	envSoft = "WNB_KERNEL_SOFT_MEMORY"
	envHard = "WNB_KERNEL_HARD_MEMORY"
)

func (s Spec) command() ([]string, error) {
	if len(s.Command) > 0 {
		return s.Command, nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("start a kernel: which executable is this: %w", err)
	}
	return []string{self, ChildArgument}, nil
}

// environ is the environment of the child. The limits always replace those
// that this process may itself have been started with.
func (s Spec) environ() []string {
	env := s.Env
	if env == nil {
		env = os.Environ()
	}
	kept := make([]string, 0, len(env)+2)
	for _, e := range env {
		if !strings.HasPrefix(e, envSoft+"=") && !strings.HasPrefix(e, envHard+"=") {
			kept = append(kept, e)
		}
	}
	return append(kept,
		envSoft+"="+strconv.FormatUint(s.Limits.SoftMemory, 10),
		envHard+"="+strconv.FormatUint(s.Limits.HardMemory, 10))
}

func limitsFrom(env func(string) string) (Limits, error) {
	var l Limits
	for name, field := range map[string]*uint64{envSoft: &l.SoftMemory, envHard: &l.HardMemory} {
		text := env(name)
		if text == "" {
			continue
		}
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return l, fmt.Errorf("%s=%q is not a number of bytes: %w", name, text, err)
		}
		*field = n
	}
	return l, nil
}

// size is n bytes for people.
func size(n uint64) string {
	const unit = 1024
	if n < unit {
		return strconv.FormatUint(n, 10) + " B"
	}
	f, names := float64(n)/unit, "KMGTPE"
	for f >= unit && len(names) > 1 {
		f, names = f/unit, names[1:]
	}
	text := strconv.FormatFloat(f, 'f', 1, 64)
	return strings.TrimSuffix(text, ".0") + " " + names[:1] + "iB"
}
