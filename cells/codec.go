package cells

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
)

// wire is an effect as JSON: its kind and the fields of that kind.
type wire struct {
	Kind       string            `json:"kind"`
	Name       string            `json:"name,omitempty"`
	Text       string            `json:"text,omitempty"`
	Data       map[string][]byte `json:"data,omitempty"`
	Result     bool              `json:"result,omitempty"`
	Value      string            `json:"value,omitempty"`
	Step       int64             `json:"step,omitempty"`
	Time       *time.Time        `json:"time,omitempty"`
	Type       string            `json:"type,omitempty"`
	MediaType  string            `json:"media_type,omitempty"`
	Blob       *Blob             `json:"blob,omitempty"`
	Title      string            `json:"title,omitempty"`
	Level      string            `json:"level,omitempty"`
	Deliveries []Delivery        `json:"deliveries,omitempty"`
	SHA256     string            `json:"sha256,omitempty"`
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
		w := wire{Kind: "stream", Name: e.Name, Text: e.Text}
		if e.Whole.SHA256 != "" {
			w.Blob = &e.Whole
		}
		return w, nil
	case Display:
		return wire{Kind: "display", Data: e.Data, Result: e.Result}, nil
	case Param:
		return wire{Kind: "param", Name: e.Key, Value: e.Value}, nil
	case Metric:
		t := e.Time.UTC()
		// As text, since JSON has no NaN; the shortest that reads back exactly.
		return wire{Kind: "metric", Name: e.Key, Value: strconv.FormatFloat(e.Value, 'g', -1, 64), Step: e.Step, Time: &t}, nil
	case Tag:
		return wire{Kind: "tag", Name: e.Key, Value: e.Value}, nil
	case Artifact:
		return wire{Kind: "artifact", Name: e.Path, Type: e.Kind, MediaType: e.MediaType, Blob: &e.Blob}, nil
	case File:
		return wire{Kind: "file", Name: e.Path, Blob: &e.Blob}, nil
	case Notice:
		return wire{Kind: "notice", Title: e.Title, Text: e.Text, Level: e.Level, Deliveries: e.Deliveries}, nil
	case Input:
		return wire{Kind: "input", Type: e.Kind, Name: e.Name, SHA256: e.SHA256}, nil
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
	switch w.Kind {
	case "stream":
		return Stream{Name: w.Name, Text: w.Text, Whole: blob}, nil
	case "display":
		return Display{Data: w.Data, Result: w.Result}, nil
	case "param":
		return Param{Key: w.Name, Value: w.Value}, nil
	case "metric":
		x, err := strconv.ParseFloat(w.Value, 64)
		if err != nil && !math.IsInf(x, 0) {
			return nil, fmt.Errorf("metric %q: %w", w.Name, err)
		}
		m := Metric{Key: w.Name, Value: x, Step: w.Step}
		if w.Time != nil {
			m.Time = *w.Time
		}
		return m, nil
	case "tag":
		return Tag{Key: w.Name, Value: w.Value}, nil
	case "artifact":
		return Artifact{Path: w.Name, Kind: w.Type, MediaType: w.MediaType, Blob: blob}, nil
	case "file":
		return File{Path: w.Name, Blob: blob}, nil
	case "notice":
		return Notice{Title: w.Title, Text: w.Text, Level: w.Level, Deliveries: w.Deliveries}, nil
	case "input":
		return Input{Kind: w.Type, Name: w.Name, SHA256: w.SHA256}, nil
	}
	return nil, fmt.Errorf("kind %q is not known", w.Kind)
}
