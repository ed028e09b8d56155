package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wnb-dev/wnb/frontend/contents"
	"github.com/wnb-dev/wnb/frontend/live"
	"github.com/wnb-dev/wnb/kernel/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	token  = "the-token-of-the-tests"
	sample = "---\nwnb: 1\ntitle: Sample\n---\n\n# Sample\n\n```starlark {#load}\nx = 1\n```\n"
)

// rig is a server over real documents and, in place of child processes, kernels
// in memory.
type rig struct {
	t testing.TB
	*Server
	http *httptest.Server
	root string
	live *live.Manager
	mu   sync.Mutex
	log  []string
}

func newRig(t testing.TB, edit func(*Options)) *rig {
	t.Helper()
	r := &rig{t: t, root: filepath.Join(t.TempDir(), "root")}
	r.write("sample.wnb", sample)
	r.write("dir/a.csv", "a,b\n1,2\n")
	r.write("dir/page.html", "<script>alert(1)</script>")
	r.write("models/checkpoints/one.txt", "weights")
	r.write("../secret.txt", "outside secret")
	r.write(".env", "hidden secret")
	r.live = live.New(live.Config{Start: startEcho, Log: slog.New(slog.DiscardHandler), Limits: live.Limits{Flush: time.Millisecond}})
	documents, err := contents.New(contents.Options{
		Root: r.root, State: filepath.Join(r.root, ".wnb", "contents"), Outputs: DocumentOutputs(r.live),
	})
	if err != nil {
		t.Fatal(err)
	}
	opt := Options{Contents: documents, Live: FromManager(r.live), Token: token, Log: r.logf}
	if edit != nil {
		edit(&opt)
	}
	if r.Server, err = New(opt); err != nil {
		t.Fatal(err)
	}
	r.http = httptest.NewServer(r.Handler())
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		r.http.Close()
		if err := r.live.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if err := documents.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func (r *rig) write(name, text string) {
	r.t.Helper()
	path := filepath.Join(r.root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) logf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.log = append(r.log, fmt.Sprintf(format, args...))
}

func (r *rig) logged() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.log, "\n")
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   string
}

func (r reply) json(t testing.TB) map[string]any {
	t.Helper()
	var value map[string]any
	if err := json.Unmarshal([]byte(r.body), &value); err != nil {
		t.Fatalf("%v in %q", err, r.body)
	}
	return value
}

// raw sends a request as it is, without a token and without following redirects.
func (r *rig) raw(method, target, body string, header http.Header) reply {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.http.URL+target, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	for key, values := range header {
		request.Header[key] = values
	}
	if host := header.Get("Host"); host != "" {
		request.Host = host
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return reply{status: response.StatusCode, header: response.Header, body: string(data)}
}

// call is raw with the token.
func (r *rig) call(method, target, body string) reply {
	r.t.Helper()
	return r.raw(method, target, body, http.Header{"Authorization": {"token " + token}})
}

func (r *rig) kernel() string {
	r.t.Helper()
	answer := r.call("POST", "/api/kernels", `{"name":"wnb"}`)
	if answer.status != http.StatusCreated {
		r.t.Fatalf("start a kernel: %d %s", answer.status, answer.body)
	}
	return answer.json(r.t)["id"].(string)
}

// echo is a kernel in memory: it prints the code that it is to execute, and
// answers all else with the status ok.
type echo struct {
	src  protocol.Source
	in   chan *protocol.Message
	out  chan *protocol.Message
	exit chan live.Exit
	quit chan struct{}
	once sync.Once
}

func startEcho(context.Context, string) (live.Kernel, error) {
	var mu sync.Mutex
	count := 0
	k := &echo{
		in: make(chan *protocol.Message, 16), out: make(chan *protocol.Message), exit: make(chan live.Exit, 1), quit: make(chan struct{}),
		src: protocol.Source{Session: "echo", Username: "kernel", Now: time.Now, NewID: func() string {
			mu.Lock()
			defer mu.Unlock()
			count++
			return fmt.Sprintf("echo-%p-%d", &mu, count)
		}},
	}
	go k.run()
	return k, nil
}

func (k *echo) run() {
	defer close(k.out)
	defer func() { k.exit <- live.Exit{Reason: "exit code 0", Asked: true}; close(k.exit) }()
	for {
		select {
		case m := <-k.in:
			k.handle(m)
		case <-k.quit:
			return
		}
	}
}

func (k *echo) handle(m *protocol.Message) {
	replyType, isRequest := protocol.ReplyType(m.Header.MsgType)
	if !isRequest {
		return
	}
	k.publish(m, protocol.Status{ExecutionState: protocol.Busy})
	var content protocol.Content = protocol.Raw{Type: replyType, JSON: json.RawMessage(`{"status":"ok"}`)}
	switch m.Header.MsgType {
	case protocol.TypeKernelInfoRequest:
		content = protocol.KernelInfoReply{ProtocolVersion: protocol.Version, Implementation: "echo",
			LanguageInfo: protocol.LanguageInfo{Name: "starlark", FileExtension: ".star"}}
	case protocol.TypeExecuteRequest:
		if request, err := protocol.As[protocol.ExecuteRequest](m); err == nil {
			k.publish(m, protocol.Stream{Name: protocol.Stdout, Text: request.Code})
		}
		content = protocol.ExecuteReply{ExecutionCount: 1}
	}
	if answer, err := k.src.Reply(m, content); err == nil {
		answer.Buffers = m.Buffers
		k.say(answer)
	}
	k.publish(m, protocol.Status{ExecutionState: protocol.Idle})
}

func (k *echo) publish(m *protocol.Message, content protocol.Content) {
	if out, err := k.src.Publish(m.Header, content); err == nil {
		k.say(out)
	}
}

func (k *echo) say(m *protocol.Message) {
	select {
	case k.out <- m:
	case <-k.quit:
	}
}

func (k *echo) Send(ctx context.Context, _ int, m *protocol.Message) error {
	select {
	case k.in <- m:
		return nil
	case <-k.quit:
		return live.ErrKernelGone
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (k *echo) Receive() <-chan *protocol.Message { return k.out }
func (k *echo) Exit() <-chan live.Exit            { return k.exit }
func (k *echo) Interrupt(context.Context) error   { return nil }

func (k *echo) Shutdown(context.Context) error {
	k.once.Do(func() { close(k.quit) })
	return nil
}
