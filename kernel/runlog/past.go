package runlog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/notebooks"
	"github.com/wnb-dev/wnb/storage"
)

// Past is what a run was made of, to tell what changed since. It is nil if the
// run did not get far enough to say.
func Past(ctx context.Context, store *storage.Store, run *storage.Run) (*kernel.Past, error) {
	source, err := artifact(ctx, store, run.ID, NotebookArtifact)
	if err != nil {
		return nil, err
	}
	data, err := artifact(ctx, store, run.ID, ProvenanceArtifact)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var cells []CellProvenance
	if err := json.Unmarshal(data, &cells); err != nil {
		return nil, fmt.Errorf("%s of run %s: %w", ProvenanceArtifact, run.Name, err)
	}
	doc, err := notebooks.Parse(run.Source, source)
	if err != nil {
		return nil, err
	}
	doc.AssignIDs()
	params := map[string]string{}
	for _, p := range run.Params {
		params[p.Key] = p.Value
	}
	past := &kernel.Past{Run: run.Name, Version: run.Tags[TagBuild], Params: params, Cells: map[string]kernel.PastCell{}}
	for _, c := range cells {
		past.Cells[c.Cell] = kernel.PastCell{
			Failed: notebooks.Status(c.Status) == notebooks.StatusFailed, Kept: c.Key != "" && c.Uncached == "", Why: c.Uncached,
			Reads: c.Reads, Took: time.Duration(c.Seconds * float64(time.Second)),
		}
	}
	for _, c := range doc.Cells {
		if p, ok := past.Cells[c.ID]; ok {
			p.Source = c.Source
			past.Cells[c.ID] = p
		}
	}
	return past, nil
}

// artifact is the content of one of a run's artifacts.
func artifact(ctx context.Context, store *storage.Store, runID, path string) (content []byte, err error) {
	list, err := store.Artifacts(ctx, runID, path)
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		if a.Path != path {
			continue
		}
		r, err := store.OpenBlob(ctx, a.Blob.SHA256)
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(r)
		return content, errors.Join(err, r.Close())
	}
	return nil, fmt.Errorf("%s of run %s: %w", path, runID, storage.ErrNotFound)
}
