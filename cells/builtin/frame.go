package builtin

import (
	"context"
	"fmt"
	"slices"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/value"
)

// A Frame is a frame as cells see it: df["c"], df[mask], df.c, df.head(). It is
// immutable.
//
// A frame has no iteration of its own: len(df) and df[2:5] count rows, and
// Starlark's functions rely on a value having as many elements as its length,
// so that for would have to give rows where pandas gives names. df.columns and
// df.rows() say which is meant.
type Frame struct {
	frame *frame.Frame
	memo  value.Memo
}

// NewFrame makes a frame a value of cells.
func NewFrame(f *frame.Frame) *Frame { return &Frame{frame: f} }

// Frame is the frame itself.
func (f *Frame) Frame() *frame.Frame { return f.frame }

var (
	_ starlark.Mapping     = (*Frame)(nil)
	_ starlark.HasSetKey   = (*Frame)(nil)
	_ starlark.Sliceable   = (*Frame)(nil)
	_ starlark.Container   = (*Frame)(nil)
	_ starlark.Comparable  = (*Frame)(nil)
	_ starlark.HasSetField = (*Frame)(nil)
	_ lang.Comparer        = (*Frame)(nil)
	_ lang.NoTruth         = (*Frame)(nil)
	_ Renderer             = (*Frame)(nil)
)

// String is short, for messages; Render shows the table.
func (f *Frame) String() string {
	return fmt.Sprintf("<frame of %d rows × %d columns>", f.frame.NumRows(), f.frame.NumColumns())
}

// Type is "frame".
func (f *Frame) Type() string { return "frame" }

// Freeze does nothing: nothing changes a frame.
func (f *Frame) Freeze() {}

// Truth is asked only where TruthHint is not respected.
func (f *Frame) Truth() starlark.Bool { return true }

// TruthHint says what to ask instead of the truth.
func (f *Frame) TruthHint() string {
	return "to ask whether it has rows, write len(df) > 0; to compare two frames, df.equals(other)"
}

// Hash refuses.
func (f *Frame) Hash() (uint32, error) {
	return unhashable(f, "use a name as the key and the frame as the value")
}

// Render shows the first and last rows.
func (f *Frame) Render(context.Context) (map[string][]byte, error) {
	return map[string][]byte{
		"text/plain": []byte(f.frame.Text(frame.DisplayOptions{})),
		"text/html":  []byte(f.frame.HTML(frame.DisplayOptions{})),
	}, nil
}

// Len is the number of rows.
func (f *Frame) Len() int { return f.frame.NumRows() }

// Index is row i as a dict.
func (f *Frame) Index(i int) starlark.Value { return f.row(i) }

func (f *Frame) row(i int) *starlark.Dict {
	values := f.frame.Row(i)
	d := starlark.NewDict(len(values))
	for j, name := range f.frame.Columns() {
		// A new dict takes every string as a key.
		_ = d.SetKey(starlark.String(name), valueOf(values[j]))
	}
	return d
}

// Slice is df[start:end:step], a frame of those rows.
func (f *Frame) Slice(start, end, step int) starlark.Value {
	var out *frame.Frame
	var err error
	if step == 1 {
		out, err = f.frame.Slice(start, end)
	} else {
		out, err = f.frame.Take(steps(start, end, step))
	}
	if err != nil { // Sliceable promises rows that exist
		return starlark.None
	}
	return NewFrame(out)
}

// Has tells whether there is a column of that name: "c" in df.
func (f *Frame) Has(name starlark.Value) (bool, error) {
	s, ok := starlark.AsString(name)
	return ok && f.frame.Has(s), nil
}

// Get is df[key]: a column for a name, a frame for a list of names or a mask.
func (f *Frame) Get(key starlark.Value) (starlark.Value, bool, error) {
	v, err := f.get(key)
	return v, err == nil, err
}

func (f *Frame) get(key starlark.Value) (starlark.Value, error) {
	switch key := key.(type) {
	case starlark.String:
		s, err := f.frame.Column(string(key))
		if err != nil {
			return nil, err
		}
		return NewSeries(s), nil
	case *Series:
		return f.filter(key)
	case *starlark.List, starlark.Tuple:
		return f.pick(key.(starlark.Indexable))
	case starlark.Int:
		return nil, lang.WithHint("for a row write df.row(i) or df[i:i+1]; for a column its name", "a frame is not indexed by number")
	}
	return nil, lang.WithHint(`write df["c"], df[["a", "b"]], df[mask] or df[2:5]`, "a frame is not indexed by %s", lang.A(key.Type()))
}

// pick takes a list of names, or of bools as a mask.
func (f *Frame) pick(list starlark.Indexable) (starlark.Value, error) {
	if list.Len() > 0 {
		if _, ok := list.Index(0).(starlark.Bool); ok {
			mask, err := columnOf(context.Background(), "mask", list, 0)
			if err != nil {
				return nil, err
			}
			return f.filter(NewSeries(mask))
		}
	}
	names, err := stringsOf("the index", list)
	if err != nil {
		return nil, err
	}
	return frameValue(f.frame.Select(names...))
}

func (f *Frame) filter(mask *Series) (starlark.Value, error) {
	return frameValue(f.frame.Filter(mask.series))
}

// frameValue makes a result of the library a value.
func frameValue(f *frame.Frame, err error) (starlark.Value, error) {
	if err != nil {
		return nil, err
	}
	return NewFrame(f), nil
}

// SetKey refuses: frames do not change.
func (f *Frame) SetKey(key, _ starlark.Value) error {
	name, ok := starlark.AsString(key)
	if !ok {
		return lang.WithHint("make a new column with df.with_column(name, values)", "a frame cannot be changed")
	}
	return f.SetField(name, nil)
}

// SetField refuses: frames do not change.
func (f *Frame) SetField(name string, _ starlark.Value) error {
	return lang.WithHint(fmt.Sprintf("write df = df.with_column(%q, ...)", name), "a frame cannot be changed: column %q cannot be assigned", name)
}

// AttrNames are properties, methods and those columns that can be attributes.
func (f *Frame) AttrNames() []string {
	names := append(frameMethods.names(), frameProperties...)
	for _, c := range f.frame.Columns() {
		if isIdentifier(c) && !slices.Contains(names, c) {
			names = append(names, c)
		}
	}
	slices.Sort(names)
	return names
}

var frameProperties = []string{"columns", "dtypes", "shape"}

// Attr is a property, a method or, by no other name, a column.
func (f *Frame) Attr(name string) (starlark.Value, error) {
	switch name {
	case "shape":
		return starlark.Tuple{starlark.MakeInt(f.frame.NumRows()), starlark.MakeInt(f.frame.NumColumns())}, nil
	case "columns":
		return stringList(f.frame.Columns()), nil
	case "dtypes":
		return f.dtypes(), nil
	}
	if m := frameMethods.bind(f, name); m != nil {
		return m, nil
	}
	if f.frame.Has(name) {
		return f.get(starlark.String(name))
	}
	return nil, noMember("a frame", name, frameElsewhere, frameMethods, frameProperties, f.frame.Columns())
}

func (f *Frame) dtypes() *starlark.Dict {
	types := f.frame.DTypes()
	d := starlark.NewDict(len(types))
	for i, name := range f.frame.Columns() {
		_ = d.SetKey(starlark.String(name), starlark.String(types[i].String())) // as in row
	}
	return d
}

// CompareWith refuses to compare frames by element; == with anything else is
// false.
func (f *Frame) CompareWith(op lang.Token, other starlark.Value, _ starlark.Side) (starlark.Value, bool, error) {
	if other == starlark.None {
		return nil, false, nil
	}
	return nil, false, lang.WithHint(`compare columns (df["c"] > 1), or whole frames with df.equals(other)`,
		"a frame is not compared by %s with %s", op, lang.A(other.Type()))
}

// CompareSameType answers for containers: [df] == [other].
func (f *Frame) CompareSameType(op lang.Token, y starlark.Value, _ int) (bool, error) {
	return equality(op, f, func() bool { return f.frame.Equal(y.(*Frame).frame) })
}
