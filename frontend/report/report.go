// Package report builds pages of tracked runs: one run as the notebook that it
// was, several runs side by side.
//
// A report is a notebook document like any other, made from what the store
// holds: the notebook as it ran, the outputs of its cells, params and metrics.
// The exporter renders it; nothing in here knows HTML.
package report

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wnb-dev/wnb/kernel/runlog"
	"github.com/wnb-dev/wnb/notebooks"
	"github.com/wnb-dev/wnb/notebooks/export"
	"github.com/wnb-dev/wnb/storage"
)

// A Store is what reports read from.
type Store interface {
	Artifacts(ctx context.Context, runID, prefix string) ([]storage.Artifact, error)
	Cells(ctx context.Context, runID string) ([]storage.Cell, error)
	MetricHistory(ctx context.Context, runID, key string) ([]storage.Metric, error)
	ReadBlob(ctx context.Context, sha256 string) ([]byte, error)
}

// Run is the page of one run: its notebook with the outputs of that run.
func Run(ctx context.Context, store Store, run *storage.Run) (export.Page, error) {
	doc, err := document(ctx, store, run)
	if err != nil {
		return export.Page{}, fmt.Errorf("report of run %s: %w", run.Name, err)
	}
	page := export.Page{
		Title: doc.Front.Title, Subtitle: doc.Front.Description, Doc: doc,
		Headline: headline(run), Params: params(run, false), Metrics: metrics(run),
		Status: status(run), Generated: run.End,
	}
	if run.Tags[runlog.TagPartial] != "" {
		page.Warnings = append(page.Warnings, "A cell that may fail has failed; see "+run.Tags[storage.TagStatusReason]+".")
	}
	page.Provenance, err = provenance(ctx, store, run)
	return page, err
}

// Notebook is the text of the notebook as a run ran it.
func Notebook(ctx context.Context, store Store, runID string) ([]byte, error) {
	return artifact(ctx, store, runID, runlog.NotebookArtifact)
}

func artifact(ctx context.Context, store Store, runID, path string) ([]byte, error) {
	list, err := store.Artifacts(ctx, runID, path)
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		if a.Path == path {
			return store.ReadBlob(ctx, a.Blob.SHA256)
		}
	}
	return nil, fmt.Errorf("the run has no artifact %s", path)
}

// document is the run's notebook with the outputs of the run.
func document(ctx context.Context, store Store, run *storage.Run) (*notebooks.Document, error) {
	source, err := Notebook(ctx, store, run.ID)
	if err != nil {
		return nil, err
	}
	doc, err := notebooks.Parse(runlog.NotebookArtifact, source)
	if err != nil {
		return nil, err
	}
	doc.AssignIDs()
	done, err := store.Cells(ctx, run.ID)
	if err != nil {
		return nil, err
	}
	for i := range doc.Cells {
		c := &doc.Cells[i]
		at := slices.IndexFunc(done, func(s storage.Cell) bool { return s.ID == c.ID })
		if at < 0 {
			continue
		}
		s := done[at]
		c.Execution = &notebooks.Execution{Status: notebooks.Status(s.Status), Reason: s.Reason, Duration: s.Duration}
		if s.Outputs == nil {
			continue
		}
		if err := readOutputs(ctx, store, s.Outputs.SHA256, c); err != nil {
			return nil, fmt.Errorf("outputs of cell %s: %w", c.ID, err)
		}
	}
	return doc, nil
}

func readOutputs(ctx context.Context, store Store, sha256 string, c *notebooks.Cell) error {
	content, err := store.ReadBlob(ctx, sha256)
	if err != nil {
		return err
	}
	return json.Unmarshal(content, &c.Outputs)
}

func status(run *storage.Run) string {
	if run.Status == storage.Finished {
		return string(run.Status)
	}
	if reason := run.Tags[storage.TagStatusReason]; reason != "" {
		return string(run.Status) + ": " + reason
	}
	return string(run.Status)
}

// params are those that people chose, or those that wnb logged by itself. The
// latter have the cell in their key: "fit.rows".
func params(run *storage.Run, automatic bool) []export.Field {
	var fields []export.Field
	for _, p := range run.Params {
		if strings.Contains(p.Key, ".") == automatic {
			fields = append(fields, export.Field{Name: p.Key, Value: p.Value})
		}
	}
	return fields
}

func metrics(run *storage.Run) []export.Field {
	fields := make([]export.Field, len(run.Metrics))
	for i, m := range run.Metrics {
		fields[i] = export.Field{Name: m.Key, Value: Number(m.Value)}
		if m.Step != 0 {
			fields[i].Note = fmt.Sprintf("step %d", m.Step)
		}
	}
	return fields
}

// maxHeadline is how many numbers stand at the top of a page.
const maxHeadline = 4

// wellKnown are the metrics that people look for first, best known first.
var wellKnown = []string{"accuracy", "roc_auc", "f1_macro", "f1", "f1_weighted", "log_loss", "r2", "rmse", "mae"}

// headline picks the numbers that the notebook's author logged, best known
// first.
func headline(run *storage.Run) []export.Field {
	var own []storage.Metric
	for _, m := range run.Metrics {
		if !strings.Contains(m.Key, ".") {
			own = append(own, m)
		}
	}
	rank := func(m storage.Metric) int {
		if i := slices.Index(wellKnown, m.Key); i >= 0 {
			return i
		}
		return len(wellKnown)
	}
	slices.SortStableFunc(own, func(a, b storage.Metric) int { return rank(a) - rank(b) })
	var fields []export.Field
	for _, m := range own[:min(len(own), maxHeadline)] {
		fields = append(fields, export.Field{Name: m.Key, Value: Number(m.Value)})
	}
	return fields
}

// provenance says where the numbers come from.
func provenance(ctx context.Context, store Store, run *storage.Run) ([]export.Field, error) {
	var fields []export.Field
	add := func(name, value, note string) {
		if value != "" {
			fields = append(fields, export.Field{Name: name, Value: value, Note: note})
		}
	}
	add("run", run.ID, run.Name)
	add("origin", run.OriginID, "the run that this one repeats")
	add("experiment", run.Experiment, "")
	add("status", string(run.Status), run.Tags[storage.TagStatusReason])
	add("started", run.Start.UTC().Format(time.RFC3339), "")
	if !run.End.IsZero() {
		add("duration", run.End.Sub(run.Start).Round(time.Millisecond).String(), "")
	}
	add("notebook", run.Source, "sha256 "+run.Tags[runlog.TagNotebook])
	dirty := ""
	if run.Tags[runlog.TagDirty] == "true" {
		dirty = "with uncommitted changes"
	}
	add("git commit", run.Tags[runlog.TagGitCommit], strings.TrimSpace(run.Tags[runlog.TagGitBranch]+" "+dirty))
	add("command", run.Tags[runlog.TagCommand], "")
	add("wnb", run.Tags[runlog.TagVersion], "")
	add("host", run.Host, run.User)
	touched, err := touched(ctx, store, run)
	return slices.Concat(fields, params(run, true), touched), err
}

// touched lists the files that the cells read and wrote. A run that was killed
// has no such list.
func touched(ctx context.Context, store Store, run *storage.Run) ([]export.Field, error) {
	if !run.Status.Ended() || run.Status == storage.Killed {
		return nil, nil
	}
	content, err := artifact(ctx, store, run.ID, runlog.ProvenanceArtifact)
	if err != nil {
		return nil, err
	}
	var list []runlog.CellProvenance
	if err := json.Unmarshal(content, &list); err != nil {
		return nil, errors.Join(fmt.Errorf("%s is damaged", runlog.ProvenanceArtifact), err)
	}
	var fields []export.Field
	for _, p := range list {
		for _, name := range sortedKeys(p.Inputs) {
			fields = append(fields, export.Field{Name: "read by " + p.Cell, Value: strings.TrimPrefix(name, "file "), Note: "sha256 " + p.Inputs[name]})
		}
		for _, name := range sortedKeys(p.Writes) {
			fields = append(fields, export.Field{Name: "written by " + p.Cell, Value: name, Note: "sha256 " + p.Writes[name]})
		}
	}
	return fields, nil
}
