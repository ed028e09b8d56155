package contents

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/wnb-dev/wnb/notebooks"
)

// wire is nbformat 4 JSON in memory. What is not known is kept.
type wire map[string]any

type wireCell map[string]any

func decodeWire(data []byte) (wire, error) {
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	dec.UseNumber()
	var nb wire
	err := dec.Decode(&nb)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return nil, fmt.Errorf("not a Jupyter notebook: it is of the type %s and should be an object: %w", wrong.Value, ErrInvalid)
	}
	if err != nil {
		return nil, fmt.Errorf("not a Jupyter notebook: %w: %w", ErrInvalid, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("not a Jupyter notebook: there is more after its end: %w", ErrInvalid)
	}
	if _, ok := nb["nbformat"].(json.Number); !ok {
		return nil, fmt.Errorf("not a Jupyter notebook: it has no nbformat: %w", ErrInvalid)
	}
	return nb, nil
}

// encode writes sorted keys, as Jupyter does.
func (nb wire) encode(indent string) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(nb); err != nil {
		return nil, fmt.Errorf("write a notebook: %w", err)
	}
	return b.Bytes(), nil
}

func (nb wire) old() bool {
	number, _ := nb["nbformat"].(json.Number)
	major, err := number.Int64()
	return err != nil || major != 4
}

func (nb wire) cells() []wireCell {
	list, _ := nb["cells"].([]any)
	cells := make([]wireCell, len(list))
	for i, one := range list {
		object, _ := one.(map[string]any)
		cells[i] = object
	}
	return cells
}

func object(parent map[string]any, key string) map[string]any {
	child, _ := parent[key].(map[string]any)
	return child
}

// own gives metadata.wnb, made where missing.
func (nb wire) own() map[string]any {
	metadata := object(nb, "metadata")
	if metadata == nil {
		metadata = map[string]any{}
		nb["metadata"] = metadata
	}
	own := object(metadata, "wnb")
	if own == nil {
		own = map[string]any{}
		metadata["wnb"] = own
	}
	return own
}

// seenKey is where a client carries, unknowingly, which outputs it has read.
const seenKey = "outputs_version"

func (nb wire) setSeen(version int64) { nb.own()[seenKey] = version }

func (nb wire) takeSeen() int64 {
	own := object(object(nb, "metadata"), "wnb")
	number, _ := own[seenKey].(json.Number)
	delete(own, seenKey)
	if len(own) == 0 {
		delete(object(nb, "metadata"), "wnb")
	}
	version, err := number.Int64()
	if err != nil || version < 0 {
		return 0
	}
	return version
}

// lendFront gives a notebook that a client sends without front matter that of
// the file, and our kernel to one that names none: it is saved as a .wnb.
func (nb wire) lendFront(clean string, previous []byte) {
	own := nb.own()
	if _, ok := own["front_matter"].(string); !ok {
		if doc, err := notebooks.Parse(clean, previous); err == nil && len(previous) > 0 {
			own["front_matter"] = doc.Front.Raw
		}
	}
	metadata := object(nb, "metadata")
	if len(own) == 0 {
		delete(metadata, "wnb")
	}
	if metadata["kernelspec"] == nil && metadata["language_info"] == nil {
		metadata["kernelspec"] = map[string]any{"name": "wnb", "display_name": "wnb (Starlark)", "language": "starlark"}
	}
}

func (c wireCell) code() bool { return c["cell_type"] == "code" }

func (c wireCell) executionCount() int {
	number, _ := c["execution_count"].(json.Number)
	count, err := number.Int64()
	if err != nil || count < 0 {
		return 0
	}
	return int(count)
}

// setTrusted marks the code cells, as Jupyter does, so that clients show their
// HTML and SVG.
func (nb wire) setTrusted(trusted bool) {
	for _, cell := range nb.cells() {
		if !cell.code() {
			continue
		}
		metadata := object(cell, "metadata")
		if metadata == nil {
			metadata = map[string]any{}
			cell["metadata"] = metadata
		}
		metadata["trusted"] = trusted
	}
}

// takeTransient removes what is never in a file, and tells whether all code
// cells with outputs were marked as trusted.
func (nb wire) takeTransient() (trusted bool) {
	metadata := object(nb, "metadata")
	for _, key := range []string{"orig_nbformat", "orig_nbformat_minor", "signature"} {
		delete(metadata, key)
	}
	trusted = true
	for _, cell := range nb.cells() {
		metadata := object(cell, "metadata")
		outputs, _ := cell["outputs"].([]any)
		if cell.code() && len(outputs) > 0 && metadata["trusted"] != true {
			trusted = false
		}
		delete(metadata, "trusted")
	}
	return trusted
}

// joinLines makes each multi-line text one string: this is what clients get
// from Jupyter Server, and some of them join a list wrongly.
func (nb wire) joinLines() { nb.eachText(join) }

// splitLines makes each multi-line text a list of lines, as in Jupyter's files,
// where they are easier to compare.
func (nb wire) splitLines() { nb.eachText(split) }

func (nb wire) eachText(change func(any) any) {
	for _, cell := range nb.cells() {
		changeKey(cell, "source", change)
		for _, attachment := range object(cell, "attachments") {
			changeBundle(attachment, change)
		}
		outputs, _ := cell["outputs"].([]any)
		for _, one := range outputs {
			output, _ := one.(map[string]any)
			changeBundle(output["data"], change)
			if output["output_type"] == "stream" {
				changeKey(output, "text", change)
			}
		}
	}
}

func changeKey(object map[string]any, key string, change func(any) any) {
	if value, ok := object[key]; ok {
		object[key] = change(value)
	}
}

func changeBundle(value any, change func(any) any) {
	bundle, _ := value.(map[string]any)
	for kind := range bundle {
		if kind != "application/json" && !strings.HasSuffix(kind, "+json") {
			bundle[kind] = change(bundle[kind])
		}
	}
}

func join(value any) any {
	lines, ok := value.([]any)
	if !ok {
		return value
	}
	var b strings.Builder
	for _, line := range lines {
		text, ok := line.(string)
		if !ok {
			return value
		}
		b.WriteString(text)
	}
	return b.String()
}

func split(value any) any {
	text, ok := value.(string)
	if !ok {
		return value
	}
	lines := []any{}
	for line := range strings.Lines(text) {
		lines = append(lines, line)
	}
	return lines
}
