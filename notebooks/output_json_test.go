package notebooks

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOutputsAsJSON(t *testing.T) {
	outputs := []Output{
		{Type: Stream, Name: "stdout", Text: "a\nb"},
		{Type: DisplayData, Data: map[string][]byte{"text/plain": []byte("x\n"), "image/png": {0x89, 'P', 0}, "application/json": []byte(`{"a":1}`)}, Metadata: map[string]any{}},
		{Type: ExecuteResult, Data: map[string][]byte{"image/svg+xml": []byte("<svg/>")}, Metadata: map[string]any{"caption": "c"}},
		{Type: ErrorOutput, EName: "error", EValue: "no", Traceback: []string{"no", "  in cell a"}},
	}
	text, err := json.Marshal(outputs)
	if err != nil {
		t.Fatal(err)
	}
	var back []Output
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(outputs, back); d != "" {
		t.Error(d)
	}
}
