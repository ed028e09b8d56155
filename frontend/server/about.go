package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// jupyterVersion is the version of Jupyter Server whose interface this is.
// Clients compare it.
const jupyterVersion = "2.14.0"

func version(w http.ResponseWriter, r *http.Request) {
	answer(w, http.StatusOK, map[string]string{"version": jupyterVersion})
}

func (s *Server) status(w http.ResponseWriter, r *http.Request) {
	kernels := s.opt.Live.Kernels()
	last, connections := s.started, 0
	for _, kernel := range kernels {
		connections += kernel.Connections
		if kernel.LastActivity.After(last) {
			last = kernel.LastActivity
		}
	}
	answer(w, http.StatusOK, map[string]any{
		"started": stamp(s.started), "last_activity": stamp(last), "connections": connections, "kernels": len(kernels),
	})
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

// identity is the user, as other users of a document would see them.
type identity struct {
	Username    string  `json:"username"`
	Name        string  `json:"name"`
	DisplayName string  `json:"display_name"`
	Initials    string  `json:"initials"`
	AvatarURL   *string `json:"avatar_url"`
	Color       *string `json:"color"`
}

// identityStore keeps the one user of the server.
type identityStore struct {
	mu   sync.Mutex
	have *identity
}

func (i *identityStore) get() identity {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.have == nil {
		return identity{Username: "user", Name: "User", DisplayName: "User", Initials: "U"}
	}
	return *i.have
}

func (i *identityStore) set(to identity) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.have = &to
}

var updatable = []string{"name", "display_name", "initials", "avatar_url", "color"}

func (s *Server) getMe(w http.ResponseWriter, r *http.Request) {
	asked := map[string][]string{}
	if text := r.URL.Query().Get("permissions"); text != "" {
		if err := json.Unmarshal([]byte(text), &asked); err != nil {
			fail(w, http.StatusBadRequest, "permissions must be a JSON object of lists: "+err.Error())
			return
		}
	}
	s.answerMe(w, asked)
}

// answerMe says that the one user may do all that was asked for.
func (s *Server) answerMe(w http.ResponseWriter, asked map[string][]string) {
	permissions := map[string]any{}
	for what, actions := range asked {
		permissions[what] = actions
	}
	permissions["updatable_fields"] = updatable
	answer(w, http.StatusOK, map[string]any{"identity": s.me.get(), "permissions": permissions})
}

func (s *Server) patchMe(w http.ResponseWriter, r *http.Request) {
	change := map[string]*string{}
	if _, ok := s.readJSON(w, r, 64<<10, &change); !ok {
		return
	}
	next := s.me.get()
	for field, value := range change {
		if err := next.update(field, value); err != nil {
			fail(w, http.StatusBadRequest, err.Error())
			return
		}
	}
	s.me.set(next)
	s.answerMe(w, nil)
}

func (i *identity) update(field string, value *string) error {
	switch field {
	case "avatar_url":
		i.AvatarURL = value
		return nil
	case "color":
		i.Color = value
		return nil
	}
	text := map[string]*string{"name": &i.Name, "display_name": &i.DisplayName, "initials": &i.Initials}[field]
	if text == nil {
		return fmt.Errorf("the field %s cannot be changed; these can: %v", quote(field), updatable)
	}
	if value == nil {
		return fmt.Errorf("the field %s must be a text", field)
	}
	*text = *value
	return nil
}

// noTerminals is the list that clients poll. There is no way to start one.
func noTerminals(w http.ResponseWriter, r *http.Request) {
	answer(w, http.StatusOK, []any{})
}

// noConverters is the list of formats that clients offer for download. wnb export
// and wnb report convert.
func noConverters(w http.ResponseWriter, r *http.Request) {
	answer(w, http.StatusOK, map[string]any{})
}
