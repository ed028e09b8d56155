//go:build unix && !linux

package host

import (
	"errors"
	"os"
	"syscall"
)

func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// awaitDeath leaves the waiting to what follows.
func awaitDeath(*os.Process) {}

const watchesMemory = false

func memoryOf(int) (uint64, error) { return 0, errors.ErrUnsupported }

func limitData(uint64) error { return nil }
