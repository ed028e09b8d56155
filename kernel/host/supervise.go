package host

import (
	"fmt"
	"time"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// run is the goroutine of the supervisor, and the only one that says something
// to those who receive.
func (s *Supervisor) run(k *Kernel) {
	defer close(s.ended)
	defer close(s.received)
	defer s.stop()
	for k != nil {
		born := time.Now()
		s.welcome(k)
		s.forward(k)
		exit := <-k.exit
		k.owned.Wait()
		s.leave(k)
		k = s.successor(k, exit, time.Since(born))
	}
}

// successor deals with the death of k and starts another kernel, or returns nil
// where there is to be none.
func (s *Supervisor) successor(k *Kernel, exit Exit, lived time.Duration) *Kernel {
	switch {
	case s.life.Err() != nil || exit.Asked && !s.isRestart(k):
		s.over(Exit{Reason: exit.Reason, Asked: true})
		return nil
	case s.isRestart(k):
		s.deaths = 0
		s.bury(k, failure{"KernelRestarted", "the kernel was restarted"})
		return s.start(exit.Reason)
	}
	if lived > s.restarts.Rapid {
		s.deaths = 0
	}
	s.deaths++
	s.bury(k, failure{"KernelDied", "the kernel died: " + exit.Reason})
	if s.deaths < s.restarts.Most {
		s.status(protocol.Restarting)
	}
	return s.start(exit.Reason)
}

func (s *Supervisor) isRestart(k *Kernel) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.restartOf == k
}

// start starts a kernel, after a pause where others died before, or gives up.
func (s *Supervisor) start(reason string) *Kernel {
	for s.deaths < s.restarts.Most && s.pause() {
		k, err := Start(s.life, s.spec)
		if err == nil && s.install(k) {
			return k
		}
		if err != nil {
			reason = err.Error()
		}
		s.deaths++
	}
	if s.life.Err() != nil {
		s.over(Exit{Reason: reason, Asked: true})
		return nil
	}
	s.over(Exit{Reason: fmt.Sprintf("%s; given up after %d deaths in a row", reason, s.deaths)})
	return nil
}

// install makes k the kernel, unless there is to be none any more.
func (s *Supervisor) install(k *Kernel) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.life.Err() != nil {
		k.end(killedShutdown)
		k.drop()
		k.owned.Wait()
		return false
	}
	s.kernel = k
	s.process++
	return true
}

// pause waits before a start; false when there is to be none.
func (s *Supervisor) pause() bool {
	t := time.NewTimer(s.restarts.wait(s.deaths))
	defer t.Stop()
	for {
		select {
		case <-t.C:
			return s.life.Err() == nil
		case <-s.life.Done():
			return false
		case m := <-s.questions():
			s.introduce(m)
		}
	}
}

// welcome tells the clients of a new process, and asks it what it is.
func (s *Supervisor) welcome(k *Kernel) {
	s.session = ""
	m, err := k.source.Request(protocol.Control, protocol.KernelInfoRequest{})
	if err == nil {
		s.probe = m.Header.MsgID
		err = k.Send(s.life, m)
	}
	if err != nil {
		k.stderr.print(fmt.Sprintf("the kernel could not be asked what it is: %v", err))
	}
	s.status(protocol.Starting)
}

// forward passes on what the kernel says until it says no more.
func (s *Supervisor) forward(k *Kernel) {
	for {
		select {
		case m, ok := <-k.received:
			if !ok {
				return
			}
			s.pass(m)
		case m := <-s.questions():
			s.introduce(m)
		}
	}
}

// pass passes on one message. The answer to our own question is for us.
func (s *Supervisor) pass(m *protocol.Message) {
	s.session = m.Header.Session
	if m.Header.MsgType == protocol.TypeKernelInfoReply && m.Parent.MsgID == s.probe {
		s.info = m
		return
	}
	s.emit(m)
}

func (s *Supervisor) emit(m *protocol.Message) {
	select {
	case s.received <- m:
	case <-s.dropped.Done():
	}
}

// questions are the kernel_info_requests; they wait for the first answer of a
// kernel.
func (s *Supervisor) questions() <-chan *protocol.Message {
	if s.info == nil {
		return nil
	}
	return s.infos
}

// introduce answers a kernel_info_request in the place of the kernel.
func (s *Supervisor) introduce(req *protocol.Message) {
	info := protocol.Raw{Type: protocol.TypeKernelInfoReply, JSON: s.info.Content}
	s.say(protocol.IOPub, req.Header, protocol.Status{ExecutionState: protocol.Busy})
	s.say(req.Channel, req.Header, info)
	s.say(protocol.IOPub, req.Header, protocol.Status{ExecutionState: protocol.Idle})
}

func (s *Supervisor) status(state string) {
	s.say(protocol.IOPub, protocol.Header{}, protocol.Status{ExecutionState: state})
}

// say makes a message of the supervisor's own. Contents that cannot be written
// are defects, and go to the log.
func (s *Supervisor) say(ch protocol.Channel, parent protocol.Header, c protocol.Content) {
	m, err := newSource(s.session).New(ch, parent, c)
	if err != nil {
		s.log(err)
		return
	}
	s.emit(m)
}

// bury answers what the kernel has left unanswered, except to ourselves.
func (s *Supervisor) bury(k *Kernel, f failure) {
	for _, r := range k.unfinished() {
		if r.header.Session == k.source.Session {
			continue
		}
		err := f.answer(newSource(s.session), *r, func(m *protocol.Message) error {
			s.emit(m)
			return nil
		})
		if err != nil {
			s.log(err)
		}
	}
}

// over is the end for good.
func (s *Supervisor) over(exit Exit) {
	if !exit.Asked {
		s.status(protocol.Dead)
	}
	f := failure{"KernelDied", "the kernel is dead: " + exit.Reason}
	for len(s.infos) > 0 { // nobody else takes them
		m := <-s.infos
		for _, c := range f.contents(m.Header.MsgType, false) {
			s.say(m.Channel, m.Header, c)
		}
	}
	s.mu.Lock()
	s.final = exit.Reason
	s.mu.Unlock()
	s.exit <- exit
	close(s.exit)
}

func (s *Supervisor) log(err error) {
	if s.spec.Log != nil {
		s.spec.Log(err.Error())
	}
}
