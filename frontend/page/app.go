package page

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wnb-dev/wnb/frontend/live"
	"github.com/wnb-dev/wnb/notebooks"
)

// AppOptions are what an App is made of.
type AppOptions struct {
	Page  *Page
	File  string // of the notebook
	Start live.Starter
	// Hosts are the names that the server is reached by besides localhost and
	// IP addresses; "*" is any.
	Hosts []string
	Runs  int           // at one time; 4
	Time  time.Duration // of one run; 2 min
	Log   func(format string, args ...any)
	// Tables serves the frames that cells showed in part, by the path value "ref";
	// nil: nobody can page through them.
	Tables http.Handler
}

// App serves one notebook to visitors, who need no token: they see text and
// outputs, never code, and set parameters. Each run has a kernel of its own,
// which ends with it. Nothing is saved.
type App struct {
	opt   AppOptions
	slots chan struct{}
	live  *live.Manager
	key   []byte // signs the tables that visitors were shown

	mu   sync.Mutex
	runs map[string]appRun // by the path of its document
}

// appRun is what the kernel of a visitor's run is told.
type appRun struct {
	text     string
	settings json.RawMessage
}

// appForm is what a visitor sets.
type appForm struct {
	Params map[string]any             `json:"params"`
	Inputs map[string]json.RawMessage `json:"inputs"`
}

// NewApp reads the notebook once, so that what is wrong with it is known at the
// start. Notebooks with extension cells are refused: visitors must not make the
// server compile.
func NewApp(opt AppOptions) (*App, error) {
	if opt.Runs == 0 {
		opt.Runs = 4
	}
	if opt.Time == 0 {
		opt.Time = 2 * time.Minute
	}
	a := &App{opt: opt, slots: make(chan struct{}, opt.Runs), runs: map[string]appRun{}, key: []byte(rand.Text())}
	doc, err := a.document()
	if err != nil {
		return nil, err
	}
	for _, c := range doc.Cells {
		switch c.Lang {
		case notebooks.Starlark, notebooks.SQL, notebooks.Markdown, notebooks.Raw, notebooks.Python:
		default:
			return nil, fmt.Errorf("%s: cell %s is a %s cell, and apps run none: build it with wnb ext build, and load the module", opt.File, c.ID, c.Lang)
		}
	}
	a.live = live.New(live.Config{Start: opt.Start, Document: a.text, Settings: a.settings})
	return a, nil
}

// Close ends all runs.
func (a *App) Close(ctx context.Context) error { return a.live.Close(ctx) }

func (a *App) document() (*notebooks.Document, error) {
	data, err := os.ReadFile(a.opt.File)
	if err != nil {
		return nil, err
	}
	doc, err := notebooks.Parse(a.opt.File, data)
	if err != nil {
		return nil, err
	}
	doc.AssignIDs()
	return doc, nil
}

func (a *App) text(_ context.Context, path string) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.runs[path].text, nil
}

func (a *App) settings(path string) json.RawMessage {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.runs[path].settings
}

// Handler is the whole app behind its gate.
func (a *App) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", a.opt.Page.Index(filepath.Base(a.opt.File)))
	mux.Handle("GET /static/page/", a.opt.Page.Assets())
	mux.HandleFunc("GET /app/notebook", a.show)
	mux.HandleFunc("POST /app/run", a.run)
	mux.HandleFunc("GET /app/tables/{ref}", a.table)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "SAMEORIGIN")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'self'")
		h.Set("Cache-Control", "no-store")
		if !a.hostAllowed(r.Host) || !sameOrigin(r) {
			refuse(w, http.StatusForbidden, errors.New("this app is not for pages of other sites; see --allow-host"))
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// hostAllowed protects against names of other sites that lead here.
func (a *App) hostAllowed(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	host = strings.Trim(host, "[]")
	if host == "localhost" || net.ParseIP(host) != nil {
		return true
	}
	return slices.ContainsFunc(a.opt.Hosts, func(h string) bool { return h == "*" || strings.EqualFold(h, host) })
}

func sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	from, err := url.Parse(origin)
	return err == nil && strings.EqualFold(from.Host, r.Host)
}

func refuse(w http.ResponseWriter, status int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": err.Error()}) // the client is gone if this fails
}

// appCell is a cell as visitors know it. Code is not among it.
type appCell struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"` // markdown or code
	Source string `json:"source,omitempty"`
}

func (a *App) show(w http.ResponseWriter, _ *http.Request) {
	doc, err := a.document()
	if err != nil {
		a.opt.Log("app: %v", err)
		refuse(w, http.StatusInternalServerError, errors.New("the notebook of this app cannot be read"))
		return
	}
	cells := []appCell{}
	for _, c := range doc.Cells {
		switch {
		case c.Lang == notebooks.Markdown:
			cells = append(cells, appCell{c.ID, "markdown", c.Source})
		case runs(c) && !c.Attrs.Has(".hide-output"):
			cells = append(cells, appCell{ID: c.ID, Kind: "code"})
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{ // the client is gone if this fails
		"title": doc.Front.Title, "description": doc.Front.Description, "params": Params(doc.Front.Params, nil), "cells": cells,
	})
}
