package confine

import (
	"bytes"
	"errors"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// isolation is one way to start a program.
type isolation struct {
	attributes *syscall.SysProcAttr
	offline    bool
}

// isolations are the ways to start a program, the strictest first: with
// namespaces of its own, for which an ordinary user needs a user namespace as
// well, or without where the system does not permit them. The identity in a user
// namespace is left unmapped: rights to files stay those of the user.
func isolations() []isolation {
	const own = unix.CLONE_NEWNET | unix.CLONE_NEWPID | unix.CLONE_NEWIPC
	var ways []isolation
	for _, flags := range []uintptr{unix.CLONE_NEWUSER | own, own, 0} {
		ways = append(ways, isolation{
			attributes: &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL, Cloneflags: flags},
			offline:    flags != 0,
		})
	}
	return ways
}

// notPermitted is true if a start failed because of the isolation.
func notPermitted(err error) bool {
	return errors.Is(err, unix.EPERM) || errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.ENOSYS)
}

const maxFile = 1 << 30 // bytes of the largest file that a program may write

// setLimits bounds what the watch may be too slow for. A process that has ended
// already needs no limits.
func setLimits(pid int, memory int64) {
	_ = unix.Prlimit(pid, unix.RLIMIT_CORE, &unix.Rlimit{}, nil)
	_ = unix.Prlimit(pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: maxFile, Max: maxFile}, nil)
	if memory > 0 {
		_ = unix.Prlimit(pid, unix.RLIMIT_DATA, &unix.Rlimit{Cur: uint64(memory), Max: uint64(memory)}, nil)
	}
}

// awaitDeath returns when the process has ended, and leaves its id taken, so
// that a signal to its group cannot hit another one. It is false where waiting
// is impossible.
func awaitDeath(p *os.Process) bool {
	for {
		err := unix.Waitid(unix.P_PID, p.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			return err == nil
		}
	}
}

// groupMemory is what the processes of a group hold for themselves, in bytes.
func groupMemory(group int) (sum int64) {
	proc, err := os.Open("/proc")
	if err != nil {
		return 0
	}
	defer proc.Close()
	names, err := proc.Readdirnames(-1)
	if err != nil {
		return 0
	}
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		if g, err := unix.Getpgid(pid); err == nil && g == group {
			sum += processMemory(name)
		}
	}
	return sum
}

// processMemory is the resident set without what is backed by files; 0 for a
// process that has ended.
func processMemory(pid string) int64 {
	raw, err := os.ReadFile("/proc/" + pid + "/statm")
	if err != nil {
		return 0
	}
	var pages [3]int64
	for i, f := range bytes.Fields(raw) {
		if i < len(pages) {
			pages[i], _ = strconv.ParseInt(string(f), 10, 64) // the kernel writes numbers
		}
	}
	return (pages[1] - pages[2]) * int64(os.Getpagesize())
}
