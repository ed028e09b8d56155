package contents

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// The folders of the state.
const (
	checkpoints = "checkpoints" // checkpoints/<path of the file>/<id>
	uploads     = "uploads"     // pieces that are not complete yet
	trustedDir  = "trusted"     // empty files named by the hash of an .ipynb
)

// Why a version was kept: the end of a checkpoint's id.
const (
	wished      = "saved"
	overwritten = "overwritten"
	refused     = "refused"
)

const idTime = "20060102T150405.000000000Z"

// Checkpoints lists the kept versions of a file, oldest first.
func (m *Manager) Checkpoints(ctx context.Context, apiPath string) ([]Checkpoint, error) {
	clean, err := m.versioned(apiPath)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.versions(clean)
}

// file cleans the path of a file that must exist.
func (m *Manager) file(apiPath string) (string, error) {
	clean, err := Clean(apiPath)
	if err != nil {
		return "", err
	}
	info, err := m.stat(clean)
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a folder, which has no versions: %w", display(clean), ErrInvalid)
	}
	return clean, err
}

// versioned cleans the path of a file that exists, or did: versions outlive a
// file that is removed by other means than Delete.
func (m *Manager) versioned(apiPath string) (string, error) {
	clean, err := m.file(apiPath)
	if errors.Is(err, ErrNotFound) && clean != "" {
		if have, listErr := m.versions(clean); listErr == nil && len(have) > 0 {
			return clean, nil
		}
	}
	return clean, err
}

// IsFile tells whether there is a file at path, or are versions of one.
func (m *Manager) IsFile(apiPath string) bool {
	clean, err := m.versioned(apiPath)
	return err == nil && clean != ""
}

func versionsDir(clean string) string { return path.Join(checkpoints, clean) }

func (m *Manager) versions(clean string) ([]Checkpoint, error) {
	entries, err := fs.ReadDir(m.state.FS(), versionsDir(clean))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fileError("list the checkpoints of", clean, err)
	}
	found := []Checkpoint{}
	for _, entry := range entries { // sorted by name, which is by time
		if at, ok := checkpointTime(entry.Name()); ok && entry.Type().IsRegular() {
			found = append(found, Checkpoint{ID: entry.Name(), LastModified: at})
		}
	}
	return found, nil
}

func checkpointTime(id string) (time.Time, bool) {
	stamp, why, found := strings.Cut(id, "-")
	at, err := time.Parse(idTime, stamp)
	return at, found && err == nil && slices.Contains([]string{wished, overwritten, refused}, why)
}

// CreateCheckpoint keeps the version that is there.
func (m *Manager) CreateCheckpoint(ctx context.Context, apiPath string) (Checkpoint, error) {
	clean, err := m.file(apiPath)
	if err != nil {
		return Checkpoint{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.keepFile(ctx, clean, wished)
}

func (m *Manager) keepFile(ctx context.Context, clean, why string) (Checkpoint, error) {
	file, _, err := m.openFile(clean)
	if err != nil {
		return Checkpoint{}, err
	}
	defer file.Close()
	return m.keep(clean, why, func(w io.Writer) error {
		_, err := io.Copy(w, withContext{ctx, file})
		return err
	})
}

// keepOverwritten keeps the version that is there, with that hash, unless it is
// the last one that was kept.
func (m *Manager) keepOverwritten(ctx context.Context, clean, sum string) error {
	have, err := m.versions(clean)
	if err != nil {
		return err
	}
	if len(have) > 0 {
		file, err := m.version(clean, have[len(have)-1].ID)
		if err != nil {
			return err
		}
		defer file.Close()
		last, err := hashOf(ctx, file)
		if err != nil || last == sum {
			return fileError("look at a version of", clean, err)
		}
	}
	_, err = m.keepFile(ctx, clean, overwritten)
	return err
}

// keep stores a version, and lets go of the oldest ones over the limits.
func (m *Manager) keep(clean, why string, fill func(io.Writer) error) (Checkpoint, error) {
	failed := func(err error) (Checkpoint, error) {
		return Checkpoint{}, fileError("keep a version of", clean, err)
	}
	dir := versionsDir(clean)
	if err := m.state.MkdirAll(dir, 0o700); err != nil {
		return failed(err)
	}
	at, err := m.nextTime(clean)
	if err != nil {
		return failed(err)
	}
	point := Checkpoint{ID: at.Format(idTime) + "-" + why, LastModified: at}
	if err := replace(m.state, path.Join(dir, point.ID), 0o600, fill); err != nil {
		return failed(err)
	}
	return point, m.prune(clean)
}

// nextTime is now, but later than the last version, so that ids differ and sort.
func (m *Manager) nextTime(clean string) (time.Time, error) {
	at := m.opt.Clock().UTC()
	have, err := m.versions(clean)
	if err != nil || len(have) == 0 {
		return at, err
	}
	if last := have[len(have)-1].LastModified; !at.After(last) {
		at = last.Add(time.Nanosecond)
	}
	return at, nil
}

func (m *Manager) prune(clean string) error {
	have, err := m.versions(clean)
	if err != nil {
		return err
	}
	var bytes int64
	for i, point := range slices.Backward(have) {
		name := path.Join(versionsDir(clean), point.ID)
		info, err := m.state.Stat(name)
		if err != nil {
			return fileError("look at a version of", clean, err)
		}
		bytes += info.Size()
		newest := i == len(have)-1
		if !newest && (len(have)-i > m.opt.MaxCheckpoints || bytes > m.opt.MaxCheckpointBytes) {
			if err := m.state.Remove(name); err != nil {
				return fileError("remove an old version of", clean, err)
			}
		}
	}
	return nil
}

// version opens a kept version.
func (m *Manager) version(clean, id string) (*os.File, error) {
	if _, ok := checkpointTime(id); !ok {
		return nil, fmt.Errorf("checkpoint %q of %s: %w", id, clean, ErrNotFound)
	}
	file, err := m.state.Open(path.Join(versionsDir(clean), id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("checkpoint %q of %s: %w", id, clean, ErrNotFound)
	}
	return file, fileError("open a version of", clean, err)
}

// CheckpointText gives the text of a kept version, to be compared.
func (m *Manager) CheckpointText(ctx context.Context, apiPath, id string) (string, error) {
	clean, err := m.versioned(apiPath)
	if err != nil {
		return "", err
	}
	file, err := m.version(clean, id)
	if err != nil {
		return "", err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(withContext{ctx, file}, m.opt.MaxContent+1))
	if err != nil {
		return "", fileError("read a version of", clean, err)
	}
	if int64(len(data)) > m.opt.MaxContent {
		return "", fmt.Errorf("a version of %s has more than %d bytes: %w", clean, m.opt.MaxContent, ErrTooLarge)
	}
	return string(data), nil
}

// RestoreCheckpoint puts a kept version in place. What was there is kept.
func (m *Manager) RestoreCheckpoint(ctx context.Context, apiPath, id string) error {
	clean, err := m.versioned(apiPath)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	file, err := m.version(clean, id)
	if err != nil {
		return err
	}
	defer file.Close()
	now, err := m.current(ctx, clean)
	if err != nil {
		return err
	}
	if now.info != nil {
		if err := m.keepOverwritten(ctx, clean, now.hash); err != nil {
			return err
		}
	}
	err = replace(m.root, local(clean), 0o644, func(w io.Writer) error {
		_, err := io.Copy(w, withContext{ctx, file})
		return err
	})
	if err != nil {
		return fileError("restore", clean, err)
	}
	return m.tellRestored(ctx, clean)
}

// DeleteCheckpoint forgets a kept version.
func (m *Manager) DeleteCheckpoint(ctx context.Context, apiPath, id string) error {
	clean, err := m.versioned(apiPath)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	file, err := m.version(clean, id)
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return fileError("close a version of", clean, err)
	}
	return fileError("delete a version of", clean, m.state.Remove(path.Join(versionsDir(clean), id)))
}

// Trust remembers that the user trusts the outputs in an .ipynb file as it is
// now. Those of a .wnb file always come from this server.
func (m *Manager) Trust(ctx context.Context, apiPath string) error {
	clean, err := m.file(apiPath)
	if err != nil {
		return err
	}
	sum, err := m.hashFile(ctx, clean)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.trust(sum)
}

func (m *Manager) trust(sum string) error {
	err := m.state.MkdirAll(trustedDir, 0o700)
	if err == nil {
		err = m.state.WriteFile(path.Join(trustedDir, sum), nil, 0o600)
	}
	return fileError("remember the trust in", sum, err)
}

func (m *Manager) trusted(sum string) bool {
	_, err := m.state.Stat(path.Join(trustedDir, sum))
	return err == nil
}
