package notebooks

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// nbInputOutput is an output of nbformat 4, and of 3 with its loose fields.
type nbInputOutput struct {
	OutputType string                     `json:"output_type"`
	Name       string                     `json:"name"`
	Stream     string                     `json:"stream"` // nbformat 3
	Text       json.RawMessage            `json:"text"`
	Data       map[string]json.RawMessage `json:"data"`
	Metadata   map[string]any             `json:"metadata"`
	EName      string                     `json:"ename"`
	EValue     string                     `json:"evalue"`
	Traceback  []string                   `json:"traceback"`
}

func (in *nbInputCell) readOutputs(cell *Cell) error {
	if in.CellType != "code" {
		return nil
	}
	count := in.ExecutionCount
	if count == nil {
		count = in.PromptNumber
	}
	status := StatusDone
	for i, data := range in.Outputs {
		output, err := readOutput(data)
		if err != nil {
			return fmt.Errorf("output %d: %w", i+1, err)
		}
		if output.Type == ErrorOutput {
			status = StatusFailed
		}
		cell.Outputs = append(cell.Outputs, output)
	}
	var n float64
	if json.Unmarshal(count, &n) == nil && n >= 1 && n < 1<<31 {
		cell.Execution = &Execution{Status: status, Count: int(n)}
	}
	return nil
}

func readOutput(data json.RawMessage) (Output, error) {
	var in nbInputOutput
	if err := json.Unmarshal(data, &in); err != nil {
		return Output{}, err
	}
	switch in.OutputType {
	case "stream":
		text, _ := multiline(in.Text)
		name := in.Name
		if name == "" {
			name = in.Stream
		}
		if name == "" {
			name = "stdout"
		}
		return Output{Type: Stream, Name: name, Text: text}, nil
	case "error", "pyerr":
		return Output{Type: ErrorOutput, EName: in.EName, EValue: in.EValue, Traceback: in.Traceback}, nil
	case "display_data", "execute_result", "pyout":
		kind := DisplayData
		if in.OutputType != "display_data" {
			kind = ExecuteResult
		}
		if in.Data == nil {
			in.Data = looseBundle(data)
		}
		return Output{Type: kind, Data: readBundle(in.Data), Metadata: in.Metadata}, nil
	}
	return Output{}, fmt.Errorf("unknown output type %q", in.OutputType)
}

// looseTypes are nbformat 3's field names for MIME types.
var looseTypes = map[string]string{
	"text": "text/plain", "html": "text/html", "svg": "image/svg+xml", "png": "image/png",
	"jpeg": "image/jpeg", "latex": "text/latex", "json": "application/json", "javascript": "application/javascript",
}

// looseBundle reads the MIME bundle that nbformat 3 spreads over the output.
func looseBundle(data json.RawMessage) map[string]json.RawMessage {
	fields := takeObject(data)
	out := map[string]json.RawMessage{}
	for _, name := range slices.Sorted(maps.Keys(looseTypes)) {
		value, ok := fields[name]
		if !ok {
			continue
		}
		// JSON was a text that holds JSON.
		if text, isText := multiline(value); isText && name == "json" && json.Valid([]byte(text)) {
			value = json.RawMessage(text)
		}
		out[looseTypes[name]] = value
	}
	return out
}

// readBundle gives the bytes of a MIME bundle. What is not as nbformat wants
// it, as base64 that cannot be decoded, is kept as it is written.
func readBundle(data map[string]json.RawMessage) map[string][]byte {
	out := make(map[string][]byte, len(data))
	for mime, value := range data {
		text, isText := multiline(value)
		switch {
		case isJSONType(mime) || !isText:
			var compact bytes.Buffer
			if json.Compact(&compact, value) == nil {
				value = compact.Bytes()
			}
			out[mime] = value
		case isBinaryType(mime):
			out[mime] = []byte(text)
			packed := strings.TrimRight(strings.Join(strings.Fields(text), ""), "=")
			if decoded, err := base64.RawStdEncoding.DecodeString(packed); err == nil {
				out[mime] = decoded
			}
		default:
			out[mime] = []byte(text)
		}
	}
	return out
}
