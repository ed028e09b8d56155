package kernel

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/notebooks"
)

// A World is what the cells of a run can reach.
type World struct {
	// Dir is the folder that relative paths of cells start from.
	Dir string
	// Blobs keeps content.
	Blobs Blobs
	// Clock gives the time; time.Now if nil.
	Clock func() time.Time
	// Channels receive what notify sends, in this order.
	Channels []Channel
	// After calls f after a while, unless stop is called before; time.AfterFunc
	// if nil.
	After func(d time.Duration, f func()) (stop func() bool)
	// Threads is how many goroutines a computation may use; 0 means all cores.
	Threads int
	// Input asks the client for a line of text; nil if there is no client.
	Input func(ctx context.Context, prompt string) (string, error)
	// MaxOutput is how many bytes of text a cell may print before the middle
	// is left out; 0 means DefaultMaxOutput.
	MaxOutput int
	// Env looks up a variable of the environment; nil if there is none.
	Env func(name string) (value string, ok bool)
	// Secret looks up a secret; nil if there is none. The error of a name that
	// is not set wraps fs.ErrNotExist.
	Secret func(ctx context.Context, name string) (string, error)
	// Inputs looks up what a named input was set to, as JSON in the form of
	// builtin.EncodeInput; nil if none is set.
	Inputs func(name string) (value string, ok bool)
	// Extensions runs scoring extensions; nil if none can run.
	Extensions *builtin.Extensions
	// HashKey keys the hashes of what must not be guessed from its hash:
	// variables of the environment and secrets.
	HashKey []byte
}

func (w *World) maxOutput() int {
	if w.MaxOutput == 0 {
		return DefaultMaxOutput
	}
	return w.MaxOutput
}

// DefaultMaxOutput is how much printed text of a cell is shown in full.
const DefaultMaxOutput = 1 << 20

// Blobs keeps content by its hash.
type Blobs interface {
	PutBlob(ctx context.Context, r io.Reader) (cells.Blob, error)
}

// A Channel sends messages to people.
type Channel interface {
	Name() string
	Send(ctx context.Context, n cells.Notice) error
}

// recorder is the door of one attempt to run one cell. It is safe for
// concurrent use.
type recorder struct {
	executor *Executor
	world    *World
	notebook *Notebook
	cell     *Cell
	observe  func(cells.Effect) // told of each effect as it happens; may be nil

	mu      sync.Mutex
	effects []cells.Effect
	text    textCap
	written map[string]bool // files that the cell wrote itself, by cleaned path
	asked   map[cells.Input]bool
	fits    fits
	secrets secrets
	tables  tables
	bars    bars
}

func newRecorder(x *Executor, n *Notebook, c *Cell, known []secretText, observe func(cells.Effect)) *recorder {
	w := &x.opts.World
	r := &recorder{
		executor: x, world: w, notebook: n, cell: c, observe: observe, text: textCap{limit: w.maxOutput() / 2},
		written: map[string]bool{}, asked: map[cells.Input]bool{},
	}
	r.secrets.add(known)
	return r
}

// Record adds an effect. Text that follows text of the same stream is joined
// to it; a question is recorded once.
func (r *recorder) Record(e cells.Effect) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if name := r.secrets.named(e); name != "" {
		r.impure("a name that holds the secret " + name)
	}
	written := e
	e = r.secrets.redact(e)
	if in, ok := e.(cells.Input); ok {
		if r.asked[in] {
			return nil
		}
		r.asked[in] = true
	}
	if s, ok := e.(cells.Stream); ok {
		if shown, err := r.text.admit(s); err != nil || !shown {
			return err
		}
		r.appendStream(written.(cells.Stream)) // a secret may come in pieces
	} else {
		if d, ok := e.(cells.Display); ok && d.ID != "" { // of a task, which counts its own
			d.ID = r.bars.nextID()
			e = d
		}
		r.effects = append(r.effects, e)
	}
	r.tell(e)
	return nil
}

// tell tells the observer of an effect. The caller holds the lock.
func (r *recorder) tell(e cells.Effect) {
	if r.observe != nil {
		r.observe(e)
	}
}

// impure notes why the result is not kept.
func (r *recorder) impure(why string) {
	in := cells.Input{Kind: cells.ImpureInput, Name: why}
	if !r.asked[in] {
		r.asked[in] = true
		r.effects = append(r.effects, in)
	}
}

func (r *recorder) appendStream(s cells.Stream) {
	if n := len(r.effects); n > 0 {
		last, ok := r.effects[n-1].(streamBuilder)
		if ok && last.Name == s.Name && s.Whole.SHA256 == "" && last.Whole.SHA256 == "" {
			last.text.WriteString(s.Text)
			return
		}
	}
	b := streamBuilder{cells.Stream{Name: s.Name, Whole: s.Whole}, &strings.Builder{}}
	b.text.WriteString(s.Text)
	r.effects = append(r.effects, b)
}

// streamBuilder is a Stream whose text still grows.
type streamBuilder struct {
	cells.Stream
	text *strings.Builder
}

// finish gives the effects of the attempt, in order.
func (r *recorder) finish(ctx context.Context) ([]cells.Effect, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rest, err := r.text.rest(ctx, r.world.Blobs)
	if err = errors.Join(err, r.text.close()); err != nil {
		return nil, fmt.Errorf("keep the whole output: %w", err)
	}
	for _, s := range rest {
		r.appendStream(s)
		r.tell(s)
	}
	r.settleBars()
	lost := r.putTables(ctx)
	out := make([]cells.Effect, len(r.effects))
	for i, e := range r.effects {
		if b, ok := e.(streamBuilder); ok {
			e = cells.Stream{Name: b.Name, Text: b.text.String(), Whole: b.Whole}
		}
		out[i] = withoutTable(r.secrets.redact(e), lost) // again: some secrets were learned later
	}
	return out, nil
}

func (r *recorder) PutBlob(ctx context.Context, content []byte) (cells.Blob, error) {
	return r.world.Blobs.PutBlob(ctx, bytes.NewReader(r.secrets.cleaned(content)))
}

// WriteFile writes a file and keeps its content as a blob.
func (r *recorder) WriteFile(ctx context.Context, name string, content []byte) error {
	path, err := r.world.path(name)
	if err != nil {
		return err
	}
	if name := r.secrets.found(content); name != "" { // the blob is not what the file holds
		if err := r.Impure("a file that holds the secret " + name); err != nil {
			return err
		}
	}
	blob, err := r.PutBlob(ctx, content)
	if err != nil {
		return err
	}
	if err := writeAtomically(path, content); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, reason(err))
	}
	r.mu.Lock()
	r.written[filepath.Clean(path)] = true
	r.mu.Unlock()
	return r.Record(cells.File{Path: name, Blob: blob})
}

// writeAtomically writes a file, and the folders around it.
func writeAtomically(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return notebooks.Write(path, content)
}

// reason drops the operation and the path, which the message names already.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// Notify tries every channel. A channel that fails is recorded and does not
// fail the cell.
func (r *recorder) Notify(ctx context.Context, n cells.Notice) error {
	n = r.secrets.redactNotice(n)
	for _, c := range r.world.Channels {
		d := cells.Delivery{Channel: c.Name()}
		if err := c.Send(ctx, n); err != nil {
			d.Error = err.Error()
		}
		n.Deliveries = append(n.Deliveries, d)
	}
	return r.Record(n)
}

func (r *recorder) Now() time.Time {
	if r.world.Clock != nil {
		return r.world.Clock()
	}
	return time.Now()
}

func (r *recorder) Input(ctx context.Context, prompt string) (string, error) {
	if r.world.Input == nil {
		return "", errors.New("input() asks a person, and nobody is there; declare a param and set it with -p")
	}
	if err := r.Impure("input()"); err != nil {
		return "", err
	}
	return r.world.Input(ctx, prompt)
}

// Threads is how many goroutines a computation may use at most.
func (r *recorder) Threads() int { return r.world.Threads }

// Limiter is the number of goroutines that all computations of a run share.
func (r *recorder) Limiter() builtin.Limiter { return r.executor.workers }

// Extensions runs scoring extensions.
func (r *recorder) Extensions() *builtin.Extensions { return r.world.Extensions }

var (
	_ builtin.Limited       = (*recorder)(nil)
	_ builtin.ExtensionHost = (*recorder)(nil)
)
