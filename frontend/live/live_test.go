package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

func TestTwoTabs(t *testing.T) {
	r := newRig(t, nil)
	s := r.session("a.wnb")
	one, two := r.tab(s.Kernel.ID, "one"), r.tab(s.Kernel.ID, "two")
	one.run("c1", "print hello\nvalue 7")
	two.until(protocol.TypeStatus, protocol.Idle)
	want := []string{"busy", "input", "stdout hello|", "result 7", "idle"}
	if diff := cmp.Diff(want, two.log); diff != "" {
		t.Errorf("the other tab sees (-want +got):\n%s", diff)
	}
	want = []string{"busy", "input", "stdout hello|", "result 7", "reply ok", "idle"}
	if diff := cmp.Diff(want, one.log); diff != "" {
		t.Errorf("the tab that asked sees (-want +got):\n%s", diff)
	}
	two.run("c2", "print there")
	if diff := cmp.Diff([]string{"stdout there|"}, r.outputs("a.wnb", "c2")); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
}

func TestInputGoesToTheTabThatAsked(t *testing.T) {
	r := newRig(t, nil)
	s := r.session("a.wnb")
	one, two := r.tab(s.Kernel.ID, "one"), r.tab(s.Kernel.ID, "two")
	req := one.submit("c1", "ask name?")
	one.until(protocol.TypeInputRequest, "name?")
	one.ask(protocol.Stdin, protocol.InputReply{Value: "Ada"}, "")
	one.finish(req)
	two.until(protocol.TypeStream, "Ada")
	for _, line := range two.log {
		if line == protocol.TypeInputRequest || strings.HasPrefix(line, "reply") {
			t.Errorf("the other tab got %q", line)
		}
	}
}

// A page that is loaded again is another client, and the only one that can
// answer what the one before was asked.
func TestQuestionOutlivesTheTabThatWasAsked(t *testing.T) {
	r := newRig(t, nil)
	s := r.session("a.wnb")
	one, watcher := r.tab(s.Kernel.ID, "one"), r.tab(s.Kernel.ID, "watcher")
	one.submit("c1", "ask name?")
	one.until(protocol.TypeInputRequest, "name?")
	one.c.Close()
	watcher.until(protocol.TypeInputRequest, "name?")
	again := r.tab(s.Kernel.ID, "again")
	again.until(protocol.TypeInputRequest, "name?")
	again.ask(protocol.Stdin, protocol.InputReply{Value: "Ada"}, "")
	again.until(protocol.TypeStream, "Ada")
	again.until(protocol.TypeStatus, protocol.Idle)

	late := r.tab(s.Kernel.ID, "late")
	late.run("c2", "print there")
	if slices.Contains(late.log, protocol.TypeInputRequest) {
		t.Errorf("a question was asked again that is answered: %q", late.log)
	}
}

func TestQuestionAfterTheTabHasGone(t *testing.T) {
	r := newRig(t, nil)
	s := r.session("a.wnb")
	one, watcher := r.tab(s.Kernel.ID, "one"), r.tab(s.Kernel.ID, "watcher")
	one.submit("c1", "print first\nwait\nask name?")
	one.until(protocol.TypeStream, "first")
	one.c.Close()
	if err := r.Interrupt(context.Background(), s.Kernel.ID); err != nil {
		t.Fatal(err)
	}
	watcher.until(protocol.TypeInputRequest, "name?")
	watcher.ask(protocol.Stdin, protocol.InputReply{Value: "Ada"}, "")
	watcher.until(protocol.TypeStream, "Ada")
}

func TestReconnectGetsWhatItMissed(t *testing.T) {
	r := newRig(t, nil)
	s := r.session("a.wnb")
	one, watcher := r.tab(s.Kernel.ID, "one"), r.tab(s.Kernel.ID, "watcher")
	one.run("c0", "print before")
	req := one.submit("c1", "print first\nwait\nprint last")
	one.until(protocol.TypeStream, "first")
	one.c.Close()
	watcher.until(protocol.TypeStream, "first")
	if err := r.Interrupt(context.Background(), s.Kernel.ID); err != nil {
		t.Fatal(err)
	}
	watcher.until(protocol.TypeStream, "last")
	watcher.until(protocol.TypeStatus, protocol.Idle)

	again := r.tab(s.Kernel.ID, "one")
	again.finish(req)
	if diff := cmp.Diff([]string{"stdout last|", "reply ok", "idle"}, again.log); diff != "" {
		t.Errorf("replay (-want +got):\n%s", diff)
	}
}

func TestReplayByNumber(t *testing.T) {
	r := newRig(t, nil)
	s := r.session("a.wnb")
	one := r.tab(s.Kernel.ID, "one")
	req := one.submit("c1", "print a\nvalue b")
	m := one.until(protocol.TypeStream, "a")
	one.finish(req)
	var meta struct {
		Seq int64 `json:"wnb_seq"`
	}
	mustUnmarshal(t, m.Metadata, &meta)
	c, err := r.AttachSince(context.Background(), s.Kernel.ID, "page", meta.Seq)
	if err != nil {
		t.Fatal(err)
	}
	page := newTab(t, c)
	page.until(protocol.TypeStatus, protocol.Idle)
	if diff := cmp.Diff([]string{"result b", "idle"}, page.log); diff != "" {
		t.Errorf("replay (-want +got):\n%s", diff)
	}
}

func TestUnsentMessageIsReplayed(t *testing.T) {
	r := newRig(t, nil)
	s := r.session("a.wnb")
	one := r.tab(s.Kernel.ID, "one")
	req := one.submit("c1", "value 1")
	m := one.until(protocol.TypeExecuteResult, "1")
	one.c.Unsent(m)
	one.c.Close()
	again := r.tab(s.Kernel.ID, "one")
	again.finish(req)
	if diff := cmp.Diff([]string{"result 1", "reply ok", "idle"}, again.log); diff != "" {
		t.Errorf("replay (-want +got):\n%s", diff)
	}
}

func TestReplayIsBoundedAndSaysSo(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Limits.ReplayBytes = 10_000 })
	s := r.session("a.wnb")
	one, watcher := r.tab(s.Kernel.ID, "one"), r.tab(s.Kernel.ID, "watcher")
	one.run("c0", "print before")
	one.c.Close()
	req := watcher.submit("c1", "value "+strings.Repeat("x", 9000)+"\nvalue "+strings.Repeat("y", 9000))
	watcher.finish(req)

	again := r.tab(s.Kernel.ID, "one")
	note := again.next()
	if !strings.Contains(string(note.Content), "left out") || note.Parent.MsgID != req.Header.MsgID {
		t.Errorf("the note is %s in %s, want one that belongs to %s", note.Content, note.Parent.MsgID, req.Header.MsgID)
	}
	again.until(protocol.TypeExecuteResult, "yyy")
	again.until(protocol.TypeStatus, protocol.Idle)
	if strings.Contains(strings.Join(again.log, " "), "xxx") {
		t.Error("what is over the limit was replayed")
	}
}

func TestSecondSocketReplacesTheFirst(t *testing.T) {
	r := newRig(t, nil)
	s := r.session("a.wnb")
	first := r.tab(s.Kernel.ID, "one")
	second := r.tab(s.Kernel.ID, "one")
	for range first.c.Receive() {
	}
	if !errors.Is(first.c.Err(), ErrReplaced) {
		t.Errorf("first ended with %v", first.c.Err())
	}
	second.run("c1", "print a")
	k, err := r.Kernel(s.Kernel.ID)
	if err != nil || k.Connections != 1 {
		t.Errorf("%d connections, %v; want 1", k.Connections, err)
	}
}

func TestSlowClientIsDroppedAndTheOthersGoOn(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Limits.ClientBytes = 200_000 })
	s := r.session("a.wnb")
	slow, fast := r.tab(s.Kernel.ID, "slow"), r.tab(s.Kernel.ID, "fast")
	for range 5 {
		fast.run("c1", "value "+strings.Repeat("x", 50_000))
	}
	for range slow.c.Receive() {
	}
	if !errors.Is(slow.c.Err(), ErrSlow) {
		t.Errorf("slow ended with %v", slow.c.Err())
	}
	again := r.tab(s.Kernel.ID, "slow")
	again.until(protocol.TypeStatus, protocol.Idle)
}

func TestStreamsAreJoinedInOrder(t *testing.T) {
	ticks := newClock()
	const flush = 25 * time.Millisecond
	r := newRig(t, func(c *Config) { c.Limits.Flush, c.After = flush, ticks.after })
	s := r.session("a.wnb")
	one := r.tab(s.Kernel.ID, "one")
	req := one.submit("c1", "print a\nprint b\nerr c\nprint d\nvalue e\nprint f\nprint g\nwait\nprint h")
	one.until(protocol.TypeExecuteResult, "e") // no tick is needed for it
	ticks.armedFor(flush)                      // when a came
	ticks.fire(flush)                          // when f came
	one.until(protocol.TypeStream, "f")
	if err := r.Interrupt(context.Background(), s.Kernel.ID); err != nil {
		t.Fatal(err)
	}
	one.finish(req)
	got := strings.Join(one.log, " ")
	for _, w := range []string{"stdout ", "stderr ", "| ", "|"} {
		got = strings.ReplaceAll(got, w, "")
	}
	if want := "busy input abcdresult e fghreply ok idle"; got != want {
		t.Errorf("order is %q, want %q; in full %q", got, want, one.log)
	}
}

func TestRestart(t *testing.T) {
	r := newRig(t, func(c *Config) {
		c.Document = func(context.Context, string) (string, error) { return "the text", nil }
	})
	s := r.session("a.wnb")
	one := r.tab(s.Kernel.ID, "one")
	one.run("c1", "print kept")
	req := one.submit("c2", "print part\nwait")
	one.until(protocol.TypeStream, "part")
	k, err := r.Restart(context.Background(), s.Kernel.ID)
	if err != nil || k.ID != s.Kernel.ID {
		t.Fatalf("restart: %+v, %v", k, err)
	}
	one.finish(req)
	one.run("c3", "print after")
	for i, k := range r.kernels {
		if text := <-k.docs; !strings.Contains(text, "the text") {
			t.Errorf("kernel %d was told %q", i, text)
		}
	}
	for cell, want := range map[string]string{"c1": "stdout kept|", "c2": "stdout part|", "c3": "stdout after|"} {
		if diff := cmp.Diff([]string{want}, r.outputs("a.wnb", cell)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", cell, diff)
		}
	}
}

func TestDeathIsShownInTheCellThatRan(t *testing.T) {
	r := newRig(t, nil)
	s := r.session("a.wnb")
	one := r.tab(s.Kernel.ID, "one")
	one.run("c1", "print kept")
	dying := one.submit("c2", "print part\nwait\ndie killed by signal 9")
	one.until(protocol.TypeStream, "part")
	queued := one.submit("c3", "print never")
	if err := r.Interrupt(context.Background(), s.Kernel.ID); err != nil {
		t.Fatal(err)
	}
	one.finish(dying)
	one.finish(queued)
	one.until(protocol.TypeStatus, protocol.Restarting)
	one.run("c4", "print alive")
	want := map[string][]string{
		"c1": {"stdout kept|"},
		"c2": {"stdout part|", "error the kernel died: killed by signal 9"},
		"c3": nil,
		"c4": {"stdout alive|"},
	}
	for cell, lines := range want {
		if diff := cmp.Diff(lines, r.outputs("a.wnb", cell)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", cell, diff)
		}
	}
}

func TestKernelThatCannotStartIsDeadUntilRestarted(t *testing.T) {
	r := newRig(t, nil)
	s := r.session("a.wnb")
	one := r.tab(s.Kernel.ID, "one")
	one.run("c0", "print up")
	r.mu.Lock()
	r.refuse = errors.New("no such file")
	r.mu.Unlock()
	one.finish(one.submit("c1", "die out of memory"))
	one.until(protocol.TypeStatus, protocol.Dead)
	lost := one.submit("c2", "print lost")
	if m := one.until(protocol.TypeError, "restart it"); m.Parent.MsgID != lost.Header.MsgID {
		t.Error("the error of a cell that a dead kernel did not run is not its own")
	}
	one.finish(lost)
	k, err := r.Kernel(s.Kernel.ID)
	if err != nil || k.ExecutionState != protocol.Dead || !strings.Contains(k.Reason, "no such file") {
		t.Errorf("kernel is %+v, %v", k, err)
	}
	if _, err := r.Restart(context.Background(), s.Kernel.ID); err == nil {
		t.Error("restart of a kernel that cannot start succeeds")
	}
	r.mu.Lock()
	r.refuse = nil
	r.mu.Unlock()
	if _, err := r.Restart(context.Background(), s.Kernel.ID); err != nil {
		t.Fatal(err)
	}
	one.run("c3", "print back")
}

func TestKernelInfoIsAnsweredWhileACellRuns(t *testing.T) {
	r := newRig(t, nil)
	s := r.session("a.wnb")
	one := r.tab(s.Kernel.ID, "one")
	running := one.submit("c1", "print on\nwait")
	one.until(protocol.TypeStream, "on")
	two := r.tab(s.Kernel.ID, "two")
	two.finish(two.ask(protocol.Shell, protocol.KernelInfoRequest{}, ""))
	if diff := cmp.Diff([]string{"busy", protocol.TypeKernelInfoReply, "idle"}, two.log); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if k, _ := r.Kernel(s.Kernel.ID); k.ExecutionState != protocol.Busy {
		t.Errorf("state is %s, want busy", k.ExecutionState)
	}
	if err := r.Interrupt(context.Background(), s.Kernel.ID); err != nil {
		t.Fatal(err)
	}
	one.finish(running)
	if k, _ := r.Kernel(s.Kernel.ID); k.ExecutionState != protocol.Idle {
		t.Errorf("state is %s, want idle", k.ExecutionState)
	}
}

func TestRerunOfAnOldRequest(t *testing.T) {
	r := newRig(t, nil)
	s := r.session("a.wnb")
	one := r.tab(s.Kernel.ID, "one")
	one.run("b", "print of b\nshow d shown")
	one.run("a", "print of a\nrerun b\nprint more of a")
	if diff := cmp.Diff([]string{"stdout of b|", "display_data shown"}, r.outputs("a.wnb", "b")); diff != "" {
		t.Errorf("b (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"stdout of a|more of a|"}, r.outputs("a.wnb", "a")); diff != "" {
		t.Errorf("a (-want +got):\n%s", diff)
	}
}

func TestOutputsOfCellsThatNobodyAsked(t *testing.T) {
	r := newRig(t, nil)
	one := r.tab(r.session("a.wnb").Kernel.ID, "one")
	one.run("c", "prints x of x\nprints y of y\nprint of c\nprints x more")
	for cell, want := range map[string]string{"x": "stdout of x|more|", "y": "stdout of y|", "c": "stdout of c|"} {
		if diff := cmp.Diff([]string{want}, r.outputs("a.wnb", cell)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", cell, diff)
		}
	}
}

func TestWrongMessages(t *testing.T) {
	r := newRig(t, nil)
	s := r.session("a.wnb")
	one := r.tab(s.Kernel.ID, "one")
	var field *protocol.FieldError
	for name, m := range map[string]*protocol.Message{
		"empty":   {},
		"channel": {Header: protocol.Header{MsgID: "1", MsgType: "x", Session: "s"}, Channel: "shelf"},
		"iopub":   {Header: protocol.Header{MsgID: "1", MsgType: "stream", Session: "s"}, Channel: protocol.IOPub},
	} {
		if err := one.c.Send(context.Background(), m); !errors.As(err, &field) {
			t.Errorf("%s: %v, want a FieldError", name, err)
		}
	}
	one.finish(one.ask(protocol.Shell, protocol.Raw{Type: protocol.TypeExecuteRequest, JSON: []byte(`{"code":7}`)}, ""))
	if !strings.Contains(strings.Join(one.log, " "), "reply error") {
		t.Errorf("a wrong request is answered by %q", one.log)
	}
	one.run("c", "print still there")
}

// Whatever becomes of the kernel, each request gets one reply and is idle in the
// end: those that it took, those that wait in front of it, and those that come
// while there is none.
func TestEveryRequestIsAnswered(t *testing.T) {
	for name, end := range map[string]func(r *rig, kernel string) error{
		"interrupted, and then it dies": func(r *rig, kernel string) error { return r.Interrupt(context.Background(), kernel) },
		"restarted": func(r *rig, kernel string) error {
			_, err := r.Restart(context.Background(), kernel)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(c *Config) {
				c.Document = func(context.Context, string) (string, error) { return "the text", nil }
			})
			s := r.session("a.wnb")
			one := r.tab(s.Kernel.ID, "one")
			first := one.submit("c", "print on\nwait\ndie killed")
			one.until(protocol.TypeStream, "on")
			const n = 30 // more than the kernel takes at a time
			open := map[string]bool{first.Header.MsgID: true}
			requests := make([]*protocol.Message, n)
			for i := range requests {
				m, err := one.src.Request(protocol.Shell, protocol.ExecuteRequest{Code: fmt.Sprintf("value %d", i), StoreHistory: true})
				if err != nil {
					t.Fatal(err)
				}
				requests[i], open[m.Header.MsgID] = m, true
			}
			sent := make(chan error, 1)
			go func() {
				for _, m := range requests {
					if err := one.c.Send(context.Background(), m); err != nil {
						sent <- err
						return
					}
				}
				sent <- nil
			}()
			if err := end(r, s.Kernel.ID); err != nil {
				t.Fatal(err)
			}
			replies := map[string]int{}
			for len(open) > 0 {
				m := one.next()
				switch {
				case m.Header.MsgType == protocol.TypeExecuteReply:
					replies[m.Parent.MsgID]++
				case inWords(m) == protocol.Idle && replies[m.Parent.MsgID] > 0:
					delete(open, m.Parent.MsgID)
				}
			}
			for id, count := range replies {
				if count != 1 {
					t.Errorf("request %s has %d replies", id, count)
				}
			}
			if err := <-sent; err != nil {
				t.Error(err)
			}
			for i, k := range r.kernels { // each was told the document before anything ran
				if text := <-k.docs; !strings.Contains(text, "the text") {
					t.Errorf("kernel %d was told %s", i, text)
				}
			}
			if open := r.unanswered(s.Kernel.ID); open != 0 {
				t.Errorf("%d requests are still in the books", open)
			}
		})
	}
}

// unanswered is how many requests of a kernel wait for something.
func (r *rig) unanswered(kernel string) int {
	h, err := r.hub(kernel)
	if err != nil {
		r.t.Fatal(err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.requests.pending())
}

// However fast restarts of a kernel follow each other that cannot start, none
// waits for ever, and the last one counts.
func TestRestartsThatFail(t *testing.T) {
	r := newRig(t, nil)
	s := r.session("a.wnb")
	one := r.tab(s.Kernel.ID, "one")
	for range 50 {
		r.mu.Lock()
		r.refuse = errors.New("no such file")
		r.mu.Unlock()
		one.finish(one.submit("c", "die"))
		one.until(protocol.TypeStatus, protocol.Dead)
		for range 3 {
			if _, err := r.Restart(context.Background(), s.Kernel.ID); err == nil {
				t.Fatal("restart of a kernel that cannot start succeeds")
			}
		}
		r.mu.Lock()
		r.refuse = nil
		r.mu.Unlock()
		if _, err := r.Restart(context.Background(), s.Kernel.ID); err != nil {
			t.Fatal(err)
		}
		one.run("c", "print back")
	}
}
