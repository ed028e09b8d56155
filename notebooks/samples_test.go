package notebooks_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/notebooks"
)

// The sample notebooks are read by people and copied as patterns, so they are in
// the form that wnb fmt gives.
func TestSamplesAreInCanonicalForm(t *testing.T) {
	files, err := filepath.Glob("*.wnb")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("there are no sample notebooks in this folder")
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			formatted, err := notebooks.Format(file, src)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(src), string(formatted)); diff != "" {
				t.Errorf("not in the form of wnb fmt (-file +formatted):\n%s", diff)
			}
			doc, err := notebooks.Parse(file, src)
			if err != nil {
				t.Fatal(err)
			}
			if doc.Front.Title == "" {
				t.Error("it has no title")
			}
			if _, err := notebooks.ResolveParams(doc.Front.Params, nil, nil); err != nil {
				t.Errorf("its default params: %v", err)
			}
			for _, cell := range doc.Cells {
				if cell.Lang != "markdown" && cell.ID == "" {
					t.Errorf("line %d: the %s cell has no id", cell.Line, cell.Lang)
				}
			}
		})
	}
}
