package host

import (
	"fmt"
	"io"
	"math"
	"os"
	"runtime/debug"
)

// Child is the end of the pipe in the process that is the kernel.
type Child struct {
	In     io.ReadCloser
	Out    io.WriteCloser
	Limits Limits // the soft one is for the kernel to watch, the hard one is in force
}

// Join makes this process the kernel of the process that started it: the limits
// that it was told come into force, and the standard input and output become
// the pipe. From then on os.Stdin is empty and os.Stdout is the standard error,
// so that a stray print cannot get between the messages. It is to be called
// once, before anything else.
func Join() (*Child, error) {
	l, err := limitsFrom(os.Getenv)
	if err != nil {
		return nil, fmt.Errorf("join as a kernel: %w", err)
	}
	if err := l.apply(); err != nil {
		return nil, fmt.Errorf("join as a kernel: %w", err)
	}
	in, out, err := takePipe()
	if err != nil {
		return nil, fmt.Errorf("join as a kernel: take over the pipe: %w", err)
	}
	return &Child{In: in, Out: out, Limits: l}, nil
}

// apply sets the hard limit, and makes the collector work harder near a limit,
// so that garbage alone does not reach it.
func (l Limits) apply() error {
	if l.HardMemory > 0 {
		if err := limitData(l.HardMemory); err != nil {
			return err
		}
	}
	soft := l.SoftMemory
	if soft == 0 {
		soft = l.HardMemory / 10 * 9
	}
	if soft > 0 {
		debug.SetMemoryLimit(int64(min(soft, math.MaxInt64)))
	}
	return nil
}
