package host

import (
	"context"
	"errors"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

func supervise(t testing.TB, s Spec, r Restarts) newest {
	t.Helper()
	sup, err := Supervise(testContext(t), s, r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { finish(t, newest{sup}) })
	return newest{sup}
}

// upTo reads up to a state of the kernel as a whole, and returns everything
// to there that is not about the supervisor's own question.
func upTo(t testing.TB, s peer, state string) []string {
	t.Helper()
	var said []string
	for {
		m := receive(t, s)
		if m == nil {
			t.Fatalf("the kernel ended before it was %s; it said %q", state, said)
		}
		text := brief([]*protocol.Message{m})[0]
		switch {
		case m.Parent.IsZero() && text == state:
			return append(said, state)
		case m.Parent.IsZero() || m.Parent.Session == client.Session:
			said = append(said, text)
		}
	}
}

// kill ends the kernel that runs, or the next one.
func kill(t *testing.T, s newest) {
	t.Helper()
	for ctx := testContext(t); ctx.Err() == nil; runtime.Gosched() {
		if k, err := s.at(s.number()); err == nil {
			if err := k.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatal("there is no kernel")
}

func TestSupervisorAnswersForTheDead(t *testing.T) {
	s := supervise(t, testSpec(t), Restarts{})
	upTo(t, s, protocol.Starting)
	req := execute(t, s, "hang")
	until(t, s, req, protocol.TypeStream)
	waiting := execute(t, s, "print x")
	kill(t, s)

	const died = "KernelDied: the kernel died: killed by signal 9 (SIGKILL), by somebody or by the system because memory ran out"
	want := []string{
		"error " + died, "execute_reply error " + died, "idle",
		"busy", "execute_reply error " + died, "idle",
		protocol.Restarting, protocol.Starting,
	}
	if diff := cmp.Diff(want, upTo(t, s, protocol.Starting)); diff != "" {
		t.Error(diff)
	}
	if req.Header.MsgID == waiting.Header.MsgID {
		t.Error("two requests with one id")
	}
	got := brief(until(t, s, execute(t, s, "print back"), protocol.TypeExecuteReply))
	if diff := cmp.Diff([]string{"busy", "stream back", "execute_reply ok"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestSupervisorNamesWantOfMemory(t *testing.T) {
	if !watchesMemory {
		t.Skip("no hard limit on this system")
	}
	spec := testSpec(t)
	spec.Log = nil
	spec.Limits.HardMemory = 256 << 20
	s := supervise(t, spec, Restarts{})
	all := until(t, s, execute(t, s, "allocate 1000"), protocol.TypeExecuteReply)
	want := regexp.MustCompile(`^execute_reply error KernelDied: the kernel died: out of memory: .*256 MiB$`)
	if got := brief(all[len(all)-1:])[0]; !want.MatchString(got) {
		t.Errorf("got %q, want %s", got, want)
	}
}

func TestSupervisorAnswersKernelInfoWhileBusy(t *testing.T) {
	s := supervise(t, testSpec(t), Restarts{})
	until(t, s, execute(t, s, "wait"), protocol.TypeStream)
	for range 3 {
		req := sendRequest(t, s, protocol.Shell, protocol.KernelInfoRequest{})
		all := until(t, s, req, protocol.TypeKernelInfoReply)
		info, err := protocol.As[protocol.KernelInfoReply](all[len(all)-1])
		if err != nil || info.Implementation != "test" {
			t.Errorf("got %+v, %v", info, err)
		}
		said := append(brief(all), brief(until(t, s, req, protocol.TypeStatus))...)
		if diff := cmp.Diff([]string{"busy", "kernel_info_reply", "idle"}, said); diff != "" {
			t.Error(diff)
		}
	}
	if err := s.Interrupt(testContext(t)); err != nil {
		t.Error(err)
	}
}

// The pause before the second restart is long; the question is answered in it.
func TestSupervisorAnswersKernelInfoWhileDown(t *testing.T) {
	s := supervise(t, testSpec(t), Restarts{Backoff: time.Hour, MaxBackoff: time.Hour})
	until(t, s, sendRequest(t, s, protocol.Shell, protocol.KernelInfoRequest{}), protocol.TypeKernelInfoReply)
	for range 2 {
		kill(t, s)
		upTo(t, s, protocol.Restarting)
	}
	until(t, s, sendRequest(t, s, protocol.Control, protocol.KernelInfoRequest{}), protocol.TypeKernelInfoReply)

	m, err := client.Request(protocol.Shell, protocol.ExecuteRequest{Code: "print x"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(testContext(t), m); !errors.Is(err, ErrDead) {
		t.Errorf("got %v, want ErrDead, and that it did not wait for the next kernel", err)
	}
	if err := s.Interrupt(testContext(t)); err != nil {
		t.Errorf("an interrupt of nothing: %v", err)
	}
	shutdown(t, s)
	if e := exitOf(t, s); !e.Asked || !strings.HasPrefix(e.Reason, "killed by signal 9") {
		t.Errorf("got %+v", e)
	}
}

func TestSupervisorGivesUp(t *testing.T) {
	s := supervise(t, testSpec(t, "HOST_TEST=exit at once"), Restarts{Most: 3, Backoff: time.Millisecond})
	info := make(chan error, 1)
	m, err := client.Request(protocol.Shell, protocol.KernelInfoRequest{})
	if err != nil {
		t.Fatal(err)
	}
	go func() { info <- s.Send(testContext(t), m) }()
	said := brief(drain(t, s))
	said = slices.DeleteFunc(said, func(text string) bool { return text == "kernel_info_reply" })
	want := []string{"starting", "restarting", "starting", "restarting", "starting", "dead"}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Error(diff)
	}
	const reason = "exit code 7: no configuration; given up after 3 deaths in a row"
	if diff := cmp.Diff(Exit{Reason: reason}, exitOf(t, s)); diff != "" {
		t.Error(diff)
	}
	if err := <-info; err != nil && !errors.Is(err, ErrDead) {
		t.Error(err)
	}
	if err := s.Send(testContext(t), m); !errors.Is(err, ErrDead) || !strings.Contains(err.Error(), reason) {
		t.Errorf("got %v, want ErrDead with the reason", err)
	}
}

func TestRestartByAMessage(t *testing.T) {
	s := supervise(t, testSpec(t), Restarts{})
	first := upTo(t, s, protocol.Starting)
	until(t, s, execute(t, s, "wait"), protocol.TypeStream)
	sendRequest(t, s, protocol.Control, protocol.ShutdownRequest{Restart: true})
	said := append(first, upTo(t, s, protocol.Starting)...)
	if slices.Contains(said, protocol.Restarting) {
		t.Errorf("got %q: clients take restarting for a death", said)
	}
	if !slices.Contains(said, "execute_reply error Error: the kernel is being shut down") {
		t.Errorf("got %q, want that the execution was ended", said)
	}
	until(t, s, execute(t, s, "print x"), protocol.TypeExecuteReply)
}

func TestClientsShutdownIsForGood(t *testing.T) {
	s := supervise(t, testSpec(t), Restarts{})
	req := sendRequest(t, s, protocol.Control, protocol.ShutdownRequest{})
	if said := brief(drain(t, s)); !slices.Contains(said, "shutdown_reply") || slices.Contains(said, "restarting") {
		t.Errorf("got %q", said)
	}
	if diff := cmp.Diff(Exit{Reason: "exit code 0", Asked: true}, exitOf(t, s)); diff != "" {
		t.Error(diff)
	}
	if err := s.Send(testContext(t), req); !errors.Is(err, ErrDead) {
		t.Errorf("got %v, want ErrDead", err)
	}
}

func TestStubbornKernelIsRestarted(t *testing.T) {
	s := supervise(t, testSpec(t), Restarts{})
	req := execute(t, s, "hang")
	until(t, s, req, protocol.TypeStream)
	for range 2 {
		if err := s.Interrupt(testContext(t)); err != nil {
			t.Fatal(err)
		}
	}
	got := brief(until(t, s, req, protocol.TypeExecuteReply))
	if want := "execute_reply error KernelDied: the kernel died: " + killedStubborn; got[len(got)-1] != want {
		t.Errorf("got %q, want %q at the end", got, want)
	}
	upTo(t, s, protocol.Starting)
	until(t, s, execute(t, s, "print x"), protocol.TypeExecuteReply)
}

// Whatever the moment of the death, each request that a kernel took gets exactly
// one reply, and none is taken by two.
func TestNoReplyIsLostOverDeaths(t *testing.T) {
	s := supervise(t, testSpec(t), Restarts{Rapid: time.Nanosecond})
	const n = 300
	ids := make(chan string, n)
	go func() {
		defer close(ids)
		for i := range n {
			code := "print x"
			if i%20 == 13 {
				code = "exit 1"
			}
			m, err := client.Request(protocol.Shell, protocol.ExecuteRequest{Code: code})
			if err == nil {
				err = sendToAny(testContext(t), s, m)
			}
			if err != nil {
				t.Error(err)
			}
			ids <- m.Header.MsgID
		}
	}()
	replies := map[string]int{}
	for range n {
		for {
			m := receive(t, s)
			if m.Header.MsgType == protocol.TypeExecuteReply {
				replies[m.Parent.MsgID]++
				break
			}
		}
	}
	for id := range ids {
		if replies[id] != 1 {
			t.Errorf("request %s has %d replies", id, replies[id])
		}
	}
}

// sendToAny sends to the first kernel that takes the message.
func sendToAny(ctx context.Context, s newest, m *protocol.Message) error {
	for {
		err := s.Send(ctx, m)
		if !errors.Is(err, ErrDead) || ctx.Err() != nil {
			return err
		}
		runtime.Gosched()
	}
}

// Who learns late of a death does not reach the process that came after it.
func TestMessagesAreForOneProcess(t *testing.T) {
	s := supervise(t, testSpec(t), Restarts{})
	upTo(t, s, protocol.Starting)
	kill(t, s)
	upTo(t, s, protocol.Starting)
	m, err := client.Request(protocol.Shell, protocol.ExecuteRequest{Code: "print x"})
	if err != nil {
		t.Fatal(err)
	}
	for _, process := range []int{0, 1, 3} {
		if err := s.Supervisor.Send(testContext(t), process, m); !errors.Is(err, ErrDead) {
			t.Errorf("process %d: %v, want ErrDead", process, err)
		}
	}
	if err := s.Supervisor.Send(testContext(t), 2, m); err != nil {
		t.Error(err)
	}
	until(t, s, m, protocol.TypeExecuteReply)
}

func TestBackoff(t *testing.T) {
	r := Restarts{}.orDefaults()
	var got []time.Duration
	for n := range 9 {
		got = append(got, r.wait(n))
	}
	ms := time.Millisecond
	want := []time.Duration{0, 0, 100 * ms, 200 * ms, 400 * ms, 800 * ms, 1600 * ms, 3200 * ms, 5000 * ms}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
