package host

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// lane is a queue of its own towards the child.
type lane byte

const (
	shellLane lane = iota
	controlLane
	stdinLane
	lanes // how many there are
)

// laneOf says where messages of a channel queue. Kernels get none on IOPub.
func laneOf(ch protocol.Channel) (lane, error) {
	switch ch {
	case protocol.Shell:
		return shellLane, nil
	case protocol.Control:
		return controlLane, nil
	case protocol.Stdin:
		return stdinLane, nil
	}
	return 0, fmt.Errorf("a kernel takes no message on channel %q: want shell, control or stdin", ch)
}

const (
	prefix   = 5        // uint32le length, kind
	maxFrame = 64 << 20 // as the limit of the codec
	handled  = 0x80     // in the kind: no message, but one of this lane was handled
)

// frame is one transfer on the pipe: a message of a lane, or the news that one
// was handled.
type frame struct {
	lane    lane
	handled bool
	body    []byte
}

func (f frame) message() (*protocol.Message, error) {
	return protocol.V1.Decode(f.body, true, protocol.Limits{MaxBytes: maxFrame})
}

// encode is the frame of a message, prefix included.
func encode(m *protocol.Message, l lane) ([]byte, error) {
	b, _, err := protocol.V1.Append(make([]byte, prefix), m)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Header.MsgType, err)
	}
	n := len(b) - prefix
	if n > maxFrame {
		return nil, fmt.Errorf("%s of %s, at most %s are allowed: %w", m.Header.MsgType, size(uint64(n)), size(maxFrame), protocol.ErrTooLarge)
	}
	binary.LittleEndian.PutUint32(b, uint32(n))
	b[prefix-1] = byte(l)
	return b, nil
}

// handledFrame tells the parent that the window of a lane has room again.
func handledFrame(l lane) []byte {
	return []byte{0, 0, 0, 0, handled | byte(l)}
}

// readFrame reads one frame; io.EOF where there is none more.
func readFrame(r *bufio.Reader) (frame, error) {
	var head [prefix]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return frame{}, err
	}
	n, kind := binary.LittleEndian.Uint32(head[:]), head[prefix-1]
	f := frame{lane: lane(kind &^ handled), handled: kind&handled != 0}
	switch {
	case f.lane >= lanes:
		return f, fmt.Errorf("frame of unknown kind %#x", kind)
	case f.handled && n > 0:
		return f, fmt.Errorf("frame of kind %#x has a body of %d bytes", kind, n)
	case n > maxFrame:
		return f, fmt.Errorf("frame of %s, at most %s are allowed: %w", size(uint64(n)), size(maxFrame), protocol.ErrTooLarge)
	}
	f.body = make([]byte, n)
	if _, err := io.ReadFull(r, f.body); err != nil {
		return f, fmt.Errorf("frame of %d bytes: %w", n, noEOF(err))
	}
	return f, nil
}

// noEOF keeps a frame that was cut from looking like a proper end.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
