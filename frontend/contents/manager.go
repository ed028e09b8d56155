package contents

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"
)

// Options are what a Manager is made of. Root and State are required.
type Options struct {
	Root  string // the folder that is served
	State string // a folder for checkpoints and uploads; made where missing. Below Root its name must be hidden

	Outputs Outputs // nil: documents have no outputs
	// MaxContent bounds what is sent or read in one piece; 0 is 256 MiB. Larger
	// files are to be streamed, see Open.
	MaxContent int64
	// MaxCheckpoints and MaxCheckpointBytes bound what is kept for one file; 0
	// is 50 versions and 256 MiB. The newest is kept in any case.
	MaxCheckpoints     int
	MaxCheckpointBytes int64

	Clock func() time.Time // nil: time.Now
}

// Manager serves the files below a root. It is safe for concurrent use. Saves
// are made one after the other, so that no two clients replace the same version.
type Manager struct {
	opt   Options
	root  *os.Root
	state *os.Root
	mu    sync.Mutex // held while something is written
	texts texts
}

// New opens the folders. Close must be called.
func New(opt Options) (*Manager, error) {
	if opt.MaxContent == 0 {
		opt.MaxContent = 256 << 20
	}
	if opt.MaxCheckpoints == 0 {
		opt.MaxCheckpoints = 50
	}
	if opt.MaxCheckpointBytes == 0 {
		opt.MaxCheckpointBytes = 256 << 20
	}
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	root, err := os.OpenRoot(opt.Root)
	if err != nil {
		return nil, fmt.Errorf("open the folder to serve: %w", err)
	}
	if err := os.MkdirAll(opt.State, 0o700); err != nil {
		return nil, fmt.Errorf("folder for checkpoints: %w", errors.Join(err, root.Close()))
	}
	state, err := os.OpenRoot(opt.State)
	if err != nil {
		return nil, fmt.Errorf("folder for checkpoints: %w", errors.Join(err, root.Close()))
	}
	// Uploads that were not finished before the last stop never will be.
	if err := state.RemoveAll(uploads); err != nil {
		return nil, fmt.Errorf("folder for checkpoints: %w", errors.Join(err, root.Close(), state.Close()))
	}
	return &Manager{opt: opt, root: root, state: state}, nil
}

// Close releases the folders.
func (m *Manager) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return errors.Join(m.root.Close(), m.state.Close())
}

// stat looks at what is there. A link that leads out of the root or nowhere is
// not there.
func (m *Manager) stat(clean string) (fs.FileInfo, error) {
	info, err := m.root.Stat(local(clean))
	if err != nil {
		if _, linkErr := m.root.Lstat(local(clean)); linkErr == nil && !errors.Is(err, fs.ErrPermission) {
			return nil, fmt.Errorf("%s: the link leads nowhere or out of the served folder: %w", clean, ErrNotFound)
		}
		if escapes(err) {
			return nil, fmt.Errorf("%s: it is out of the served folder: %w", clean, ErrNotFound)
		}
		return nil, fileError("open", clean, err)
	}
	if !info.IsDir() && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is neither a file nor a folder: %w", clean, ErrInvalid)
	}
	return info, nil
}

// escapes tells whether an os.Root refused to leave the folder. Package os has
// no sentinel for it.
func escapes(err error) bool {
	var failure *fs.PathError
	return errors.As(err, &failure) && failure.Err != nil && failure.Err.Error() == "path escapes from parent"
}

// describe is the model without content.
func (m *Manager) describe(clean string, info fs.FileInfo) *Model {
	model := &Model{
		Name: baseName(clean), Path: clean, Type: File, Size: info.Size(),
		Created: info.ModTime(), LastModified: info.ModTime(), Writable: info.Mode().Perm()&0o200 != 0,
	}
	switch {
	case info.IsDir():
		model.Type, model.Size = Directory, -1
	case isDocument(clean):
		model.Type = Notebook
	default:
		model.Mimetype = mimetype(clean)
	}
	return model
}

// newName is a random part for temporary files.
func newName() string { return rand.Text() }
