package train

import "fmt"

// MarshalTransformer writes a fitted transformer, for UnmarshalTransformer. The
// bytes carry no checksum: whoever keeps them names them by their hash.
func MarshalTransformer(t FittedTransformer) ([]byte, error) {
	e := &encoder{}
	e.transformer(t)
	return e.buf, e.err
}

// UnmarshalTransformer reads what MarshalTransformer wrote. Other bytes give an
// error that wraps ErrModelFormat.
func UnmarshalTransformer(data []byte) (FittedTransformer, error) {
	d := &decoder{buf: data}
	t := d.transformer()
	if d.err == nil && len(d.buf) > 0 {
		d.fail("%d bytes are left over after the transformer", len(d.buf))
	}
	if d.err != nil {
		return nil, fmt.Errorf("load transformer: %w", d.err)
	}
	return t, nil
}
