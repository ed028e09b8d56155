package builtin

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/wnb-dev/wnb/cells"
)

// extensionLog is what an extension logs in one call of a builtin. The cell
// shows it as its own.
type extensionLog struct {
	name    string
	dropped func() int64

	mu    sync.Mutex
	lines []string
}

// logging is a job of an extension.
type logging interface {
	OnLog(f func(level int, msg string))
	DroppedLogs() int64
}

// listen takes what the extension logs in a job from now on.
func (e *Extension) listen(job logging) *extensionLog {
	l := &extensionLog{name: e.manifest.Name, dropped: job.DroppedLogs}
	job.OnLog(func(_ int, msg string) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.lines = append(l.lines, msg)
	})
	return l
}

// show puts the messages out in the order in which they came.
func (l *extensionLog) show(c *call) error {
	return l.record(c, l.lines)
}

// showSorted puts each message out once, in the order of the alphabet: they
// came from evaluations beside each other, and from as many instances as there
// were processors.
func (l *extensionLog) showSorted(c *call) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.record(c, slices.Compact(slices.Sorted(slices.Values(l.lines))))
}

func (l *extensionLog) record(c *call, lines []string) error {
	var text strings.Builder
	for _, line := range lines {
		fmt.Fprintf(&text, "%s: %s\n", l.name, line)
	}
	if l.dropped() > 0 {
		fmt.Fprintf(&text, "%s: more was logged than is shown\n", l.name)
	}
	if text.Len() == 0 {
		return nil
	}
	h, err := c.host()
	if err != nil {
		return err
	}
	return h.Record(cells.Stream{Name: "stderr", Text: text.String()})
}
