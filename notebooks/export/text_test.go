package export

import (
	"html"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/wnb-dev/wnb/notebooks"
)

func TestHighlight(t *testing.T) {
	tests := []struct{ name, lang, src, want string }{
		{"keyword and call", "starlark", `return f(x)`, `<span class="hl-k">return</span> <span class="hl-f">f</span>(x)`},
		{"f-string with prefix", "starlark", `f"{a:,}"`, `<span class="hl-s">f&#34;{a:,}&#34;</span>`},
		{"word that ends like a prefix", "starlark", `if"a"`, `<span class="hl-k">if</span><span class="hl-s">&#34;a&#34;</span>`},
		{"escaped quote", "starlark", `'a\'b' x`, `<span class="hl-s">&#39;a\&#39;b&#39;</span> x`},
		{"open string ends with its line", "starlark", "'a\nx", "<span class=\"hl-s\">&#39;a</span>\nx"},
		{"triple quotes go on", "starlark", "\"\"\"a\nb\"\"\"", "<span class=\"hl-s\">&#34;&#34;&#34;a\nb&#34;&#34;&#34;</span>"},
		{"comment ends with its line", "starlark", "# <b>\n1", "<span class=\"hl-c\"># &lt;b&gt;</span>\n<span class=\"hl-m\">1</span>"},
		{"sql folds case", "sql", "select NULL -- x", `<span class="hl-k">select</span> <span class="hl-b">NULL</span> <span class="hl-c">-- x</span>`},
		{"open block comment", "go", "/* a", `<span class="hl-c">/* a</span>`},
		{"unknown language", "brainfuck", "<+>", "&lt;+&gt;"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, highlight(tt.lang, tt.src)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

var span = regexp.MustCompile(`</?span[^>]*>`)

func TestHighlightKeepsText(t *testing.T) {
	langs := []string{"starlark", "sql", "go", "rust", "c", "wat", "yaml", "json", ""}
	rapid.Check(t, func(t *rapid.T) {
		src := rapid.OneOf(rapid.String(), rapid.StringMatching("([\"'`#/*;()-]|fr?|if|\\\\|\n|[0-9.]){0,30}")).Draw(t, "src")
		lang := rapid.SampledFrom(langs).Draw(t, "lang")
		if got := html.UnescapeString(span.ReplaceAllString(highlight(lang, src), "")); got != src && html.UnescapeString(src) == src {
			t.Fatalf("%s: %q became %q", lang, src, got)
		}
	})
}

func TestTerminalText(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "a < b", "a &lt; b"},
		{"colour", "\x1b[31mred\x1b[0m no", `<span class="a1">red</span> no`},
		{"bold and bright", "\x1b[1;92mok\x1b[22m x\x1b[39m y", `<span class="a2 ab">ok</span><span class="a2"> x</span> y`},
		{"256 colours are left out", "\x1b[38;5;31mx\x1b[m", "x"},
		{"cursor and title are dropped", "\x1b[2K\x1b]0;title\x07x\x1b", "x"},
		{"link is dropped", "\x1b]8;;javascript:1\x1b\\x", "x"},
		{"controls are dropped", "a\x00\x08b\tc", "ab\tc"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var style ansiStyle
			if diff := cmp.Diff(tt.want, style.html(tt.in)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestSettle(t *testing.T) {
	for in, want := range map[string]string{
		"a\r\nb":              "a\nb",
		"10 %\r20 %\rdone\nx": "done\nx",
		"50 %\r":              "50 %",
	} {
		if got := settle(in); got != want {
			t.Errorf("settle(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestPads(t *testing.T) {
	tests := []struct {
		name   string
		values []string
		want   []string
		ok     bool
	}{
		{"decimals", []string{"0.6332", "0.41", "229", "1,143."}, []string{"", "00", ".0000", "0000"}, true},
		{"whole numbers", []string{"1", "-20"}, []string{"", ""}, true},
		{"with a word", []string{"0.5", "logreg"}, []string{"", ""}, false},
		{"exponents are not aligned", []string{"1e-5", "0.5"}, []string{"", ""}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var fields []Field
			for _, v := range tt.values {
				fields = append(fields, Field{Value: v})
			}
			got, ok := pads(fields)
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != tt.ok {
				t.Errorf("numeric %v, -want +got:\n%s", ok, diff)
			}
		})
	}
}

func TestHowItWent(t *testing.T) {
	ran := func(s notebooks.Status, d time.Duration, reason string) notebooks.Cell {
		return notebooks.Cell{Execution: &notebooks.Execution{Status: s, Duration: d, Reason: reason}}
	}
	disabled := notebooks.Cell{}
	disabled.Attrs.SetFlag(notebooks.Disabled)
	tests := []struct {
		name string
		cell notebooks.Cell
		want string
	}{
		{"never run", notebooks.Cell{}, ""},
		{"disabled", disabled, "disabled"},
		{"python", notebooks.Cell{Lang: notebooks.Python}, "kept, not run"},
		{"very short", ran(notebooks.StatusDone, time.Millisecond, ""), "< 0.01 s"},
		{"cached with gain", ran(notebooks.StatusCached, 40*time.Millisecond, "saved 38 s"), "0.04 s · cached, saved 38 s"},
		{"seconds", ran(notebooks.StatusDone, 1234*time.Millisecond, ""), "1.2 s"},
		{"many seconds", ran(notebooks.StatusFailed, 38*time.Second, ""), "38 s · failed"},
		{"minutes", ran(notebooks.StatusDone, 200*time.Second, ""), "3 min 20 s"},
		{"hours", ran(notebooks.StatusDone, 65*time.Minute, ""), "1 h 5 min"},
		{"skipped", ran(notebooks.StatusSkipped, time.Second, "`fit` failed"), "skipped: `fit` failed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := howItWent(tt.cell); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestFenceIsLongerThanItsText(t *testing.T) {
	if diff := cmp.Diff("````text\na ``` b\n````", fence("text", "a ``` b")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
