package scorer

import (
	"context"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Transform is an extension that turns one JSON document into another, such as
// the pre- and post-processing of a served model. It is safe for use by many
// goroutines.
type Transform struct{ job }

// NewTransform sets up a transform; see NewMetric.
func (m *Module) NewTransform(params map[string]any, classes ...string) (*Transform, error) {
	if m.manifest.Kind != KindTransform {
		return nil, fmt.Errorf("extension %s is a %s, not a transform", m.manifest.Name, m.manifest.Kind)
	}
	t := &Transform{}
	return t, t.init(m, params, classes)
}

// transformRow is how many bytes of a document have the budget of a row.
const transformRow = 64

// Apply gives the document that the extension makes of doc. Both are JSON of at
// most Limits.DocumentBytes.
func (t *Transform) Apply(ctx context.Context, doc []byte) ([]byte, error) {
	if limit := t.mod.limits.DocumentBytes; len(doc) > limit {
		return nil, fmt.Errorf("extension %s: document of %d bytes, the limit is %d", t.mod.manifest.Name, len(doc), limit)
	}
	if !utf8.Valid(doc) || !json.Valid(doc) {
		return nil, fmt.Errorf("extension %s: the document is not JSON in UTF-8", t.mod.manifest.Name)
	}
	var out []byte
	err := t.run(ctx, func(in *instance) (err error) {
		out, err = t.applyOn(ctx, in, doc)
		return err
	})
	return out, err
}

// applyOn is one evaluation on one instance.
func (t *Transform) applyOn(ctx context.Context, in *instance, doc []byte) ([]byte, error) {
	err := in.need(ctx, bufX, uint64(len(doc)))
	if err == nil {
		var dst []byte
		if dst, err = in.memory(bufX); err == nil {
			copy(dst, doc)
		}
	}
	if err != nil {
		return nil, t.wrap(exportTransform, [2]int{}, in.spent(), err)
	}
	in.begin(ctx, t.budget(1+len(doc)/transformRow))
	in.stack[0], in.stack[1] = uint64(in.bufs[bufX].ptr), uint64(len(doc))
	if err := t.end(in, exportTransform, [2]int{}, in.invoke(in.funcs[exportTransform])); err != nil {
		return nil, err
	}
	out, err := t.document(in, in.stack[0])
	return out, t.wrap(exportTransform, [2]int{}, in.spent(), err)
}

// document copies and checks what the guest gives: its pointer in the upper half
// of packed, its length in the lower.
func (t *Transform) document(in *instance, packed uint64) ([]byte, error) {
	if size, limit := uint32(packed), t.mod.limits.DocumentBytes; int64(size) > int64(limit) {
		return nil, &ABIError{fmt.Sprintf("%s gave a document of %d bytes, the limit is %d", exportTransform, size, limit)}
	}
	b, err := in.bytes(exportTransform, packed>>32, packed&(1<<32-1))
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(b) || !json.Valid(b) {
		return nil, &ABIError{fmt.Sprintf("%s gave %d bytes that are not JSON in UTF-8", exportTransform, len(b))}
	}
	return append([]byte(nil), b...), nil
}
