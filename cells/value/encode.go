package value

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"sort"
	"sync"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
)

// Parts keeps large contents.
type Parts interface {
	// PutBlob keeps what r holds and names it.
	PutBlob(ctx context.Context, r io.Reader) (cells.Blob, error)
	// HasBlob tells whether a content is kept already.
	HasBlob(ctx context.Context, b cells.Blob) (bool, error)
}

// Encode writes a value. Its large contents go to parts; with parts nil they are
// only hashed, which gives the same root.
func Encode(ctx context.Context, v starlark.Value, parts Parts) (Stored, error) {
	e := &encoder{ctx: ctx, parts: parts, open: map[starlark.Value]int{}, listed: map[string]bool{}}
	if err := e.value(v); err != nil {
		return Stored{}, err
	}
	return Stored{Root: e.buf, Parts: e.list}, nil
}

// Hash is the hash of a value, without storing anything.
func Hash(ctx context.Context, v starlark.Value) (string, error) {
	s, err := Encode(ctx, v, nil)
	if err != nil {
		return "", err
	}
	return s.Hash(), nil
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

type encoder struct {
	ctx    context.Context
	parts  Parts
	buf    []byte
	open   map[starlark.Value]int // containers that are being written, by depth
	depth  int
	list   []cells.Blob
	listed map[string]bool
}

func noForm(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrNoForm, fmt.Sprintf(format, args...))
}

func (e *encoder) tag(t byte)       { e.buf = append(e.buf, t) }
func (e *encoder) count(n int)      { e.buf = binary.AppendUvarint(e.buf, uint64(n)) }
func (e *encoder) text(s string)    { e.count(len(s)); e.buf = append(e.buf, s...) }
func (e *encoder) raw(b []byte)     { e.count(len(b)); e.buf = append(e.buf, b...) }
func (e *encoder) uint64(v uint64)  { e.buf = binary.LittleEndian.AppendUint64(e.buf, v) }
func (e *encoder) varint(v int64)   { e.buf = binary.AppendVarint(e.buf, v) }
func (e *encoder) float(f float64)  { e.uint64(canonicalBits(f)) }
func (e *encoder) tooLarge() error  { return noForm("it is larger than %d MiB", MaxRoot>>20) }
func (e *encoder) interrupt() error { return context.Cause(e.ctx) }

func canonicalBits(f float64) uint64 {
	if f != f {
		return math.Float64bits(math.NaN())
	}
	return math.Float64bits(f)
}

func (e *encoder) value(v starlark.Value) error {
	switch v := v.(type) {
	case starlark.NoneType:
		e.tag(tagNone)
	case starlark.Bool:
		if v {
			e.tag(tagTrue)
		} else {
			e.tag(tagFalse)
		}
	case starlark.Int:
		e.int(v)
	case starlark.Float:
		e.tag(tagFloat)
		e.float(float64(v))
	case starlark.String:
		e.tag(tagString)
		e.text(string(v))
	case starlark.Bytes:
		e.tag(tagBytes)
		e.text(string(v))
	case starlark.Tuple:
		return e.tuple(v)
	case *starlark.List, *starlark.Dict, *starlark.Set, *starlark.Function:
		return e.container(v)
	case *starlark.Builtin:
		return e.builtin(v)
	case Object:
		return e.object(v)
	default:
		return e.other(v)
	}
	return nil
}

func (e *encoder) int(v starlark.Int) {
	if small, ok := v.Int64(); ok {
		e.tag(tagInt)
		e.varint(small)
		return
	}
	e.tag(tagBig)
	e.tag(byte(1 + v.Sign()))
	e.raw(v.BigInt().Bytes())
}

// check bounds the size and lets an interrupt through.
func (e *encoder) check() error {
	if len(e.buf) > MaxRoot {
		return e.tooLarge()
	}
	if e.ctx.Err() != nil {
		return e.interrupt()
	}
	return nil
}

func (e *encoder) tuple(t starlark.Tuple) error {
	if err := e.check(); err != nil {
		return err
	}
	e.depth++
	defer func() { e.depth-- }()
	e.tag(tagTuple)
	e.count(len(t))
	for _, x := range t {
		if err := e.value(x); err != nil {
			return err
		}
	}
	return nil
}

// container writes what can hold itself.
func (e *encoder) container(v starlark.Value) error {
	if err := e.check(); err != nil {
		return err
	}
	if at, ok := e.open[v]; ok {
		e.tag(tagUp)
		e.count(e.depth - at)
		return nil
	}
	e.open[v] = e.depth
	e.depth++
	defer func() { e.depth--; delete(e.open, v) }()
	switch v := v.(type) {
	case *starlark.List:
		e.tag(tagList)
		e.count(v.Len())
		for i := range v.Len() {
			if err := e.value(v.Index(i)); err != nil {
				return err
			}
		}
	case *starlark.Dict:
		e.tag(tagDict)
		e.count(v.Len())
		for _, item := range v.Items() {
			if err := errors.Join(e.value(item[0]), e.value(item[1])); err != nil {
				return err
			}
		}
	case *starlark.Set:
		e.tag(tagSet)
		e.count(v.Len())
		for x := range v.Elements() {
			if err := e.value(x); err != nil {
				return err
			}
		}
	case *starlark.Function:
		return e.function(v)
	}
	return nil
}

func (e *encoder) function(fn *starlark.Function) error {
	form, err := lang.Inspect(fn)
	if err != nil {
		return fmt.Errorf("%w: the function %s: %w", ErrNoForm, fn.Name(), err)
	}
	e.tag(tagFunction)
	e.text(form.Name)
	e.text(form.Code)
	defaults, captured := starlark.StringDict{}, starlark.StringDict{}
	for name, v := range form.Captured {
		if lang.IsDefault(name) {
			defaults[name] = v
		} else {
			captured[name] = v
		}
	}
	for _, d := range []starlark.StringDict{defaults, captured} {
		names := d.Keys()
		sort.Strings(names)
		e.count(len(names))
		for _, name := range names {
			e.text(name)
			if err := e.value(d[name]); err != nil {
				return fmt.Errorf("%w, which the function %s uses as `%s`", err, fn.Name(), name)
			}
		}
	}
	return nil
}

func (e *encoder) builtin(b *starlark.Builtin) error {
	if b.Receiver() == nil {
		if lang.Universe()[b.Name()] != b {
			return noForm("the function %s", b.Name())
		}
		e.tag(tagUniverse)
		e.text(b.Name())
		return nil
	}
	e.tag(tagMethod)
	e.text(b.Name())
	e.depth++
	defer func() { e.depth-- }()
	return e.value(b.Receiver())
}

// other writes values whose Go types are not public.
func (e *encoder) other(v starlark.Value) error {
	r, ok := v.(starlark.Sequence)
	x, indexable := v.(starlark.Indexable)
	if v.Type() != "range" || !ok || !indexable {
		return noForm("a %s", v.Type())
	}
	start, step := starlark.MakeInt(0), starlark.MakeInt(1)
	if r.Len() > 0 {
		start = x.Index(0).(starlark.Int)
	}
	if r.Len() > 1 {
		step = x.Index(1).(starlark.Int).Sub(start)
	}
	e.tag(tagRange)
	e.int(start)
	e.int(step)
	e.count(r.Len())
	return nil
}

func (e *encoder) object(o Object) error {
	if err := e.check(); err != nil {
		return err
	}
	form, err := o.Form()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoForm, err)
	}
	e.depth++
	defer func() { e.depth-- }()
	e.tag(tagObject)
	e.text(form.Kind)
	e.count(len(form.Fields))
	for _, f := range form.Fields {
		if err := e.value(f); err != nil {
			return err
		}
	}
	return e.content(form)
}

func (e *encoder) content(form Form) error {
	if form.Content == nil {
		e.tag(contentNone)
		return nil
	}
	if b, ok := form.Memo.get(); ok {
		if kept, err := e.kept(b); err != nil || kept {
			return errors.Join(err, e.part(b))
		}
	}
	var small limited
	switch err := form.Content(&small); {
	case err == nil && !small.over:
		e.tag(contentInline)
		e.raw(small.buf)
		return nil
	case err != nil && !small.over:
		return fmt.Errorf("%w: %w", ErrNoForm, err)
	}
	b, err := e.keep(form.Content)
	if err != nil {
		return err
	}
	form.Memo.set(b)
	return e.part(b)
}

func (e *encoder) kept(b cells.Blob) (bool, error) {
	if e.parts == nil {
		return true, nil
	}
	return e.parts.HasBlob(e.ctx, b)
}

// keep stores content that is too large for the root.
func (e *encoder) keep(write func(io.Writer) error) (cells.Blob, error) {
	if e.parts == nil {
		h := &counter{h: sha256.New()}
		if err := write(h); err != nil {
			return cells.Blob{}, err
		}
		return cells.Blob{SHA256: hex.EncodeToString(h.h.Sum(nil)), Size: h.n}, nil
	}
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.CloseWithError(write(w))
	}()
	b, err := e.parts.PutBlob(e.ctx, r)
	r.CloseWithError(io.ErrClosedPipe) // the writer ends, if it has not
	<-done
	return b, err
}

func (e *encoder) part(b cells.Blob) error {
	sum, err := hex.DecodeString(b.SHA256)
	if err != nil || len(sum) != sha256.Size {
		return fmt.Errorf("blob %q: the name is not a SHA-256", b.SHA256)
	}
	e.tag(contentPart)
	e.buf = append(e.buf, sum...)
	e.count(int(b.Size))
	if !e.listed[b.SHA256] {
		e.listed[b.SHA256] = true
		e.list = append(e.list, b)
	}
	return nil
}

// limited takes content as long as it is small.
type limited struct {
	buf  []byte
	over bool
}

var errOver = errors.New("too large to stand in the root")

func (l *limited) Write(p []byte) (int, error) {
	if len(l.buf)+len(p) > inlineContent {
		l.over = true
		return 0, errOver
	}
	l.buf = append(l.buf, p...)
	return len(p), nil
}

// counter hashes and counts.
type counter struct {
	h interface {
		io.Writer
		Sum([]byte) []byte
	}
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return c.h.Write(p)
}

// Equal tells whether two values have the same bytes.
func Equal(a, b Stored) bool { return bytes.Equal(a.Root, b.Root) }
