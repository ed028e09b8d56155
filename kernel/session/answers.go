package session

import (
	"path"
	"runtime"
	"strings"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// reply answers a request that runs nothing.
func (s *Session) reply(m *protocol.Message) {
	content, err := protocol.Decode(m)
	if err != nil {
		if t, ok := protocol.ReplyType(m.Header.MsgType); ok {
			s.out.reply(m, protocol.ErrorReply{Type: t, EName: "protocol", EValue: err.Error()})
		}
		return
	}
	switch c := content.(type) {
	case *protocol.KernelInfoRequest:
		s.out.reply(m, s.info())
	case *protocol.CompleteRequest:
		s.out.reply(m, s.complete(*c))
	case *protocol.InspectRequest:
		s.out.reply(m, s.inspect(*c))
	case *protocol.IsCompleteRequest:
		s.out.reply(m, isComplete(c.Code))
	case *protocol.HistoryRequest:
		s.out.reply(m, s.recall(*c))
	case *protocol.CommInfoRequest:
		s.out.reply(m, protocol.CommInfoReply{})
	case *protocol.CommOpen:
		// No target is known, so every comm is refused at once.
		s.out.publish(m.Header, "", protocol.CommClose{CommID: c.CommID})
	case *protocol.InterruptRequest:
		s.Interrupt()
		s.out.reply(m, protocol.InterruptReply{})
	case *protocol.ShutdownRequest:
		s.Interrupt()
		s.out.reply(m, protocol.ShutdownReply{Restart: c.Restart})
	case *protocol.DebugRequest:
		s.out.reply(m, s.debug(*c))
	}
}

func (s *Session) info() protocol.KernelInfoReply {
	return protocol.KernelInfoReply{
		ProtocolVersion: protocol.Version, Implementation: "wnb", ImplementationVersion: s.opts.Version,
		LanguageInfo: protocol.LanguageInfo{
			Name: "starlark", Version: strings.TrimPrefix(runtime.Version(), "go"), Mimetype: "text/x-python", FileExtension: ".star",
			PygmentsLexer: "python", CodemirrorMode: "python",
		},
		Banner:            "wnb " + s.opts.Version + ": the notebook is the pipeline",
		SupportedFeatures: features(),
	}
}

// An entry of the history.
type entry struct {
	line int
	code string
}

func (s *Session) remember(code string, count int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.history = append(s.history, entry{count, code})
}

// recall answers a history_request. There is one session: this one.
func (s *Session) recall(r protocol.HistoryRequest) protocol.HistoryReply {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []entry
	seen := map[string]bool{}
	for i := len(s.history) - 1; i >= 0; i-- {
		e := s.history[i]
		if keep(r, e) && !(r.Unique && seen[e.code]) {
			seen[e.code] = true
			found = append([]entry{e}, found...)
		}
	}
	if n := r.N; n > 0 && len(found) > n && r.HistAccessType != protocol.HistoryRange {
		found = found[len(found)-n:]
	}
	reply := protocol.HistoryReply{}
	for _, e := range found {
		reply.History = append(reply.History, protocol.HistoryEntry{Session: 1, Line: e.line, Input: e.code, WithOutput: r.Output})
	}
	return reply
}

func keep(r protocol.HistoryRequest, e entry) bool {
	switch r.HistAccessType {
	case protocol.HistoryRange:
		return r.Session <= 1 && e.line >= r.Start && (r.Stop <= 0 || e.line < r.Stop)
	case protocol.HistorySearch:
		ok, err := path.Match(globLines(r.Pattern), globLines(e.code))
		return ok && err == nil
	}
	return true
}

// globLines makes slashes ordinary: path.Match treats them as separators.
func globLines(text string) string { return strings.ReplaceAll(text, "/", "\x00") }
