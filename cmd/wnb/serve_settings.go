package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/wnb-dev/wnb/frontend/contents"
	"github.com/wnb-dev/wnb/frontend/live"
	"github.com/wnb-dev/wnb/frontend/page"
	"github.com/wnb-dev/wnb/kernel/session"
	"github.com/wnb-dev/wnb/notebooks"
)

// settings are how documents are run while the server lives: the parameters
// that forms set, and what happens to stale cells. Neither is in the file.
//
// A kernel learns parameters with its document, as defaults in the front matter,
// and its mode at its start.
type settings struct {
	mode session.Mode // unless a document has its own

	mu sync.Mutex
	of map[string]setting
}

type setting struct {
	params map[string]any
	mode   session.Mode
}

func newSettings(mode session.Mode) *settings { return &settings{mode: mode, of: map[string]setting{}} }

func (s *settings) get(path string) setting {
	s.mu.Lock()
	defer s.mu.Unlock()
	have := s.of[path]
	if have.mode == "" {
		have.mode = s.mode
	}
	return have
}

func (s *settings) change(path string, change func(setting) setting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of[path] = change(s.of[path])
}

// starter gives each kernel the mode of its document.
func (s *settings) starter(start func(mode session.Mode) live.Starter) live.Starter {
	return func(ctx context.Context, path string) (live.Kernel, error) { return start(s.get(path).mode)(ctx, path) }
}

// apply writes the parameters into the text of a document that a kernel gets.
func (s *settings) apply(path, text string) string {
	return page.WithParams(path, text, s.get(path).params)
}

// outputs makes documents that are saved, moved or deleted known here.
func (s *settings) outputs(next contents.Outputs) contents.Outputs { return settingOutputs{next, s} }

type keptOutputs = contents.Outputs

type settingOutputs struct {
	keptOutputs
	settings *settings
}

// Saved implements contents.Outputs.
func (o settingOutputs) Saved(ctx context.Context, path string, seen int64, cells map[string]contents.CellOutputs, text string) error {
	return o.keptOutputs.Saved(ctx, path, seen, cells, o.settings.apply(path, text))
}

// Stored implements contents.Outputs.
func (o settingOutputs) Stored(ctx context.Context, path string, version int64, ids []string, text string) error {
	return o.keptOutputs.Stored(ctx, path, version, ids, o.settings.apply(path, text))
}

// Moved implements contents.Outputs.
func (o settingOutputs) Moved(ctx context.Context, from, to string) error {
	o.settings.mu.Lock()
	for path, have := range o.settings.of {
		if rest, ok := strings.CutPrefix(path+"/", from+"/"); ok {
			delete(o.settings.of, path)
			o.settings.of[strings.TrimSuffix(to+"/"+rest, "/")] = have
		}
	}
	o.settings.mu.Unlock()
	return o.keptOutputs.Moved(ctx, from, to)
}

type settingsModel struct {
	Params  []page.Param `json:"params"`
	Mode    session.Mode `json:"mode"`
	Problem string       `json:"problem,omitempty"`
}

// settingsHandler answers and changes the settings of a document.
type settingsHandler struct {
	settings *settings
	files    *contents.Manager
	live     *live.Manager
}

func (h settingsHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.Trim(r.PathValue("path"), "/")
	text, err := h.files.Text(r.Context(), path)
	if err != nil {
		answerError(w, http.StatusNotFound, err)
		return
	}
	doc, err := notebooks.Parse(path, []byte(text))
	if err != nil {
		h.answer(w, settingsModel{Params: []page.Param{}, Mode: h.settings.get(path).mode, Problem: err.Error()})
		return
	}
	if r.Method == http.MethodPatch {
		if err := h.change(r, path, doc.Front.Params); err != nil {
			answerError(w, http.StatusBadRequest, err)
			return
		}
		if err := h.live.SetDocument(r.Context(), path, h.settings.apply(path, text)); err != nil {
			answerError(w, http.StatusInternalServerError, err)
			return
		}
	}
	now := h.settings.get(path)
	h.answer(w, settingsModel{Params: page.Params(doc.Front.Params, now.params), Mode: now.mode})
}

func (h settingsHandler) answer(w http.ResponseWriter, m settingsModel) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(m) // the client is gone if this fails
}

// maxSettings bounds a request.
const maxSettings = 1 << 20

func (h settingsHandler) change(r *http.Request, path string, defs []notebooks.Param) error {
	var want struct {
		Params map[string]any
		Mode   session.Mode
	}
	if err := json.NewDecoder(io.LimitReader(r.Body, maxSettings)).Decode(&want); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	switch want.Mode {
	case "", session.Auto, session.Lazy, session.Off:
	default:
		return fmt.Errorf("mode %q: write auto, lazy or off", want.Mode)
	}
	checked, err := page.CheckParams(defs, want.Params)
	if err != nil {
		return err
	}
	h.settings.change(path, func(have setting) setting {
		next := setting{params: map[string]any{}, mode: have.mode}
		for name, value := range have.params {
			next.params[name] = value
		}
		for name, value := range checked {
			next.params[name] = value
		}
		if want.Mode != "" {
			next.mode = want.Mode
		}
		return next
	})
	return nil
}
