package export

import (
	"math"
	"regexp"
	"strconv"
	"testing"
)

var token = regexp.MustCompile(`--([a-z-]+):#([0-9a-f]{6})`)

// TestContrast holds the colours of text to WCAG AA, in each scheme and in print.
func TestContrast(t *testing.T) {
	schemes := regexp.MustCompile(`:root\{[^}]*\}`).FindAllString(pageCSS, -1)
	if len(schemes) != 3 {
		t.Fatalf("%d sets of colours, want light, dark and print", len(schemes))
	}
	on := map[string][]string{
		"wnb-bg":   {"wnb-ink", "wnb-muted", "accent", "teal", "red", "kw", "str", "num", "fn"},
		"panel":    {"wnb-ink", "wnb-muted", "accent", "kw", "str", "num", "fn"},
		"redpanel": {"wnb-ink", "wnb-muted", "red"},
		"mark":     {"wnb-ink"},
	}
	for i, name := range []string{"light", "dark", "print"} {
		colours := map[string]string{}
		for _, m := range token.FindAllStringSubmatch(schemes[i], -1) {
			colours[m[1]] = m[2]
		}
		for ground, texts := range on {
			for _, text := range texts {
				if r := contrast(t, colours[text], colours[ground]); r < 4.5 {
					t.Errorf("%s: %s (#%s) on %s (#%s) has contrast %.2f, want 4.5", name, text, colours[text], ground, colours[ground], r)
				}
			}
		}
	}
}

func contrast(t *testing.T, a, b string) float64 {
	la, lb := luminance(t, a), luminance(t, b)
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		t.Fatalf("colour %q: %v", hex, err)
	}
	linear := func(shift uint) float64 {
		v := float64(n>>shift&0xff) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(16) + 0.7152*linear(8) + 0.0722*linear(0)
}
