package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/frontend/contents"
	"github.com/wnb-dev/wnb/frontend/live"
	"github.com/wnb-dev/wnb/frontend/page"
	"github.com/wnb-dev/wnb/frontend/server"
	"github.com/wnb-dev/wnb/kernel/session"
	"github.com/wnb-dev/wnb/notebooks"
)

// settings are how documents are run while the server lives: the parameters
// that forms set, the named inputs that were moved, and what happens to stale
// cells. None of it is in the file.
//
// A kernel is told them when it starts and whenever they change.
type settings struct {
	mode session.Mode // unless a document has its own; empty: nobody has chosen one

	mu sync.Mutex
	of map[string]setting
}

// setting is never changed in place.
type setting struct {
	params map[string]any
	inputs map[string]any // in the forms of builtin.DecodeInput
	mode   session.Mode
}

// encoded are the named inputs as JSON.
func (s setting) encoded() map[string]string {
	out := map[string]string{}
	for name, v := range s.inputs {
		out[name] = builtin.EncodeInput(v)
	}
	return out
}

func newSettings(mode session.Mode) *settings { return &settings{mode: mode, of: map[string]setting{}} }

func (s *settings) get(path string) setting {
	s.mu.Lock()
	defer s.mu.Unlock()
	have := s.of[path]
	have.mode = cmp.Or(have.mode, s.mode, session.Lazy)
	return have
}

// unset tells whether nobody has chosen a mode for a document. The page of wnb
// has a default of its own; clients that know nothing of modes have that of the
// server.
func (s *settings) unset(path string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mode == "" && s.of[path].mode == ""
}

func (s *settings) change(path string, change func(setting) setting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of[path] = change(s.of[path])
}

// message is what kernels are told; nil if a document is run as usual.
func (s *settings) message(path string) json.RawMessage {
	s.mu.Lock()
	have, changed := s.of[path]
	s.mu.Unlock()
	if !changed {
		return nil
	}
	text, err := json.Marshal(map[string]any{"params": have.params, "inputs": have.inputs, "mode": have.mode})
	if err != nil {
		return nil // all of it was read from JSON
	}
	return text
}

// outputs makes documents that are moved known here.
func (s *settings) outputs(next contents.Outputs) contents.Outputs { return settingOutputs{next, s} }

type keptOutputs = contents.Outputs

type settingOutputs struct {
	keptOutputs
	settings *settings
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
	Params  []page.Param   `json:"params"`
	Inputs  map[string]any `json:"inputs"` // those that are not at their defaults
	Mode    session.Mode   `json:"mode"`
	Unset   bool           `json:"unset,omitempty"` // nobody has chosen the mode
	Problem string         `json:"problem,omitempty"`
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
		h.answer(w, path, nil, err.Error())
		return
	}
	if r.Method == http.MethodPatch {
		if err := h.change(r, path, doc.Front.Params); err != nil {
			answerError(w, http.StatusBadRequest, err)
			return
		}
		h.live.SetSettings(path)
	}
	h.answer(w, path, doc.Front.Params, "")
}

func (h settingsHandler) answer(w http.ResponseWriter, path string, defs []notebooks.Param, problem string) {
	now := h.settings.get(path)
	inputs := now.inputs
	if inputs == nil {
		inputs = map[string]any{}
	}
	w.Header().Set("Content-Type", "application/json")
	m := settingsModel{Params: page.Params(defs, now.params), Inputs: inputs, Mode: now.mode, Unset: h.settings.unset(path), Problem: problem}
	_ = json.NewEncoder(w).Encode(m) // the client is gone if this fails
}

// maxSettings bounds a request, and maxInputs what is remembered of a document.
const (
	maxSettings = 1 << 20
	maxInputs   = 1000
)

func (h settingsHandler) change(r *http.Request, path string, defs []notebooks.Param) error {
	var want struct {
		Params map[string]any             `json:"params"`
		Inputs map[string]json.RawMessage `json:"inputs"`
		Mode   session.Mode               `json:"mode"`
	}
	if err := json.NewDecoder(io.LimitReader(r.Body, maxSettings)).Decode(&want); err != nil {
		return fmt.Errorf("settings: %w", server.ExplainJSON(err))
	}
	switch want.Mode {
	case "", session.Auto, session.Brief, session.Lazy, session.Off:
	default:
		return fmt.Errorf("mode %q: write auto, brief, lazy or off", want.Mode)
	}
	params, errParams := page.CheckParams(defs, want.Params)
	inputs, errInputs := readInputs(want.Inputs)
	if err := errors.Join(errParams, errInputs); err != nil {
		return err
	}
	var tooMany error
	h.settings.change(path, func(have setting) setting {
		next := setting{params: map[string]any{}, inputs: map[string]any{}, mode: have.mode}
		maps.Copy(next.params, have.params)
		maps.Copy(next.params, params)
		maps.Copy(next.inputs, have.inputs)
		maps.Copy(next.inputs, inputs)
		maps.DeleteFunc(next.inputs, func(_ string, v any) bool { return v == nil })
		if len(next.inputs) > maxInputs {
			tooMany = fmt.Errorf("inputs: more than %d are set; give those that the notebook has no more the value null", maxInputs)
			return have
		}
		if want.Mode != "" {
			next.mode = want.Mode
		}
		return next
	})
	return tooMany
}

// readInputs reads values of named inputs. Whether they fit is up to the cells
// that declare them. Null stands for the default.
func readInputs(set map[string]json.RawMessage) (map[string]any, error) {
	out := map[string]any{}
	var errs []error
	for name, raw := range set {
		v, err := builtin.DecodeInput(raw)
		if err != nil {
			errs = append(errs, fmt.Errorf("input %s: %w", name, err))
		}
		out[name] = v
	}
	return out, errors.Join(errs...)
}
