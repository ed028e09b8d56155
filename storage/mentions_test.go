package storage

import (
	"slices"
	"strings"
	"testing"
)

// scan shows a text to a scanner in two parts.
func scan(text string, cut int) []string {
	var found []string
	sc := nameScanner{found: func(name []byte) { found = append(found, string(name)) }}
	for _, part := range []string{text[:cut], text[cut:]} {
		if n, err := sc.Write([]byte(part)); n != len(part) || err != nil {
			panic("the scanner does not fail")
		}
	}
	return found
}

func TestNameScanner(t *testing.T) {
	a, b := keyOf("a"), strings.Repeat("0123456789abcdef", 4)
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", "the quick brown fox", nil},
		{"alone", a, []string{a}},
		{"in a sentence", "blob " + b + ", blob " + a + ".", []string{b, a}},
		{"one digit short", a[1:], nil},
		{"upper case", strings.ToUpper(a), nil},
		{"after an escape that ends in a digit", `\u000b` + b, []string{"000b" + b[:60], "00b" + b[:61], "0b" + b[:62], "b" + b[:63], b}},
		{"at the end of a long row", strings.Repeat("0", 1000) + "x" + b, append(slices.Repeat([]string{keyOf("0")}, 937), b)},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, cut := range []int{0, len(c.text) / 2, len(c.text)} {
				if got := scan(c.text, cut); !slices.Equal(got, c.want) {
					t.Errorf("cut at %d: found %q, want %q", cut, got, c.want)
				}
			}
		})
	}
}

func FuzzNameScanner(f *testing.F) {
	f.Add("blob "+keyOf("a"), 30)
	f.Add(strings.Repeat("0f", 500), 400)
	f.Fuzz(func(t *testing.T, text string, cut int) {
		if cut < 0 || cut > len(text) {
			cut = 0
		}
		var want []string
		for i := 0; i+nameLength <= len(text); i++ {
			if isSHA256(text[i : i+nameLength]) {
				want = append(want, text[i:i+nameLength])
			}
		}
		if got := scan(text, cut); !slices.Equal(got, want) {
			t.Errorf("found %q, want %q", got, want)
		}
	})
}
