package runlog

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/notebooks"
	"github.com/wnb-dev/wnb/storage"
)

// A CellProvenance is an entry of the run's provenance.json: what a cell was made
// of and what it touched.
type CellProvenance struct {
	Cell     string            `json:"cell"`
	Status   string            `json:"status"`
	Source   string            `json:"source_sha256"`
	Key      string            `json:"key,omitempty"`      // of the result in the cache
	FromRun  string            `json:"from_run,omitempty"` // the run that computed a cached result
	Uncached string            `json:"uncached,omitempty"` // why the result is not kept
	Seconds  float64           `json:"seconds,omitempty"`  // it took to compute the result
	Reads    map[string]string `json:"reads,omitempty"`    // hashes of the values that were read, by name
	Values   map[string]string `json:"values,omitempty"`   // hashes of the values that it gave, by name
	Inputs   map[string]string `json:"inputs,omitempty"`   // hashes of what was asked, by kind and name: "file data/wine.csv"
	Writes   map[string]string `json:"written,omitempty"`  // SHA-256 of what was written, by path
}

// provenance says what the result of a cell is made of.
func provenance(res *kernel.Result) CellProvenance {
	p := CellProvenance{
		Cell: res.Cell.ID, Status: string(res.Status), Source: notebooks.Hash([]byte(res.Cell.Source)),
		Key: res.Key, Uncached: res.Uncached, Seconds: res.Duration.Seconds(), Reads: res.Reads,
		Values: map[string]string{}, Inputs: map[string]string{}, Writes: map[string]string{},
	}
	if res.From != nil {
		p.FromRun, p.Seconds = res.From.Run, res.From.Duration.Seconds()
	}
	for name, v := range res.Values {
		if hash, err := v.Hash(); err == nil && hash != "" {
			p.Values[name] = hash
		}
	}
	for _, e := range res.Effects {
		switch e := e.(type) {
		case cells.Input:
			p.Inputs[e.Kind+" "+e.Name] = e.SHA256
		case cells.File:
			p.Writes[e.Path] = e.Blob.SHA256
		}
	}
	return p
}

// batch turns the result of a cell into rows.
func (r *Run) batch(res *kernel.Result) (storage.Batch, error) {
	b := storage.Batch{Tags: map[string]string{}}
	p := provenance(res)
	var console strings.Builder
	var shown []storage.Blob
	for _, e := range res.Effects {
		switch e := e.(type) {
		case cells.Stream:
			console.WriteString(e.Text)
			if e.Whole.SHA256 != "" {
				b.Artifacts = append(b.Artifacts, storage.Artifact{
					Path: "outputs/" + res.Cell.ID + ".txt", Kind: storage.KindText, MediaType: "text/plain", Blob: storage.Blob(e.Whole), Cell: res.Cell.ID,
				})
			}
		case cells.Display:
			for _, blob := range e.Blobs {
				shown = append(shown, storage.Blob(blob))
			}
		case cells.Param:
			b.Params = append(b.Params, storage.Param{Key: e.Key, Value: e.Value})
		case cells.Metric:
			b.Metrics = append(b.Metrics, storage.Metric{Key: e.Key, Value: e.Value, Step: e.Step, Time: e.Time})
		case cells.Tag:
			b.Tags[e.Key] = e.Value
		case cells.Artifact:
			b.Artifacts = append(b.Artifacts, storage.Artifact{Path: e.Path, Kind: e.Kind, MediaType: e.MediaType, Blob: storage.Blob(e.Blob), Cell: res.Cell.ID})
		}
	}
	r.provenance = append(r.provenance, p)
	b.Console = []byte(console.String())
	cell := storage.Cell{
		ID: res.Cell.ID, Position: res.Cell.Index, Status: string(res.Status), Reason: res.Reason,
		Start: res.Start, Duration: res.Duration, SourceHash: p.Source, Blobs: shown,
	}
	if res.Err != nil {
		cell.Error = res.Err.Error()
	}
	if outputs := Outputs(res); len(outputs) > 0 {
		content, err := json.Marshal(outputs)
		if err != nil {
			return b, err
		}
		blob, err := put(r.ctx, r.store, content)
		if err != nil {
			return b, err
		}
		cell.Outputs = &blob
	}
	b.Cells = []storage.Cell{cell}
	return b, nil
}

// Outputs are what a cell shows, in nbformat's kinds.
func Outputs(res *kernel.Result) []notebooks.Output {
	var out []notebooks.Output
	for _, e := range res.Effects {
		switch e := e.(type) {
		case cells.Stream:
			out = append(out, notebooks.Output{Type: notebooks.Stream, Name: e.Name, Text: e.Text})
		case cells.Display:
			kind := notebooks.DisplayData
			if e.Result {
				kind = notebooks.ExecuteResult
			}
			out = append(out, notebooks.Output{Type: kind, Data: e.Data})
		case cells.Notice:
			out = append(out, notice(e)...)
		}
	}
	if res.Err != nil {
		out = append(out, ErrorOutput(res.Err))
	}
	return out
}

// notice shows what became of a message.
func notice(n cells.Notice) []notebooks.Output {
	var out []notebooks.Output
	for _, d := range n.Deliveries {
		o := notebooks.Output{Type: notebooks.Stream, Name: "stdout", Text: fmt.Sprintf("sent to %s: %s\n", d.Channel, n.Text)}
		if d.Error != "" {
			o.Name, o.Text = "stderr", fmt.Sprintf("not sent to %s: %s\n", d.Channel, d.Error)
		}
		out = append(out, o)
	}
	return out
}

// ErrorOutput shows an error.
func ErrorOutput(e *lang.Error) notebooks.Output {
	return notebooks.Output{Type: notebooks.ErrorOutput, EName: string(e.Kind), EValue: e.Msg, Traceback: e.Details()}
}
