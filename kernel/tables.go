package kernel

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/value"
)

// MaxTables is how many bytes the frames may have that a cell shows in part and
// that are kept as a whole: the cell holds them until it is done, and who serves
// them holds them too.
const MaxTables = 256 << 20

var errLargeTable = fmt.Errorf("the tables that this cell shows are larger than %d MiB", MaxTables>>20)

// tables are the frames that a cell shows in part. They are put into the store
// when the cell is done and it is known which secrets it asked for.
type tables struct {
	list []shownTable
	size int64
}

type shownTable struct {
	blob cells.Blob
	form value.Form
}

var _ builtin.TableHost = (*recorder)(nil)

// KeepTable names a frame that a cell shows, unless it is too large or holds a
// secret. It is there when the cell is done.
func (r *recorder) KeepTable(ctx context.Context, f value.Form) (cells.Blob, string, error) {
	if r.world.Blobs == nil {
		return cells.Blob{}, "there is no store", nil
	}
	f.Memo = nil // it may have been named by one who does not know the secrets
	b, err := value.Keep(ctx, bounded(f), guardedParts{names{}, &r.secrets})
	if err == nil {
		err = r.addTable(shownTable{b, f})
	}
	var secret secretError
	switch {
	case err == nil:
		return b, "", nil
	case errors.Is(err, errLargeTable):
		return cells.Blob{}, errLargeTable.Error(), nil
	case errors.As(err, &secret):
		return cells.Blob{}, secret.Error(), nil
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	}
	return cells.Blob{}, "", err
}

func (r *recorder) addTable(t shownTable) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, have := range r.tables.list {
		if have.blob == t.blob {
			return nil
		}
	}
	if t.blob.Size > MaxTables-r.tables.size {
		return errLargeTable
	}
	r.tables.list = append(r.tables.list, t)
	r.tables.size += t.blob.Size
	return nil
}

// putTables keeps the tables that the cell showed, and names those that are not
// kept. The caller holds the lock.
func (r *recorder) putTables(ctx context.Context) (lost map[string]bool) {
	lost = map[string]bool{}
	for _, t := range r.tables.list {
		_, err := value.Keep(ctx, t.form, guardedParts{r.parts(), &r.secrets})
		if err == nil {
			continue
		}
		lost[t.blob.SHA256] = true
		if secret := secretError(""); !errors.As(err, &secret) { // the store is full or broken: next time it may not be
			r.impure("a table that could not be kept: " + err.Error())
		}
	}
	r.tables = tables{}
	return lost
}

// parts is where the content of tables goes, also if results are not kept.
func (r *recorder) parts() value.Parts {
	if parts, ok := r.world.Blobs.(value.Parts); ok {
		return parts
	}
	return newParts{r.world.Blobs}
}

// hasTables tells whether the tables that a cell showed are kept. It is true
// where nobody can tell.
func (x *Executor) hasTables(ctx context.Context, effects []cells.Effect) bool {
	parts, ok := x.opts.World.Blobs.(value.Parts)
	if !ok {
		return true
	}
	for _, e := range effects {
		d, ok := e.(cells.Display)
		if !ok {
			continue
		}
		for _, b := range d.Blobs {
			if kept, err := parts.HasBlob(ctx, b); err != nil || !kept {
				return false
			}
		}
	}
	return true
}

// newParts puts content without asking whether it is there.
type newParts struct{ Blobs }

// HasBlob tells nothing.
func (newParts) HasBlob(context.Context, cells.Blob) (bool, error) { return false, nil }

// names names content and keeps none.
type names struct{}

// PutBlob hashes and counts.
func (names) PutBlob(_ context.Context, r io.Reader) (cells.Blob, error) {
	h := sha256.New()
	n, err := io.Copy(h, r)
	return cells.Blob{SHA256: hex.EncodeToString(h.Sum(nil)), Size: n}, err
}

// HasBlob is false.
func (names) HasBlob(context.Context, cells.Blob) (bool, error) { return false, nil }

// bounded is the form of a frame that fails where it is too large.
func bounded(f value.Form) value.Form {
	write := f.Content
	f.Content = func(w io.Writer) error { return write(&boundedWriter{w, MaxTables}) }
	return f
}

type boundedWriter struct {
	io.Writer
	room int
}

func (b *boundedWriter) Write(p []byte) (int, error) {
	if b.room -= len(p); b.room < 0 {
		return 0, errLargeTable
	}
	return b.Writer.Write(p)
}

// withoutTable is a display without the whole table, if that is among the lost
// ones.
func withoutTable(e cells.Effect, lost map[string]bool) cells.Effect {
	d, ok := e.(cells.Display)
	if !ok || len(d.Blobs) == 0 || !lost[d.Blobs[0].SHA256] {
		return e
	}
	data := make(map[string][]byte, len(d.Data))
	for mime, content := range d.Data {
		if mime != cells.TableType {
			data[mime] = content
		}
	}
	d.Data, d.Blobs = data, nil
	return d
}
