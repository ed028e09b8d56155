package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// The test binary is the kernel as well, as the product is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == ChildArgument {
		os.Exit(childMain())
	}
	if os.Getenv("HOST_TEST") == "parent" {
		os.Exit(parentMain())
	}
	goleak.VerifyTestMain(m)
}

func childMain() int {
	switch os.Getenv("HOST_TEST") {
	case "exit at once":
		fmt.Fprintln(os.Stderr, "no configuration")
		return 7
	case "no rlimit":
		// The limit is only the parent's to enforce.
		os.Unsetenv(envHard)
	}
	c, err := Join()
	if err == nil {
		fmt.Println("a stray print, which must not get into the pipe")
		err = Serve(context.Background(), c.In, c.Out, &testHandler{source: newSource("")})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// parentMain starts a kernel that hangs, prints its process id and waits to be
// killed.
func parentMain() int {
	k, err := Start(context.Background(), Spec{Env: append(os.Environ(), "HOST_TEST=")})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	m, err := client.Request(protocol.Shell, protocol.ExecuteRequest{Code: "hang"})
	if err == nil {
		err = k.Send(context.Background(), m)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for m := range k.Receive() {
		if m.Header.MsgType == protocol.TypeStream {
			fmt.Println(k.cmd.Process.Pid)
		}
	}
	return 0
}

// testHandler does what the code of an execution says.
type testHandler struct {
	source protocol.Source
	count  int
}

func (h *testHandler) Handle(ctx context.Context, m *protocol.Message, send func(*protocol.Message) error) {
	say := func(ch protocol.Channel, c protocol.Content) {
		out, err := h.source.New(ch, m.Header, c)
		if err != nil {
			panic(err)
		}
		if err := send(out); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	say(protocol.IOPub, protocol.Status{ExecutionState: protocol.Busy})
	defer say(protocol.IOPub, protocol.Status{ExecutionState: protocol.Idle})
	switch m.Header.MsgType {
	case protocol.TypeKernelInfoRequest:
		say(m.Channel, protocol.KernelInfoReply{Implementation: "test", ProtocolVersion: protocol.Version})
	case protocol.TypeInterruptRequest:
		say(m.Channel, protocol.InterruptReply{})
	case protocol.TypeShutdownRequest:
		say(m.Channel, protocol.ShutdownReply{})
	case protocol.TypeIsCompleteRequest:
		panic("no grammar")
	case protocol.TypeExecuteRequest:
		req, err := protocol.As[protocol.ExecuteRequest](m)
		if err != nil {
			panic(err)
		}
		h.count++
		reply := protocol.ExecuteReply{ExecutionCount: h.count}
		if err := h.execute(ctx, req.Code, say); err != nil {
			reply.Outcome = protocol.Outcome{Status: protocol.Failed, EName: "Error", EValue: err.Error()}
		}
		say(m.Channel, reply)
	}
}

func (h *testHandler) execute(ctx context.Context, code string, say func(protocol.Channel, protocol.Content)) error {
	print := func(text string) { say(protocol.IOPub, protocol.Stream{Name: protocol.Stdout, Text: text}) }
	verb, rest, _ := strings.Cut(code, " ")
	n, _ := strconv.Atoi(rest)
	switch verb {
	case "print":
		print(rest)
	case "flood":
		for i := range n {
			print(strconv.Itoa(i))
		}
	case "wait":
		print("waiting")
		<-ctx.Done()
		return context.Cause(ctx)
	case "hang":
		print("hanging")
		select {}
	case "exit":
		fmt.Fprintln(os.Stderr, "one\ntwo\nthree\nfour")
		os.Exit(n)
	case "panic":
		panic(rest)
	case "crash":
		go func() { panic(rest) }()
		select {}
	case "allocate":
		var all [][]byte
		for range n {
			b := make([]byte, 1<<20)
			for i := 0; i < len(b); i += 4096 {
				b[i] = 1
			}
			all = append(all, b)
		}
		print(strconv.Itoa(len(all)))
		<-ctx.Done() // so that it is there to be seen
		return context.Cause(ctx)
	case "block":
		print(strconv.Itoa(len(make([]byte, n<<20))))
	case "child":
		c := exec.Command("sleep", "1000")
		if err := c.Start(); err != nil {
			return err
		}
		print(strconv.Itoa(c.Process.Pid))
	case "pid":
		print(strconv.Itoa(os.Getpid()))
	default:
		return errors.New("no such verb: " + verb)
	}
	return nil
}

var client = newSource("client")

func testContext(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func testSpec(t testing.TB, env ...string) Spec {
	return Spec{Env: append(os.Environ(), env...), Log: func(line string) { t.Log("child:", line) }}
}

// peer is what Kernel and Supervisor have in common.
type peer interface {
	Send(context.Context, *protocol.Message) error
	Receive() <-chan *protocol.Message
	Interrupt(context.Context) error
	Shutdown(context.Context) error
	Exit() <-chan Exit
}

// newest is a supervisor whose messages go to the process that runs.
type newest struct{ *Supervisor }

func (n newest) Send(ctx context.Context, m *protocol.Message) error {
	return n.Supervisor.Send(ctx, n.number(), m)
}

func (n newest) number() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.process
}

func start(t testing.TB, s Spec) *Kernel {
	t.Helper()
	k, err := Start(testContext(t), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { finish(t, k) })
	return k
}

// finish ends a kernel that has no more of interest to say.
func finish(t testing.TB, k peer) {
	t.Helper()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for range k.Receive() {
		}
	}()
	shutdown(t, k)
	<-gone
}

func shutdown(t testing.TB, k peer) {
	t.Helper()
	if err := k.Shutdown(testContext(t)); err != nil {
		t.Error(err)
	}
}

func sendRequest(t testing.TB, k peer, ch protocol.Channel, c protocol.Content) *protocol.Message {
	t.Helper()
	m, err := client.Request(ch, c)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Send(testContext(t), m); err != nil {
		t.Fatal(err)
	}
	return m
}

func execute(t testing.TB, k peer, code string) *protocol.Message {
	t.Helper()
	return sendRequest(t, k, protocol.Shell, protocol.ExecuteRequest{Code: code})
}

// receive returns the next message, or nil at the end.
func receive(t testing.TB, k peer) *protocol.Message {
	t.Helper()
	late := time.NewTimer(time.Minute)
	defer late.Stop()
	select {
	case m := <-k.Receive():
		return m
	case <-late.C:
		t.Fatal("the kernel says nothing")
		return nil
	}
}

// until returns the messages of a request up to the one of the type.
func until(t testing.TB, k peer, req *protocol.Message, msgType string) []*protocol.Message {
	t.Helper()
	var all []*protocol.Message
	for {
		m := receive(t, k)
		if m == nil {
			t.Fatalf("the kernel ended before a %s; it said %q", msgType, brief(all))
		}
		if m.Parent.MsgID != req.Header.MsgID {
			continue
		}
		all = append(all, m)
		if m.Header.MsgType == msgType {
			return all
		}
	}
}

// drain returns all messages to the end.
func drain(t testing.TB, k peer) []*protocol.Message {
	t.Helper()
	var all []*protocol.Message
	for m := receive(t, k); m != nil; m = receive(t, k) {
		all = append(all, m)
	}
	return all
}

func exitOf(t testing.TB, k peer) Exit {
	t.Helper()
	select {
	case e, ok := <-k.Exit():
		if !ok {
			t.Fatal("the exit was told before")
		}
		return e
	case <-testContext(t).Done():
		t.Fatal("the kernel does not end")
		return Exit{}
	}
}

// brief is a message in a few words.
func brief(all []*protocol.Message) []string {
	var out []string
	for _, m := range all {
		text := m.Header.MsgType
		switch c, err := protocol.Decode(m); c := c.(type) {
		case *protocol.Status:
			text = c.ExecutionState
		case *protocol.Stream:
			text = "stream " + c.Text
		case *protocol.Error:
			text = "error " + c.EName + ": " + c.EValue
		case *protocol.ExecuteReply:
			text = "execute_reply " + string(c.Status)
			if c.EValue != "" {
				text += " " + c.EName + ": " + c.EValue
			}
		default:
			if err != nil {
				text = err.Error()
			}
		}
		out = append(out, text)
	}
	return out
}
