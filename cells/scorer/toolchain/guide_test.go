package toolchain

import (
	"strings"
	"testing"

	"github.com/wnb-dev/wnb/cells/scorer"
)

// The guide for authors has every form, and its example compiles.
func TestGuide(t *testing.T) {
	for _, lang := range Langs() {
		for _, form := range Forms(lang, "") {
			if lang != WAT && !strings.Contains(scorer.Guide, "\n    "+form) {
				t.Errorf("the guide lacks %q", form)
			}
		}
	}
	_, rest, _ := strings.Cut(scorer.Guide, "    ```c {#pinball kind=metric}\n")
	cell, _, ok := strings.Cut(rest, "    ```\n")
	if !ok {
		t.Fatal("the guide has no cell in C")
	}
	m, err := buildTest(t, Source{Lang: C, Kind: scorer.KindMetric, Text: strings.ReplaceAll("\n"+cell, "\n    ", "\n")}, testOptions(t))
	if err != nil {
		t.Fatal(err)
	}
	if p := m.Manifest.Params["alpha"]; p.Default != 0.9 || m.Manifest.Metric.GreaterIsBetter {
		t.Errorf("%+v, %+v", p, m.Manifest.Metric)
	}
}
