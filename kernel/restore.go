package kernel

import (
	"context"
	"fmt"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel/cache"
)

// restoreFiles writes the files of a kept result that are missing or have
// another content.
func (x *Executor) restoreFiles(ctx context.Context, e *cache.Entry) error {
	last := map[string]cells.File{} // a cell may write a file several times
	for _, effect := range e.Effects {
		if f, ok := effect.(cells.File); ok {
			last[f.Path] = f
		}
	}
	for _, f := range last {
		if err := x.restoreFile(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

func (x *Executor) restoreFile(ctx context.Context, f cells.File) error {
	now, err := x.opts.World.fileHash(f.Path)
	if err != nil || now == f.Blob.SHA256 {
		return err
	}
	content, err := x.opts.Cache.Part(ctx, f.Blob)
	if err != nil {
		return err
	}
	path, err := x.opts.World.path(f.Path)
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
