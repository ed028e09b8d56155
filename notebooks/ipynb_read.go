package notebooks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// What is read of a Jupyter notebook. Raw parts are checked where they are
// used, since other programs write almost anything.
type (
	nbInput struct {
		NBFormat   int             `json:"nbformat"`
		Metadata   json.RawMessage `json:"metadata"`
		Cells      []nbInputCell   `json:"cells"`
		Worksheets []struct {
			Cells []nbInputCell `json:"cells"`
		} `json:"worksheets"` // nbformat 3
	}
	nbInputCell struct {
		CellType       string            `json:"cell_type"`
		ID             json.RawMessage   `json:"id"`
		Metadata       json.RawMessage   `json:"metadata"`
		Attachments    json.RawMessage   `json:"attachments"`
		Source         json.RawMessage   `json:"source"`
		Outputs        []json.RawMessage `json:"outputs"`
		ExecutionCount json.RawMessage   `json:"execution_count"`
		// nbformat 3
		Input        json.RawMessage `json:"input"`
		PromptNumber json.RawMessage `json:"prompt_number"`
		Level        int             `json:"level"`
	}
)

// FromIPYNB reads a Jupyter notebook of nbformat 3 or 4, with its outputs.
// Code cells are Starlark, or what their %% line says, in a notebook for
// wnb's kernel, and Python cells in any other. Notebook metadata goes to the
// front matter, cell metadata and attachments to the attributes meta and
// attachments. Every cell has an id afterwards.
func FromIPYNB(data []byte) (*Document, error) {
	var in nbInput
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &in); err != nil {
		return nil, fmt.Errorf("not a Jupyter notebook: %w", jsonPosition(data, err))
	}
	switch {
	case in.NBFormat == 0:
		return nil, errors.New("not a Jupyter notebook: it has no nbformat")
	case in.NBFormat < 3 || in.NBFormat > 4:
		return nil, fmt.Errorf("nbformat %d is not supported; open the notebook in Jupyter and save it as nbformat 4", in.NBFormat)
	}
	doc := &Document{}
	foreign, err := doc.readMetadata(in.Metadata)
	if err != nil {
		return nil, err
	}
	cells := in.Cells
	for _, sheet := range in.Worksheets {
		cells = append(cells, sheet.Cells...)
	}
	seen := map[string]bool{}
	for i, in := range cells {
		cell, err := in.cell(foreign)
		if err != nil {
			return nil, fmt.Errorf("cell %d: %w", i+1, err)
		}
		if seen[cell.ID] {
			cell.ID = "" // a duplicate gets a new one
		}
		seen[cell.ID] = cell.ID != ""
		doc.Cells = append(doc.Cells, cell)
	}
	doc.AssignIDs()
	return doc, nil
}

// jsonPosition adds the line to a JSON error.
func jsonPosition(data []byte, err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		line := bytes.Count(data[:min(int(syntax.Offset), len(data))], []byte("\n")) + 1
		return fmt.Errorf("line %d: %w", line, err)
	}
	return err
}

// readMetadata sets the front matter from notebook metadata and tells whether
// the notebook is one for another kernel.
func (d *Document) readMetadata(data json.RawMessage) (foreign bool, err error) {
	metadata := takeObject(data)
	if metadata == nil {
		metadata = map[string]json.RawMessage{}
	}
	raw, found := takeFrontMatter(metadata)
	raw = normalizeLines(raw)
	kept, _, err := ipynbMetadata(raw)
	if err != nil {
		return false, fmt.Errorf("metadata wnb.front_matter: %w", err)
	}
	before := takeObject(kept)
	_, kernel := metadata["kernelspec"]
	_, language := metadata["language_info"]
	switch {
	case ourMetadata(metadata):
		// The kernel is written anew; keep the one the document came with.
		setOrDelete(metadata, "kernelspec", before)
		setOrDelete(metadata, "language_info", before)
	case !kernel && !language && found && !foreignMetadata(before):
	default:
		foreign = true
		if !kernel && !language {
			metadata["kernelspec"] = json.RawMessage("null")
		}
	}
	if found && takeObject(before["wnb"]) == nil {
		setOrDelete(metadata, "wnb", before) // it had to make room for the front matter
	}
	if raw == "" {
		raw = fmt.Sprintf("wnb: %d\n", formatVersion)
	}
	if raw, err = keepMetadata(raw, before, metadata); err != nil {
		return false, err
	}
	if d.Front, err = ParseFrontMatter(raw); err != nil {
		return false, fmt.Errorf("metadata wnb.front_matter: %w", err)
	}
	return foreign, nil
}

func setOrDelete(metadata map[string]json.RawMessage, key string, from map[string]json.RawMessage) {
	if value, ok := from[key]; ok {
		metadata[key] = value
	} else {
		delete(metadata, key)
	}
}

// takeFrontMatter removes wnb.front_matter from the metadata.
func takeFrontMatter(metadata map[string]json.RawMessage) (raw string, found bool) {
	own := takeObject(metadata["wnb"])
	if json.Unmarshal(own["front_matter"], &raw) != nil {
		return "", false
	}
	delete(own, "front_matter")
	if len(own) == 0 {
		delete(metadata, "wnb")
		return raw, true
	}
	rest, err := encodeJSON(own)
	if err != nil {
		return "", false // own was just decoded, so it encodes
	}
	metadata["wnb"] = rest
	return raw, true
}

// keepMetadata writes the metadata that is not wnb's into the front matter,
// unless the same is there already.
func keepMetadata(raw string, before, metadata map[string]json.RawMessage) (string, error) {
	if sameJSON(before, metadata) {
		return raw, nil
	}
	if len(metadata) == 0 {
		return setIPYNBMetadata(raw, nil), nil
	}
	data, err := encodeJSON(metadata)
	if err != nil {
		return "", err
	}
	if !strings.HasSuffix(raw, "\n") {
		raw += "\n"
	}
	return setIPYNBMetadata(raw, data), nil
}

func sameJSON(a, b map[string]json.RawMessage) bool {
	if len(a) != len(b) {
		return false
	}
	for key, value := range a {
		other, ok := b[key]
		if !ok || !reflect.DeepEqual(decodeJSON(value), decodeJSON(other)) {
			return false
		}
	}
	return true
}

// decodeJSON decodes without loss of digits; the text itself if it is no JSON.
func decodeJSON(data json.RawMessage) any {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var value any
	if dec.Decode(&value) != nil {
		return string(data)
	}
	return value
}

// importedFront is the front matter that an import makes from nothing but the
// metadata in raw.
func importedFront(raw string) string {
	kept, _, err := ipynbMetadata(raw)
	if err != nil {
		return ""
	}
	return setIPYNBMetadata(fmt.Sprintf("wnb: %d\n", formatVersion), kept)
}

func (in *nbInputCell) cell(foreign bool) (Cell, error) {
	if in.Source == nil {
		in.Source = in.Input
	}
	source, ok := multiline(in.Source)
	if !ok {
		return Cell{}, errors.New("its source is neither a text nor a list of lines")
	}
	cell := Cell{Source: normalizeLines(source)}
	if json.Unmarshal(in.ID, &cell.ID) != nil || !ValidID(cell.ID) {
		cell.ID = ""
	}
	metadata := in.Metadata
	switch in.CellType {
	case "code":
		cell.Lang = Python
		if !foreign {
			cell.readMagic()
		}
	case "markdown", "html":
		cell.Lang = Markdown
		metadata = takeCellAttrs(&cell, metadata)
	case "heading":
		cell.Lang = Markdown
		cell.Source = strings.Repeat("#", max(1, min(in.Level, 6))) + " " + cell.Source
	case "raw":
		cell.Lang = Raw
		metadata = takeCellAttrs(&cell, metadata)
	default:
		return Cell{}, fmt.Errorf("unknown cell type %q", in.CellType)
	}
	if err := setJSONAttr(&cell, Attachments, in.Attachments); err != nil {
		return Cell{}, err
	}
	if err := setJSONAttr(&cell, Meta, metadata); err != nil {
		return Cell{}, err
	}
	return cell, in.readOutputs(&cell)
}

// readMagic takes language and attributes from the %% line. A line that is
// wrong stays in the source, for the kernel to complain about.
func (c *Cell) readMagic() {
	lang, attrs, source, err := SplitMagic(c.Source)
	if err != nil {
		c.Lang = Starlark
		return
	}
	c.Lang, c.Attrs, c.Source = lang, attrs, source
}

// takeCellAttrs takes the attributes that addCellAttrs put into the metadata,
// and gives the rest.
func takeCellAttrs(cell *Cell, metadata json.RawMessage) json.RawMessage {
	all := takeObject(metadata)
	own := takeObject(all["wnb"])
	var text string
	if own[attrsKey] == nil || json.Unmarshal(own[attrsKey], &text) != nil {
		return metadata
	}
	id, attrs, failure := parseWords(text)
	if failure != nil || id != "" || len(attrs) == 0 || attrs.String() != text || attrs.Has(Meta) || attrs.Has(Attachments) {
		return metadata // not ours
	}
	if delete(own, attrsKey); len(own) == 0 {
		delete(all, "wnb")
	} else if data, err := encodeJSON(own); err == nil {
		all["wnb"] = data
	}
	rest, err := encodeJSON(all)
	if err != nil {
		return metadata
	}
	cell.Attrs = attrs
	return rest
}

// setJSONAttr keeps a JSON object as an attribute, unless it is empty.
func setJSONAttr(cell *Cell, key string, data json.RawMessage) error {
	if len(data) == 0 || string(data) == "null" {
		return nil
	}
	object := takeObject(data)
	if object == nil {
		return fmt.Errorf("what it has as %s is not an object", key)
	}
	if len(object) == 0 {
		return nil
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, data); err != nil {
		return err
	}
	cell.Attrs.Set(key, compact.String())
	return nil
}

// multiline reads nbformat's multi-line text: a string or a list of strings.
func multiline(data json.RawMessage) (string, bool) {
	if len(data) == 0 {
		return "", true
	}
	var text string
	if json.Unmarshal(data, &text) == nil {
		return text, true
	}
	var lines []string
	if json.Unmarshal(data, &lines) == nil {
		return strings.Join(lines, ""), true
	}
	return "", false
}
