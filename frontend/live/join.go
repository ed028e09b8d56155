package live

import "github.com/wnb-dev/wnb/kernel/protocol"

// joinBytes is the size from which joined text goes out at once.
const joinBytes = 256 << 10

// joiner joins stream messages that follow each other on the same stream of the
// same request. Whoever uses it takes what it holds before any other message
// goes out, so that the order stays.
type joiner struct {
	first *protocol.Message // nil where it is empty
	name  string
	text  []byte
	count int
}

// fits tells whether the text can be joined to what is held.
func (j *joiner) fits(m *protocol.Message, s *protocol.Stream) bool {
	return j.first != nil && j.name == s.Name && j.first.Parent.MsgID == m.Parent.MsgID &&
		j.first.Parent.Session == m.Parent.Session
}

func (j *joiner) add(m *protocol.Message, s *protocol.Stream) {
	if j.first == nil {
		j.first, j.name = m, s.Name
	}
	j.text = append(j.text, s.Text...)
	j.count++
}

func (j *joiner) full() bool { return len(j.text) >= joinBytes }

// take gives what is held as one message: the first with the text of all.
func (j *joiner) take() (*protocol.Message, *protocol.Stream) {
	m, s := j.first, &protocol.Stream{Name: j.name, Text: string(j.text)}
	if j.count > 1 {
		c := *m
		c.Content = append([]byte(`{"name":`), protocol.Text(s.Name)...)
		c.Content = append(append(c.Content, `,"text":`...), protocol.Text(s.Text)...)
		c.Content = append(c.Content, '}')
		m = &c
	}
	j.first, j.text, j.count = nil, j.text[:0], 0
	return m, s
}
