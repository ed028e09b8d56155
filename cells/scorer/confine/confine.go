// Package confine runs one program, such as a compiler that reads what a
// stranger wrote, under limits that it cannot lift:
//
//   - it and all that it starts end when the context does, when together they
//     take more memory than allowed, and when the first of them ends;
//   - it has only the environment that it is given;
//   - on Linux it has no network (namespaces of its own), and it opens only the
//     files that it needs (Landlock), so that an #include of a file of the host
//     shows nothing.
//
// Where the system offers no namespaces or no Landlock, the program runs without
// them and [Result] says so. Memory is watched on Linux only.
package confine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"
)

// ErrMemory is wrapped by the error of a program that took too much memory. One
// that took too long gives the cause of the context.
var ErrMemory = errors.New("out of memory")

// Command is a program and what it may use.
type Command struct {
	Args  []string // program, with its path, and its arguments
	Env   []string // all of it
	Dir   string
	Stdin io.Reader

	// Read and Write name files and folders, with all that is below them. Those
	// of the system (/usr and so on) can be read. Dir can be written.
	Read, Write []string

	Memory int64 // bytes that all processes may take together; 0 = no limit
	Output int   // bytes of standard output, and of error, that are kept; 0 = 1 MiB
}

// Result is what a program that ended by itself left.
type Result struct {
	Stdout, Stderr []byte
	Code           int  // its exit code; -1 for a signal
	Offline        bool // it had no network
	Fenced         bool // it could open only what it may
}

// lingering is how long pipes may stay open after the program has ended.
const lingering = 5 * time.Second

// Run runs a program to its end. An exit code other than 0 is no error.
func Run(ctx context.Context, c Command) (Result, error) {
	if len(c.Args) == 0 {
		return Result{}, errors.New("confine: no program")
	}
	if err := ctx.Err(); err != nil {
		return Result{}, context.Cause(ctx)
	}
	type end struct {
		res Result
		err error
	}
	done := make(chan end, 1)
	go func() {
		// Never unlocked: the fence is around the thread, which ends with the
		// goroutine, and the program is told to end with the thread.
		runtime.LockOSThread()
		res, err := c.run(ctx)
		done <- end{res, err}
	}()
	e := <-done
	return e.res, e.err
}

func (c *Command) run(ctx context.Context) (res Result, err error) {
	limit := c.Output
	if limit == 0 {
		limit = 1 << 20
	}
	stdout, stderr := &head{limit: limit}, &head{limit: limit}
	if res.Fenced, err = fence(c.Read, append([]string{c.Dir}, c.Write...)); err != nil {
		return res, fmt.Errorf("run %s: limit what it can open: %w", c.Args[0], err)
	}
	var cmd *exec.Cmd
	for _, way := range isolations() {
		cmd = exec.Command(c.Args[0], c.Args[1:]...)
		cmd.Env, cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = c.environ(), c.Dir, c.Stdin, stdout, stderr
		cmd.WaitDelay, cmd.SysProcAttr = lingering, way.attributes
		res.Offline = way.offline
		if err = cmd.Start(); err == nil || !notPermitted(err) {
			break
		}
	}
	if err != nil {
		return res, fmt.Errorf("run %s: %w", c.Args[0], err)
	}
	err = c.attend(ctx, cmd)
	res.Stdout, res.Stderr, res.Code = stdout.kept, stderr.kept, cmd.ProcessState.ExitCode()
	if err == nil && res.Code != 0 && c.Memory > 0 && saysNoMemory(res.Stderr) {
		err = fmt.Errorf("run %s: %w: the limit is %d MiB", c.Args[0], ErrMemory, c.Memory>>20)
	}
	return res, err
}

// saysNoMemory knows the last words of programs that the system gave no more
// memory: those of Go, of LLVM and GNU, of Rust, of V8.
func saysNoMemory(stderr []byte) bool {
	for _, words := range []string{"out of memory", "cannot allocate memory", "Cannot allocate memory", "memory allocation of", "bad_alloc"} {
		if bytes.Contains(stderr, []byte(words)) {
			return true
		}
	}
	return false
}

// environ is never nil, which would stand for the environment of this process.
func (c *Command) environ() []string { return append([]string{}, c.Env...) }

// attend watches a program until it ends, and ends what it leaves behind.
func (c *Command) attend(ctx context.Context, cmd *exec.Cmd) error {
	setLimits(cmd.Process.Pid, c.Memory)
	ended, watched := make(chan struct{}), make(chan error, 1)
	stop := sync.OnceFunc(func() { close(ended) })
	go func() { watched <- c.watch(ctx, cmd.Process, ended) }()
	if awaitDeath(cmd.Process) { // its id is still its own: so is that of its group
		stop()
		_ = killGroup(cmd.Process) // fails if nothing is left
	}
	err := cmd.Wait()
	stop()
	reason := <-watched
	var exit *exec.ExitError
	switch {
	case reason != nil:
		return fmt.Errorf("run %s: %w", c.Args[0], reason)
	case errors.As(err, &exit), errors.Is(err, exec.ErrWaitDelay):
		return nil
	}
	return err
}

// lookEvery is the time from one look at the memory to the next.
const lookEvery = 50 * time.Millisecond

// watch kills the program for the first reason there is, which it returns.
func (c *Command) watch(ctx context.Context, p *os.Process, ended <-chan struct{}) error {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case <-ended:
			return nil
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), killGroup(p))
		case <-look.C:
			if used := groupMemory(p.Pid); c.Memory > 0 && used > c.Memory {
				err := fmt.Errorf("%w: it took %d MiB, the limit is %d", ErrMemory, used>>20, c.Memory>>20)
				return errors.Join(err, killGroup(p))
			}
		}
	}
}

// head keeps the first bytes that are written to it.
type head struct {
	kept  []byte
	limit int
}

// Write implements io.Writer. It takes all, so that the program does not wait.
func (h *head) Write(b []byte) (int, error) {
	h.kept = append(h.kept, b[:min(len(b), h.limit-len(h.kept))]...)
	return len(b), nil
}
