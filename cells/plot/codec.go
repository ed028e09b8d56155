package plot

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
)

// The encoding is one line that names the format and its version, then one JSON object with the kind and the spec.
// Struct order fixes the order of the fields, and numbers are kept as bits, so the encoding of a spec is unique and can
// be hashed. A change that alters the meaning of existing bytes takes a new version number.
const codecHeader = "wnb-figure 1\n"

// ErrDecode is the cause of every error of [Decode] about bytes that are not an encoded figure of a known version. A
// well-formed figure with arguments that cannot be drawn gives an [ArgumentError] instead.
var ErrDecode = errors.New("not an encoded figure")

type envelope struct {
	Kind string          `json:"kind"`
	Spec json.RawMessage `json:"spec"`
}

// Encode returns the canonical encoding of the figure, for [Decode].
func (f *Figure) Encode() ([]byte, error) {
	spec, err := json.Marshal(f.spec)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", f.Kind(), err)
	}
	body, err := json.Marshal(envelope{f.Kind(), spec})
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", f.Kind(), err)
	}
	return append([]byte(codecHeader), body...), nil
}

// Decode reads a figure written by [Figure.Encode]. It checks the arguments as [New] does.
func Decode(data []byte) (*Figure, error) {
	body, ok := bytes.CutPrefix(data, []byte(codecHeader))
	if !ok {
		line, _, _ := bytes.Cut(data[:min(len(data), 40)], []byte("\n"))
		return nil, fmt.Errorf("%w: it starts with %q and not with %q", ErrDecode, line, codecHeader[:len(codecHeader)-1])
	}
	var env envelope
	if err := decodeStrict(body, &env); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDecode, err)
	}
	spec, err := decodeSpec(env)
	if err != nil {
		return nil, err
	}
	return New(spec)
}

func decodeSpec(env envelope) (Spec, error) {
	switch env.Kind {
	case Hist{}.kind():
		return decodeAs[Hist](env)
	case Scatter{}.kind():
		return decodeAs[Scatter](env)
	case Line{}.kind():
		return decodeAs[Line](env)
	case Bar{}.kind():
		return decodeAs[Bar](env)
	case Box{}.kind():
		return decodeAs[Box](env)
	case Heatmap{}.kind():
		return decodeAs[Heatmap](env)
	case ConfusionMatrix{}.kind():
		return decodeAs[ConfusionMatrix](env)
	case FeatureImportance{}.kind():
		return decodeAs[FeatureImportance](env)
	case ROCCurve{}.kind():
		return decodeAs[ROCCurve](env)
	case PRCurve{}.kind():
		return decodeAs[PRCurve](env)
	case Calibration{}.kind():
		return decodeAs[Calibration](env)
	}
	return nil, fmt.Errorf("%w: unknown kind %q", ErrDecode, env.Kind)
}

func decodeAs[S Spec](env envelope) (Spec, error) {
	var spec S
	if err := decodeStrict(env.Spec, &spec); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrDecode, env.Kind, err)
	}
	return spec, nil
}

func decodeStrict(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("there are bytes after the end")
	}
	return nil
}

// Floats is a slice of numbers that is encoded bit for bit (base64 of little-endian IEEE 754), which JSON numbers are not:
// JSON has no NaN. A []float64 is assignable to it.
type Floats []float64

// canonicalNaN replaces all NaNs, whose payload must not show in a hash.
var canonicalNaN = math.Float64bits(math.NaN())

// MarshalText implements encoding.TextMarshaler.
func (f Floats) MarshalText() ([]byte, error) {
	raw := make([]byte, 0, 8*len(f))
	for _, v := range f {
		bits := math.Float64bits(v)
		if v != v {
			bits = canonicalNaN
		}
		raw = binary.LittleEndian.AppendUint64(raw, bits)
	}
	return base64.StdEncoding.AppendEncode(nil, raw), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (f *Floats) UnmarshalText(text []byte) error {
	raw, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil {
		return fmt.Errorf("numbers: %w", err)
	}
	if len(raw)%8 != 0 {
		return fmt.Errorf("numbers: %d bytes are not a multiple of 8", len(raw))
	}
	out := make(Floats, len(raw)/8)
	for i := range out {
		out[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
	}
	*f = out
	return nil
}
