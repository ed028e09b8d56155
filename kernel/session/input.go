package session

import (
	"context"
	"errors"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// input asks the client of the running request.
func (s *Session) input(ctx context.Context, prompt string) (string, error) {
	req := s.state.observer.request()
	if req.msg == nil || !req.req.AllowStdin {
		return "", errors.New("input() needs a client that answers; this request does not allow it")
	}
	answer := make(chan string, 1)
	s.mu.Lock()
	s.asking = answer
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.asking = nil
		s.mu.Unlock()
	}()
	s.out.ask(req.msg, prompt)
	select {
	case text := <-answer:
		return text, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// answer hands an input_reply to the cell that asked.
func (s *Session) answer(m *protocol.Message) {
	reply, err := protocol.As[protocol.InputReply](m)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil && s.asking != nil {
		s.asking <- reply.Value
		s.asking = nil
	}
}
