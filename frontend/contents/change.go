package contents

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"strconv"
	"strings"
	"syscall"

	"github.com/wnb-dev/wnb/notebooks"
)

// New makes an empty file, notebook or folder with a name that is not taken:
// Untitled.ipynb, untitled1.txt, "Untitled Folder 2". The extension of a
// notebook is .ipynb, which stock clients expect, unless it is given as .wnb.
func (m *Manager) New(ctx context.Context, apiDir string, kind Type, extension string) (*Model, error) {
	dir, err := Clean(apiDir)
	if err != nil {
		return nil, err
	}
	if strings.Contains(extension, "/") {
		return nil, fmt.Errorf("an extension cannot hold a slash: %q: %w", extension, ErrInvalid)
	}
	if extension != "" && !strings.HasPrefix(extension, ".") {
		extension = "." + extension
	}
	if kind == "" {
		kind = File
		if isDocument(extension) {
			kind = Notebook
		}
	}
	name, insert := "untitled"+extension, ""
	var data []byte
	switch kind {
	case Directory:
		name, insert = "Untitled Folder", " "
	case Notebook:
		if extension == "" {
			extension = ".ipynb"
		}
		name = "Untitled" + extension
		if data, err = emptyNotebook(extension); err != nil {
			return nil, err
		}
	case File:
	default:
		return nil, fmt.Errorf("type %q is unknown; there are directory, notebook and file: %w", kind, ErrInvalid)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	clean, err := m.freeName(dir, name, insert)
	if err != nil {
		return nil, err
	}
	if kind == Directory {
		model, _, err := m.makeDir(clean, present{})
		return model, err
	}
	if err := m.put(ctx, clean, present{}, data, Absent); err != nil {
		return nil, err
	}
	return m.after(clean, hash(data))
}

func emptyNotebook(extension string) ([]byte, error) {
	switch extension {
	case ".wnb":
		return (&notebooks.Document{}).Print(), nil
	case ".ipynb":
		return []byte("{\n \"cells\": [],\n \"metadata\": {},\n \"nbformat\": 4,\n \"nbformat_minor\": 5\n}\n"), nil
	}
	return nil, fmt.Errorf("a notebook ends in .wnb or .ipynb, not in %q: %w", extension, ErrInvalid)
}

// freeName gives dir/name, or with insert and the first number that is free
// before the extension.
func (m *Manager) freeName(dir, name, insert string) (string, error) {
	if err := m.needDir(dir); err != nil {
		return "", err
	}
	at := strings.Index(name, ".")
	if isDocument(name) {
		at = strings.LastIndex(name, ".")
	}
	if at < 0 {
		at = len(name)
	}
	for i := range 100_000 {
		number := ""
		if i > 0 {
			number = insert + strconv.Itoa(i)
		}
		clean, err := writable(path.Join(dir, name[:at]+number+name[at:]))
		if err != nil {
			return "", err
		}
		if _, err := m.root.Lstat(local(clean)); errors.Is(err, fs.ErrNotExist) {
			return clean, nil
		} else if err != nil {
			return "", fileError("look for", clean, err)
		}
	}
	return "", fmt.Errorf("%s: all names like %s are taken: %w", display(dir), name, ErrExists)
}

var copyMark = regexp.MustCompile(`-Copy\d*(\.|$)`)

// Copy copies a file into a folder, as name-Copy1.ext where the name is taken.
// A document takes its outputs along. Folders are not copied.
func (m *Manager) Copy(ctx context.Context, apiFrom, apiDir string) (*Model, error) {
	from, err := Clean(apiFrom)
	if err != nil {
		return nil, err
	}
	dir, err := Clean(apiDir)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	info, err := m.stat(from)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s is a folder; only files can be copied: %w", display(from), ErrInvalid)
	}
	to, err := m.freeName(dir, copyMark.ReplaceAllString(path.Base(from), "$1"), "-Copy")
	if err != nil {
		return nil, err
	}
	if err := m.copyFile(ctx, from, to); err != nil {
		return nil, err
	}
	if err := m.copyOutputs(ctx, from, to); err != nil {
		return nil, err
	}
	return m.after(to, "")
}

func (m *Manager) copyFile(ctx context.Context, from, to string) error {
	file, info, err := m.openFile(from)
	if err != nil {
		return err
	}
	defer file.Close()
	return fileError("copy", from, replace(m.root, local(to), info.Mode().Perm()|0o200, func(w io.Writer) error {
		_, err := io.Copy(w, withContext{ctx, file})
		return err
	}))
}

func (m *Manager) copyOutputs(ctx context.Context, from, to string) error {
	if m.opt.Outputs == nil || !isDocument(from) {
		return nil
	}
	_, cells, err := m.opt.Outputs.Outputs(ctx, from)
	maps.DeleteFunc(cells, func(_ string, c CellOutputs) bool { return c.InFile })
	if err != nil || len(cells) == 0 {
		return err
	}
	text, err := m.Text(ctx, to)
	if err != nil {
		return err
	}
	return m.opt.Outputs.Saved(ctx, to, 0, cells, text)
}

// Rename moves a file or folder, with its checkpoints and outputs. It never
// overwrites.
func (m *Manager) Rename(ctx context.Context, apiFrom, apiTo string) (*Model, error) {
	from, err := writable(apiFrom)
	if err != nil {
		return nil, err
	}
	to, err := writable(apiTo)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, err := m.stat(from); err != nil {
		return nil, err
	}
	if from == to {
		return m.after(to, "")
	}
	if err := m.needDir(path.Dir(to)); err != nil {
		return nil, err
	}
	if _, err := m.root.Lstat(local(to)); err == nil {
		return nil, fmt.Errorf("%s: %w", to, ErrExists)
	}
	if strings.HasPrefix(to, from+"/") {
		return nil, fmt.Errorf("%s cannot be moved into itself: %w", from, ErrInvalid)
	}
	if err := m.root.Rename(local(from), local(to)); err != nil {
		return nil, fileError("rename", from, err)
	}
	if err := m.moveVersions(from, to); err != nil {
		return nil, err
	}
	if m.opt.Outputs != nil {
		if err := m.opt.Outputs.Moved(ctx, from, to); err != nil {
			return nil, fmt.Errorf("%s is renamed, but its outputs are not: %w", from, err)
		}
	}
	return m.after(to, "")
}

// moveVersions lets the checkpoints follow. Those of a file that was at the new
// place before go.
func (m *Manager) moveVersions(from, to string) error {
	failed := func(err error) error { return fileError("move the checkpoints of", from, err) }
	if _, err := m.state.Stat(versionsDir(from)); errors.Is(err, fs.ErrNotExist) {
		return failed(m.state.RemoveAll(versionsDir(to)))
	}
	if err := m.state.MkdirAll(path.Dir(versionsDir(to)), 0o700); err != nil {
		return failed(err)
	}
	if err := m.state.RemoveAll(versionsDir(to)); err != nil {
		return failed(err)
	}
	return failed(m.state.Rename(versionsDir(from), versionsDir(to)))
}

// Delete removes a file with its checkpoints, or an empty folder.
func (m *Manager) Delete(ctx context.Context, apiPath string) error {
	clean, err := writable(apiPath)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, err := m.root.Lstat(local(clean)); err != nil {
		return fileError("delete", clean, err)
	}
	err = m.root.Remove(local(clean))
	if errors.Is(err, syscall.ENOTEMPTY) || errors.Is(err, syscall.EEXIST) {
		return fmt.Errorf("the folder %s is not empty (it may hold hidden files): %w", clean, ErrInvalid)
	}
	if err != nil {
		return fileError("delete", clean, err)
	}
	if err := m.state.RemoveAll(versionsDir(clean)); err != nil {
		return fileError("delete the checkpoints of", clean, err)
	}
	if m.opt.Outputs == nil {
		return nil
	}
	return m.opt.Outputs.Deleted(ctx, clean)
}
