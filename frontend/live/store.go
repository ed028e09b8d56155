package live

import (
	"context"
	"io"

	"github.com/wnb-dev/wnb/kernel/protocol"
	"github.com/wnb-dev/wnb/notebooks"
)

// Outputs are the outputs of one document: a cell that is not in it never ran.
type Outputs struct {
	// Version grows with every change of any cell, also over restarts.
	Version int64
	Cells   map[string]Cell
}

// Cell is what one cell put out.
type Cell struct {
	Version        int64              `json:"version"`         // of the document when this cell last changed
	ExecutionCount int                `json:"execution_count"` // of its last run; 0 for none
	Outputs        []notebooks.Output `json:"outputs"`
	// DisplayIDs are the display ids of Outputs, in their order.
	DisplayIDs []string `json:"display_ids,omitempty"`
	// ClearNext says that the next output replaces all of these.
	ClearNext bool `json:"clear_next,omitempty"`
	// InFile says that the document's file has these outputs since, or others
	// that count in their place.
	InFile bool `json:"in_file,omitempty"`
	// Gone says that the cell was not in the document when that was saved last.
	Gone bool `json:"gone,omitempty"`
	// Cut tells what is left out of Outputs; nil for nothing.
	Cut *Cut `json:"cut,omitempty"`
}

// Cut says what a cell that printed too much left out.
type Cut struct {
	At    int    `json:"at"`              // index of the note in the cell's outputs
	Bytes int64  `json:"bytes"`           // left out
	Blob  string `json:"blob,omitempty"`  // of the whole; empty while the cell runs
	Spool string `json:"spool,omitempty"` // file with the whole, until there is a blob
}

// Store keeps outputs and history of documents. Implementations are safe for
// concurrent use, but for a document that is moved or deleted meanwhile; a
// document that is not known is empty, not an error.
type Store interface {
	LoadOutputs(ctx context.Context, path string) (map[string]Cell, error)
	// NoteOutputs keeps cells over the end of this process, however it comes.
	// It does not wait for the disk: clients wait for it.
	NoteOutputs(path string, o Outputs) error
	// SaveOutputs keeps cells for good. They are all that changed, so that what
	// was noted up to o.Version is not needed any more.
	SaveOutputs(ctx context.Context, path string, o Outputs) error
	// SpoolDir is a folder for files that belong to the document; empty where
	// the store has no place for any. It is made if missing, and wanted.
	SpoolDir(path string, make bool) (string, error)
	// MoveDocument renames; what the target had is lost.
	MoveDocument(ctx context.Context, from, to string) error
	DeleteDocument(ctx context.Context, path string) error

	LoadHistory(ctx context.Context, path string) ([]protocol.HistoryEntry, error)
	// NoteHistory adds an entry, as NoteOutputs does.
	NoteHistory(path string, e protocol.HistoryEntry) error
}

// Blobs keeps what is too large for an output.
type Blobs interface {
	// PutBlob stores all of r and returns what it is found by: a hash.
	PutBlob(ctx context.Context, r io.Reader) (ref string, err error)
}
