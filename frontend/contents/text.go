package contents

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"sync"
	"time"
)

// texts are the documents that were asked for last, since kernels ask before
// each cell that runs.
type texts struct {
	mu   sync.Mutex
	kept map[string]keptText
}

type keptText struct {
	info fs.FileInfo
	read time.Time // before the file was looked at
	text string
}

const (
	maxTexts = 64
	// settled is how old a file must be to be known by its time: two changes
	// within a tick of the file system's clock cannot be told apart.
	settled = 2 * time.Second
)

// current gives the text of the file as it is now, if that is known.
func (t *texts) current(clean string, info fs.FileInfo) (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	have, ok := t.kept[clean]
	if !ok || !os.SameFile(have.info, info) || have.info.Size() != info.Size() || !changedAt(have.info).Equal(changedAt(info)) {
		return "", false
	}
	return have.text, have.read.Sub(changedAt(info)) > settled
}

func (t *texts) keep(clean string, k keptText) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kept == nil || len(t.kept) >= maxTexts {
		t.kept = map[string]keptText{}
	}
	t.kept[clean] = k
}

// Text is the document at path as .wnb text, and empty where there is none. It
// costs a look at the file where that has not changed since the last call.
func (m *Manager) Text(ctx context.Context, apiPath string) (string, error) {
	clean, err := Clean(apiPath)
	if err != nil || !isDocument(clean) {
		return "", nil // the path of a console, or a made-up one
	}
	began := time.Now() // files know no other clock
	info, err := m.stat(clean)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrInvalid) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if text, ok := m.texts.current(clean, info); ok {
		return text, nil
	}
	data, info, err := m.read(ctx, clean)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	text, err := documentText(clean, data)
	if err == nil {
		m.texts.keep(clean, keptText{info, began, text})
	}
	return text, err
}
