//go:build unix

package host

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// killGroup kills the process and all that it started.
func killGroup(p *os.Process) error {
	if err := syscall.Kill(-p.Pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}

// signalOf is the signal that ended a process, with its name.
func signalOf(st *os.ProcessState) (int, string) {
	ws, ok := st.Sys().(syscall.WaitStatus)
	if !ok || !ws.Signaled() {
		return 0, ""
	}
	return int(ws.Signal()), unix.SignalName(ws.Signal())
}

// takePipe moves the standard input and output to descriptors of their own,
// which children of this process do not inherit, and which can be closed while
// they are read.
func takePipe() (in, out *os.File, err error) {
	null, err := os.OpenFile(os.DevNull, os.O_RDONLY, 0)
	if err != nil {
		return nil, nil, err
	}
	defer null.Close()
	if in, err = move(int(os.Stdin.Fd()), int(null.Fd()), "requests"); err != nil {
		return nil, nil, err
	}
	if out, err = move(int(os.Stdout.Fd()), int(os.Stderr.Fd()), "replies"); err != nil {
		in.Close()
		return nil, nil, err
	}
	return in, out, nil
}

// move gives what fd is another descriptor, and makes fd the same as instead.
func move(fd, instead int, name string) (*os.File, error) {
	moved, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, os.NewSyscallError("dup", err)
	}
	if err := unix.Dup2(instead, fd); err != nil {
		unix.Close(moved)
		return nil, os.NewSyscallError("dup2", err)
	}
	if err := unix.SetNonblock(moved, true); err != nil {
		unix.Close(moved)
		return nil, os.NewSyscallError("fcntl", err)
	}
	return os.NewFile(uintptr(moved), name), nil
}
