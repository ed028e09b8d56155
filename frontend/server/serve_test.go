package server

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// The start-up and first cell of VS Code with a URL typed in without token.
func TestVSCodeStartUp(t *testing.T) {
	r := newRig(t, nil)
	if got := r.raw("GET", "/tree?", "", nil); got.status == http.StatusOK || got.status == http.StatusNotFound {
		t.Fatalf("/tree?: %d: it would not ask for a password", got.status)
	}
	cookies, xsrf := r.browser() // GET and POST /login with the token as password
	header := http.Header{"Cookie": {cookies}, "X-Xsrftoken": {xsrf}}
	for _, target := range []string{"/tree?", "/api/kernelspecs?1700000000000", "/api/kernels?1700000000000", "/api/sessions?1700000000000"} {
		if got := r.raw("GET", target, "", header); got.status != http.StatusOK {
			t.Fatalf("%s: %d", target, got.status)
		}
	}
	made := r.raw("POST", "/api/sessions", `{"path":"/home/ada/sample-jvsc-0f3a.ipynb","type":"notebook","name":"sample-jvsc-0f3a.ipynb","kernel":{"name":"wnb"}}`, header)
	if made.status != http.StatusCreated {
		t.Fatalf("session: %d %s", made.status, made.body)
	}
	kernel := made.json(t)["kernel"].(map[string]any)["id"].(string)
	ws := r.dial(kernel, v1, func(o *dialOptions) { o.header = header })
	// Nothing runs before an idle was seen.
	ws.await(ws.request(protocol.Shell, protocol.KernelInfoRequest{}))
	request, err := ws.src.Request(protocol.Shell, protocol.ExecuteRequest{Code: "1+1", StoreHistory: true, AllowStdin: true})
	if err != nil {
		t.Fatal(err)
	}
	request.Metadata = json.RawMessage(`{"cellId":"vscode-notebook-cell:/home/ada/sample.ipynb#W0sZmlsZQ%3D%3D"}`)
	ws.send(request)
	var got []string
	for _, m := range ws.await(request) {
		got = append(got, m.Header.MsgType)
	}
	if len(got) < 4 || got[0] != protocol.TypeStatus || !slices.Contains(got, protocol.TypeStream) {
		t.Errorf("%v", got)
	}
	if got := r.raw("POST", "/api/kernels/"+kernel+"/interrupt", "", header); got.status != http.StatusNoContent {
		t.Errorf("interrupt: %d", got.status)
	}
	if got := r.raw("POST", "/api/kernels/"+kernel+"/restart", "", header); got.status != http.StatusOK {
		t.Errorf("restart: %d", got.status)
	}
}

func TestServeDrains(t *testing.T) {
	r := newRig(t, nil)
	entered, release := make(chan struct{}), make(chan struct{})
	server, err := New(Options{Contents: r.opt.Contents, Live: r.opt.Live, Token: token, Log: r.logf, Mount: map[string]http.Handler{
		"/slow": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			close(entered)
			<-release
			answer(w, http.StatusOK, "done")
		}),
	}})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, listener) }()
	front := &rig{t: t, Server: server, http: &httptest.Server{URL: "http://" + listener.Addr().String()}}
	ws := front.dial(r.kernel(), v1, nil)
	ws.execute("x", "c")
	got := make(chan reply, 1)
	go func() { got <- front.call("GET", "/slow", "") }()
	<-entered
	cancel()
	if code := ws.closeCode(); code != websocket.CloseServiceRestart {
		t.Errorf("close code %d", code)
	}
	close(release)
	if answer := <-got; answer.status != http.StatusOK {
		t.Errorf("a request that ran was cut: %d", answer.status)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func TestServeRefusesAShortTokenForOthers(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Token = "short" })
	listener, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Skipf("cannot listen on all addresses: %v", err)
	}
	defer listener.Close()
	if err := r.Serve(t.Context(), listener); err == nil || !strings.Contains(err.Error(), "at least") {
		t.Error(err)
	}
}
