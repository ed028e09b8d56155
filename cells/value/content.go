package value

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync"

	"github.com/wnb-dev/wnb/cells"
)

// Parts keeps large contents.
type Parts interface {
	// PutBlob keeps what r holds and names it.
	PutBlob(ctx context.Context, r io.Reader) (cells.Blob, error)
	// HasBlob tells whether a content is kept already.
	HasBlob(ctx context.Context, b cells.Blob) (bool, error)
}

// A Memo remembers the name of an object's content, so that a large frame that
// many cells read is hashed once. The zero Memo knows nothing.
type Memo struct {
	mu   sync.Mutex
	blob cells.Blob
}

func (m *Memo) get() (cells.Blob, bool) {
	if m == nil {
		return cells.Blob{}, false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.blob, m.blob.SHA256 != ""
}

func (m *Memo) set(b cells.Blob) {
	if m != nil {
		m.mu.Lock()
		m.blob = b
		m.mu.Unlock()
	}
}

func (e *encoder) object(o Object) error {
	form, err := o.Form()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoForm, err)
	}
	e.tag(tagObject)
	e.text(form.Kind)
	e.uvarint(len(form.Fields))
	for _, f := range form.Fields {
		if err := e.value(f); err != nil {
			return err
		}
	}
	return e.content(form)
}

// Keep keeps the content of an object as a part, however small it is. The error
// of content that cannot be written wraps ErrNoForm.
func Keep(ctx context.Context, form Form, parts Parts) (cells.Blob, error) {
	e := newEncoder(ctx, parts, MaxRoot)
	if b, ok := form.Memo.get(); ok {
		if kept, err := e.kept(b); kept || err != nil {
			return b, err
		}
	}
	s := &spill{begin: e.keep, large: e.keep()}
	b, err := s.all(form.Content)
	if err == nil && b.Size > inlineContent {
		form.Memo.set(b) // which is for what is a part in values too
	}
	return b, err
}

func (e *encoder) content(form Form) error {
	if form.Content == nil {
		e.tag(contentNone)
		return nil
	}
	if b, ok := form.Memo.get(); ok {
		if kept, err := e.kept(b); err != nil {
			return err
		} else if kept {
			return e.part(b)
		}
	}
	s := &spill{begin: e.keep}
	b, err := s.all(form.Content)
	if err != nil {
		return err
	}
	if b.SHA256 == "" {
		e.tag(contentInline)
		e.raw(s.small)
		return nil
	}
	form.Memo.set(b)
	return e.part(b)
}

func (e *encoder) kept(b cells.Blob) (bool, error) {
	if e.parts == nil || e.listed[b.SHA256] {
		return true, nil
	}
	return e.parts.HasBlob(e.ctx, b)
}

func (e *encoder) part(b cells.Blob) error {
	sum, err := hex.DecodeString(b.SHA256)
	if err != nil || len(sum) != sha256.Size {
		return fmt.Errorf("blob %q: the name is not a SHA-256", b.SHA256)
	}
	e.tag(contentPart)
	e.buf = append(e.buf, sum...)
	e.uvarint(int(b.Size))
	if !e.listed[b.SHA256] {
		e.listed[b.SHA256] = true
		e.list = append(e.list, b)
	}
	return nil
}

// keep begins a part.
func (e *encoder) keep() keeper {
	if e.parts == nil {
		return &counter{ctx: e.ctx, hash: sha256.New()}
	}
	r, w := io.Pipe()
	p := &pipe{PipeWriter: w, done: make(chan struct{})}
	go func() { // ends at the latest when the pipe is closed
		defer close(p.done)
		p.blob, p.err = e.parts.PutBlob(e.ctx, r)
		r.CloseWithError(errStopped)
	}()
	return p
}

// A keeper takes the bytes of a part.
type keeper interface {
	io.Writer
	// end gives the part, or why there is none; err is why it is not complete.
	end(err error) (cells.Blob, error)
}

// counter hashes and counts.
type counter struct {
	ctx  context.Context
	hash hash.Hash
	n    int64
}

func (c *counter) Write(p []byte) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx)
	}
	c.n += int64(len(p))
	return c.hash.Write(p)
}

func (c *counter) end(err error) (cells.Blob, error) {
	switch {
	case c.ctx.Err() != nil:
		return cells.Blob{}, context.Cause(c.ctx)
	case err != nil:
		return cells.Blob{}, fmt.Errorf("%w: %w", ErrNoForm, err)
	}
	return cells.Blob{SHA256: hex.EncodeToString(c.hash.Sum(nil)), Size: c.n}, nil
}

// pipe hands bytes to PutBlob.
type pipe struct {
	*io.PipeWriter
	done chan struct{}
	blob cells.Blob
	err  error
}

// errStopped is what the writer of a part is told when PutBlob has ended.
var errStopped = errors.New("the part is not wanted any more")

func (p *pipe) end(err error) (cells.Blob, error) {
	p.CloseWithError(err)
	<-p.done
	switch {
	case err != nil && !errors.Is(err, errStopped):
		return cells.Blob{}, fmt.Errorf("%w: %w", ErrNoForm, err)
	case p.err != nil:
		return cells.Blob{}, p.err
	}
	return p.blob, err
}

// spill takes content: what is small it holds, the rest it passes on.
type spill struct {
	small []byte
	begin func() keeper
	large keeper
}

func (s *spill) Write(p []byte) (int, error) {
	if s.large == nil {
		if len(s.small)+len(p) <= inlineContent {
			s.small = append(s.small, p...)
			return len(p), nil
		}
		s.large = s.begin()
		if _, err := s.large.Write(s.small); err != nil {
			return 0, err
		}
	}
	return s.large.Write(p)
}

// all takes what write writes. The part has no name if the content is small.
func (s *spill) all(write func(io.Writer) error) (b cells.Blob, err error) {
	ended := false
	defer func() {
		if !ended && s.large != nil { // write panics; let go of what reads
			_, _ = s.large.end(errStopped)
		}
	}()
	err = write(s)
	ended = true
	if s.large != nil {
		return s.large.end(err)
	}
	if err != nil {
		return b, fmt.Errorf("%w: %w", ErrNoForm, err)
	}
	return b, nil
}
