package server

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/wnb-dev/wnb/frontend/live"
)

// events is Jupyter's event bus: what a client posts goes to all that have
// subscribed. The server itself has nothing to tell there.
type events struct {
	mu   sync.Mutex
	subs map[chan []byte]bool
}

// mostEvents is how many events wait for one client; the rest is not told.
const mostEvents = 64

func newEvents() *events { return &events{subs: map[chan []byte]bool{}} }

func (e *events) subscribe() chan []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	ch := make(chan []byte, mostEvents)
	e.subs[ch] = true
	return ch
}

func (e *events) unsubscribe(ch chan []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.subs, ch)
}

func (e *events) tell(event []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for ch := range e.subs {
		select {
		case ch <- event:
		default: // events are news, not data: a client that does not read misses some
		}
	}
}

// postEvent takes an event of a client. Jupyter Server knows schemas and refuses
// events that fit none; here, only the form counts.
func (s *Server) postEvent(w http.ResponseWriter, r *http.Request) {
	var event struct {
		SchemaID string                     `json:"schema_id"`
		Version  json.RawMessage            `json:"version"`
		Data     map[string]json.RawMessage `json:"data"`
	}
	some, ok := s.readJSON(w, r, smallBody, &event)
	if !ok {
		return
	}
	switch {
	case !some:
		fail(w, http.StatusBadRequest, "No JSON data provided")
	case event.SchemaID == "":
		fail(w, http.StatusBadRequest, "Missing `schema_id` in the JSON request body.")
	case event.Version == nil:
		fail(w, http.StatusBadRequest, "Missing `version` in the JSON request body.")
	case event.Data == nil:
		fail(w, http.StatusBadRequest, "Missing `data` in the JSON request body.")
	default:
		id, err := json.Marshal(event.SchemaID)
		event.Data["schema_id"] = id
		var message []byte
		if err == nil {
			message, err = json.Marshal(event.Data)
		}
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		s.events.tell(message)
		w.WriteHeader(http.StatusNoContent)
	}
}

// eventSocket tells a client of events until one of them ends.
func (s *Server) eventSocket(w http.ResponseWriter, r *http.Request) {
	if !websocket.IsWebSocketUpgrade(r) {
		fail(w, http.StatusBadRequest, "this is a websocket: send Connection: Upgrade")
		return
	}
	if !s.sockets.enter() {
		s.refuse(w, r, live.ErrClosed)
		return
	}
	defer s.sockets.open.Done()
	conn, err := upgrader().Upgrade(w, r, nil)
	if err != nil {
		s.opt.Log("websocket of events: %v", err) // the client was told
		return
	}
	defer conn.Close()
	ch := s.events.subscribe()
	defer s.events.unsubscribe(ch)
	gone := make(chan struct{})
	go func() { // ends with the connection
		defer close(gone)
		s.ignore(conn)
	}()
	s.forward(conn, ch, gone)
	conn.Close()
	<-gone
}

// ignore reads what a client has nothing to say here, to notice its end.
func (s *Server) ignore(conn *websocket.Conn) {
	conn.SetReadLimit(smallBody)
	alive := func(string) error { return conn.SetReadDeadline(time.Now().Add(3 * s.opt.PingEvery)) }
	conn.SetPongHandler(alive)
	for alive("") == nil {
		if _, _, err := conn.ReadMessage(); err != nil {
			return
		}
	}
}

// forward writes events, and pings, until the client or the server ends.
func (s *Server) forward(conn *websocket.Conn, ch <-chan []byte, gone <-chan struct{}) {
	ping := time.NewTicker(s.opt.PingEvery)
	defer ping.Stop()
	for {
		kind, message := websocket.PingMessage, []byte(nil)
		select {
		case <-gone:
			return
		case <-s.sockets.ctx.Done():
			end := websocket.FormatCloseMessage(websocket.CloseServiceRestart, "the server is stopping")
			_ = conn.WriteControl(websocket.CloseMessage, end, time.Now().Add(time.Second)) // or it finds out itself
			return
		case message = <-ch:
			kind = websocket.TextMessage
		case <-ping.C:
		}
		if conn.SetWriteDeadline(time.Now().Add(writeTimeout)) != nil || conn.WriteMessage(kind, message) != nil {
			return
		}
	}
}

// upgrader accepts websockets. The gate has checked where they come from.
func upgrader() *websocket.Upgrader {
	return &websocket.Upgrader{
		HandshakeTimeout: 10 * time.Second,
		CheckOrigin:      func(*http.Request) bool { return true },
		Error: func(w http.ResponseWriter, _ *http.Request, status int, reason error) {
			fail(w, status, reason.Error())
		},
	}
}
