package protocol

import (
	"encoding/json"
	"fmt"
)

// MarshalJSON writes the JSON as it is.
func (r Raw) MarshalJSON() ([]byte, error) { return orEmpty(r.JSON), nil }

// MarshalJSON writes the fields that belong to the status: clients and the
// schemas of jupyter_kernel_test want all of these and none of the others.
func (r ExecuteReply) MarshalJSON() ([]byte, error) {
	if !r.Succeeded() {
		return marshal(struct {
			failed
			ExecutionCount int `json:"execution_count"`
		}{r.Outcome.fields(), r.ExecutionCount})
	}
	return marshal(struct {
		Status          ReplyStatus              `json:"status"`
		ExecutionCount  int                      `json:"execution_count"`
		UserExpressions Object[ExpressionResult] `json:"user_expressions"`
		Payload         List[Dict]               `json:"payload"`
	}{r.Status, r.ExecutionCount, r.UserExpressions, r.Payload})
}

// MarshalJSON writes the value or the error, as the status says.
func (r ExpressionResult) MarshalJSON() ([]byte, error) {
	if !r.Succeeded() {
		return marshal(r.Outcome.fields())
	}
	return marshal(struct {
		Status   ReplyStatus `json:"status"`
		Data     MimeBundle  `json:"data"`
		Metadata Dict        `json:"metadata"`
	}{r.Status, r.Data, r.Metadata})
}

// MarshalJSON adds the status.
func (r ErrorReply) MarshalJSON() ([]byte, error) {
	return marshal(failed{Failed, r.EName, r.EValue, r.Traceback})
}

// failed is an error with none of its fields left out.
type failed struct {
	Status    ReplyStatus  `json:"status"`
	EName     string       `json:"ename"`
	EValue    string       `json:"evalue"`
	Traceback List[string] `json:"traceback"`
}

func (o Outcome) fields() failed {
	return failed{o.Status, o.EName, o.EValue, o.Traceback}
}

// MarshalJSON writes the entry as the array that clients expect.
func (e HistoryEntry) MarshalJSON() ([]byte, error) {
	if e.WithOutput {
		return marshal([]any{e.Session, e.Line, []string{e.Input, e.Output}})
	}
	return marshal([]any{e.Session, e.Line, e.Input})
}

// UnmarshalJSON reads both forms of an entry. Outputs may be null.
func (e *HistoryEntry) UnmarshalJSON(raw []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil || len(parts) != 3 {
		return &FieldError{Field: "history", Problem: fmt.Sprintf("has an entry of %d parts, want [session, line, input]", len(parts)), Err: err}
	}
	entry := HistoryEntry{}
	targets := []any{&entry.Session, &entry.Line, &entry.Input}
	var pair [2]*string
	if len(parts[2]) > 0 && parts[2][0] == '[' {
		entry.WithOutput = true
		targets[2] = &pair
	}
	for i, t := range targets {
		if err := json.Unmarshal(parts[i], t); err != nil {
			return &FieldError{Field: "history", Problem: fmt.Sprintf("has an entry with a wrong part %d", i), Err: err}
		}
	}
	if pair[0] != nil {
		entry.Input = *pair[0]
	}
	if pair[1] != nil {
		entry.Output = *pair[1]
	}
	*e = entry
	return nil
}
