package value

import (
	"encoding/hex"
	"errors"
	"math"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
)

func (r *reader) object() (v starlark.Value, err error) {
	kind, err := r.text()
	if err != nil {
		return nil, err
	}
	maker, ok := r.d.Makers[kind]
	if !ok {
		return nil, broken("kind %q is not known", kind)
	}
	n, err := r.count(1)
	if err != nil {
		return nil, err
	}
	fields := make([]starlark.Value, n)
	if err := r.within(nil, func() error { return r.fill(fields) }); err != nil {
		return nil, err
	}
	content, part, err := r.content()
	if err != nil {
		return nil, err
	}
	if v, err = maker(fields, content); err != nil {
		return nil, broken("a %s: %v", kind, err)
	}
	return v, remember(v, part)
}

// remember tells an object the name of its content, which then need not be
// hashed to write the object again.
func remember(v starlark.Value, part cells.Blob) error {
	o, ok := v.(Object)
	if part.SHA256 == "" || !ok {
		return nil
	}
	form, err := o.Form()
	if err != nil {
		return broken("a %s: %v", v.Type(), err)
	}
	form.Memo.set(part)
	return nil
}

// content reads the content of an object, and its name if it is a part.
func (r *reader) content() (content []byte, part cells.Blob, err error) {
	how, err := r.byte()
	if err != nil {
		return nil, part, err
	}
	switch how {
	case contentNone:
		return nil, part, nil
	case contentInline:
		content, err = r.raw()
		return content, part, err
	case contentPart:
		if part, err = r.part(); err != nil {
			return nil, part, err
		}
		content, err = r.d.part(r, part)
		return content, part, err
	}
	return nil, part, broken("content of kind %d is not known", how)
}

func (r *reader) part() (cells.Blob, error) {
	sum, err := r.take(32)
	if err != nil {
		return cells.Blob{}, err
	}
	size, err := r.uvarint()
	if err == nil && (size <= inlineContent || size > math.MaxInt64) {
		err = broken("a part of %d bytes", size)
	}
	return cells.Blob{SHA256: hex.EncodeToString(sum), Size: int64(size)}, err
}

func (d *Decoder) part(r *reader, b cells.Blob) ([]byte, error) {
	if d.Part == nil {
		return nil, errors.New("there is nothing to read the parts of the value from")
	}
	content, err := d.Part(r.ctx, b)
	if err == nil && int64(len(content)) != b.Size {
		err = broken("the part %s has %d bytes, not %d", b.SHA256, len(content), b.Size)
	}
	return content, err
}
