package live

import (
	"bytes"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// joinBytes is the size from which joined text goes out at once.
const joinBytes = 256 << 10

// piped is the text of a stream message as it is in JSON, without its quotes.
// Texts are joined in this form: decoding and encoding each of 100,000 lines
// would cost more than all the rest.
type piped struct {
	name string
	json []byte
}

// The form in which package protocol writes the content of a stream.
const (
	streamName = `{"name":"`
	streamText = `","text":"`
	streamEnd  = `"}`
)

// readStream reads a stream message of a kernel; false for any other.
func readStream(m *protocol.Message) (piped, bool) {
	if m.Channel != protocol.IOPub || m.Header.MsgType != protocol.TypeStream {
		return piped{}, false
	}
	for _, name := range []string{protocol.Stdout, protocol.Stderr} {
		rest, ok := bytes.CutPrefix(m.Content, []byte(streamName+name+streamText))
		if !ok {
			continue
		}
		if text, ok := bytes.CutSuffix(rest, []byte(streamEnd)); ok && oneString(text) {
			return piped{name, text}, true
		}
	}
	s, err := protocol.As[protocol.Stream](m)
	if err != nil {
		return piped{}, false
	}
	text := protocol.Text(s.Text)
	return piped{s.Name, text[1 : len(text)-1]}, true
}

// oneString tells whether the inside of a JSON string ends where the slice
// does: no quote in it stands without a backslash, the one behind it does.
func oneString(inside []byte) bool {
	for from := 0; ; {
		i := bytes.IndexByte(inside[from:], '"')
		if i < 0 {
			return !escaped(inside, len(inside))
		}
		if !escaped(inside, from+i) {
			return false
		}
		from += i + 1
	}
}

// escaped tells whether an odd number of backslashes stands before i.
func escaped(text []byte, i int) bool {
	n := 0
	for n < i && text[i-n-1] == '\\' {
		n++
	}
	return n%2 == 1
}

// joiner joins stream messages that follow each other on the same stream of the
// same request and cell. Whoever uses it takes what it holds before any other
// message goes out, so that the order stays.
type joiner struct {
	first *protocol.Message // nil where it is empty
	name  string
	json  []byte
}

// fits tells whether the text can be joined to what is held.
func (j *joiner) fits(m *protocol.Message, s piped) bool {
	return j.first != nil && j.name == s.name && len(j.json) < joinBytes &&
		j.first.Parent.MsgID == m.Parent.MsgID && j.first.Parent.Session == m.Parent.Session &&
		bytes.Equal(j.first.Metadata, m.Metadata) // which may name the cell
}

func (j *joiner) add(m *protocol.Message, s piped) {
	if j.first == nil {
		j.first, j.name = m, s.name
	}
	j.json = append(j.json, s.json...)
}

// take gives what is held as one message: the first with the text of all.
func (j *joiner) take() *protocol.Message {
	m := *j.first
	name := protocol.Text(j.name)
	m.Content = make([]byte, 0, len(streamName)+len(name)+len(streamText)+len(j.json)+len(streamEnd))
	m.Content = append(append(m.Content, streamName...), name[1:len(name)-1]...)
	m.Content = append(append(append(m.Content, streamText...), j.json...), streamEnd...)
	j.first, j.json = nil, j.json[:0]
	return &m
}
