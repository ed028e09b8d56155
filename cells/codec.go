package cells

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// wire is an effect as JSON: its kind and the fields of that kind.
type wire struct {
	Kind       string            `json:"kind"`
	Name       exact             `json:"name,omitempty"`
	Text       exact             `json:"text,omitempty"`
	Data       map[string][]byte `json:"data,omitempty"`
	Result     bool              `json:"result,omitempty"`
	Blobs      []Blob            `json:"blobs,omitempty"`
	Value      exact             `json:"value,omitempty"`
	Step       int64             `json:"step,omitempty"`
	Time       *time.Time        `json:"time,omitempty"`
	Type       string            `json:"type,omitempty"`
	MediaType  string            `json:"media_type,omitempty"`
	Blob       *Blob             `json:"blob,omitempty"`
	Title      exact             `json:"title,omitempty"`
	Level      string            `json:"level,omitempty"`
	Deliveries []Delivery        `json:"deliveries,omitempty"`
	SHA256     string            `json:"sha256,omitempty"`
}

// An exact text may hold any bytes. JSON has no way to write what is not UTF-8,
// such as the name of some file: that stands there as {"bytes": base64}.
type exact string

type inexpressible struct {
	Bytes []byte `json:"bytes"`
}

// MarshalJSON writes a string if it can.
func (t exact) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(t)) {
		return json.Marshal(string(t))
	}
	return json.Marshal(inexpressible{[]byte(t)})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (t *exact) UnmarshalJSON(data []byte) error {
	var text string
	err := json.Unmarshal(data, &text)
	if err != nil {
		var other inexpressible
		if json.Unmarshal(data, &other) != nil {
			return err
		}
		text = string(other.Bytes)
	}
	*t = exact(text)
	return nil
}

// MarshalEffects writes effects as JSON, to be kept or sent. The same effects
// give the same bytes.
func MarshalEffects(effects []Effect) ([]byte, error) {
	out := make([]wire, len(effects))
	for i, e := range effects {
		w, err := toWire(e)
		if err != nil {
			return nil, fmt.Errorf("effect %d: %w", i, err)
		}
		out[i] = w
	}
	return json.Marshal(out)
}

func toWire(e Effect) (wire, error) {
	switch e := e.(type) {
	case Stream:
		w := wire{Kind: "stream", Name: exact(e.Name), Text: exact(e.Text)}
		if e.Whole.SHA256 != "" {
			w.Blob = &e.Whole
		}
		return w, nil
	case Display:
		return wire{Kind: "display", Name: exact(e.ID), Data: e.Data, Result: e.Result, Blobs: e.Blobs}, nil
	case Param:
		return wire{Kind: "param", Name: exact(e.Key), Value: exact(e.Value)}, nil
	case Metric:
		t := e.Time.UTC()
		// As text, since JSON has no NaN; the shortest that reads back exactly.
		return wire{Kind: "metric", Name: exact(e.Key), Value: exact(strconv.FormatFloat(e.Value, 'g', -1, 64)), Step: e.Step, Time: &t}, nil
	case Tag:
		return wire{Kind: "tag", Name: exact(e.Key), Value: exact(e.Value)}, nil
	case Artifact:
		return wire{Kind: "artifact", Name: exact(e.Path), Type: e.Kind, MediaType: e.MediaType, Blob: &e.Blob}, nil
	case File:
		return wire{Kind: "file", Name: exact(e.Path), Blob: &e.Blob}, nil
	case Notice:
		return wire{Kind: "notice", Title: exact(e.Title), Text: exact(e.Text), Level: e.Level, Deliveries: e.Deliveries}, nil
	case Input:
		return wire{Kind: "input", Type: e.Kind, Name: exact(e.Name), SHA256: e.SHA256, Text: exact(e.Otherwise)}, nil
	}
	return wire{}, fmt.Errorf("%T has no written form", e)
}

// UnmarshalEffects reads what MarshalEffects wrote.
func UnmarshalEffects(data []byte) ([]Effect, error) {
	var in []wire
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, fmt.Errorf("effects: %w", err)
	}
	var out []Effect
	for i, w := range in {
		e, err := w.effect()
		if err != nil {
			return nil, fmt.Errorf("effect %d: %w", i, err)
		}
		out = append(out, e)
	}
	return out, nil
}

func (w wire) effect() (Effect, error) {
	var blob Blob
	if w.Blob != nil {
		blob = *w.Blob
	}
	name, text, value := string(w.Name), string(w.Text), string(w.Value)
	switch w.Kind {
	case "stream":
		return Stream{Name: name, Text: text, Whole: blob}, nil
	case "display":
		return Display{Data: w.Data, Result: w.Result, Blobs: w.Blobs, ID: name}, nil
	case "param":
		return Param{Key: name, Value: value}, nil
	case "metric":
		x, err := strconv.ParseFloat(value, 64)
		if err != nil && !math.IsInf(x, 0) {
			return nil, fmt.Errorf("metric %q: %w", name, err)
		}
		m := Metric{Key: name, Value: x, Step: w.Step}
		if w.Time != nil {
			m.Time = *w.Time
		}
		return m, nil
	case "tag":
		return Tag{Key: name, Value: value}, nil
	case "artifact":
		return Artifact{Path: name, Kind: w.Type, MediaType: w.MediaType, Blob: blob}, nil
	case "file":
		return File{Path: name, Blob: blob}, nil
	case "notice":
		return Notice{Title: string(w.Title), Text: text, Level: w.Level, Deliveries: w.Deliveries}, nil
	case "input":
		return Input{Kind: w.Type, Name: name, SHA256: w.SHA256, Otherwise: text}, nil
	}
	return nil, fmt.Errorf("kind %q is not known", w.Kind)
}
