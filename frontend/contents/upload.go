package contents

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
)

// saveChunk takes one piece of a large upload. The pieces gather in the state;
// the last one (-1) puts the whole in place at once. Pieces must come in order;
// the first one starts over.
func (m *Manager) saveChunk(ctx context.Context, clean string, model *Model, now present, ifMatch string) (*Model, bool, error) {
	if model.Type != File {
		return nil, false, fmt.Errorf("%s: only files are uploaded in pieces: %w", clean, ErrInvalid)
	}
	data, err := fileBytes(clean, model)
	if err != nil {
		return nil, false, err
	}
	if err := m.appendChunk(clean, model.Chunk, data); err != nil {
		return nil, false, err
	}
	if model.Chunk != last {
		return &Model{Name: baseName(clean), Path: clean, Type: File, Writable: true, Size: -1}, false, nil
	}
	result, err := m.finishUpload(ctx, clean, now, ifMatch)
	return result, now.info == nil, err
}

const last = -1

func (m *Manager) appendChunk(clean string, chunk int, data []byte) error {
	failed := func(err error) error { return fileError("upload", clean, err) }
	if chunk < last {
		return fmt.Errorf("%s: there is no piece %d: %w", clean, chunk, ErrInvalid)
	}
	dir := uploadDir(clean)
	if chunk == 1 {
		if err := m.state.RemoveAll(dir); err != nil {
			return failed(err)
		}
		if err := m.state.MkdirAll(dir, 0o700); err != nil {
			return failed(err)
		}
	}
	// The name of the file says how many pieces it has.
	before, have, err := m.gathered(dir)
	if err != nil || chunk > 1 && have != chunk-1 || chunk == last && have == 0 {
		return fmt.Errorf("%s: piece %d of the upload came after piece %d; start again: %w", clean, chunk, have, ErrInvalid)
	}
	name := path.Join(dir, fmt.Sprintf("%09d", have+1))
	if have > 0 {
		if err := m.state.Rename(path.Join(dir, before), name); err != nil {
			return failed(err)
		}
	}
	file, err := m.state.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return failed(err)
	}
	_, err = file.Write(data)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil { // a piece may be there in part: only a new start mends it
		if removeErr := m.state.RemoveAll(dir); removeErr != nil {
			return failed(removeErr)
		}
	}
	return failed(err)
}

func uploadDir(clean string) string { return path.Join(uploads, hash([]byte(clean))) }

// gathered gives the file with the pieces so far, and their number.
func (m *Manager) gathered(dir string) (name string, pieces int, err error) {
	handle, err := m.state.Open(dir)
	if err != nil {
		return "", 0, err
	}
	defer handle.Close()
	names, err := handle.Readdirnames(-1)
	if err != nil || len(names) == 0 {
		return "", 0, err
	}
	_, err = fmt.Sscanf(strings.TrimLeft(names[0], "0"), "%d", &pieces)
	return names[0], pieces, err
}

func (m *Manager) finishUpload(ctx context.Context, clean string, now present, ifMatch string) (*Model, error) {
	dir := uploadDir(clean)
	name, _, err := m.gathered(dir)
	if err != nil {
		return nil, fileError("upload", clean, err)
	}
	file, err := m.state.Open(path.Join(dir, name))
	if err != nil {
		return nil, fileError("upload", clean, err)
	}
	defer file.Close()
	fill := func(w io.Writer) error {
		_, err := io.Copy(w, withContext{ctx, file})
		return err
	}
	if err := m.putFrom(ctx, clean, now, fill, ifMatch); err != nil {
		return nil, err
	}
	if err := m.state.RemoveAll(dir); err != nil {
		return nil, fileError("upload", clean, err)
	}
	if err := m.tellRestored(ctx, clean); err != nil {
		return nil, err
	}
	return m.after(clean, "")
}
