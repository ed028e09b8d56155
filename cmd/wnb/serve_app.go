package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"github.com/wnb-dev/wnb/frontend/dist"
	"github.com/wnb-dev/wnb/frontend/page"
	"github.com/wnb-dev/wnb/kernel/runlog"
	"github.com/wnb-dev/wnb/kernel/session"
	"github.com/wnb-dev/wnb/storage"
)

// appMemory is what a visitor's kernel may use where --memory does not say, in
// MiB.
const appMemory = 512

// serveApp serves one notebook to visitors until ctx ends.
func (s *state) serveApp(ctx context.Context, f serveFlags) error {
	file, err := filepath.Abs(f.app)
	if err != nil {
		return err
	}
	root, err := projectRoot(filepath.Dir(file))
	if err != nil {
		return err
	}
	store, err := s.openStore(ctx, root)
	if err != nil {
		return err
	}
	return closing(store, func() error { return s.serveAppStore(ctx, store, file, f) })
}

func (s *state) serveAppStore(ctx context.Context, store *storage.Store, file string, f serveFlags) (err error) {
	results := runlog.NewResults(store)
	defer func() { err = errors.Join(err, results.Flush(context.WithoutCancel(ctx))) }()
	p, err := page.New(dist.Files)
	if err != nil {
		return err
	}
	if f.memory == 0 {
		f.memory = appMemory
	}
	f.reactive = string(session.Lazy)
	app, err := page.NewApp(page.AppOptions{
		Page: p, File: file, Start: s.starter(store, results, filepath.Dir(file), f), Hosts: f.hosts, Tables: shownTables(store),
		Log: func(format string, args ...any) { fmt.Fprintf(s.err, format+"\n", args...) },
	})
	if err != nil {
		return usage(err)
	}
	defer func() { err = errors.Join(err, app.Close(context.WithoutCancel(ctx))) }()
	listener, err := listen(f)
	if err != nil {
		return err
	}
	scheme := "http"
	if f.cert != "" {
		scheme = "https"
	}
	fmt.Fprintf(s.err, "wnb serves at %s://%s\n  %s as an app: visitors see outputs and set parameters, and need no token\n", scheme, listener.Addr(), filepath.Base(file))
	server := &http.Server{Handler: app.Handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() }) // visitors' runs end with their requests
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
