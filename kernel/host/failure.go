package host

import (
	"crypto/rand"
	"time"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

func newSource(session string) protocol.Source {
	if session == "" {
		session = rand.Text()
	}
	return protocol.Source{Session: session, Now: time.Now, NewID: rand.Text}
}

// failure is the answer to a request that the kernel cannot answer itself.
type failure struct {
	name, value string
}

// answer sends what completes the request: an output for an execution that ran,
// a reply where none came, and busy and idle around them. A cell that was never
// begun keeps what it shows.
func (f failure) answer(src protocol.Source, r request, send func(*protocol.Message) error) error {
	var contents []protocol.Content
	if !r.busy {
		contents = append(contents, protocol.Status{ExecutionState: protocol.Busy})
	}
	if !r.replied {
		contents = append(contents, f.contents(r.header.MsgType, r.began)...)
	}
	contents = append(contents, protocol.Status{ExecutionState: protocol.Idle})
	for _, c := range contents {
		m, err := src.New(f.channel(c, r), r.header, c)
		if err != nil {
			return err
		}
		if err := send(m); err != nil {
			return err
		}
	}
	return nil
}

// contents are the reply, if requests of the type have any, and before it the
// output of an execution that ran.
func (f failure) contents(requestType string, ran bool) (contents []protocol.Content) {
	trace := []string{f.name + ": " + f.value}
	reply, _ := protocol.ReplyType(requestType)
	switch {
	case reply == "":
		return nil
	case reply != protocol.TypeExecuteReply:
		return []protocol.Content{protocol.ErrorReply{Type: reply, EName: f.name, EValue: f.value, Traceback: trace}}
	case ran:
		contents = append(contents, protocol.Error{EName: f.name, EValue: f.value, Traceback: trace})
	}
	return append(contents, protocol.ExecuteReply{Outcome: protocol.Outcome{Status: protocol.Failed, EName: f.name, EValue: f.value, Traceback: trace}})
}

func (f failure) channel(c protocol.Content, r request) protocol.Channel {
	switch c.(type) {
	case protocol.ExecuteReply, protocol.ErrorReply:
		return r.channel
	}
	return protocol.IOPub
}
