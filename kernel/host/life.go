package host

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// Reasons for our own kills.
const (
	killedStubborn = "killed, as it did not stop when it was interrupted twice"
	killedShutdown = "killed, as it did not end in time when it was asked to"
)

// launch starts the process and the goroutine that owns it.
func (k *Kernel) launch(argv []string) error {
	theirIn, in, err := os.Pipe()
	if err != nil {
		return err
	}
	defer theirIn.Close()
	out, theirOut, err := os.Pipe()
	if err != nil {
		in.Close()
		return err
	}
	defer theirOut.Close()
	k.in, k.out = in, out

	k.cmd = exec.Command(argv[0], argv[1:]...)
	k.cmd.Dir, k.cmd.Env = k.spec.Dir, k.spec.environ()
	k.cmd.Stdin, k.cmd.Stdout, k.cmd.Stderr = theirIn, theirOut, k.stderr
	k.cmd.WaitDelay = pipeGrace
	k.cmd.SysProcAttr = attributes()

	started := make(chan error)
	k.owned.Go(func() { k.own(started) })
	if err := <-started; err != nil {
		in.Close()
		out.Close()
		return err
	}
	return nil
}

// own is the goroutine that starts the process and waits for its end. It keeps
// its thread, since the system kills the child with the thread that started it.
func (k *Kernel) own(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := k.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	awaitDeath(k.cmd.Process)
	k.sweep()
	err = k.cmd.Wait()
	k.endLife()
	k.finish(err)
}

// sweep ends what the process leaves behind, while its id is still taken.
func (k *Kernel) sweep() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := killGroup(k.cmd.Process); err != nil {
		k.stderr.print(fmt.Sprintf("what the kernel left behind could not be killed: %v", err))
	}
	k.reaped = true
}

// kill ends the process for a reason, of which the first counts.
func (k *Kernel) kill(reason string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.reaped {
		return nil
	}
	if k.killedFor == "" {
		k.killedFor = reason
	}
	if err := killGroup(k.cmd.Process); err != nil {
		return fmt.Errorf("kill the kernel: %w", err)
	}
	return nil
}

// end is kill for those who have nobody to tell what went wrong.
func (k *Kernel) end(reason string) {
	if err := k.kill(reason); err != nil {
		k.stderr.print(err.Error())
	}
}

// finish tells the end to those who wait for it.
func (k *Kernel) finish(waitErr error) {
	k.stderr.flush()
	d := death{state: k.cmd.ProcessState, waitErr: waitErr, limit: k.spec.Limits.HardMemory}
	d.fatal, d.tail = k.stderr.said()
	k.mu.Lock()
	d.killed = k.killedFor
	asked := k.asked
	if k.late != nil {
		k.late.Stop()
	}
	k.mu.Unlock()
	k.exit <- Exit{Reason: d.reason(), Asked: asked}
	close(k.exit)
	close(k.ended)
	k.in.Close()                                         // which frees a write that something the child left behind still blocks
	_ = k.out.SetReadDeadline(time.Now().Add(pipeGrace)) // see patience
}

// unfinished are the requests that the dead kernel has not finished. Each is
// returned once.
func (k *Kernel) unfinished() []*request {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.pending.take()
}
