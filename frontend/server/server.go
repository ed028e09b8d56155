package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"strings"
	"time"
)

// Server answers clients. It is safe for concurrent use.
type Server struct {
	opt      Options
	logins   *logins
	throttle *throttle
	config   *configs
	sockets  *sockets
	events   *events
	started  time.Time
	me       identityStore
	handler  http.Handler
}

// New makes a server that does not listen yet. It fails where an option is
// missing or wrong.
func New(opt Options) (*Server, error) {
	if opt.Contents == nil || opt.Live == nil {
		return nil, errors.New("server: Contents and Live are required")
	}
	if opt.Token == "" {
		opt.Token = strings.ToLower(rand.Text() + rand.Text())
	}
	if opt.MaxBody == 0 {
		opt.MaxBody = 64 << 20
	}
	if opt.MaxMessage == 0 {
		opt.MaxMessage = 64 << 20
	}
	if opt.Drain == 0 {
		opt.Drain = 10 * time.Second
	}
	if opt.PingEvery == 0 {
		opt.PingEvery = 30 * time.Second
	}
	if opt.Log == nil {
		opt.Log = func(string, ...any) {}
	}
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	config, err := newConfigs(opt.ConfigDir)
	if err != nil {
		return nil, err
	}
	s := &Server{
		opt: opt, config: config, logins: newLogins(opt.Clock), throttle: newThrottle(opt.Clock), sockets: newSockets(), events: newEvents(), started: opt.Clock(),
	}
	routes, err := s.routes()
	if err != nil {
		return nil, err
	}
	s.handler = s.logged(s.secured(s.gate(routes)))
	return s, nil
}

// Token opens all doors: it belongs into the URL fragment that the user is
// shown, and nowhere else.
func (s *Server) Token() string { return s.opt.Token }

// Handler is the whole server behind its gate. Close must be called when it is
// used without Serve.
func (s *Server) Handler() http.Handler { return s.handler }

// Close ends all websockets, so that clients come back when there is a server
// again, and returns when their handlers have ended. New ones are refused.
func (s *Server) Close() error {
	s.sockets.close()
	return nil
}

// minToken is the length of a token that may guard more than this machine.
const minToken = 8

// Serve answers requests on the listener until ctx ends, and then lets running
// requests finish for as long as Options.Drain. A shutdown that was asked for is
// no error.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	if !loopback(l.Addr()) {
		if len(s.opt.Token) < minToken {
			return fmt.Errorf("%s can be reached from other machines, and the token has only %d characters: use at least %d, or none to get a random one", l.Addr(), len(s.opt.Token), minToken)
		}
		s.opt.Log("warning: %s can be reached from other machines; unless TLS is on, what you send and the token can be read on the way", l.Addr())
	}
	server := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       5 * time.Minute,
		WriteTimeout:      5 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(logWriter{s}, "", 0),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return errors.Join(err, s.Close())
	case <-ctx.Done():
	}
	return s.drain(server, ended)
}

// drain must not use the context of Serve, which has ended.
func (s *Server) drain(server *http.Server, ended <-chan error) error {
	ctx, cancel := context.WithTimeout(context.Background(), s.opt.Drain)
	defer cancel()
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		s.opt.Log("warning: some requests did not end in %s and were cut", s.opt.Drain)
		err = server.Close()
	}
	err = errors.Join(err, <-closed)
	if serveErr := <-ended; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}

func loopback(addr net.Addr) bool {
	switch a := addr.(type) {
	case *net.TCPAddr:
		return a.IP.IsLoopback()
	case *net.UnixAddr:
		return true
	}
	return false
}

// logWriter passes on what net/http complains about.
type logWriter struct{ s *Server }

func (w logWriter) Write(p []byte) (int, error) {
	w.s.opt.Log("http: %s", strings.TrimSpace(string(p)))
	return len(p), nil
}
