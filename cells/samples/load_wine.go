package samples

import (
	"bytes"
	"context"
	_ "embed"

	"github.com/wnb-dev/wnb/cells/frame"
)

// wineCSV is the UCI Wine data; ATTRIBUTION.md says where it is from.
//
//go:embed wine.csv
var wineCSV []byte

// LoadWine is the real Wine data set of the UCI Machine Learning Repository (Forina
// et al.; CC BY 4.0, see ATTRIBUTION.md): 178 rows, thirteen results of a chemical
// analysis under scikit-learn's names, and cultivar, the class: 59 rows of 0, 71 of
// 1 and 48 of 2.
func LoadWine() (*frame.Frame, error) {
	return frame.ReadCSV(context.Background(), "wine.csv", bytes.NewReader(wineCSV), frame.CSVOptions{Threads: 1})
}
