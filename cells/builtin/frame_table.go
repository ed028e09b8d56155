package builtin

import (
	"context"
	"encoding/json"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/value"
)

// A TableHost is a Host that keeps whole frames, so that clients can page
// through those of which a cell shows a part.
type TableHost interface {
	// KeepTable keeps the content of a frame until the cell is done, and then for
	// good. reason says why it does not, in words for who looks at the table.
	KeepTable(ctx context.Context, f value.Form) (b cells.Blob, reason string, err error)
}

// table is the written form of cells.TableType.
type table struct {
	Rows    int           `json:"rows"`
	Columns []tableColumn `json:"columns"`
	Ref     string        `json:"ref,omitempty"`
	Reason  string        `json:"reason,omitempty"`
}

type tableColumn struct {
	Name  string `json:"name"`
	DType string `json:"dtype"`
}

// keepWhole adds the whole frame to a display that shows a part of it.
func (f *Frame) keepWhole(ctx context.Context, h Host, d *cells.Display) error {
	keeper, ok := h.(TableHost)
	if !ok || !f.frame.IsAbridged() {
		return nil
	}
	form, err := f.Form()
	if err != nil {
		return err
	}
	t := table{Rows: f.frame.NumRows()}
	types := f.frame.DTypes()
	for i, name := range f.frame.Columns() {
		t.Columns = append(t.Columns, tableColumn{name, types[i].String()})
	}
	blob, reason, err := keeper.KeepTable(ctx, form)
	if err != nil {
		return err
	}
	if t.Reason = reason; reason == "" {
		t.Ref, d.Blobs = blob.SHA256, []cells.Blob{blob}
	}
	d.Data[cells.TableType], err = json.Marshal(t)
	return err
}
