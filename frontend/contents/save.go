package contents

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// Conditions of a save besides the hash of a version.
const (
	Any    = "*"      // there must be a file
	Absent = "absent" // there must be none
)

// ConflictError says that a save does not build on what is there. Both versions
// exist: the one there is untouched, the refused one is a checkpoint.
type ConflictError struct {
	Path    string
	Current string // hash of what is there; empty for nothing
	Kept    string // id of the checkpoint with what was refused
}

// Error says what to do.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s: %v since you have read it. It was left as it is, and yours is kept as checkpoint %s: read the file again, or save under another name", e.Path, ErrConflict, e.Kept)
}

// Unwrap makes the error an ErrConflict.
func (e *ConflictError) Unwrap() error { return ErrConflict }

// Save writes what the model holds. ifMatch is the hash of the version that the
// client has read, [Any], [Absent], or empty for a stock client, whose save is
// always accepted; a *ConflictError is returned where it does not hold. What is
// overwritten is kept as a checkpoint. The result has no content.
func (m *Manager) Save(ctx context.Context, apiPath string, model *Model, ifMatch string) (result *Model, created bool, err error) {
	clean, err := writable(apiPath)
	if err != nil {
		return nil, false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now, err := m.current(ctx, clean)
	if err != nil {
		return nil, false, err
	}
	switch {
	case model.Type == Directory:
		return m.makeDir(clean, now)
	case model.Type != Notebook && model.Type != File:
		return nil, false, fmt.Errorf("%s: a save needs the type directory, notebook or file, not %q: %w", clean, model.Type, ErrInvalid)
	case now.info != nil && now.info.IsDir():
		return nil, false, fmt.Errorf("%s is a folder: %w", clean, ErrInvalid)
	case model.Content == nil:
		return nil, false, fmt.Errorf("%s: there is no content to save: %w", clean, ErrInvalid)
	case model.Chunk != 0:
		return m.saveChunk(ctx, clean, model, now, ifMatch)
	}
	out, err := m.encode(ctx, clean, model, now)
	if err != nil {
		return nil, false, err
	}
	if err := m.put(ctx, clean, now, out.data, ifMatch); err != nil {
		return nil, false, err
	}
	if model.Type == Notebook {
		err = m.tellSaved(ctx, clean, out)
	} else {
		err = m.tellReplaced(ctx, clean, out.data)
	}
	if err != nil {
		return nil, false, err
	}
	result, err = m.after(clean, hash(out.data))
	return result, now.info == nil, err
}

// writable cleans the path of something that is to be written.
func writable(apiPath string) (string, error) {
	clean, err := Clean(apiPath)
	switch {
	case errors.Is(err, ErrNotFound):
		return "", fmt.Errorf("%s: hidden files cannot be written: %w", apiPath, ErrInvalid)
	case err == nil && clean == "":
		return "", fmt.Errorf("the served folder itself cannot be changed: %w", ErrInvalid)
	}
	return clean, err
}

// present is what is at a path before a save.
type present struct {
	info fs.FileInfo // nil for nothing
	hash string      // of a file
}

func (m *Manager) current(ctx context.Context, clean string) (present, error) {
	info, err := m.stat(clean)
	if errors.Is(err, ErrNotFound) {
		if _, linkErr := m.root.Lstat(local(clean)); linkErr == nil {
			return present{}, err // a link that leads out
		}
		return present{}, m.needDir(path.Dir(clean))
	}
	if err != nil || info.IsDir() {
		return present{info: info}, err
	}
	sum, err := m.hashFile(ctx, clean)
	return present{info: info, hash: sum}, err
}

// needDir fails unless the folder is there.
func (m *Manager) needDir(dir string) error {
	if dir == "." {
		dir = ""
	}
	info, err := m.stat(dir)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is not a folder: %w", dir, ErrInvalid)
	}
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("the folder %s: %w", dir, ErrNotFound)
	}
	return err
}

func (m *Manager) makeDir(clean string, now present) (*Model, bool, error) {
	if now.info != nil {
		if !now.info.IsDir() {
			return nil, false, fmt.Errorf("%s is a file: %w", clean, ErrInvalid)
		}
		return m.describe(clean, now.info), false, nil
	}
	if err := m.root.Mkdir(local(clean), 0o755); err != nil {
		return nil, false, fileError("make", clean, err)
	}
	model, err := m.after(clean, "")
	return model, true, err
}

func (m *Manager) encode(ctx context.Context, clean string, model *Model, now present) (*saved, error) {
	if model.Type == File {
		data, err := fileBytes(clean, model)
		return &saved{data: data}, err
	}
	if !isDocument(clean) {
		return nil, fmt.Errorf("%s: a notebook is a .wnb or .ipynb file: %w", clean, ErrInvalid)
	}
	var previous []byte
	if now.info != nil && ext(clean) == ".wnb" {
		var err error
		if previous, _, err = m.read(ctx, clean); err != nil {
			return nil, err
		}
	}
	return m.encodeNotebook(ctx, clean, model.Content, previous)
}

func fileBytes(clean string, model *Model) ([]byte, error) {
	text, ok := model.Content.(string)
	if !ok {
		return nil, fmt.Errorf("%s: the content of a file is a text: %w", clean, ErrInvalid)
	}
	switch model.Format {
	case Text:
		return []byte(text), nil
	case Base64:
		data, err := base64.StdEncoding.DecodeString(strings.Map(dropSpace, text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w: %w", clean, ErrInvalid, err)
		}
		return data, nil
	}
	return nil, fmt.Errorf("%s: a file needs the format text or base64, not %q: %w", clean, model.Format, ErrInvalid)
}

func dropSpace(r rune) rune {
	if r == '\n' || r == '\r' || r == ' ' {
		return -1
	}
	return r
}

// put replaces the file by data, unless it holds them already.
func (m *Manager) put(ctx context.Context, clean string, now present, data []byte, ifMatch string) error {
	if now.info != nil && now.hash == hash(data) && holds(ifMatch, now) {
		return nil // its time stays, too
	}
	return m.putFrom(ctx, clean, now, bytesTo(data), ifMatch)
}

// putFrom replaces the file, if the condition holds, and keeps what was there.
func (m *Manager) putFrom(ctx context.Context, clean string, now present, fill func(io.Writer) error, ifMatch string) error {
	if !holds(ifMatch, now) {
		kept, err := m.keep(clean, refused, fill)
		if err != nil {
			return err
		}
		return &ConflictError{Path: clean, Current: now.hash, Kept: kept.ID}
	}
	if now.info != nil {
		if now.info.Mode().Perm()&0o200 == 0 {
			return fmt.Errorf("%s is read-only: %w", clean, ErrDenied)
		}
		if err := m.keepOverwritten(ctx, clean, now.hash); err != nil {
			return err
		}
	}
	return fileError("save", clean, replace(m.root, local(clean), 0o644, fill))
}

func holds(ifMatch string, now present) bool {
	switch ifMatch {
	case "":
		return true
	case Any:
		return now.info != nil
	case Absent:
		return now.info == nil
	}
	return now.hash == ifMatch
}

// tellSaved hands the outputs that came with a document to who keeps them.
func (m *Manager) tellSaved(ctx context.Context, clean string, out *saved) error {
	if out.trust && ext(clean) == ".ipynb" {
		if err := m.trust(hash(out.data)); err != nil {
			return err
		}
	}
	if m.opt.Outputs == nil {
		return nil
	}
	tell := m.opt.Outputs.Saved
	if ext(clean) == ".ipynb" {
		tell = func(ctx context.Context, path string, _ int64, cells map[string]CellOutputs, text string) error {
			return m.opt.Outputs.Stored(ctx, path, out.in, slices.Sorted(maps.Keys(cells)), text)
		}
	}
	if err := tell(ctx, clean, out.seen, out.cells, out.text); err != nil {
		return fmt.Errorf("%s is saved, but its outputs are not: %w", clean, err)
	}
	return nil
}

// tellReplaced tells who keeps the outputs of a document that was written as a
// plain file: outputs stay with the cells that are still there.
func (m *Manager) tellReplaced(ctx context.Context, clean string, data []byte) error {
	if !isDocument(clean) || m.opt.Outputs == nil {
		return nil
	}
	doc, err := parseDocument(clean, data)
	if err != nil {
		return nil // a document that is edited as text may be broken for a while
	}
	return m.tellSaved(ctx, clean, &saved{data: data, text: string(doc.Print()), cells: takeOutputs(doc, nil)})
}

// tellRestored is tellReplaced for what is on the disk now.
func (m *Manager) tellRestored(ctx context.Context, clean string) error {
	if !isDocument(clean) || m.opt.Outputs == nil {
		return nil
	}
	data, _, err := m.read(ctx, clean)
	if err != nil {
		return err
	}
	return m.tellReplaced(ctx, clean, data)
}

// after describes what has just been written.
func (m *Manager) after(clean, sum string) (*Model, error) {
	info, err := m.stat(clean)
	if err != nil {
		return nil, err
	}
	model := m.describe(clean, info)
	model.Hash = sum
	return model, nil
}
