package host

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// attributes make the child the leader of a process group, and kill it when
// the thread that starts it ends, which [Kernel.own] lets happen only with the
// whole process.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// awaitDeath returns when the process has ended, and leaves its id taken: until
// it is reaped, signals cannot hit another process that got the same id.
func awaitDeath(p *os.Process) {
	for {
		err := unix.Waitid(unix.P_PID, p.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			return // also where waiting is impossible: what follows waits as well
		}
	}
}

// memoryOf is the memory that belongs to the process alone, in bytes: its
// resident set without what is backed by files, which the system can take back.
func memoryOf(pid int) (uint64, error) {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	if err != nil {
		return 0, err
	}
	resident, shared, err := statm(raw)
	if err != nil {
		return 0, fmt.Errorf("/proc/%d/statm: %w", pid, err)
	}
	return (resident - min(shared, resident)) * uint64(os.Getpagesize()), nil
}

// statm reads the second and the third number, in pages.
func statm(raw []byte) (resident, shared uint64, err error) {
	fields := bytes.Fields(raw)
	if len(fields) < 3 {
		return 0, 0, fmt.Errorf("%q has %d fields, want at least 3", raw, len(fields))
	}
	if resident, err = strconv.ParseUint(string(fields[1]), 10, 64); err != nil {
		return 0, 0, err
	}
	shared, err = strconv.ParseUint(string(fields[2]), 10, 64)
	return resident, shared, err
}

const watchesMemory = true

// limitData sets the hard limit of this process: on what it maps from now on.
// An idle Go process has more than 100 MiB mapped and uses a fifth of it, which
// would be missing from a small limit. Builds for the race detector have more
// mapped than any limit when they start; for these, and where the limit is less
// than what an idle process maps, the parent's watch is all there is.
func limitData(limit uint64) error {
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return fmt.Errorf("how much memory is in use: %w", err)
	}
	fields := bytes.Fields(raw)
	if len(fields) < 6 {
		return fmt.Errorf("/proc/self/statm: %q has %d fields, want at least 6", raw, len(fields))
	}
	pages, err := strconv.ParseUint(string(fields[5]), 10, 64)
	if err != nil {
		return fmt.Errorf("/proc/self/statm: %w", err)
	}
	mapped := pages * uint64(os.Getpagesize())
	if mapped >= limit {
		return nil
	}
	total := mapped + limit
	if err := unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: total, Max: total}); err != nil {
		return fmt.Errorf("limit the memory to %s: %w", size(limit), err)
	}
	return nil
}
