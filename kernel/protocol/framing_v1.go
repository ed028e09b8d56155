package protocol

import (
	"encoding/binary"
	"fmt"
	"slices"
)

const (
	formV1     = "v1 frame"
	v1Segments = 5 // channel, header, parent header, metadata, content; then buffers
	v1Word     = 8
)

var v1Parts = [v1Segments]string{"channel", "header", "parent_header", "metadata", "content"}

// appendV1 writes n, n offsets from the start of the frame, and the segments.
// The last offset is the end of the frame.
func appendV1(dst []byte, m *Message) []byte {
	start := len(dst)
	n := v1Segments + len(m.Buffers) + 1
	dst = slices.Grow(dst, v1Word*(1+n)+sizeHint(m))
	dst = binary.LittleEndian.AppendUint64(dst, uint64(n))
	table := len(dst)
	dst = append(dst, make([]byte, v1Word*n)...)
	mark := func() {
		binary.LittleEndian.PutUint64(dst[table:], uint64(len(dst)-start))
		table += v1Word
	}
	mark()
	dst = append(dst, m.Channel...)
	mark()
	dst = appendHeader(dst, &m.Header)
	mark()
	dst = appendHeader(dst, &m.Parent)
	mark()
	dst = append(dst, orEmpty(m.Metadata)...)
	mark()
	dst = append(dst, orEmpty(m.Content)...)
	mark()
	for _, b := range m.Buffers {
		dst = append(dst, b...)
		mark()
	}
	return dst
}

// sizeHint is about what m takes without its table of offsets, so that writing
// it into an empty buffer allocates once.
func sizeHint(m *Message) int {
	const bothHeaders = 560
	n := bothHeaders + len(m.Metadata) + len(m.Content)
	for _, b := range m.Buffers {
		n += len(b)
	}
	return n
}

func decodeV1(frame []byte, lim Limits) (*Message, error) {
	if err := lim.checkBytes(formV1, len(frame)); err != nil {
		return nil, err
	}
	n, err := v1Table(frame, lim)
	if err != nil {
		return nil, err
	}
	segment := func(i int) []byte { return v1Segment(frame, i) }
	m, err := dicts{header: segment(1), parent: segment(2), metadata: segment(3), content: segment(4)}.message(formV1)
	if err != nil {
		return nil, err
	}
	if m.Channel, err = channelOf(formV1, string(segment(0))); err != nil {
		return nil, err
	}
	for i := v1Segments; i < n-1; i++ {
		m.Buffers = append(m.Buffers, segment(i))
	}
	return m, nil
}

// v1Segment is segment i of a frame whose table of offsets was checked.
func v1Segment(frame []byte, i int) []byte {
	from, to := v1Offset(frame, i), v1Offset(frame, i+1)
	return frame[from:to:to]
}

func v1Offset(frame []byte, i int) uint64 {
	return binary.LittleEndian.Uint64(frame[v1Word*(1+i):])
}

// v1Table checks the table of offsets, that they grow and stay in the frame,
// and returns how many there are.
func v1Table(frame []byte, lim Limits) (int, error) {
	fail := func(part, format string, args ...any) (int, error) {
		return 0, &FrameError{Form: formV1, Part: part, Problem: fmt.Sprintf(format, args...)}
	}
	if len(frame) < v1Word {
		return fail("offset count", "the frame has only %d bytes", len(frame))
	}
	count := binary.LittleEndian.Uint64(frame)
	if count < v1Segments+1 {
		return fail("offset count", "%d, want at least %d", count, v1Segments+1)
	}
	if most := uint64(len(frame)/v1Word - 1); count > most {
		return fail("offset count", "%d do not fit into %d bytes", count, len(frame))
	}
	n := int(count)
	if err := lim.checkBuffers(formV1, n-v1Segments-1); err != nil {
		return 0, err
	}
	before := uint64(v1Word * (1 + n))
	if first := v1Offset(frame, 0); first != before {
		return fail("offset 0", "%d, want %d, the end of the offsets", first, before)
	}
	for i := 1; i < n; i++ {
		at := v1Offset(frame, i)
		if at < before || at > uint64(len(frame)) {
			return fail(fmt.Sprintf("offset %d", i), "%d is not between %d and %d", at, before, len(frame))
		}
		before = at
	}
	if before != uint64(len(frame)) {
		return fail(fmt.Sprintf("offset %d", n-1), "%d, want %d, the end of the frame", before, len(frame))
	}
	return n, nil
}

// channelOf accepts the four channels, and none at all for shell.
func channelOf(form, name string) (Channel, error) {
	if name == "" {
		return Shell, nil
	}
	if ch := Channel(name); ch.Valid() {
		return ch, nil
	}
	return "", &FrameError{Form: form, Part: "channel", Problem: quoted(name) + ", want shell, control, stdin or iopub"}
}
