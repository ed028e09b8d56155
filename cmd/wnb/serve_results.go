package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/wnb-dev/wnb/frontend/live"
	"github.com/wnb-dev/wnb/kernel/cache"
	"github.com/wnb-dev/wnb/kernel/host"
	"github.com/wnb-dev/wnb/kernel/protocol"
	"github.com/wnb-dev/wnb/kernel/session"
)

// process is a supervised kernel as the live package knows it. Its questions
// about results of cells are answered here and go no further.
type process struct {
	*host.Supervisor
	exit     chan live.Exit
	received chan *protocol.Message
}

func newKernel(sup *host.Supervisor, results cache.Store, src protocol.Source, log io.Writer) *process {
	p := &process{sup, make(chan live.Exit, 1), make(chan *protocol.Message)}
	go func() { // ends with the supervisor
		e := <-sup.Exit()
		p.exit <- live.Exit{Reason: e.Reason, Asked: e.Asked}
		close(p.exit)
	}()
	asked := make(chan session.Asked, mostAsked)
	answers := session.Results{Store: results, Source: src, After: time.After, Log: func(err error) {
		fmt.Fprintf(log, "results of cells: %v\n", err)
	}}
	go answers.Serve(context.Background(), asked)
	go p.pass(asked)
	return p
}

// mostAsked is how many questions can wait. A kernel asks one at a time, and
// notes uses and results without waiting.
const mostAsked = 1024

// pass takes out the questions. It ends with the supervisor.
func (p *process) pass(asked chan<- session.Asked) {
	defer close(p.received)
	defer close(asked)
	process := 0
	for m := range p.Supervisor.Receive() {
		if m.Header.MsgType == session.TypeResults {
			asker := process
			asked <- session.Asked{Message: m, Answer: func(reply *protocol.Message) {
				// A process that is gone does not wait any more.
				_ = p.Supervisor.Send(context.Background(), asker, reply)
			}}
			continue
		}
		if startsProcess(m) {
			process++
		}
		p.received <- m
	}
}

// startsProcess tells the state with which a new process announces itself.
func startsProcess(m *protocol.Message) bool {
	if m.Header.MsgType != protocol.TypeStatus || m.Parent.MsgID != "" {
		return false
	}
	s, err := protocol.As[protocol.Status](m)
	return err == nil && s.ExecutionState == protocol.Starting
}

// Receive implements live.Kernel.
func (p *process) Receive() <-chan *protocol.Message { return p.received }
