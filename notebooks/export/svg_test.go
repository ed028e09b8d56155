package export_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/notebooks/export"
)

func TestSanitizeSVGKeepsFigures(t *testing.T) {
	page := export.SVGOptions{IDPrefix: "f1-"}
	tests := []struct {
		name string
		opt  export.SVGOptions
		in   string
		want string
	}{
		{"size in points, view box added", page, `<svg width="72pt" height="36pt"/>`,
			`<svg width="96" height="48" viewBox="0 0 96 48" role="img"></svg>`},
		{"no size: as wide as its column", page, `<svg viewBox="0 0 4 3" width="100%"/>`, `<svg viewBox="0 0 4 3" role="img"></svg>`},
		{"alternative text", export.SVGOptions{Alt: `a "b" <c>`}, `<svg/>`, `<svg role="img" aria-label="a &#34;b&#34; &lt;c&gt;"></svg>`},
		{"style becomes attributes and wins", page, `<svg><path d="M0 0L1 1" fill="red" style="fill:#123;stroke : rgb(1,2,3) !important;bogus:1"/></svg>`,
			`<svg role="img"><path d="M0 0L1 1" fill="#123" stroke="rgb(1,2,3)"></path></svg>`},
		{"variables of the page stay", page, `<svg><path fill="var(--wnb-ink, #1b1f24)" stroke="var(--other)"/></svg>`,
			`<svg role="img"><path fill="var(--wnb-ink, #1b1f24)"></path></svg>`},
		{"references inside the image move along", page,
			`<svg xmlns:xlink="http://www.w3.org/1999/xlink"><defs><clipPath id="c"/><path id="p"/></defs><g clip-path="url(#c)"><use xlink:href="#p"/></g></svg>`,
			`<svg role="img"><defs><clipPath id="f1-c"></clipPath><path id="f1-p"></path></defs><g clip-path="url(#f1-c)"><use href="#f1-p"></use></g></svg>`},
		{"a link leaves its content", page, `<svg><a href="https://example.org"><text>x</text></a></svg>`, `<svg role="img"><text>x</text></svg>`},
		{"text and its spans", page, `<svg><text transform="rotate(-90) translate(0,2)">a<tspan dy="1">&amp;b</tspan></text></svg>`,
			`<svg role="img"><text transform="rotate(-90) translate(0,2)">a<tspan dy="1">&amp;b</tspan></text></svg>`},
		{"classes of wnb only", page, `<svg><g class="wnb-bar error"/></svg>`, `<svg role="img"><g class="wnb-bar"></g></svg>`},
		{"embedded bitmap", page, `<svg><image href="data:image/png;base64,iVBO" width="1" height="1"/></svg>`,
			`<svg role="img"><image href="data:image/png;base64,iVBO" width="1" height="1"></image></svg>`},
		{"a file of its own", export.SVGOptions{Standalone: true}, `<svg width="4" height="3"><path fill="var(--wnb-ink,#000)" stroke="var(--wnb-accent,#abc)"/></svg>`,
			`<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3" viewBox="0 0 4 3" role="img" style="background:#ffffff"><path fill="#1b1f24" stroke="#abc"></path></svg>`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := export.SanitizeSVG([]byte(tt.in), tt.opt)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestSanitizeSVGErrors(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", "SVG is empty"},
		{"another root", "<html/>", "the root of an SVG is <svg>, not <html>"},
		{"cut off", "<svg><g>", "SVG is not well-formed"},
		{"entity", `<!DOCTYPE svg [<!ENTITY a "aa">]><svg><text>&a;</text></svg>`, "invalid character entity &a;"},
		{"nesting", strings.Repeat("<svg>", 200), "nested deeper than 100"},
		{"size", strings.Repeat(" ", 32<<20+1), "larger than the limit"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := export.SanitizeSVG([]byte(tt.in), export.SVGOptions{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q in it", err, tt.want)
			}
		})
	}
}
