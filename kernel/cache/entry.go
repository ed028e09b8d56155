package cache

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/wnb-dev/wnb/cells"
)

// An Entry is the result of a cell that was done.
type Entry struct {
	Cell     string // its id at that time
	Run      string // the run that computed it; may be empty
	Start    time.Time
	Duration time.Duration
	Values   map[string]Value
	// Effects are what the cell did, in order, the questions it asked included.
	Effects []cells.Effect
}

// A Value is a stored value: its hash, and where its bytes are.
type Value struct {
	Hash  string       `json:"hash"`
	Root  []byte       `json:"root,omitempty"`  // see value.Stored; nil if it is a blob
	Blob  *cells.Blob  `json:"blob,omitempty"`  // the root, if it is large
	Parts []cells.Blob `json:"parts,omitempty"` // what the root refers to
}

// entryFormat is the version of the written form.
const entryFormat = 1

type wire struct {
	Format   int              `json:"format"`
	Cell     string           `json:"cell"`
	Run      string           `json:"run,omitempty"`
	Start    time.Time        `json:"start"`
	Duration time.Duration    `json:"duration"`
	Values   map[string]Value `json:"values,omitempty"`
	Effects  json.RawMessage  `json:"effects"`
}

// Marshal writes an entry.
func (e *Entry) Marshal() ([]byte, error) {
	effects, err := cells.MarshalEffects(e.Effects)
	if err != nil {
		return nil, err
	}
	return json.Marshal(wire{entryFormat, e.Cell, e.Run, e.Start.UTC(), e.Duration, e.Values, effects})
}

// Unmarshal reads what Marshal wrote.
func Unmarshal(data []byte) (*Entry, error) {
	var w wire
	if err := json.Unmarshal(data, &w); err != nil {
		return nil, fmt.Errorf("stored result: %w", err)
	}
	if w.Format != entryFormat {
		return nil, fmt.Errorf("stored result: format %d is not known", w.Format)
	}
	effects, err := cells.UnmarshalEffects(w.Effects)
	if err != nil {
		return nil, fmt.Errorf("stored result: %w", err)
	}
	return &Entry{w.Cell, w.Run, w.Start, w.Duration, w.Values, effects}, nil
}

// Blobs are the contents that the entry refers to, without repetition.
func (e *Entry) Blobs() []cells.Blob {
	seen := map[string]bool{}
	var out []cells.Blob
	add := func(bs ...cells.Blob) {
		for _, b := range bs {
			if b.SHA256 != "" && !seen[b.SHA256] {
				seen[b.SHA256] = true
				out = append(out, b)
			}
		}
	}
	for _, v := range e.Values {
		if v.Blob != nil {
			add(*v.Blob)
		}
		add(v.Parts...)
	}
	for _, effect := range e.Effects {
		switch effect := effect.(type) {
		case cells.Artifact:
			add(effect.Blob)
		case cells.File:
			add(effect.Blob)
		case cells.Stream:
			add(effect.Whole)
		case cells.Display:
			add(effect.Blobs...)
		}
	}
	return out
}

// Questions are what the cell asked the world, in order.
func (e *Entry) Questions() []cells.Input { return Questions(e.Effects) }

// Questions are the inputs among effects, in order.
func Questions(effects []cells.Effect) []cells.Input {
	var out []cells.Input
	for _, effect := range effects {
		if in, ok := effect.(cells.Input); ok {
			out = append(out, in)
		}
	}
	return out
}
