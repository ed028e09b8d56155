package server

import (
	"encoding/json"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
)

func (r *rig) events(header http.Header) (*websocket.Conn, *http.Response, error) {
	dialer := websocket.Dialer{HandshakeTimeout: time.Minute}
	return dialer.DialContext(r.t.Context(), "ws"+strings.TrimPrefix(r.http.URL, "http")+"/api/events/subscribe", header)
}

func (r *rig) subscribed() int {
	r.Server.events.mu.Lock()
	defer r.Server.events.mu.Unlock()
	return len(r.Server.events.subs)
}

// JupyterLab opens this socket at its start and keeps it: it stays open and
// quiet, and tells what clients post.
func TestEvents(t *testing.T) {
	r := newRig(t, func(o *Options) { o.PingEvery = 200 * time.Millisecond })
	if _, response, err := r.events(nil); err == nil || response.StatusCode != http.StatusForbidden {
		t.Errorf("without a token: %v, %v", response, err)
	}
	conn, _, err := r.events(http.Header{"Authorization": {"token " + token}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	pings := make(chan struct{}, 100)
	answer := conn.PingHandler()
	conn.SetPingHandler(func(data string) error {
		pings <- struct{}{}
		return answer(data)
	})
	messages := make(chan string, 10)
	ended := make(chan error, 1)
	go func() {
		for {
			_, data, err := conn.ReadMessage()
			if err != nil {
				ended <- err
				return
			}
			messages <- string(data)
		}
	}()
	for range 4 { // for longer than a client that does not answer is kept
		select {
		case <-pings:
		case err := <-ended:
			t.Fatal(err)
		}
	}
	if len(messages) > 0 {
		t.Errorf("told without an event: %s", <-messages)
	}
	if got := r.call("POST", "/api/events", `{"schema_id":"https://events.example.org/a","version":"1","data":{"x":1}}`); got.status != http.StatusNoContent {
		t.Fatalf("%d %s", got.status, got.body)
	}
	var got any
	if err := json.Unmarshal([]byte(<-messages), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"schema_id": "https://events.example.org/a", "x": 1.0}, got); diff != "" {
		t.Error(diff)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !websocket.IsCloseError(err, websocket.CloseServiceRestart) {
		t.Errorf("the server stops, and the client gets %v", err)
	}
	if n := r.subscribed(); n != 0 {
		t.Errorf("%d are still subscribed", n)
	}
}

// A client that does not read costs the others nothing, and one that is gone
// costs nothing at all.
func TestEventsAreBounded(t *testing.T) {
	r := newRig(t, nil)
	conn, _, err := r.events(http.Header{"Authorization": {"token " + token}})
	if err != nil {
		t.Fatal(err)
	}
	stuck := r.Server.events.subscribe()
	defer r.Server.events.unsubscribe(stuck)
	for range 10 * mostEvents {
		if got := r.call("POST", "/api/events", `{"schema_id":"a","version":1,"data":{}}`); got.status != http.StatusNoContent {
			t.Fatalf("%d %s", got.status, got.body)
		}
	}
	if len(stuck) != mostEvents {
		t.Errorf("%d events wait", len(stuck))
	}
	conn.Close()
	for r.subscribed() > 1 {
		runtime.Gosched()
	}
}
