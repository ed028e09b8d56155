package frame

import (
	"fmt"
	"slices"
	"strings"
)

// A Frame is a list of columns of equal length with distinct names. It is
// immutable. The zero Frame has no columns and no rows.
type Frame struct {
	cols  []*Series
	index map[string]int
	rows  int
}

// New makes a frame of the given columns. Their names must differ and their
// lengths agree.
func New(cols ...*Series) (*Frame, error) {
	f := &Frame{cols: slices.Clone(cols), index: make(map[string]int, len(cols))}
	for i, c := range cols {
		if c == nil {
			return nil, fmt.Errorf("column %d is nil", i)
		}
		if _, twice := f.index[c.name]; twice {
			return nil, fmt.Errorf("two columns are named %q", c.name)
		}
		f.index[c.name] = i
		if i == 0 {
			f.rows = c.n
		} else if c.n != f.rows {
			return nil, fmt.Errorf("column %q has %d rows, column %q has %d", cols[0].name, f.rows, c.name, c.n)
		}
	}
	return f, nil
}

// mapCols makes a frame by changing each column to one of the same name.
func (f *Frame) mapCols(rows int, change func(*Series) *Series) *Frame {
	out := &Frame{cols: make([]*Series, len(f.cols)), index: f.index, rows: rows}
	for i, c := range f.cols {
		out.cols[i] = change(c)
	}
	return out
}

// NumRows is the number of rows.
func (f *Frame) NumRows() int { return f.rows }

// NumColumns is the number of columns.
func (f *Frame) NumColumns() int { return len(f.cols) }

// Shape is the number of rows and of columns.
func (f *Frame) Shape() (rows, columns int) { return f.rows, len(f.cols) }

// Columns are the names of the columns in order.
func (f *Frame) Columns() []string {
	names := make([]string, len(f.cols))
	for i, c := range f.cols {
		names[i] = c.name
	}
	return names
}

// DTypes are the types of the columns in order.
func (f *Frame) DTypes() []DType {
	out := make([]DType, len(f.cols))
	for i, c := range f.cols {
		out[i] = c.dtype
	}
	return out
}

// At is column i in order; i must be in range, as for a Go slice.
func (f *Frame) At(i int) *Series { return f.cols[i] }

// Has tells whether there is a column of that name.
func (f *Frame) Has(name string) bool {
	_, ok := f.index[name]
	return ok
}

// Column is the column of that name; the error of an unknown one is a
// *ColumnError.
func (f *Frame) Column(name string) (*Series, error) {
	if i, ok := f.index[name]; ok {
		return f.cols[i], nil
	}
	return nil, &ColumnError{Missing: []string{name}, Available: f.Columns()}
}

// Row is row i, which must be in range, one value per column as Series.Value gives it.
func (f *Frame) Row(i int) []any {
	out := make([]any, len(f.cols))
	for j, c := range f.cols {
		out[j] = c.Value(i)
	}
	return out
}

// Equal tells whether both have the same columns in the same order, each Equal.
func (f *Frame) Equal(other *Frame) bool {
	return f.rows == other.rows && slices.EqualFunc(f.cols, other.cols, (*Series).Equal)
}

// columns are the named columns, or a *ColumnError with all that are missing.
func (f *Frame) columns(names []string) ([]*Series, error) {
	var missing []string
	var out []*Series
	for _, name := range names {
		if i, ok := f.index[name]; ok {
			out = append(out, f.cols[i])
		} else {
			missing = append(missing, name)
		}
	}
	if missing != nil {
		return nil, &ColumnError{Missing: missing, Available: f.Columns()}
	}
	return out, nil
}

// A ColumnError says that columns were asked for that are not there.
type ColumnError struct {
	// Source is what lacks the columns, such as a file's name; "" for a frame.
	Source string
	// Missing and Available are names; Missing is not empty.
	Missing, Available []string
}

// Error lists the missing and the available names, sorted, and for one missing
// name a likely spelling.
func (e *ColumnError) Error() string {
	var b strings.Builder
	if e.Source != "" {
		fmt.Fprintf(&b, "%s: ", e.Source)
	}
	noun := "no column "
	if len(e.Missing) > 1 {
		noun = "no columns "
	}
	b.WriteString(noun + quoteList(e.Missing))
	if best := e.Suggestion(); best != "" {
		fmt.Fprintf(&b, "; did you mean %q?", best)
	}
	if len(e.Available) == 0 {
		return b.String() + " (there are no columns)"
	}
	return b.String() + " (available: " + quoteList(e.Available) + ")"
}

// Suggestion is the available name nearest to a single missing one, or "".
func (e *ColumnError) Suggestion() string {
	if len(e.Missing) != 1 {
		return ""
	}
	return nearest(e.Missing[0], e.Available)
}

// quoteList quotes names in sorted order, of very many the first ones.
func quoteList(names []string) string {
	const most = 50
	names = slices.Sorted(slices.Values(names))
	more := ""
	if len(names) > most {
		more = fmt.Sprintf(" and %d more", len(names)-most)
		names = names[:most]
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	return strings.Join(quoted, ", ") + more
}
