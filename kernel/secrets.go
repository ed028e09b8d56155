package kernel

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
)

// secrets are those that a cell may know: their texts must not be in anything
// that the cell leaves. The zero value knows none.
type secrets struct {
	mu    sync.RWMutex
	known []secretText // the longest first: one may be part of another
}

type secretText struct{ name, text string }

// shortSecret is the length below which a secret is not looked for: it would be
// found everywhere.
const shortSecret = 4

// learn adds a secret, in all the ways in which it may be written.
func (s *secrets) learn(name, text string) {
	if len(text) < shortSecret {
		return
	}
	var list []secretText
	for _, form := range secretForms(text) {
		list = append(list, secretText{name, form})
	}
	s.add(list)
}

func (s *secrets) add(list []secretText) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range list {
		if !slices.Contains(s.known, k) {
			s.known = append(s.known, k)
		}
	}
	slices.SortStableFunc(s.known, func(a, b secretText) int { return len(b.text) - len(a.text) })
}

// any tells whether there is a secret.
func (s *secrets) any() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.known) > 0
}

// all are the secrets so far.
func (s *secrets) all() []secretText {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.known)
}

// A ledger says which secrets the cells knew. What they leave, values and files,
// may tell them, so that the cells behind them know them too.
type ledger struct {
	mu     sync.Mutex
	byCell map[string][]secretText
}

func (l *ledger) note(cell string, known []secretText) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byCell == nil {
		l.byCell = map[string][]secretText{}
	}
	l.byCell[cell] = known
}

// before are the secrets of the cells that a cell waits for.
func (l *ledger) before(n *Notebook, cell string) []secretText {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []secretText
	for need := range n.Graph.eachNeed(cell) {
		list = append(list, l.byCell[need.ID]...)
	}
	return list
}

// clean takes the secrets out of a text.
func (s *secrets) clean(text string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, k := range s.known {
		text = strings.ReplaceAll(text, k.text, k.mark())
	}
	return s.cleanCut(text)
}

func (k secretText) mark() string { return "[secret " + k.name + "]" }

// cleanName takes the secrets out of a name, of which not every character can be
// a part.
func (s *secrets) cleanName(name string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, k := range s.known {
		name = strings.ReplaceAll(name, k.text, "secret "+k.name)
	}
	return name
}

// ellipsis ends a text that was cut to show it.
const ellipsis = "…"

// cleanCut takes out the beginnings of secrets that were cut.
func (s *secrets) cleanCut(text string) string {
	if len(s.known) == 0 || !strings.Contains(text, ellipsis) {
		return text
	}
	pieces := strings.SplitAfter(text, ellipsis)
	for i, piece := range pieces {
		if before, ok := strings.CutSuffix(piece, ellipsis); ok {
			pieces[i] = s.withoutBeginning(before) + ellipsis
		}
	}
	return strings.Join(pieces, "")
}

// withoutBeginning drops the beginning of a secret from the end of a text.
func (s *secrets) withoutBeginning(text string) string {
	for _, k := range s.known {
		for n := min(len(k.text)-1, len(text)); n >= shortSecret; n-- {
			if strings.HasSuffix(text, k.text[:n]) {
				return text[:len(text)-n] + k.mark()
			}
		}
	}
	return text
}

func (s *secrets) cleaned(data []byte) []byte {
	if s.found(data) == "" && !bytes.Contains(data, []byte(ellipsis)) {
		return data
	}
	return []byte(s.clean(string(data)))
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

func isJSON(mime string) bool { return mime == "application/json" || strings.HasSuffix(mime, "+json") }

// redact takes the secrets out of an effect.
func (s *secrets) redact(e cells.Effect) cells.Effect {
	if !s.any() {
		return e
	}
	switch e := e.(type) {
	case cells.Stream:
		e.Text = s.clean(e.Text)
		return e
	case cells.Display:
		data := make(map[string][]byte, len(e.Data))
		for mime, content := range e.Data {
			clean := s.cleaned(content)
			if isJSON(mime) && json.Valid(content) && !json.Valid(clean) {
				continue // a number in it was a secret; the other forms are shown
			}
			data[mime] = clean
		}
		e.Data = data
		return e
	case cells.Param:
		return cells.Param{Key: s.cleanName(e.Key), Value: s.clean(e.Value)}
	case cells.Metric:
		e.Key = s.cleanName(e.Key)
		return e
	case cells.Tag:
		return cells.Tag{Key: s.cleanName(e.Key), Value: s.clean(e.Value)}
	case cells.Artifact:
		e.Path = s.cleanName(e.Path)
		return e
	case cells.File:
		e.Path = s.cleanName(e.Path)
		return e
	case cells.Input:
		e.Name, e.Otherwise = s.clean(e.Name), s.clean(e.Otherwise)
		if e.Kind == cells.UIInput {
			e.SHA256 = s.clean(e.SHA256)
		}
		return e
	case cells.Notice:
		return s.redactNotice(e)
	}
	return e
}

func (s *secrets) redactNotice(n cells.Notice) cells.Notice {
	n.Title, n.Text = s.clean(n.Title), s.clean(n.Text)
	n.Deliveries = slices.Clone(n.Deliveries)
	for i := range n.Deliveries {
		n.Deliveries[i].Error = s.clean(n.Deliveries[i].Error)
	}
	return n
}

// named is the secret in the name of a file or a question, or "".
func (s *secrets) named(e cells.Effect) string {
	switch e := e.(type) {
	case cells.File:
		return s.found([]byte(e.Path))
	case cells.Input:
		return s.found([]byte(e.Name))
	}
	return ""
}

// redactError takes the secrets out of an error of a cell.
func (s *secrets) redactError(err error) error {
	if !s.any() || kindOf(err) != lang.KindRuntime {
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

// askKnown records which secrets the cell knows before it runs: what it shows
// depends on them, since they are taken out of it.
func (r *recorder) askKnown(ctx context.Context) error {
	hashes, err := r.knownHashes(ctx)
	for _, name := range slices.Sorted(maps.Keys(hashes)) {
		err = errors.Join(err, r.Record(cells.Input{Kind: cells.SecretInput, Name: name, SHA256: hashes[name]}))
	}
	return err
}

// holdsKeyed tells whether a value is written with the keyed hash of a secret.
func (r *recorder) holdsKeyed(ctx context.Context, root []byte) (bool, error) {
	hashes, err := r.knownHashes(ctx)
	for _, hash := range hashes {
		if bytes.Contains(root, []byte(hash)) {
			return true, err
		}
	}
	return false, err
}

// knownHashes are the keyed hashes of the secrets that the cell knows, by name.
func (r *recorder) knownHashes(ctx context.Context) (map[string]string, error) {
	hashes := map[string]string{}
	for _, k := range r.secrets.all() {
		if hashes[k.name] != "" {
			continue
		}
		hash, err := r.world.secretHash(ctx, k.name)
		if err != nil {
			return nil, fmt.Errorf("the secret %q: %w", k.name, err)
		}
		hashes[k.name] = hash
	}
	return hashes, nil
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
