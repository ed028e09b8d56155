package host

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// write is the goroutine that feeds the child. After a shutdown_request it
// closes the pipe, which tells the child that nothing follows.
func (k *Kernel) write() {
	defer k.in.Close()
	for {
		select {
		case b := <-k.queue:
			if _, err := k.in.Write(b); err != nil {
				return // the child is going: its exit says why
			}
		case <-k.ended:
			return
		}
		if k.last() {
			return
		}
	}
}

// last says whether a shutdown was asked for and is written: nothing follows.
func (k *Kernel) last() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.asked && len(k.queue) == 0
}

// read is the goroutine that hears the child, until its pipe ends.
func (k *Kernel) read() {
	defer close(k.received)
	defer k.out.Close()
	r := bufio.NewReaderSize(k.out, 64<<10)
	for {
		k.patience()
		f, err := readFrame(r)
		if err == nil {
			err = k.take(f)
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			k.hangUp(err)
			return
		case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, errDropped):
			return
		default:
			k.end(fmt.Sprintf("its pipe broke: %v", err))
			return
		}
	}
}

// hangUp is for the end of the pipe, which is that of the process too, and only
// if that does not come shortly a defect.
func (k *Kernel) hangUp(err error) {
	late := time.NewTimer(pipeGrace)
	defer late.Stop()
	select {
	case <-k.ended:
	case <-late.C:
		k.end(fmt.Sprintf("its pipe broke: %v", err))
	}
}

var errDropped = errors.New("nobody receives")

// patience keeps the reading from going on for ever where something that the
// child started has escaped with its pipe.
func (k *Kernel) patience() {
	select {
	case <-k.ended:
		// A pipe that knows no deadlines ends with its process.
		_ = k.out.SetReadDeadline(time.Now().Add(pipeGrace))
	default:
	}
}

// take handles a frame of the child. A message that cannot be read is logged:
// the frames after it are still good.
func (k *Kernel) take(f frame) error {
	if f.handled {
		if !k.windows[f.lane].handled() {
			return errors.New("the kernel says that it handled more than it was sent")
		}
		return nil
	}
	m, err := f.message()
	if err != nil {
		k.stderr.print(fmt.Sprintf("a message of the kernel was lost: %v", err))
		return nil
	}
	k.mu.Lock()
	k.pending.see(m)
	k.mu.Unlock()
	select {
	case k.received <- m:
		return nil
	case <-k.dropped:
		return errDropped
	}
}

// watch is the goroutine that kills the child: at once when it is over its hard
// limit, and after a while far over the soft one, which stops cells between two
// operations and not in the middle of one, such as a list repeated a billion
// times.
func (k *Kernel) watch() {
	limit := k.spec.Limits.HardMemory
	var over time.Duration
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-k.ended:
			return
		case <-tick.C:
		}
		used, err := memoryOf(k.cmd.Process.Pid)
		switch {
		case err != nil:
			return // it is going, or not to be seen: RLIMIT_DATA still holds
		case used > limit:
			k.end(fmt.Sprintf("out of memory: used %s, the limit is %s", size(used), size(limit)))
			return
		case k.spec.Limits.farOver(used):
			if over += watchEvery; over >= stubborn {
				k.end(fmt.Sprintf("out of memory: used %s for %v, the limit of a cell is %s", size(used), stubborn, size(k.spec.Limits.SoftMemory)))
				return
			}
		default:
			over = 0
		}
	}
}
