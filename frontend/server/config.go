package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"sync"

	"github.com/wnb-dev/wnb/notebooks"
)

// configs are the sections that front ends keep their settings in.
type configs struct {
	dir  string // empty: in memory only
	mu   sync.Mutex
	have map[string]map[string]any
}

func newConfigs(dir string) (*configs, error) {
	if dir != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("folder for the configuration of front ends: %w", err)
		}
	}
	return &configs{dir: dir, have: map[string]map[string]any{}}, nil
}

var sectionName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func (c *configs) file(section string) string { return filepath.Join(c.dir, section+".json") }

// get must be called with the lock held.
func (c *configs) get(section string) (map[string]any, error) {
	if have, ok := c.have[section]; ok {
		return have, nil
	}
	have := map[string]any{}
	if c.dir == "" {
		return have, nil
	}
	data, err := os.ReadFile(c.file(section))
	if errors.Is(err, fs.ErrNotExist) {
		return have, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &have)
	}
	if err != nil {
		return nil, fmt.Errorf("configuration %s: %w", section, err)
	}
	c.have[section] = have
	return have, nil
}

// maxSections bounds what is kept.
const maxSections = 256

func (c *configs) set(section string, value map[string]any) error {
	if len(c.have) >= maxSections && c.have[section] == nil {
		return fmt.Errorf("%w: there are more than %d sections", errBody, maxSections)
	}
	if c.dir != "" {
		data, err := json.MarshalIndent(value, "", "  ")
		if err != nil {
			return err
		}
		if err := notebooks.Write(c.file(section), append(data, '\n')); err != nil {
			return fmt.Errorf("configuration %s: %w", section, err)
		}
	}
	c.have[section] = value
	return nil
}

// merged is base changed by patch: objects deeply, null deletes.
func merged(base, patch map[string]any) map[string]any {
	out := map[string]any{}
	for key, value := range base {
		out[key] = value
	}
	for key, value := range patch {
		if value == nil {
			delete(out, key)
			continue
		}
		if inner, ok := value.(map[string]any); ok {
			old, _ := out[key].(map[string]any)
			value = merged(old, inner)
		}
		out[key] = value
	}
	return out
}

func (s *Server) getConfig(w http.ResponseWriter, r *http.Request) {
	s.withSection(w, r, nil)
}

func (s *Server) patchConfig(w http.ResponseWriter, r *http.Request) {
	s.withSection(w, r, merged)
}

func (s *Server) putConfig(w http.ResponseWriter, r *http.Request) {
	s.withSection(w, r, func(_, all map[string]any) map[string]any { return all })
}

// withSection changes a section, unless change is nil, and answers with it.
func (s *Server) withSection(w http.ResponseWriter, r *http.Request, change func(have, sent map[string]any) map[string]any) {
	section := r.PathValue("section")
	if !sectionName.MatchString(section) {
		fail(w, http.StatusNotFound, "there is no section "+quote(section))
		return
	}
	sent := map[string]any{}
	if change != nil {
		if _, ok := s.readJSON(w, r, smallBody, &sent); !ok {
			return
		}
	}
	s.config.mu.Lock()
	defer s.config.mu.Unlock()
	have, err := s.config.get(section)
	if err == nil && change != nil {
		have = change(have, sent)
		err = s.config.set(section, have)
	}
	switch {
	case err != nil:
		s.refuse(w, r, err)
	case r.Method == http.MethodPut:
		w.WriteHeader(http.StatusNoContent)
	default:
		answer(w, http.StatusOK, have)
	}
}
