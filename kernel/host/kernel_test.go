package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

func TestKernelAnswers(t *testing.T) {
	k := start(t, testSpec(t))
	got := brief(until(t, k, execute(t, k, "print hello"), protocol.TypeExecuteReply))
	want := []string{"busy", "stream hello", "execute_reply ok"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestShutdownLetsTheKernelFinish(t *testing.T) {
	k := start(t, testSpec(t))
	until(t, k, execute(t, k, "wait"), protocol.TypeStream)
	all := make(chan []*protocol.Message)
	go func() { all <- drain(t, k) }()
	shutdown(t, k)
	if diff := cmp.Diff(Exit{Reason: "exit code 0", Asked: true}, exitOf(t, k)); diff != "" {
		t.Error(diff)
	}
	said := strings.Join(brief(<-all), ", ")
	for _, want := range []string{"execute_reply error Error: the kernel is being shut down", "shutdown_reply"} {
		if !strings.Contains(said, want) {
			t.Errorf("got %q, want %q in it", said, want)
		}
	}
	m, err := client.Request(protocol.Shell, protocol.ExecuteRequest{Code: "print x"})
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Send(testContext(t), m); !errors.Is(err, ErrDead) {
		t.Errorf("got %v, want ErrDead", err)
	}
}

func TestShutdownKillsWhatDoesNotEnd(t *testing.T) {
	k := start(t, testSpec(t))
	until(t, k, execute(t, k, "hang"), protocol.TypeStream)
	ctx, cancel := context.WithCancel(testContext(t))
	cancel()
	if err := k.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Exit{Reason: killedShutdown, Asked: true}, ignoreAsked(exitOf(t, k))); diff != "" {
		t.Error(diff)
	}
}

// A shutdown whose context is done may kill before it could ask.
func ignoreAsked(e Exit) Exit {
	e.Asked = true
	return e
}

func TestDeathHasAReason(t *testing.T) {
	tests := []struct {
		name, code string
		env        []string
		limits     Limits
		log        string // must be in the log
		want       string // regular expression
	}{
		{name: "exit code and last lines", code: "exit 3", want: `^exit code 3: two\nthree\nfour$`},
		{name: "clean exit unasked", code: "exit 0", want: `^exit code 0$`},
		{name: "crash without its stack", code: "crash ouch", want: `^exit code 2: panic: ouch$`, log: "goroutine "},
		{name: "one block too large", code: "block 4096", limits: Limits{HardMemory: 1 << 30},
			want: `^out of memory: wanted more than the limit of 1 GiB$`},
		{name: "many small ones", code: "allocate 2000", limits: Limits{HardMemory: 1 << 28},
			want: `^out of memory: .* limit .* 256 MiB$`},
		{name: "seen by the parent", code: "allocate 200", limits: Limits{HardMemory: 100 << 20}, env: []string{"HOST_TEST=no rlimit"},
			want: `^out of memory: used [12]\d\d.* MiB, the limit is 100 MiB$`},
		{name: "far over what cells may use", code: "allocate 200", limits: Limits{SoftMemory: 100 << 20, HardMemory: 1 << 30}, env: []string{"HOST_TEST=no rlimit"},
			want: `^out of memory: used [2-9]\d\d.* MiB for 5s, the limit of a cell is 100 MiB$`},
		{name: "at once", env: []string{"HOST_TEST=exit at once"}, want: `^exit code 7: no configuration$`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.limits.HardMemory > 0 && !watchesMemory {
				t.Skip("no hard limit on this system")
			}
			if raceDetector && tt.name == "one block too large" {
				t.Skip("the race detector maps more than any limit")
			}
			var log strings.Builder
			s := testSpec(t, tt.env...)
			s.Limits, s.Log = tt.limits, func(line string) { log.WriteString(line + "\n") }
			k := start(t, s)
			if tt.code != "" {
				execute(t, k, tt.code)
			}
			drain(t, k)
			e := exitOf(t, k)
			if e.Asked || !regexp.MustCompile(tt.want).MatchString(e.Reason) {
				t.Errorf("got %+v, want %s", e, tt.want)
			}
			if !strings.Contains(log.String(), tt.log) {
				t.Errorf("the log %q has no %q", log.String(), tt.log)
			}
		})
	}
}

func TestKillFromOutside(t *testing.T) {
	k := start(t, testSpec(t))
	until(t, k, execute(t, k, "hang"), protocol.TypeStream)
	if err := k.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if e := exitOf(t, k); !strings.HasPrefix(e.Reason, "killed by signal 9") || e.Asked {
		t.Errorf("got %+v", e)
	}
	drain(t, k)
}

// number is what a stream message says.
func number(t *testing.T, m *protocol.Message) int {
	t.Helper()
	c, err := protocol.As[protocol.Stream](m)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(c.Text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// awaitGone waits for the end of a process that somebody else has to reap.
func awaitGone(t *testing.T, pid int) {
	t.Helper()
	for ctx := testContext(t); ctx.Err() == nil; runtime.Gosched() {
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if errors.Is(err, os.ErrNotExist) || strings.Contains(string(stat), ") Z ") {
			return
		}
	}
	t.Errorf("process %d is still there", pid)
}

func needProc(t *testing.T) {
	t.Helper()
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("needs /proc to see processes of others: ", err)
	}
}

// The process between us and the kernel is killed; the kernel is busy, so that
// it cannot see the end of its pipe.
func TestKernelDoesNotOutliveItsParent(t *testing.T) {
	if !watchesMemory {
		t.Skip("only Linux kills the children of the dead")
	}
	needProc(t)
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), "HOST_TEST=parent")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	_, err = fmt.Fscanln(out, &pid)
	if killErr := errors.Join(parent.Process.Kill(), ignoreExit(parent.Wait())); err != nil || killErr != nil {
		t.Fatal(err, killErr)
	}
	awaitGone(t, pid)
}

func ignoreExit(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil
	}
	return err
}

func TestWhatTheKernelStartedEndsWithIt(t *testing.T) {
	needProc(t)
	k := start(t, testSpec(t))
	out := until(t, k, execute(t, k, "child"), protocol.TypeStream)
	pid := number(t, out[len(out)-1])
	go drain(t, k)
	shutdown(t, k)
	awaitGone(t, pid)
}

func TestManyMessagesKeepTheirOrder(t *testing.T) {
	const n = 10_000
	k := start(t, testSpec(t))
	ids := make(chan string, n)
	go func() {
		for i := range n {
			ids <- execute(t, k, "print "+strconv.Itoa(i)).Header.MsgID
		}
		close(ids)
	}()
	i := 0
	for id := range ids {
		var got []string
		for len(got) < 4 {
			m := receive(t, k)
			if m == nil || m.Parent.MsgID != id {
				t.Fatalf("message %d: got %+v, want one for request %s", i, m, id)
			}
			got = append(got, brief([]*protocol.Message{m})...)
		}
		want := []string{"busy", "stream " + strconv.Itoa(i), "execute_reply ok", "idle"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
		i++
	}
	if len(k.pending.byID) != 0 {
		t.Errorf("%d requests are still pending", len(k.pending.byID))
	}
}

// Nobody receives: the kernel and then those who send wait, nothing grows, and
// an interrupt still gets to the kernel.
func TestSlowReaderHoldsTheKernelBack(t *testing.T) {
	k := start(t, testSpec(t))
	flood := execute(t, k, "flood 20000")
	ctx, cancel := context.WithCancel(testContext(t))
	sent := make(chan int)
	go func() {
		n := 0
		for ; ; n++ {
			m, err := client.Request(protocol.Shell, protocol.ExecuteRequest{Code: "print x"})
			if err != nil || k.Send(ctx, m) != nil {
				break
			}
		}
		sent <- n
	}()
	for k.windows[shellLane].room.TryAcquire(leastCost) { // until no more fits
		k.windows[shellLane].leave(leastCost)
		runtime.Gosched()
	}
	cancel()
	if n := <-sent; n != windowCount-1 {
		t.Errorf("%d messages were taken, want %d", n, windowCount-1)
	}
	if err := k.Interrupt(testContext(t)); err != nil {
		t.Error(err)
	}
	if n := len(until(t, k, flood, protocol.TypeExecuteReply)); n != 20002 {
		t.Errorf("got %d messages, want all", n)
	}
}

func TestSendRefuses(t *testing.T) {
	k := start(t, testSpec(t))
	m, err := client.Request(protocol.IOPub, protocol.Status{})
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Send(testContext(t), m); err == nil || !strings.Contains(err.Error(), "iopub") {
		t.Errorf("got %v, want an error that names the channel", err)
	}
	m, err = client.Request(protocol.Shell, protocol.CommMsg{CommID: "c"})
	if err != nil {
		t.Fatal(err)
	}
	m.Buffers = [][]byte{make([]byte, maxFrame)}
	if err := k.Send(testContext(t), m); !errors.Is(err, protocol.ErrTooLarge) {
		t.Errorf("got %v, want ErrTooLarge", err)
	}
}

// A message that the other side cannot read costs nothing but itself.
func TestUnreadableMessageIsSkipped(t *testing.T) {
	k := start(t, testSpec(t))
	for range 2 * windowCount {
		m, err := client.Request(protocol.Shell, protocol.ExecuteRequest{})
		if err != nil {
			t.Fatal(err)
		}
		m.Content = []byte("{")
		if err := k.Send(testContext(t), m); err != nil {
			t.Fatal(err)
		}
	}
	until(t, k, execute(t, k, "print x"), protocol.TypeExecuteReply)
}

func TestPanicInAHandlerIsAnAnswer(t *testing.T) {
	k := start(t, testSpec(t))
	req := execute(t, k, "panic ouch")
	said := until(t, k, req, protocol.TypeExecuteReply)
	said = append(said, until(t, k, req, protocol.TypeStatus)...)
	defect := "InternalError: this is a defect in the kernel: ouch"
	want := []string{"busy", "idle", "busy", "error " + defect, "execute_reply error " + defect, "idle"}
	if diff := cmp.Diff(want, brief(said)); diff != "" {
		t.Error(diff)
	}
	until(t, k, sendRequest(t, k, protocol.Shell, protocol.IsCompleteRequest{Code: "x"}), "is_complete_reply")
	until(t, k, execute(t, k, "print x"), protocol.TypeExecuteReply)
}

func TestStartFails(t *testing.T) {
	if _, err := Start(testContext(t), Spec{Command: []string{"/no/such/kernel"}}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want that it does not exist", err)
	}
	ctx, cancel := context.WithCancel(testContext(t))
	cancel()
	if _, err := Start(ctx, Spec{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was cancelled", err)
	}
}
