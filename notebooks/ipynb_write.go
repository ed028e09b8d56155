package notebooks

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
)

// The JSON of nbformat 4.5, fields in the order of Jupyter's own files.
type (
	nbNotebook struct {
		Cells         []any                      `json:"cells"`
		Metadata      map[string]json.RawMessage `json:"metadata"`
		NBFormat      int                        `json:"nbformat"`
		NBFormatMinor int                        `json:"nbformat_minor"`
	}
	nbTextCell struct {
		Attachments json.RawMessage `json:"attachments,omitempty"`
		CellType    string          `json:"cell_type"`
		ID          string          `json:"id"`
		Metadata    json.RawMessage `json:"metadata"`
		Source      []string        `json:"source"`
	}
	nbCodeCell struct {
		CellType       string          `json:"cell_type"`
		ExecutionCount *int            `json:"execution_count"`
		ID             string          `json:"id"`
		Metadata       json.RawMessage `json:"metadata"`
		Outputs        []any           `json:"outputs"`
		Source         []string        `json:"source"`
	}
	nbStream struct {
		Name       string     `json:"name"`
		OutputType OutputType `json:"output_type"`
		Text       []string   `json:"text"`
	}
	nbError struct {
		EName      string     `json:"ename"`
		EValue     string     `json:"evalue"`
		OutputType OutputType `json:"output_type"`
		Traceback  []string   `json:"traceback"`
	}
	nbDisplay struct {
		Data       map[string]any `json:"data"`
		Metadata   map[string]any `json:"metadata"`
		OutputType OutputType     `json:"output_type"`
	}
	nbResult struct {
		Data           map[string]any `json:"data"`
		ExecutionCount *int           `json:"execution_count"`
		Metadata       map[string]any `json:"metadata"`
		OutputType     OutputType     `json:"output_type"`
	}
)

// IPYNB gives the document, with the outputs set in it, as a Jupyter notebook
// of nbformat 4.5. A document that was imported from a notebook of another
// kernel and has no cells but its own goes back to that kernel.
func (d *Document) IPYNB() ([]byte, error) {
	metadata, foreign, err := d.notebookMetadata()
	if err != nil {
		return nil, err
	}
	for i := range d.Cells {
		lang := d.Cells[i].Lang
		foreign = foreign && (lang == Markdown || lang == Raw || lang == Python && len(d.Cells[i].visibleAttrs()) == 0)
	}
	return d.ipynb(metadata, foreign)
}

// WireIPYNB is IPYNB for a client that is about to run the notebook: the
// kernel is always wnb.
func (d *Document) WireIPYNB() ([]byte, error) {
	metadata, _, err := d.notebookMetadata()
	if err != nil {
		return nil, err
	}
	return d.ipynb(metadata, false)
}

// notebookMetadata gives the metadata of the notebook that the document was
// imported from, and whether that was one for another kernel.
func (d *Document) notebookMetadata() (metadata map[string]json.RawMessage, foreign bool, err error) {
	kept, _, err := ipynbMetadata(d.Front.Raw)
	if err != nil {
		return nil, false, fmt.Errorf("front matter: %w", err)
	}
	metadata = map[string]json.RawMessage{}
	maps.Copy(metadata, takeObject(kept))
	return metadata, foreignMetadata(metadata), nil
}

func (d *Document) ipynb(metadata map[string]json.RawMessage, foreign bool) ([]byte, error) {
	if foreign {
		if string(metadata["kernelspec"]) == "null" {
			delete(metadata, "kernelspec") // stood for a notebook that named no kernel
		}
	} else {
		metadata["kernelspec"] = json.RawMessage(ourKernelspec)
		metadata["language_info"] = json.RawMessage(ourLanguageInfo)
	}
	if !foreign || d.Front.Raw != importedFront(d.Front.Raw) {
		if err := addFrontMatter(metadata, d.Front.text()); err != nil {
			return nil, err
		}
	}
	notebook := nbNotebook{Cells: []any{}, Metadata: metadata, NBFormat: 4, NBFormatMinor: 5}
	ids := d.derivedIDs()
	for i := range d.Cells {
		if d.Cells[i].ID != "" {
			ids[i] = d.Cells[i].ID
		}
		cell, err := d.Cells[i].nbCell(ids[i], foreign)
		if err != nil {
			return nil, fmt.Errorf("cell %s: %w", ids[i], err)
		}
		notebook.Cells = append(notebook.Cells, cell)
	}
	return encodeIPYNB(notebook)
}

// addFrontMatter puts the front matter into metadata wnb.front_matter.
func addFrontMatter(metadata map[string]json.RawMessage, text string) error {
	own := takeObject(metadata["wnb"])
	if own == nil {
		own = map[string]json.RawMessage{}
	}
	own["front_matter"] = json.RawMessage(quoteJSON(text))
	data, err := encodeJSON(own)
	metadata["wnb"] = data
	return err
}

func encodeIPYNB(notebook nbNotebook) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(notebook); err != nil {
		return nil, fmt.Errorf("ipynb: %w", err)
	}
	return b.Bytes(), nil
}

func (c *Cell) nbCell(id string, foreign bool) (any, error) {
	metadata := json.RawMessage("{}")
	if value, ok := c.Attrs.Get(Meta); ok {
		metadata = json.RawMessage(value)
	}
	if c.Lang == Markdown || c.Lang == Raw {
		metadata, err := addCellAttrs(metadata, c.visibleAttrs())
		attachments, _ := c.Attrs.Get(Attachments)
		return nbTextCell{
			Attachments: json.RawMessage(attachments), CellType: string(c.Lang), ID: id,
			Metadata: metadata, Source: textLines(c.Source),
		}, err
	}
	source := c.Magic()
	if foreign {
		source = c.Source
	}
	out := nbCodeCell{CellType: "code", ID: id, Metadata: metadata, Outputs: []any{}, Source: textLines(source)}
	if c.Execution != nil && c.Execution.Count > 0 {
		out.ExecutionCount = &c.Execution.Count
	}
	for i := range c.Outputs {
		output, err := c.Outputs[i].nbOutput(out.ExecutionCount)
		if err != nil {
			return nil, fmt.Errorf("output %d: %w", i+1, err)
		}
		out.Outputs = append(out.Outputs, output)
	}
	return out, nil
}

// attrsKey is where a Markdown or raw cell, which has no %% line, keeps its
// attributes in nbformat: metadata.wnb.attrs.
const attrsKey = "attrs"

func addCellAttrs(metadata json.RawMessage, attrs Attrs) (json.RawMessage, error) {
	if len(attrs) == 0 {
		return metadata, nil
	}
	all := takeObject(metadata)
	if all == nil {
		return nil, fmt.Errorf("attribute %s does not hold a JSON object", Meta)
	}
	own := takeObject(all["wnb"])
	if own == nil {
		own = map[string]json.RawMessage{}
	}
	own[attrsKey] = json.RawMessage(quoteJSON(attrs.String()))
	data, err := encodeJSON(own)
	if err != nil {
		return nil, err
	}
	all["wnb"] = data
	return encodeJSON(all)
}

// textLines gives nbformat's form of a text: lines that keep their ends.
func textLines(text string) []string {
	lines := strings.SplitAfter(text, "\n")
	if last := len(lines) - 1; lines[last] == "" {
		lines = lines[:last]
	}
	return lines
}

func (o *Output) nbOutput(count *int) (any, error) {
	switch o.Type {
	case Stream:
		return nbStream{Name: o.Name, OutputType: o.Type, Text: textLines(o.Text)}, nil
	case ErrorOutput:
		return nbError{EName: o.EName, EValue: o.EValue, OutputType: o.Type, Traceback: append([]string{}, o.Traceback...)}, nil
	case DisplayData, ExecuteResult:
		data, err := bundle(o.Data)
		if err != nil {
			return nil, err
		}
		metadata := o.Metadata
		if metadata == nil {
			metadata = map[string]any{}
		}
		if o.Type == DisplayData {
			return nbDisplay{Data: data, Metadata: metadata, OutputType: o.Type}, nil
		}
		return nbResult{Data: data, ExecutionCount: count, Metadata: metadata, OutputType: o.Type}, nil
	}
	return nil, fmt.Errorf("unknown output type %q", o.Type)
}

// bundle gives a MIME bundle as nbformat wants it: JSON as JSON, binary as
// base64, text as lines.
func bundle(data map[string][]byte) (map[string]any, error) {
	out := make(map[string]any, len(data))
	for mime, value := range data {
		switch {
		case isJSONType(mime):
			if !json.Valid(value) {
				return nil, fmt.Errorf("%s does not hold JSON", mime)
			}
			out[mime] = json.RawMessage(value)
		case isBinaryType(mime):
			out[mime] = base64.StdEncoding.EncodeToString(value)
		default:
			out[mime] = textLines(string(value))
		}
	}
	return out, nil
}

func isJSONType(mime string) bool {
	return mime == "application/json" || strings.HasSuffix(mime, "+json")
}

func isBinaryType(mime string) bool {
	kind, _, _ := strings.Cut(mime, "/")
	switch kind {
	case "image":
		return !strings.HasPrefix(mime, "image/svg")
	case "audio", "video", "font":
		return true
	}
	return mime == "application/pdf" || mime == "application/octet-stream"
}
