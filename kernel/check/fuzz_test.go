package check

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/wnb-dev/wnb/notebooks"
)

// FuzzCheck: whatever the file, the check ends without a panic, says the same
// again, points into the text, and what it mends stays mended.
func FuzzCheck(f *testing.F) {
	for _, rule := range Rules() {
		page, _ := Explain(rule.Code)
		for _, m := range fence.FindAllStringSubmatch(page, -1) {
			f.Add([]byte(m[3]+"\n"), false)
		}
	}
	for _, name := range []string{"columns", "language", "models", "cells"} {
		src, err := os.ReadFile(filepath.Join("testdata", "correct", name+".wnb"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src, false)
	}
	f.Add([]byte("load(\"a.star\", \"x\")\ndef f(a, *b, c=1, **d):\n    return f\"{a:{b}}\" + x # wnb: ignore WNB001\n"), true)
	f.Fuzz(func(t *testing.T, src []byte, star bool) {
		o := Options{Name: "n.wnb", Project: fstest.MapFS{"a.star": {Data: src}}, Open: func(string) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(src)), nil
		}}
		if star {
			o.Name = "a.star"
		}
		ds := File(t.Context(), src, o)
		if again := File(t.Context(), src, o); strings.Join(brief(again), "\n") != strings.Join(brief(ds), "\n") {
			t.Fatalf("two checks differ:\n%v\n%v", brief(ds), brief(again))
		}
		for _, d := range ds {
			if _, known := RuleOf(d.Code); !known || d.Message == "" || d.Col < 0 || d.Col > 0 && d.EndCol > 0 && d.EndCol <= d.Col {
				t.Errorf("%+v", d)
			}
		}
		out, mended := FixFile(t.Context(), src, o)
		if len(mended) == 0 {
			return
		}
		if _, more := FixFile(t.Context(), out, o); len(more) > 0 {
			t.Errorf("there is more to mend: %v in\n%s", brief(more), out)
		}
		if again, err := notebooks.Format("n.wnb", out); !star && (err != nil || !bytes.Equal(again, out)) {
			t.Errorf("not in canonical form: %v\n%s", err, out)
		}
	})
}
