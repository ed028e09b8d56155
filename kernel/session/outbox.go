package session

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// outbox writes messages. Text that a cell prints is joined for a moment, so
// that a line does not cost a message.
type outbox struct {
	source protocol.Source

	mu     sync.Mutex
	send   func(*protocol.Message) error
	text   strings.Builder // printed and not sent yet
	name   string
	parent protocol.Header
	cell   string
	timer  *time.Timer
}

const (
	textDelay = 20 * time.Millisecond
	textLimit = 64 << 10
)

// to sets where messages go.
func (o *outbox) to(send func(*protocol.Message) error) {
	o.mu.Lock()
	o.send = send
	o.mu.Unlock()
}

// write sends a message. One that cannot be sent has no receiver any more; the
// session notices by being closed.
func (o *outbox) write(m *protocol.Message, err error) {
	if err != nil || o.send == nil {
		return
	}
	_ = o.send(m)
}

func (o *outbox) reply(req *protocol.Message, c protocol.Content) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flush()
	o.write(o.source.Reply(req, c))
}

func (o *outbox) ask(req *protocol.Message, prompt string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flush()
	o.write(o.source.Ask(req, protocol.InputRequest{Prompt: prompt}))
}

func (o *outbox) status(parent protocol.Header, state string) {
	o.publish(parent, "", protocol.Status{ExecutionState: state})
}

// publish sends a message to all clients. cell says whose output it is, for a
// cell that no request of this kernel's life stands for.
func (o *outbox) publish(parent protocol.Header, cell string, c protocol.Content) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flush()
	o.publishNow(parent, cell, c)
}

func (o *outbox) publishNow(parent protocol.Header, cell string, c protocol.Content) {
	m, err := o.source.Publish(parent, c)
	if err == nil && cell != "" {
		m.Metadata, err = json.Marshal(map[string]any{"cellId": cell})
	}
	o.write(m, err)
}

// print adds text of a stream.
func (o *outbox) print(parent protocol.Header, cell, name, text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.name != name || o.parent.MsgID != parent.MsgID || o.cell != cell {
		o.flush()
	}
	o.name, o.parent, o.cell = name, parent, cell
	o.text.WriteString(text)
	switch {
	case o.text.Len() >= textLimit:
		o.flush()
	case o.timer == nil:
		o.timer = time.AfterFunc(textDelay, func() {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.flush()
		})
	}
}

// flush sends what is printed. The caller holds the lock.
func (o *outbox) flush() {
	if o.timer != nil {
		o.timer.Stop()
		o.timer = nil
	}
	if o.text.Len() == 0 {
		return
	}
	text := o.text.String()
	o.text.Reset()
	o.publishNow(o.parent, o.cell, protocol.Stream{Name: o.name, Text: text})
}

// bundle is a MIME bundle as the protocol wants it: text and base64 as strings,
// JSON as it is.
func bundle(data map[string][]byte) protocol.MimeBundle {
	out := protocol.MimeBundle{}
	for mime, content := range data {
		switch {
		case mime == "application/json" || strings.HasSuffix(mime, "+json"):
			out[mime] = json.RawMessage(content)
		case strings.HasPrefix(mime, "image/") && mime != "image/svg+xml", mime == "application/pdf":
			out[mime] = protocol.Text(base64.StdEncoding.EncodeToString(content))
		default:
			out[mime] = protocol.Text(string(content))
		}
	}
	return out
}
