package page

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wnb-dev/wnb/frontend/live"
	"github.com/wnb-dev/wnb/kernel/protocol"
	"github.com/wnb-dev/wnb/notebooks"
)

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
