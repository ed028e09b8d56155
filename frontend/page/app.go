package page

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	"github.com/wnb-dev/wnb/kernel/protocol"
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

func runs(c notebooks.Cell) bool {
	return (c.Lang == notebooks.Starlark || c.Lang == notebooks.SQL) && !c.Attrs.Has(".disabled")
}

// maxForm bounds what a visitor sends.
const maxForm = 64 << 10

// run runs the notebook with the parameters of a form and streams what comes
// out, one JSON object in each line. It ends with the request.
func (a *App) run(w http.ResponseWriter, r *http.Request) {
	var form appForm
	if err := json.NewDecoder(io.LimitReader(r.Body, maxForm)).Decode(&form); err != nil {
		refuse(w, http.StatusBadRequest, fmt.Errorf("the form cannot be read: %w", err))
		return
	}
	doc, err := a.document()
	if err != nil {
		a.opt.Log("app: %v", err)
		refuse(w, http.StatusInternalServerError, errors.New("the notebook of this app cannot be read"))
		return
	}
	form.Params, err = CheckParams(doc.Front.Params, form.Params)
	if err = errors.Join(err, a.checkFiles(doc.Front.Params, form.Params)); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), a.opt.Time)
	defer cancel()
	select {
	case a.slots <- struct{}{}:
		defer func() { <-a.slots }()
	case <-ctx.Done():
		refuse(w, http.StatusServiceUnavailable, errors.New("too many visitors run the app now; try again in a minute"))
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	out := json.NewEncoder(w)
	flush := http.NewResponseController(w)
	say := func(e appEvent) error {
		if err := out.Encode(e); err != nil {
			return err
		}
		return flush.Flush()
	}
	if err := a.runAll(ctx, doc, form, say); err != nil && r.Context().Err() == nil {
		a.opt.Log("app: %v", err)
		message := "the run did not end"
		if errors.Is(err, context.DeadlineExceeded) {
			message = fmt.Sprintf("the run took longer than %s, which is the limit here", a.opt.Time)
		}
		_ = say(appEvent{Type: "failed", Content: message}) // the client is gone if this fails
		return
	}
	_ = say(appEvent{Type: "done"}) // the client is gone if this fails
}

// checkFiles keeps visitors to files beside the notebook.
func (a *App) checkFiles(defs []notebooks.Param, params map[string]any) error {
	for _, d := range defs {
		name, ok := params[d.Name].(string)
		if d.Type != notebooks.FileParam || !ok || name == "" || name == d.Default {
			continue
		}
		root, err := os.OpenRoot(filepath.Dir(a.opt.File))
		if err != nil {
			return err
		}
		_, err = root.Stat(name)
		if closeErr := root.Close(); err != nil || closeErr != nil {
			return fmt.Errorf("param %s: there is no file %q beside the notebook", d.Name, name)
		}
	}
	return nil
}

// appEvent is one line of a run: an output of a cell by its message type, or
// "began", "ended", "done", "failed".
type appEvent struct {
	Cell    string `json:"cell,omitempty"`
	Type    string `json:"type"`
	Content any    `json:"content,omitempty"`
}

func (a *App) runAll(ctx context.Context, doc *notebooks.Document, form appForm, say func(appEvent) error) (err error) {
	settings, err := json.Marshal(form)
	if err != nil {
		return err
	}
	path := "run-" + rand.Text() + ".wnb"
	a.mu.Lock()
	a.runs[path] = appRun{string(doc.Print()), settings}
	a.mu.Unlock()
	defer func() {
		a.mu.Lock()
		delete(a.runs, path)
		a.mu.Unlock()
	}()
	kernel, err := a.live.StartKernel(ctx, "", path)
	if err != nil {
		return err
	}
	defer func() { // also where the visitor has left
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		err = errors.Join(err, a.live.Delete(end, kernel.ID))
	}()
	client, err := a.live.Attach(ctx, kernel.ID, path)
	if err != nil {
		return err
	}
	defer client.Close()
	src := protocol.Source{Session: path, Username: "visitor", Now: time.Now, NewID: rand.Text}
	for _, c := range doc.Cells {
		if !runs(c) {
			continue
		}
		if err := a.runCell(ctx, client, src, c, say); err != nil {
			return err
		}
	}
	return nil
}

// runCell runs one cell and passes on what it shows.
func (a *App) runCell(ctx context.Context, client *live.Client, src protocol.Source, c notebooks.Cell, say func(appEvent) error) error {
	m, err := src.Request(protocol.Shell, protocol.ExecuteRequest{Code: c.Magic(), StoreHistory: true})
	if err != nil {
		return err
	}
	if m.Metadata, err = json.Marshal(map[string]string{"cellId": c.ID}); err != nil {
		return err
	}
	if err := client.Send(ctx, m); err != nil {
		return err
	}
	if err := say(appEvent{Cell: c.ID, Type: "began"}); err != nil {
		return err
	}
	hidden := c.Attrs.Has(".hide-output")
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case got, open := <-client.Receive():
			if !open {
				return client.Err()
			}
			if got.Parent.MsgID != m.Header.MsgID {
				continue
			}
			switch got.Header.MsgType {
			case protocol.TypeStream, protocol.TypeDisplayData, protocol.TypeExecuteResult, protocol.TypeUpdateDisplayData, protocol.TypeClearOutput:
				if hidden {
					continue
				}
				err = say(appEvent{c.ID, got.Header.MsgType, a.shown(got.Content)})
			case protocol.TypeError:
				err = say(appEvent{c.ID, got.Header.MsgType, withoutSource(got)})
			case protocol.TypeStatus:
				if strings.Contains(string(got.Content), protocol.Idle) {
					return say(appEvent{Cell: c.ID, Type: "ended"})
				}
			}
			if err != nil {
				return err
			}
		}
	}
}

// withoutSource is an error without its back-trace, which has lines of code.
func withoutSource(m *protocol.Message) any {
	e, err := protocol.As[protocol.Error](m)
	if err != nil {
		return map[string]string{"evalue": "the cell failed"}
	}
	return map[string]any{"ename": e.EName, "evalue": e.EValue, "traceback": []string{}}
}
