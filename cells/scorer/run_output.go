package scorer

import (
	"bytes"
	"strings"
)

// output is what a guest writes to standard output or error. It goes to the log
// by lines: Go's runtime writes one in many pieces.
type output struct {
	line   []byte // has not ended yet
	reason string // why the runtime ends the guest, in its words
}

func (o *output) write(j *job, b []byte) {
	for len(b) > 0 {
		room := j.mod.limits.LogMessage - len(o.line)
		end := bytes.IndexByte(b[:min(len(b), room)], '\n')
		if end < 0 {
			end = min(len(b), room)
			o.line = append(o.line, b[:end]...)
			b = b[end:]
			if len(b) > 0 {
				o.flush(j)
			}
			continue
		}
		o.line = append(o.line, b[:end]...)
		o.flush(j)
		b = b[end+1:]
	}
}

// flush logs the line as it is. Empty ones only fill the log.
func (o *output) flush(j *job) {
	if len(o.line) == 0 {
		return
	}
	text := string(o.line)
	if o.reason == "" && (strings.HasPrefix(text, "fatal error: ") || strings.HasPrefix(text, "panic: ")) {
		o.reason = printable(o.line, j.mod.limits.LogMessage)
	}
	j.log(0, o.line)
	o.line = o.line[:0]
}
