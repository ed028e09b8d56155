package kernel

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel/cache"
)

// restoreFiles writes the files of a kept result that are missing or have
// another content.
func (x *Executor) restoreFiles(ctx context.Context, e *cache.Entry) error {
	files := x.opts.World.written(e.Effects)
	for _, path := range slices.Sorted(maps.Keys(files)) {
		if err := x.restoreFile(ctx, path, files[path]); err != nil {
			return err
		}
	}
	return nil
}

// written are the files that effects leave, by path: a cell may write a file
// several times, and under several names.
func (w *World) written(effects []cells.Effect) map[string]cells.File {
	files := map[string]cells.File{}
	for _, e := range effects {
		if f, ok := e.(cells.File); ok {
			if path, err := w.path(f.Path); err == nil { // it was written, so that it has one
				files[path] = f
			}
		}
	}
	return files
}

func (x *Executor) restoreFile(ctx context.Context, path string, f cells.File) error {
	now, err := x.opts.World.fileHash(f.Path)
	if err != nil || now == f.Blob.SHA256 {
		return err
	}
	content, err := x.opts.Cache.Part(ctx, f.Blob)
	if err != nil {
		return err
	}
	if err := writeAtomically(path, content); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, reason(err))
	}
	return nil
}

// home finds where the functions of stored values stand now: in the cells of
// the notebook, or in files that cells loaded.
func (x *Executor) home(n *Notebook) func(code string) *lang.Home {
	return func(code string) *lang.Home {
		if h := n.homes().Find(code); h != nil {
			return h
		}
		return x.files.Homes().Find(code)
	}
}
