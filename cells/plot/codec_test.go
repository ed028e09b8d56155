package plot

import (
	"bytes"
	"errors"
	"math"
	"testing"
)

func TestDecodeOfEncode(t *testing.T) {
	for name, spec := range samples() {
		t.Run(name, func(t *testing.T) {
			fig := must(t, spec)
			data, err := fig.Encode()
			if err != nil {
				t.Fatal(err)
			}
			back, err := Decode(data)
			if err != nil {
				t.Fatal(err)
			}
			if back.Hash() != fig.Hash() || back.Kind() != fig.Kind() || back.Alt() != fig.Alt() {
				t.Errorf("decoded %s %s %q", back.Kind(), back.Hash(), back.Alt())
			}
			want, errWant := fig.SVG()
			got, errGot := back.SVG()
			if errWant != nil || errGot != nil || !bytes.Equal(got, want) {
				t.Errorf("the decoded figure looks different (%v, %v)", errWant, errGot)
			}
		})
	}
}

// TestEncodingIsStable fixes the bytes: stored figures and cache keys depend on them.
func TestEncodingIsStable(t *testing.T) {
	data, err := must(t, Line{Options: Options{Title: "T"}, Series: []XY{{Name: "a", Y: []float64{1, math.NaN()}}}}).Encode()
	if err != nil {
		t.Fatal(err)
	}
	want := "wnb-figure 1\n" + `{"kind":"line","spec":{"title":"T","series":[{"name":"a","y":"AAAAAAAA8D8BAAAAAAD4fw=="}]}}`
	if string(data) != want {
		t.Errorf("encoding is\n%s\nwant\n%s", data, want)
	}
}

func TestDecodeErrors(t *testing.T) {
	for name, c := range map[string]struct{ data, want string }{
		"empty":         {"", `not an encoded figure: it starts with "" and not with "wnb-figure 1"`},
		"newer":         {"wnb-figure 2\n{}", `not an encoded figure: it starts with "wnb-figure 2" and not with "wnb-figure 1"`},
		"no body":       {"wnb-figure 1\n", `not an encoded figure: EOF`},
		"kind":          {"wnb-figure 1\n" + `{"kind":"pie","spec":{}}`, `not an encoded figure: unknown kind "pie"`},
		"unknown field": {"wnb-figure 1\n" + `{"kind":"line","spec":{"colour":1}}`, `not an encoded figure: line: json: unknown field "colour"`},
		"trailing":      {"wnb-figure 1\n" + `{"kind":"line","spec":{}} x`, `not an encoded figure: there are bytes after the end`},
		"odd bytes":     {"wnb-figure 1\n" + `{"kind":"line","spec":{"series":[{"y":"AAAA"}]}}`, `not an encoded figure: line: numbers: 3 bytes are not a multiple of 8`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Decode([]byte(c.data))
			if !errors.Is(err, ErrDecode) || err.Error() != c.want {
				t.Errorf("error %v, want %s", err, c.want)
			}
		})
	}
	_, err := Decode([]byte("wnb-figure 1\n" + `{"kind":"line","spec":{"series":[]}}`))
	var argument *ArgumentError
	if !errors.As(err, &argument) || argument.Argument != "series" {
		t.Errorf("a figure that cannot be drawn: error %v", err)
	}
}

// FuzzDecode checks that any bytes decode to an error or to a figure that draws and whose encoding is canonical.
func FuzzDecode(f *testing.F) {
	for _, spec := range samples() {
		data, err := must(f, spec).Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fig, err := Decode(data)
		if err != nil {
			return
		}
		canonical, err := fig.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode(canonical)
		if err != nil || again.Hash() != fig.Hash() {
			t.Fatalf("second decoding: %v", err)
		}
		svg, err := fig.SVG()
		if err != nil {
			t.Fatal(err)
		}
		checkSVG(t, svg)
		if bytes.Contains(svg, []byte("NaN")) && !bytes.Contains(data, []byte("NaN")) {
			t.Errorf("NaN in the drawing: %s", svg)
		}
	})
}
