package value_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/value"
)

// A thing is an object of these tests: fields and content as they are given.
type thing struct {
	fields  []starlark.Value
	content []byte
	memo    *value.Memo
	writes  *int // how often the content was written
	err     error
}

var _ value.Holder = (*thing)(nil)

func (*thing) String() string        { return "a thing" }
func (*thing) Type() string          { return "thing" }
func (*thing) Truth() starlark.Bool  { return true }
func (*thing) Hash() (uint32, error) { return 0, errors.New("unhashable: thing") }

func (t *thing) Freeze() {
	for _, f := range t.fields {
		f.Freeze()
	}
}

func (t *thing) Attr(name string) (starlark.Value, error) {
	if name == "fields" {
		return starlark.Tuple(t.fields), nil
	}
	return starlark.String(t.content), nil
}

func (*thing) AttrNames() []string { return []string{"content", "fields"} }

func (t *thing) Form() (value.Form, error) {
	f := value.Form{Kind: "thing", Fields: t.fields, Memo: t.memo}
	if t.content != nil {
		f.Content = func(w io.Writer) error {
			if t.writes != nil {
				*t.writes++
			}
			_, err := w.Write(t.content)
			return errors.Join(err, t.err)
		}
	}
	return f, nil
}

func (t *thing) CopyWith(copied func(starlark.Value) (starlark.Value, error)) (starlark.Value, error) {
	out := *t
	out.fields = make([]starlark.Value, len(t.fields))
	for i, f := range t.fields {
		var err error
		if out.fields[i], err = copied(f); err != nil {
			return nil, err
		}
	}
	return &out, nil
}

func makeThing(fields []starlark.Value, content []byte) (starlark.Value, error) {
	if len(fields) > 0 && fields[0] == starlark.String("refused") {
		return nil, errors.New("nobody wants it")
	}
	return &thing{fields: fields, content: content, memo: &value.Memo{}}, nil
}

// env are the names that programs of these tests see beside Starlark's own.
func env() starlark.StringDict {
	thingOf := func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		t := &thing{fields: args, memo: &value.Memo{}}
		for _, kw := range kwargs {
			t.content = []byte(kw[1].(starlark.String))
		}
		return t, nil
	}
	return starlark.StringDict{"thing": starlark.NewBuiltin("thing", thingOf)}
}

// memory keeps parts.
type memory map[string][]byte

func (m memory) PutBlob(_ context.Context, r io.Reader) (cells.Blob, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return cells.Blob{}, err
	}
	sum := sha256.Sum256(data)
	b := cells.Blob{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data))}
	m[b.SHA256] = data
	return b, nil
}

func (m memory) HasBlob(_ context.Context, b cells.Blob) (bool, error) {
	return m[b.SHA256] != nil, nil
}

func (m memory) part(_ context.Context, b cells.Blob) ([]byte, error) {
	if data, ok := m[b.SHA256]; ok {
		return data, nil
	}
	return nil, errors.New("the part is lost")
}

func (m memory) decoder() *value.Decoder {
	return &value.Decoder{Makers: map[string]value.Make{"thing": makeThing}, Part: m.part}
}

// run gives what a cell exports.
func run(t testing.TB, source string, given starlark.StringDict) starlark.StringDict {
	t.Helper()
	names := env()
	for name, v := range given {
		names[name] = v
	}
	p, err := lang.Compile("cell", source)
	if err != nil {
		t.Fatal(err)
	}
	res, err := p.Run(t.Context(), names, lang.Options{})
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	return res.Exports
}

// eval is v after the source of a cell.
func eval(t testing.TB, source string) starlark.Value {
	t.Helper()
	if !strings.Contains(source, "v =") && !strings.Contains(source, "def v(") {
		source = "v = " + source
	}
	return run(t, source, nil)["v"]
}

func encode(t testing.TB, v starlark.Value) value.Stored {
	t.Helper()
	s, err := value.Encode(t.Context(), v, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// roundTrip stores a value and reads it back, and checks that this is stored as
// the same bytes.
func roundTrip(t testing.TB, v starlark.Value) starlark.Value {
	t.Helper()
	parts := memory{}
	s, err := value.Encode(t.Context(), v, parts)
	if err != nil {
		t.Fatal(err)
	}
	again, err := parts.decoder().Decode(t.Context(), s.Root)
	if err != nil {
		t.Fatalf("%v\n%q", err, s.Root)
	}
	if got := encode(t, again); !bytes.Equal(got.Root, s.Root) || fmt.Sprint(got.Parts) != fmt.Sprint(s.Parts) {
		t.Fatalf("stored again it is\n%q\nbefore\n%q", got.Root, s.Root)
	}
	return again
}

func indented(source string) string {
	return strings.ReplaceAll(strings.Trim(source, "\n"), "\n", "\n    ") + "\n"
}
