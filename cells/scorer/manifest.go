package scorer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"unicode/utf8"
)

const (
	manifestSection = "wnb"
	manifestDepth   = 16
)

// Kind is what an extension computes.
type Kind string

const (
	KindMetric    Kind = "metric"    // one number from labels and predictions
	KindScorer    Kind = "scorer"    // outputs of each row from its features
	KindTransform Kind = "transform" // a JSON document from another
)

// Manifest describes an extension. It is the JSON in the custom section "wnb"
// and can be read without running the module.
type Manifest struct {
	ABI         int              `json:"abi"`
	Kind        Kind             `json:"kind"`
	Name        string           `json:"name"`
	Version     string           `json:"version,omitempty"`
	Description string           `json:"description,omitempty"`
	Toolchain   string           `json:"toolchain,omitempty"` // that compiled it, such as "go1.26.8"
	Metric      *MetricSpec      `json:"metric,omitempty"`
	Scorer      *ScorerSpec      `json:"scorer,omitempty"`
	Params      map[string]Param `json:"params,omitempty"`
	Limits      ManifestLimits   `json:"limits,omitzero"`
	SelfCheck   []Vector         `json:"selfcheck,omitempty"`
}

// MetricSpec says what a metric takes and what its number means.
type MetricSpec struct {
	GreaterIsBetter bool       `json:"greater_is_better"`
	Input           string     `json:"input"`             // label, score, proba or value
	Outputs         Outputs    `json:"outputs,omitempty"` // columns of p
	Weights         bool       `json:"weights,omitempty"` // takes sample weights
	Range           []*float64 `json:"range,omitempty"`   // [lo, hi], null = open
	NaN             string     `json:"nan,omitempty"`     // error (default) or skip
	Streaming       bool       `json:"streaming,omitempty"`
}

// ScorerSpec says what a row scorer takes and how many outputs a row has. One
// without features takes any number of columns, in the order of its caller.
type ScorerSpec struct {
	Features []Feature `json:"features,omitempty"`
	Layout   string    `json:"layout,omitempty"` // col (default) or row
	Outputs  int       `json:"outputs,omitempty"`
}

// Feature is one input column of a row scorer.
type Feature struct {
	Name  string `json:"name"`
	DType string `json:"dtype,omitempty"` // f64
}

// ManifestLimits are what the author asks for within the host's maxima.
type ManifestLimits struct {
	MemoryMiB  int   `json:"memory_mib,omitempty"`
	FuelPerRow int64 `json:"fuel_per_row,omitempty"`
}

// Vector is one self-check: inputs and the result that they must give.
type Vector struct {
	Params map[string]any  `json:"params,omitempty"`
	Y      []float64       `json:"y,omitempty"`
	P      Rows            `json:"p,omitempty"`
	W      []float64       `json:"w,omitempty"`
	X      Rows            `json:"x,omitempty"` // of a row scorer
	Expect Rows            `json:"expect,omitempty"`
	In     json.RawMessage `json:"in,omitempty"` // of a transform, and what it must give
	Out    json.RawMessage `json:"out,omitempty"`
	Tol    float64         `json:"tol,omitempty"`
}

// Rows is a matrix by rows. In JSON a plain number is one row of one column and
// a list of numbers is one column.
type Rows [][]float64

// UnmarshalJSON implements json.Unmarshaler.
func (r *Rows) UnmarshalJSON(b []byte) error {
	var rows [][]float64
	if json.Unmarshal(b, &rows) == nil {
		*r = rows
		return nil
	}
	var column []float64
	if json.Unmarshal(b, &column) != nil {
		var one float64
		if err := json.Unmarshal(b, &one); err != nil {
			return errors.New("wanted a number, a list of numbers or a list of rows")
		}
		column = []float64{one}
	}
	*r = make(Rows, len(column))
	for i := range column {
		(*r)[i] = column[i : i+1]
	}
	return nil
}

// Outputs is a number of columns; 0, written "k", is any number.
type Outputs int

// UnmarshalJSON implements json.Unmarshaler.
func (o *Outputs) UnmarshalJSON(b []byte) error {
	if string(b) == `"k"` {
		*o = 0
		return nil
	}
	var n int
	if err := json.Unmarshal(b, &n); err != nil || n < 1 || n > math.MaxInt16 {
		return errors.New(`outputs must be a positive number or "k"`)
	}
	*o = Outputs(n)
	return nil
}

// MarshalJSON implements json.Marshaler.
func (o Outputs) MarshalJSON() ([]byte, error) {
	if o == 0 {
		return []byte(`"k"`), nil
	}
	return json.Marshal(int(o))
}

// ReadManifest finds and checks the manifest of a module. Nothing runs.
func ReadManifest(wasm []byte) (*Manifest, error) {
	lim := Limits{}.withDefaults()
	m, err := decode(wasm, &lim)
	if err != nil {
		return nil, err
	}
	return m.readManifest()
}

func (m *module) readManifest() (*Manifest, error) {
	refuse := func(err error) error {
		return &ValidationError{Section: "custom " + manifestSection, Func: -1, Offset: m.manAt, Msg: err.Error()}
	}
	if m.manifest == nil {
		return nil, refuse(errors.New("the module has no manifest; add one with `wnb ext pack`"))
	}
	man, err := ParseManifest(m.manifest)
	if err != nil {
		return nil, refuse(err)
	}
	return man, nil
}

// ParseManifest reads a manifest from JSON. Unknown and repeated fields are errors.
func ParseManifest(b []byte) (*Manifest, error) {
	man := &Manifest{}
	if err := man.Merge(b); err != nil {
		return nil, err
	}
	if err := man.Check(); err != nil {
		return nil, err
	}
	return man, nil
}

// Merge reads the fields that the JSON object has and keeps the others, also those
// of objects in it. A list replaces the whole of the one that was there, and a
// parameter the one of its name. What they mean together is not checked: see Check.
func (m *Manifest) Merge(b []byte) error {
	if len(b) > maxManifest {
		return fmt.Errorf("manifest of %d bytes, the limit is %d", len(b), maxManifest)
	}
	if !utf8.Valid(b) {
		return errors.New("manifest is not UTF-8")
	}
	if err := strictJSON(b, reflect.TypeFor[Manifest]()); err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	var given Manifest
	for _, into := range []*Manifest{&given, m} {
		dec := json.NewDecoder(bytes.NewReader(b))
		dec.DisallowUnknownFields()
		if err := dec.Decode(into); err != nil {
			return fmt.Errorf("manifest: %w", plainly(err))
		}
	}
	m.takeLists(&given)
	return nil
}

// takeLists puts the lists of given in place of those of m. Decoded into an
// element that is there, JSON leaves the fields that it does not have.
func (m *Manifest) takeLists(given *Manifest) {
	if given.SelfCheck != nil {
		m.SelfCheck = given.SelfCheck
	}
	if given.Metric != nil && given.Metric.Range != nil {
		m.Metric.Range = given.Metric.Range
	}
	if given.Scorer != nil && given.Scorer.Features != nil {
		m.Scorer.Features = given.Scorer.Features
	}
}
