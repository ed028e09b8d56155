package builtin

import (
	"context"
	"fmt"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
)

// A Renderer is a value that shows itself in more forms than text, such as a
// frame or a figure. The keys are MIME types; text/plain is always there.
type Renderer interface {
	Render(ctx context.Context) (map[string][]byte, error)
}

// maxText is how much of a value without a form of its own is shown.
const maxText = 64 << 10

// Render gives the forms in which a value is shown.
func Render(ctx context.Context, v starlark.Value) (map[string][]byte, error) {
	if r, ok := v.(Renderer); ok {
		return r.Render(ctx)
	}
	if err := lang.CheckDepth(v); err != nil {
		return nil, err
	}
	text := v.String()
	if len(text) > maxText {
		text = fmt.Sprintf("%s… (%d characters more)", text[:maxText], len(text)-maxText)
	}
	return map[string][]byte{"text/plain": []byte(text)}, nil
}

// Show displays a value in the running cell; result marks the value of the
// cell's last expression.
func Show(ctx context.Context, h Host, v starlark.Value, result bool) error {
	d, err := displayed(ctx, h, v)
	if err != nil {
		return err
	}
	d.Result = result
	return h.Record(d)
}

// displayed is a value as it is shown, with the whole of what it shows in part.
func displayed(ctx context.Context, h Host, v starlark.Value) (cells.Display, error) {
	data, err := Render(ctx, v)
	d := cells.Display{Data: data}
	if f, ok := v.(*Frame); ok && err == nil {
		err = f.keepWhole(ctx, h, &d)
	}
	return d, err
}
