package server

import (
	"context"

	"github.com/wnb-dev/wnb/frontend/contents"
	"github.com/wnb-dev/wnb/frontend/live"
)

// FromManager gives a live.Manager the face that the server needs.
func FromManager(m *live.Manager) Live { return managed{m} }

type managed struct{ *live.Manager }

func (m managed) Attach(ctx context.Context, kernelID, sessionID string, since int64) (Client, error) {
	attach := func() (*live.Client, error) { return m.Manager.Attach(ctx, kernelID, sessionID) }
	if since >= 0 {
		attach = func() (*live.Client, error) { return m.AttachSince(ctx, kernelID, sessionID, since) }
	}
	client, err := attach()
	if err != nil {
		return nil, err
	}
	return client, nil
}

// DocumentOutputs makes the outputs that live keeps those of the documents
// that contents serves.
func DocumentOutputs(m *live.Manager) contents.Outputs { return documentOutputs{m} }

type documentOutputs struct{ live *live.Manager }

func (d documentOutputs) Outputs(ctx context.Context, path string) (int64, map[string]contents.CellOutputs, error) {
	all, err := d.live.Outputs(ctx, path)
	if err != nil {
		return 0, nil, err
	}
	cells := make(map[string]contents.CellOutputs, len(all.Cells))
	for id, cell := range all.Cells {
		cells[id] = contents.CellOutputs{ExecutionCount: cell.ExecutionCount, Outputs: cell.Outputs, Version: cell.Version, InFile: cell.InFile}
	}
	return all.Version, cells, nil
}

func (d documentOutputs) Saved(ctx context.Context, path string, seen int64, cells map[string]contents.CellOutputs, text string) error {
	saved := make(map[string]live.Cell, len(cells))
	for id, cell := range cells {
		saved[id] = live.Cell{ExecutionCount: cell.ExecutionCount, Outputs: cell.Outputs}
	}
	if _, err := d.live.Saved(ctx, path, seen, saved); err != nil {
		return err
	}
	return d.live.SetDocument(ctx, path, text)
}

func (d documentOutputs) Stored(ctx context.Context, path string, version int64, ids []string, text string) error {
	if err := d.live.Stored(ctx, path, version, ids); err != nil {
		return err
	}
	return d.live.SetDocument(ctx, path, text)
}

func (d documentOutputs) Moved(ctx context.Context, from, to string) error {
	return d.live.MoveDocument(ctx, from, to)
}

func (d documentOutputs) Deleted(ctx context.Context, path string) error {
	return d.live.DeleteDocument(ctx, path)
}
