package live

import (
	"context"
	"path"
	"slices"
	"strings"
	"sync"
)

// cleanPath is a path as clients may write it, relative to the root.
func cleanPath(p string) string {
	return strings.TrimPrefix(path.Clean("/"+p), "/")
}

// with calls f with the document at path.
func (m *Manager) with(ctx context.Context, path string, f func(*document) error) error {
	d, err := m.lib.open(ctx, cleanPath(path))
	if err != nil {
		return err
	}
	defer m.lib.close(d)
	return f(d)
}

// Outputs are the outputs of the document at path.
func (m *Manager) Outputs(ctx context.Context, path string) (out Outputs, err error) {
	err = m.with(ctx, path, func(d *document) error {
		out = d.outputs()
		return nil
	})
	return out, err
}

// ClearOutputs empties the outputs of cells; without ids, of all cells.
func (m *Manager) ClearOutputs(ctx context.Context, path string, ids ...string) error {
	return m.with(ctx, path, func(d *document) error {
		d.clear(ids)
		return m.lib.note(d)
	})
}

// Read gives a client the outputs of the document at path, and what to say when
// it saves the document.
func (m *Manager) Read(ctx context.Context, path string) (out Outputs, seen Seen, err error) {
	err = m.with(ctx, path, func(d *document) error {
		out = d.outputs()
		seen = Seen{Version: out.Version, Reader: d.reader()}
		return nil
	})
	return out, seen, err
}

// Saved tells that a client has saved the document: cells are the code cells
// of the document, with the outputs that the client has. Outputs that the client
// has not seen win over the client's; else an empty list clears, and outputs for
// a cell that has none here are taken over. Outputs of cells that are not in the
// document any more go. The result is what holds now.
func (m *Manager) Saved(ctx context.Context, path string, seen Seen, cells map[string]Cell) (out Outputs, err error) {
	err = m.with(ctx, path, func(d *document) error {
		d.saved(seen, cells)
		out = d.outputs()
		return m.lib.note(d)
	})
	return out, err
}

// Unseen gives the outputs that a client has not seen that is about to save the
// document with these cells, and the version that they are of. It is for files
// that hold outputs themselves; see Stored.
func (m *Manager) Unseen(ctx context.Context, path string, seen Seen, cells map[string]Cell) (newer Outputs, err error) {
	err = m.with(ctx, path, func(d *document) error {
		newer = d.unseen(seen, cells)
		return nil
	})
	return newer, err
}

// Stored tells that the file of the document was written, with outputs in it, as
// an .ipynb file is: its code cells are those with the ids, and outputs up to
// version are in it. From then on the file counts for these cells, until they
// put something out again.
func (m *Manager) Stored(ctx context.Context, path string, version int64, ids []string) error {
	set := make(map[string]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return m.with(ctx, path, func(d *document) error {
		d.stored(version, set)
		return m.lib.note(d)
	})
}

// SetDocument tells the kernels of the document its saved text. It does not
// wait for them.
func (m *Manager) SetDocument(ctx context.Context, path, text string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	for _, h := range m.kernels {
		if h.saved(cleanPath(path), text) {
			h.spread()
		}
	}
	return ctx.Err()
}

// SetSettings tells the kernels of the document that Config.Settings gives
// something else now. It does not wait for them.
func (m *Manager) SetSettings(path string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, h := range m.kernels {
		if h.set(cleanPath(path)) {
			h.spread()
		}
	}
}

// Reread looks whether the file of a document was changed, as by another
// program, and tells its kernels. It does not wait for them.
func (m *Manager) Reread(ctx context.Context, path string) {
	m.mu.Lock()
	hubs := slices.Clone(m.kernels)
	m.mu.Unlock()
	for _, h := range hubs {
		if h.documentPath() == cleanPath(path) && h.reread(ctx) {
			h.spread()
		}
	}
}

// MoveDocument follows the rename of a document or folder: outputs, history,
// sessions and kernels go along.
func (m *Manager) MoveDocument(ctx context.Context, from, to string) error {
	from, to = cleanPath(from), cleanPath(to)
	if err := m.lib.move(ctx, from, to); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, h := range m.kernels {
		h.moved(from, to)
	}
	for _, s := range m.sessions {
		if path, ok := movedPath(s.path, from, to); ok {
			s.path = path
		}
	}
	return nil
}

// DeleteDocument forgets outputs and history of a document, or of all below a
// folder.
func (m *Manager) DeleteDocument(ctx context.Context, path string) error {
	return m.lib.remove(ctx, cleanPath(path))
}

// Flush saves at once what is not saved yet.
func (m *Manager) Flush(ctx context.Context) error { return m.lib.save(ctx) }

// Subscribe tells of changes in the outputs of the document at path, by their
// versions. Those that nobody fetched in time are skipped. cancel closes the
// channel, and so does Close.
func (m *Manager) Subscribe(ctx context.Context, path string) (versions <-chan int64, cancel func(), err error) {
	d, err := m.lib.open(ctx, cleanPath(path))
	if err != nil {
		return nil, nil, err
	}
	ch := d.subscribe()
	return ch, sync.OnceFunc(func() {
		d.unsubscribe(ch)
		m.lib.close(d)
	}), nil
}
