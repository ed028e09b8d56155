package kernel

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
)

// secrets are those that a cell uses: their values must not be in anything that
// the cell leaves.
type secrets struct {
	mu    sync.RWMutex
	known []secretText
}

type secretText struct{ name, text string }

// shortSecret is the length below which a secret is not looked for: it would be
// found everywhere.
const shortSecret = 4

// learn adds a secret. What looks the same in JSON or a URL is found as well.
func (s *secrets) learn(name, text string) {
	if len(text) < shortSecret {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, form := range secretForms(text) {
		if !slices.Contains(s.known, secretText{name, form}) {
			s.known = append(s.known, secretText{name, form})
		}
	}
	// The longest first: one secret may be part of another.
	slices.SortStableFunc(s.known, func(a, b secretText) int { return len(b.text) - len(a.text) })
}

// clean takes the secrets out of a text.
func (s *secrets) clean(text string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, k := range s.known {
		text = strings.ReplaceAll(text, k.text, "[secret "+k.name+"]")
	}
	return text
}

func (s *secrets) cleaned(data []byte) []byte {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, k := range s.known {
		if bytes.Contains(data, []byte(k.text)) {
			data = bytes.ReplaceAll(data, []byte(k.text), []byte("[secret "+k.name+"]"))
		}
	}
	return data
}

// found is the name of a secret that is in the data, or "".
func (s *secrets) found(data []byte) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, k := range s.known {
		if bytes.Contains(data, []byte(k.text)) {
			return k.name
		}
	}
	return ""
}

// redact takes the secrets out of an effect.
func (s *secrets) redact(e cells.Effect) cells.Effect {
	s.mu.RLock()
	none := len(s.known) == 0
	s.mu.RUnlock()
	if none {
		return e
	}
	switch e := e.(type) {
	case cells.Stream:
		e.Text = s.clean(e.Text)
		return e
	case cells.Display:
		data := make(map[string][]byte, len(e.Data))
		for mime, content := range e.Data {
			data[mime] = s.cleaned(content)
		}
		e.Data = data
		return e
	case cells.Param:
		return cells.Param{Key: s.clean(e.Key), Value: s.clean(e.Value)}
	case cells.Tag:
		return cells.Tag{Key: s.clean(e.Key), Value: s.clean(e.Value)}
	case cells.Notice:
		e.Title, e.Text = s.clean(e.Title), s.clean(e.Text)
		for i := range e.Deliveries {
			e.Deliveries[i].Error = s.clean(e.Deliveries[i].Error)
		}
		return e
	}
	return e
}

// redactError takes the secrets out of an error of a cell.
func (s *secrets) redactError(err error) error {
	s.mu.RLock()
	none := len(s.known) == 0
	s.mu.RUnlock()
	if none {
		return err
	}
	var e *lang.Error
	if !errors.As(err, &e) {
		return errors.New(s.clean(err.Error()))
	}
	return e.Map(s.clean)
}

// Secret gives a builtin the text of a secret. From then on it is taken out of
// everything that the cell leaves.
func (r *recorder) Secret(ctx context.Context, name string) (string, error) {
	text, err := r.world.secret(ctx, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("the secret %q is not set: %w", name, err)
	case err != nil:
		return "", fmt.Errorf("the secret %q: %w", name, err)
	}
	r.secrets.learn(name, text)
	return text, nil
}

// SecretHash tells which secret it is, without telling the secret.
func (r *recorder) SecretHash(ctx context.Context, name string) (string, error) {
	text, err := r.Secret(ctx, name)
	if err != nil {
		return "", err
	}
	hash := r.world.keyed("secret " + text)
	return hash, r.Record(cells.Input{Kind: cells.SecretInput, Name: name, SHA256: hash})
}

// secretForms are the ways in which a secret may be written.
func secretForms(text string) []string {
	forms := []string{text}
	if quoted, err := json.Marshal(text); err == nil {
		forms = append(forms, strings.Trim(string(quoted), `"`))
	}
	return append(forms, url.QueryEscape(text), url.PathEscape(text), base64.StdEncoding.EncodeToString([]byte(text)))
}
