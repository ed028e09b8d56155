//go:build !unix

package host

import (
	"errors"
	"os"
	"syscall"
)

func attributes() *syscall.SysProcAttr { return nil }

// awaitDeath leaves the waiting to what follows.
func awaitDeath(*os.Process) {}

const watchesMemory = false

func memoryOf(int) (uint64, error) { return 0, errors.ErrUnsupported }

func limitData(uint64) error { return nil }

// killGroup kills the process only.
func killGroup(p *os.Process) error {
	if err := p.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

func signalOf(*os.ProcessState) (int, string) { return 0, "" }

func takePipe() (in, out *os.File, err error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, nil, err
	}
	in, out = os.Stdin, os.Stdout
	os.Stdin, os.Stdout = null, os.Stderr
	return in, out, nil
}
