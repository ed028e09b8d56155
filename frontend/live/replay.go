package live

import (
	"strconv"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// entry is a message with its place in the order of all that clients of a
// kernel are told.
type entry struct {
	seq     int64  // from 1; 0 for a message that is not in the order
	session string // the one that it is for; empty for all
	msg     *protocol.Message
}

func (e entry) isFor(session string) bool { return e.session == "" || e.session == session }

// size is about what an entry costs in memory.
func (e entry) size() int {
	n := 512 + len(e.msg.Content) + len(e.msg.Metadata)
	for _, b := range e.msg.Buffers {
		n += len(b)
	}
	return n
}

// newEntry writes the number into the metadata of a copy of the message.
func newEntry(seq int64, session string, m *protocol.Message) entry {
	c := *m
	meta := strconv.AppendInt([]byte(`{"wnb_seq":`), seq, 10)
	if len(m.Metadata) > 2 && m.Metadata[0] == '{' {
		c.Metadata = append(append(meta, ','), m.Metadata[1:]...)
	} else {
		c.Metadata = append(meta, '}')
	}
	return entry{seq, session, &c}
}

// replay keeps the last entries for sockets that come back. Outputs are bulky
// and have a bound of their own, so that they do not push out the replies and
// states that clients wait for.
type replay struct {
	outputs, control ring
}

func newReplay(limit int) *replay {
	return &replay{ring{limit: limit}, ring{limit: max(limit/4, 1<<16)}}
}

func (r *replay) add(e entry) {
	switch e.msg.Header.MsgType {
	case protocol.TypeStream, protocol.TypeDisplayData, protocol.TypeUpdateDisplayData,
		protocol.TypeExecuteResult, protocol.TypeCommMsg, protocol.TypeCommOpen:
		r.outputs.add(e)
	default:
		r.control.add(e)
	}
}

// since gives what a session has to be told behind seq, in order, and what of
// it was the last that is not kept any more, if anything.
func (r *replay) since(seq int64, session string) (kept []entry, cut *entry) {
	a, b := r.outputs.behind(seq), r.control.behind(seq)
	for len(a) > 0 || len(b) > 0 {
		from := &a
		if len(a) == 0 || len(b) > 0 && b[0].seq < a[0].seq {
			from = &b
		}
		if e := (*from)[0]; e.isFor(session) {
			kept = append(kept, e)
		}
		*from = (*from)[1:]
	}
	for _, ring := range []*ring{&r.control, &r.outputs} {
		if ring.dropped.seq > seq {
			cut = &ring.dropped
		}
	}
	return kept, cut
}

// ring is a queue of entries with a limit in bytes.
type ring struct {
	entries []entry
	bytes   int
	limit   int
	dropped entry // the last one
}

func (r *ring) add(e entry) {
	r.entries = append(r.entries, e)
	r.bytes += e.size()
	for r.bytes > r.limit {
		r.dropped = entry{seq: r.entries[0].seq, msg: &protocol.Message{Parent: r.entries[0].msg.Parent}}
		r.bytes -= r.entries[0].size()
		r.entries[0] = entry{}
		r.entries = r.entries[1:]
	}
}

func (r *ring) behind(seq int64) []entry {
	i := len(r.entries)
	for i > 0 && r.entries[i-1].seq > seq {
		i--
	}
	return r.entries[i:]
}
