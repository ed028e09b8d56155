package protocol

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The signature was computed with Python's hmac module.
func zmqVector() [][]byte {
	return [][]byte{
		[]byte("client"), []byte("<IDS|MSG>"),
		[]byte("891f1d698842c1c8000a13c5fd79be20dd4782e8d07c8c77cfe6e35a9b3140c5"),
		[]byte(`{"msg_id":"1"}`), []byte(`{}`), []byte(`{}`), []byte(`{"a":1}`),
		{1, 2},
	}
}

func newSigner(t testing.TB, key string) *Signer {
	t.Helper()
	s, err := NewSigner("hmac-sha256", []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestZMQVector(t *testing.T) {
	s := newSigner(t, "secret")
	w, err := s.Decode(zmqVector(), Control, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := &Wire{Identities: zmqVector()[:1], Signature: string(zmqVector()[2]), Message: vectorMessage(Control, []byte{1, 2})}
	if diff := cmp.Diff(want, w); diff != "" {
		t.Errorf("decoded (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(zmqVector(), s.Encode(w.Identities, w.Message)); diff != "" {
		t.Errorf("encoded (-want +got):\n%s", diff)
	}
}

func TestZMQUnsigned(t *testing.T) {
	s, err := NewSigner("", nil)
	if err != nil {
		t.Fatal(err)
	}
	parts := s.Encode(nil, vectorMessage(Shell))
	if len(parts) != 6 || string(parts[0]) != Delimiter || len(parts[1]) != 0 {
		t.Errorf("encoded %q, want the delimiter, an empty signature and four objects", parts)
	}
	for name, parts := range map[string][][]byte{"empty": parts, "signed": zmqVector()} {
		w, err := s.Decode(parts, Shell, Limits{})
		if err != nil || w.Signature != "" {
			t.Errorf("%s: %+v, %v", name, w, err)
		}
	}
}

func TestZMQRefused(t *testing.T) {
	with := func(i int, part string) [][]byte {
		parts := zmqVector()
		parts[i] = []byte(part)
		return parts
	}
	signed := func(header string) [][]byte {
		parts := with(3, header)
		parts[2] = newSigner(t, "secret").sign(parts[3:7])
		return parts
	}
	tests := []struct {
		name   string
		parts  [][]byte
		limits Limits
		want   string
		is     error
	}{
		{"nothing", nil, Limits{}, "none of 0 parts", nil},
		{"no delimiter", with(1, "<IDS|"), Limits{}, "delimiter", nil},
		{"nothing behind the delimiter", zmqVector()[:2], Limits{}, "0 behind the delimiter", nil},
		{"cut", zmqVector()[:6], Limits{}, "4 behind the delimiter", nil},
		{"no signature", with(2, ""), Limits{}, "signature", ErrSignature},
		{"signature of another key", with(2, strings.Repeat("0", 64)), Limits{}, "signature", ErrSignature},
		{"upper case signature", with(2, strings.ToUpper(string(zmqVector()[2]))), Limits{}, "signature", ErrSignature},
		{"header changed", with(3, `{"msg_id":"2"}`), Limits{}, "signature", ErrSignature},
		{"content changed", with(6, `{"a":2}`), Limits{}, "signature", ErrSignature},
		{"too large", zmqVector(), Limits{MaxBytes: 10}, "at most 10", ErrTooLarge},
		{"too many buffers", append(zmqVector(), nil), Limits{MaxBuffers: 1}, "2 buffers", ErrTooLarge},
		{"header is no object", signed(`[]`), Limits{}, "header: is not a JSON object", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w, err := newSigner(t, "secret").Decode(tt.parts, Shell, tt.limits)
			var fe *FrameError
			if !errors.As(err, &fe) || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %+v, error %v, want a *FrameError with %q", w, err, tt.want)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("error %v, want one that is %v", err, tt.is)
			}
		})
	}
}

func TestNewSigner(t *testing.T) {
	if _, err := NewSigner("hmac-md5", []byte("k")); err == nil {
		t.Error("hmac-md5: want an error")
	}
	key := []byte("secret")
	s, err := NewSigner("hmac-sha256", key)
	if err != nil {
		t.Fatal(err)
	}
	clear(key)
	if _, err := s.Decode(zmqVector(), Shell, Limits{}); err != nil {
		t.Errorf("the signer uses the caller's key: %v", err)
	}
}

func TestReplays(t *testing.T) {
	r := NewReplays(2)
	steps := []struct {
		signature string
		replayed  bool
	}{
		{"a", false}, {"a", true}, {"b", false}, {"a", true}, {"", false}, {"", false},
		{"c", false}, // pushes a out
		{"b", true}, {"a", false}, {"c", true}, {"b", false},
	}
	for i, step := range steps {
		if err := r.Check(step.signature); errors.Is(err, ErrReplayed) != step.replayed {
			t.Errorf("step %d, %q: %v, want replayed %t", i, step.signature, err, step.replayed)
		}
	}
	if err := NewReplays(0).Check("a"); err != nil {
		t.Error(err)
	}
}
