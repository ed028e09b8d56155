package live

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// scripted is a kernel in memory. It speaks the protocol as a real one does;
// its language has one command on each line:
//
//	print TEXT     stdout, with a line end
//	err TEXT       stderr
//	show ID TEXT   display_data with a display id
//	update ID TEXT update_display_data
//	value TEXT     execute_result
//	clear, clearwait
//	fail TEXT      ends the cell with an error
//	flood N TEXT   N times print, in messages of their own
//	prints ID TEXT print in a cell that no request stands for
//	rerun ID       runs the last source of another cell again
//	ask PROMPT     asks for input and prints it
//	wait           until the kernel is interrupted
//	die REASON     the process is gone
type scripted struct {
	src     protocol.Source
	path    string
	shell   chan *protocol.Message
	control chan *protocol.Message
	stdin   chan *protocol.Message
	out     chan *protocol.Message
	exit    chan Exit
	quit    chan struct{} // closed when the process ends
	once    sync.Once
	loops   sync.WaitGroup
	pause   chan struct{} // an interrupt
	end     Exit

	count int
	cells map[string]*protocol.Message // last request of each cell
	docs  chan string                  // texts of documents that it was told
	sets  chan string                  // settings that it was told
}

func newScripted(path string) *scripted {
	k := &scripted{path: path, shell: make(chan *protocol.Message, 4), control: make(chan *protocol.Message, 4),
		stdin: make(chan *protocol.Message, 1), out: make(chan *protocol.Message), exit: make(chan Exit, 1),
		quit: make(chan struct{}), pause: make(chan struct{}, 1), cells: map[string]*protocol.Message{}, docs: make(chan string, 16), sets: make(chan string, 16),
		src: protocol.Source{Session: newUUID(), Username: "kernel", Now: time.Now, NewID: newUUID}}
	k.loops.Go(func() { k.loop(k.shell) })
	k.loops.Go(func() { k.loop(k.control) })
	go func() {
		k.loops.Wait()
		k.exit <- k.end
		close(k.exit)
		close(k.out)
	}()
	return k
}

func (k *scripted) stop(e Exit) {
	k.once.Do(func() {
		k.end = e
		close(k.quit)
	})
}

var errGone = fmt.Errorf("scripted: %w", ErrKernelGone)

func (k *scripted) Send(ctx context.Context, _ int, m *protocol.Message) error {
	to := map[protocol.Channel]chan *protocol.Message{protocol.Shell: k.shell, protocol.Control: k.control, protocol.Stdin: k.stdin}[m.Channel]
	select {
	case to <- m:
		return nil
	case <-k.quit:
		return errGone
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (k *scripted) Receive() <-chan *protocol.Message { return k.out }
func (k *scripted) Exit() <-chan Exit                 { return k.exit }

func (k *scripted) Interrupt(context.Context) error {
	select {
	case k.pause <- struct{}{}:
	default:
	}
	return nil
}

func (k *scripted) Shutdown(context.Context) error {
	k.stop(Exit{Reason: "exit code 0", Asked: true})
	k.loops.Wait()
	return nil
}

func (k *scripted) loop(in chan *protocol.Message) {
	for {
		select {
		case m := <-in:
			if k.handle(m) != nil {
				return
			}
		case <-k.quit:
			return
		}
	}
}

func (k *scripted) say(ch protocol.Channel, parent protocol.Header, c protocol.Content) error {
	m, err := k.src.New(ch, parent, c)
	if err != nil {
		return err
	}
	return k.emit(m)
}

func (k *scripted) emit(m *protocol.Message) error {
	select {
	case k.out <- m:
		return nil
	case <-k.quit:
		return errGone
	}
}

func (k *scripted) handle(m *protocol.Message) error {
	if m.Header.MsgType == (Document{}).MsgType() {
		c, err := protocol.Decode(m)
		if err == nil {
			k.docs <- string(c.(*protocol.Raw).JSON)
		}
		return err
	}
	if m.Header.MsgType == typeSettings {
		k.sets <- string(m.Content)
		return nil
	}
	if err := k.say(protocol.IOPub, m.Header, protocol.Status{ExecutionState: protocol.Busy}); err != nil {
		return err
	}
	var reply protocol.Content
	switch m.Header.MsgType {
	case protocol.TypeKernelInfoRequest:
		reply = protocol.KernelInfoReply{ProtocolVersion: protocol.Version, Implementation: "scripted"}
	case protocol.TypeCompleteRequest:
		reply = protocol.CompleteReply{Matches: []string{"abs"}}
	case protocol.TypeExecuteRequest:
		var err error
		if reply, err = k.execute(m); err != nil {
			return err
		}
	}
	if reply != nil {
		if err := k.say(m.Channel, m.Header, reply); err != nil {
			return err
		}
	}
	return k.say(protocol.IOPub, m.Header, protocol.Status{ExecutionState: protocol.Idle})
}

func (k *scripted) execute(m *protocol.Message) (protocol.Content, error) {
	req, err := protocol.As[protocol.ExecuteRequest](m)
	if err != nil {
		return nil, err
	}
	meta, err := protocol.DecodeMetadata(m)
	if err != nil {
		return nil, err
	}
	k.cells[meta.CellID] = m
	if strings.TrimSpace(req.Code) != "" {
		k.count++
		if err := k.say(protocol.IOPub, m.Header, protocol.ExecuteInput{Code: req.Code, ExecutionCount: k.count}); err != nil {
			return nil, err
		}
	}
	failed, err := k.lines(m, req.Code)
	if err != nil {
		return nil, err
	}
	reply := protocol.ExecuteReply{ExecutionCount: k.count}
	if failed != "" {
		reply.Outcome = protocol.Outcome{Status: protocol.Failed, EName: "Fail", EValue: failed}
	}
	return reply, nil
}

// lines runs code, with outputs for the request m. failed is the text of the
// error that ended it; err is the end of the kernel.
func (k *scripted) lines(m *protocol.Message, code string) (failed string, err error) {
	for line := range strings.SplitSeq(code, "\n") {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if word == "fail" {
			return rest, k.say(protocol.IOPub, m.Header, protocol.Error{EName: "Fail", EValue: rest, Traceback: []string{rest}})
		}
		if err := k.line(m, word, rest); err != nil {
			return "", err
		}
	}
	return "", nil
}

func (k *scripted) line(m *protocol.Message, word, rest string) error {
	first, text, _ := strings.Cut(rest, " ")
	say := func(c protocol.Content) error { return k.say(protocol.IOPub, m.Header, c) }
	bundle := func(s string) protocol.Dict { return protocol.Dict{"text/plain": protocol.Text(s)} }
	switch word {
	case "print":
		return say(protocol.Stream{Name: protocol.Stdout, Text: rest + "\n"})
	case "err":
		return say(protocol.Stream{Name: protocol.Stderr, Text: rest + "\n"})
	case "show":
		return say(protocol.DisplayData{Data: bundle(text), Transient: protocol.Transient{DisplayID: first}})
	case "update":
		return say(protocol.UpdateDisplayData{Data: bundle(text), Transient: protocol.Transient{DisplayID: first}})
	case "value":
		return say(protocol.ExecuteResult{ExecutionCount: k.count, Data: bundle(rest)})
	case "clear", "clearwait":
		return say(protocol.ClearOutput{Wait: word == "clearwait"})
	case "flood":
		return k.flood(m, first, text)
	case "prints":
		out, err := k.src.Publish(protocol.Header{}, protocol.Stream{Name: protocol.Stdout, Text: text + "\n"})
		if err != nil {
			return err
		}
		out.Metadata = fmt.Appendf(nil, `{"cellId":%q}`, first)
		return k.emit(out)
	case "rerun":
		return k.rerun(first)
	case "ask":
		return k.ask(m, rest)
	case "wait":
		select {
		case <-k.pause:
			return nil
		case <-k.quit:
			return errGone
		}
	case "die":
		k.stop(Exit{Reason: rest})
		return errGone
	case "":
		return nil
	}
	return fmt.Errorf("unknown command %q", word)
}

// flood says the same message again and again, so that benchmarks measure the
// hub and not how fast this kernel makes messages.
func (k *scripted) flood(m *protocol.Message, count, text string) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	line, err := k.src.Publish(m.Header, protocol.Stream{Name: protocol.Stdout, Text: text + "\n"})
	if err != nil {
		return err
	}
	for range n {
		if err := k.emit(line); err != nil {
			return err
		}
	}
	return nil
}

func (k *scripted) rerun(cell string) error {
	m := k.cells[cell]
	req, err := protocol.As[protocol.ExecuteRequest](m)
	if err != nil {
		return err
	}
	if err := k.say(protocol.IOPub, m.Header, protocol.ClearOutput{Wait: true}); err != nil {
		return err
	}
	_, err = k.lines(m, req.Code)
	return err
}

func (k *scripted) ask(m *protocol.Message, prompt string) error {
	if err := k.say(protocol.Stdin, m.Header, protocol.InputRequest{Prompt: prompt}); err != nil {
		return err
	}
	select {
	case a := <-k.stdin:
		c, err := protocol.As[protocol.InputReply](a)
		if err != nil {
			return err
		}
		return k.say(protocol.IOPub, m.Header, protocol.Stream{Name: protocol.Stdout, Text: c.Value + "\n"})
	case <-k.quit:
		return errGone
	}
}
