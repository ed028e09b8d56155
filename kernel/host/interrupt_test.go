package host

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

func TestInterruptReachesABusyHandler(t *testing.T) {
	for _, tt := range []struct {
		name      string
		interrupt func(t *testing.T, k *Kernel)
	}{
		{"by the method", func(t *testing.T, k *Kernel) {
			if err := k.Interrupt(testContext(t)); err != nil {
				t.Fatal(err)
			}
		}},
		{"by a message", func(t *testing.T, k *Kernel) {
			sendRequest(t, k, protocol.Control, protocol.InterruptRequest{})
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := start(t, testSpec(t))
			req := execute(t, k, "wait")
			for range 500 { // an interrupt does not queue behind these
				execute(t, k, "print x")
			}
			until(t, k, req, protocol.TypeStream)
			tt.interrupt(t, k)
			got := brief(until(t, k, req, protocol.TypeExecuteReply))
			if diff := cmp.Diff([]string{"execute_reply error Error: interrupted"}, got); diff != "" {
				t.Error(diff)
			}
			// The next one is not interrupted.
			got = brief(until(t, k, execute(t, k, "print y"), protocol.TypeExecuteReply))
			if diff := cmp.Diff([]string{"busy", "stream y", "execute_reply ok"}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestInterruptBeforeTheHandlerHasBegun(t *testing.T) {
	k := start(t, testSpec(t))
	req := execute(t, k, "wait")
	if err := k.Interrupt(testContext(t)); err != nil {
		t.Fatal(err)
	}
	got := brief(until(t, k, req, protocol.TypeExecuteReply))
	if got[len(got)-1] != "execute_reply error Error: interrupted" {
		t.Errorf("got %q", got)
	}
}

func TestSecondInterruptKills(t *testing.T) {
	k := start(t, testSpec(t))
	until(t, k, execute(t, k, "hang"), protocol.TypeStream)
	for range 2 {
		if err := k.Interrupt(testContext(t)); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(Exit{Reason: killedStubborn}, exitOf(t, k)); diff != "" {
		t.Error(diff)
	}
	drain(t, k)
}

func TestInterruptsThatNeedNotKill(t *testing.T) {
	now := time.Now()
	k := start(t, testSpec(t))
	k.mu.Lock()
	k.now = func() time.Time { return now }
	k.mu.Unlock()
	interrupt := func() {
		t.Helper()
		until(t, k, sendRequest(t, k, protocol.Control, protocol.InterruptRequest{}), protocol.TypeInterruptReply)
	}
	t.Log("nothing runs")
	interrupt()
	interrupt()
	t.Log("another execution runs by then")
	for range 2 {
		req := execute(t, k, "wait")
		until(t, k, req, protocol.TypeStream)
		m := sendRequest(t, k, protocol.Control, protocol.InterruptRequest{})
		seen := map[string]bool{}
		for !seen[req.Header.MsgID] || !seen[m.Header.MsgID] {
			if got := receive(t, k); strings.HasSuffix(got.Header.MsgType, "_reply") {
				seen[got.Parent.MsgID] = true
			}
		}
	}
	t.Log("later than two seconds")
	until(t, k, execute(t, k, "hang"), protocol.TypeStream)
	interrupt()
	k.mu.Lock()
	now = now.Add(insistent)
	k.mu.Unlock()
	interrupt()
	t.Log("and then in time")
	sendRequest(t, k, protocol.Control, protocol.InterruptRequest{})
	if diff := cmp.Diff(Exit{Reason: killedStubborn}, exitOf(t, k)); diff != "" {
		t.Error(diff)
	}
}
