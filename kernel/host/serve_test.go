package host

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

func frameOf(t testing.TB, ch protocol.Channel, c protocol.Content) []byte {
	t.Helper()
	m, err := client.Request(ch, c)
	if err != nil {
		t.Fatal(err)
	}
	l, err := laneOf(ch)
	if err != nil {
		t.Fatal(err)
	}
	b, err := encode(m, l)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestServeEndsWithItsContext(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithCancelCause(testContext(t))
	why := errors.New("enough")
	entered := make(chan struct{})
	h := HandlerFunc(func(ctx context.Context, _ *protocol.Message, _ func(*protocol.Message) error) {
		close(entered)
		<-ctx.Done()
	})
	served := make(chan error)
	go func() { served <- Serve(ctx, r, io.Discard, h) }()
	if _, err := w.Write(frameOf(t, protocol.Shell, protocol.ExecuteRequest{})); err != nil {
		t.Fatal(err)
	}
	<-entered
	cancel(why)
	if err := <-served; !errors.Is(err, why) {
		t.Errorf("got %v, want the cause", err)
	}
}

func TestServeFinishesControlAtTheEnd(t *testing.T) {
	var in bytes.Buffer
	for range 10 {
		in.Write(frameOf(t, protocol.Control, protocol.ShutdownRequest{}))
	}
	got := 0
	h := HandlerFunc(func(context.Context, *protocol.Message, func(*protocol.Message) error) { got++ })
	if err := Serve(testContext(t), &in, io.Discard, h); err != nil {
		t.Error(err)
	}
	if got != 10 {
		t.Errorf("%d messages were handled, want all 10", got)
	}
}

// A question to the user is answered while the execution that asks it runs.
func TestStdinComesWhileShellWaits(t *testing.T) {
	r, w := io.Pipe()
	answers := make(chan string)
	got := make(chan string, 1)
	h := HandlerFunc(func(ctx context.Context, m *protocol.Message, _ func(*protocol.Message) error) {
		if m.Channel == protocol.Shell {
			got <- <-answers
			return
		}
		c, err := protocol.As[protocol.InputReply](m)
		if err != nil {
			t.Error(err)
		}
		answers <- c.Value
	})
	served := make(chan error)
	go func() { served <- Serve(testContext(t), r, io.Discard, h) }()
	for _, f := range [][]byte{
		frameOf(t, protocol.Shell, protocol.ExecuteRequest{}),
		frameOf(t, protocol.Stdin, protocol.InputReply{Value: "42"}),
	} {
		if _, err := w.Write(f); err != nil {
			t.Fatal(err)
		}
	}
	if v := <-got; v != "42" {
		t.Errorf("got %q, want 42", v)
	}
	w.Close()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func TestSendFailsWhenTheParentIsGone(t *testing.T) {
	r, w := io.Pipe()
	r.Close()
	var failed error
	h := HandlerFunc(func(_ context.Context, m *protocol.Message, send func(*protocol.Message) error) { failed = send(m) })
	in := bytes.NewReader(frameOf(t, protocol.Control, protocol.ShutdownRequest{}))
	if err := Serve(testContext(t), in, w, h); err != nil {
		t.Error(err)
	}
	if !errors.Is(failed, io.ErrClosedPipe) {
		t.Errorf("got %v, want that the pipe is closed", failed)
	}
}

func TestBrokenPipes(t *testing.T) {
	good := frameOf(t, protocol.Shell, protocol.CommMsg{})
	for _, tt := range []struct {
		name string
		in   []byte
		want string
	}{
		{"cut prefix", good[:3], "unexpected EOF"},
		{"cut body", good[:len(good)-1], "unexpected EOF"},
		{"too large", []byte{0, 0, 0, 0xff, 0}, "over the limit"},
		{"unknown lane", []byte{0, 0, 0, 0, 9}, "unknown kind 0x9"},
		{"news with a body", []byte{1, 0, 0, 0, handled, 0}, "has a body"},
		{"news for a child", handledFrame(shellLane), "only kernels send"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := HandlerFunc(func(context.Context, *protocol.Message, func(*protocol.Message) error) {})
			err := Serve(testContext(t), bytes.NewReader(tt.in), io.Discard, h)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}

func FuzzReadFrame(f *testing.F) {
	f.Add(frameOf(f, protocol.Shell, protocol.ExecuteRequest{Code: "1+1"}))
	f.Add(handledFrame(controlLane))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0})
	f.Fuzz(func(t *testing.T, in []byte) {
		r := bufio.NewReader(bytes.NewReader(in))
		for {
			fr, err := readFrame(r)
			if err != nil {
				return
			}
			m, err := fr.message()
			if err != nil {
				continue
			}
			again, err := encode(m, fr.lane)
			if err != nil {
				t.Fatal(err)
			}
			back, err := readFrame(bufio.NewReader(bytes.NewReader(again)))
			if err != nil {
				t.Fatal(err)
			}
			m2, err := back.message()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(m, m2); diff != "" {
				t.Error(diff)
			}
		}
	})
}
