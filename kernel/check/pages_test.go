package check

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

var (
	fence   = regexp.MustCompile("(?ms)^````(\\S+)(?: (\\S+))?\n(.*?)\n````$")
	section = regexp.MustCompile(`(?m)^## (.*)$`)
)

// example is the notebook of a section of a page, with the files beside it.
func example(t *testing.T, page, heading string) (notebook string, files fstest.MapFS) {
	t.Helper()
	_, text, found := strings.Cut(page, "\n## "+heading+"\n")
	if !found {
		t.Fatalf("there is no section %s", heading)
	}
	files = fstest.MapFS{}
	// The examples hold no heading of the second level.
	if next := section.FindStringIndex(text); next != nil {
		text = text[:next[0]]
	}
	for _, m := range fence.FindAllStringSubmatch(text, -1) {
		if m[1] == "file" {
			files[m[2]] = &fstest.MapFile{Data: []byte(m[3] + "\n")}
		} else {
			notebook = m[3] + "\n"
		}
	}
	return notebook, files
}

// The examples of the documentation: the wrong one gives exactly its code, the
// right one nothing.
func TestPages(t *testing.T) {
	for _, rule := range Rules() {
		t.Run(rule.Code, func(t *testing.T) {
			page, ok := Explain(rule.Code)
			if !ok {
				t.Fatal("there is no page")
			}
			if !strings.HasPrefix(page, "# "+rule.Code+": ") {
				t.Errorf("the page begins with %q", strings.SplitN(page, "\n", 2)[0])
			}
			for _, tt := range []struct {
				heading string
				want    []string
			}{{"Wrong", []string{rule.Code}}, {"Right", nil}} {
				notebook, files := example(t, page, tt.heading)
				ds := File(t.Context(), []byte(notebook), Options{Name: "n.wnb", Project: files})
				var codes []string
				for _, d := range ds {
					if !slices.Contains(codes, d.Code) {
						codes = append(codes, d.Code)
					}
				}
				if diff := cmp.Diff(tt.want, codes); diff != "" {
					t.Errorf("%s: codes differ (-want +got)\n%s\n%+v", tt.heading, diff, ds)
				}
			}
		})
	}
}

func TestPagesBelongToRules(t *testing.T) {
	entries, err := pages.ReadDir("pages")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		code := strings.TrimSuffix(e.Name(), path.Ext(e.Name()))
		if _, ok := RuleOf(code); !ok {
			t.Errorf("page %s has no rule", e.Name())
		}
	}
	if len(entries) != len(Rules()) {
		t.Errorf("%d pages for %d rules", len(entries), len(Rules()))
	}
}

func TestExplain(t *testing.T) {
	for name, want := range map[string]string{"WNB012": "# WNB012:", "wnb012": "# WNB012:", "12": "# WNB012:", "cycle": "# WNB013:"} {
		if page, ok := Explain(name); !ok || !strings.HasPrefix(page, want) {
			t.Errorf("%s is explained by %.20q", name, page)
		}
	}
	for _, name := range []string{"", "WNB999", "WNB", "nothing", "1234"} {
		if _, ok := Explain(name); ok {
			t.Errorf("%q has a page", name)
		}
	}
}
