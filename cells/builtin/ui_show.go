package builtin

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
)

// InputMIME is the type of an input for the page: a JSON object with the fields
// name, kind, label, value, default and, where they apply, min, max, step and
// choices. The value of a table is a list of rows, counted from 0; that of a
// plot {"x": [a, b], "y": [c, d]} in the units of the data, or null.
const InputMIME = "application/vnd.wnb.input+json"

// inputForm is an input as the page reads it.
type inputForm struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"`
	Label   string   `json:"label"`
	Value   any      `json:"value"`
	Default any      `json:"default"`
	Min     *float64 `json:"min,omitempty"`
	Max     *float64 `json:"max,omitempty"`
	Step    *float64 `json:"step,omitempty"`
	Choices []any    `json:"choices,omitempty"`
}

// showInput displays an input. A table and a plot are shown as they are
// themselves as well; all others as a line for clients that have no forms.
func (c *call) showInput(in *Input, v any, of starlark.Value) error {
	label := cmp.Or(in.Label, in.Name)
	form, err := json.Marshal(inputForm{in.Name, in.Kind, label, v, in.Default, in.Min, in.Max, in.Step, in.Choices})
	if err != nil {
		return in.fail("%w", err)
	}
	h, err := c.host()
	if err != nil {
		return err
	}
	line := fmt.Sprintf("%s = %s", in.Name, FormatInput(v))
	d := cells.Display{Data: map[string][]byte{
		"text/plain": []byte(line),
		"text/html":  fmt.Appendf(nil, "<p>%s: <b>%s</b></p>", html.EscapeString(label), html.EscapeString(FormatInput(v))),
	}}
	if of != nil {
		if d, err = displayed(c.context(), h, of); err != nil {
			return err
		}
		d.Data["text/plain"] = []byte(line + "\n" + string(d.Data["text/plain"]))
	}
	d.Data[InputMIME] = form
	return h.Record(d)
}
