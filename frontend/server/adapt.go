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
	all, seen, err := d.live.Read(ctx, path)
	return seen.Token(), toContents(all.Cells), err
}

func toContents(cells map[string]live.Cell) map[string]contents.CellOutputs {
	out := make(map[string]contents.CellOutputs, len(cells))
	for id, cell := range cells {
		out[id] = contents.CellOutputs{ExecutionCount: cell.ExecutionCount, Outputs: cell.Outputs, InFile: cell.InFile}
	}
	return out
}

func toLive(cells map[string]contents.CellOutputs) map[string]live.Cell {
	out := make(map[string]live.Cell, len(cells))
	for id, cell := range cells {
		out[id] = live.Cell{ExecutionCount: cell.ExecutionCount, Outputs: cell.Outputs}
	}
	return out
}

func (d documentOutputs) Saved(ctx context.Context, path string, seen int64, cells map[string]contents.CellOutputs, text string) error {
	if _, err := d.live.Saved(ctx, path, live.SeenOf(seen), toLive(cells)); err != nil {
		return err
	}
	return d.live.SetDocument(ctx, path, text)
}

func (d documentOutputs) Unseen(ctx context.Context, path string, seen int64, cells map[string]contents.CellOutputs) (map[string]contents.CellOutputs, int64, error) {
	newer, err := d.live.Unseen(ctx, path, live.SeenOf(seen), toLive(cells))
	return toContents(newer.Cells), newer.Version, err
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
