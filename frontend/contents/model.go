package contents

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/wnb-dev/wnb/notebooks"
)

// Type says what a path holds.
type Type string

// The types of Jupyter's contents interface.
const (
	Directory Type = "directory"
	Notebook  Type = "notebook"
	File      Type = "file"
)

// Format says how content is written.
type Format string

// The formats of Jupyter's contents interface.
const (
	JSON   Format = "json"   // of directories and notebooks
	Text   Format = "text"   // of files: UTF-8
	Base64 Format = "base64" // of files: any bytes
)

// Model describes a directory, notebook or file.
type Model struct {
	Name         string
	Path         string // below the root, with slashes and without one at its ends; "" is the root
	Type         Type
	Writable     bool
	Created      time.Time // zero where nothing is there yet
	LastModified time.Time // of the file; outputs do not change it
	Size         int64     // in bytes; -1 for a directory
	Mimetype     string    // of a file
	// Format and Content are empty unless asked for. The content is a []*Model
	// of a directory, the json.RawMessage of a notebook, the string of a file.
	Format  Format
	Content any
	// Hash is the SHA-256 of the file's bytes in hex; empty unless asked for.
	Hash string
	// Chunk numbers the pieces of an upload from 1; the last one is -1. It is 0
	// for content in one piece.
	Chunk int
}

// MarshalJSON writes all keys that clients require, null where they are empty.
func (m *Model) MarshalJSON() ([]byte, error) {
	out := map[string]any{
		"name": m.Name, "path": m.Path, "type": m.Type, "writable": m.Writable,
		"created": stamp(m.Created), "last_modified": stamp(m.LastModified),
		"mimetype": orNull(m.Mimetype), "format": orNull(string(m.Format)), "content": m.Content,
		"size": nil,
	}
	if m.Size >= 0 && m.Type != Directory {
		out["size"] = m.Size
	}
	if m.Hash != "" {
		out["hash"], out["hash_algorithm"] = m.Hash, "sha256"
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what a client wants to be saved: type, format, content
// and chunk. Errors wrap ErrInvalid.
func (m *Model) UnmarshalJSON(data []byte) error {
	var in struct {
		Name, Path string
		Type       Type
		Format     Format
		Content    json.RawMessage
		Chunk      int
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	*m = Model{Name: in.Name, Path: in.Path, Type: in.Type, Format: in.Format, Chunk: in.Chunk}
	if len(in.Content) == 0 || string(in.Content) == "null" {
		return nil
	}
	if in.Type != File {
		m.Content = in.Content
		return nil
	}
	var text string
	if err := json.Unmarshal(in.Content, &text); err != nil {
		return fmt.Errorf("%w: the content of a file must be a text: %w", ErrInvalid, err)
	}
	m.Content = text
	return nil
}

// stamp has microseconds, as Jupyter's times do.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000Z")
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// Checkpoint is a kept version of a file.
type Checkpoint struct {
	// ID sorts by time. It ends in why the version was kept: "saved" by a
	// client's wish, "overwritten" by a save, "refused" by a save that did not
	// build on what was there.
	ID           string
	LastModified time.Time
}

// MarshalJSON writes the model of Jupyter.
func (c Checkpoint) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"id": c.ID, "last_modified": stamp(c.LastModified)})
}

// CellOutputs is what a code cell put out in its last run.
type CellOutputs struct {
	ExecutionCount int // 0 for none
	Outputs        []notebooks.Output
	// InFile says that the cell's outputs were written into the .ipynb file
	// since: the ones in the file count.
	InFile bool
}

// Outputs keeps the outputs of documents, by path and cell id. What a client has
// seen of them is a number that it gets with the document, and sends back; 0 is
// for nothing.
type Outputs interface {
	// Outputs gives what the cells of the document put out, to a client that has
	// then seen that.
	Outputs(ctx context.Context, path string) (seen int64, cells map[string]CellOutputs, err error)
	// Saved tells that a client saved the document with cells as its code cells.
	// The text is the document as .wnb text.
	Saved(ctx context.Context, path string, seen int64, cells map[string]CellOutputs, text string) error
	// Unseen gives the outputs that the client has not seen that is about to
	// save an .ipynb file with these cells. They win over the client's.
	Unseen(ctx context.Context, path string, seen int64, cells map[string]CellOutputs) (newer map[string]CellOutputs, version int64, err error)
	// Stored tells that an .ipynb file was written whose code cells are those
	// with the ids; outputs up to the version are in it, later ones are not.
	Stored(ctx context.Context, path string, version int64, ids []string, text string) error
	// Moved follows the rename of a document or folder, Deleted a deletion.
	Moved(ctx context.Context, from, to string) error
	Deleted(ctx context.Context, path string) error
}
