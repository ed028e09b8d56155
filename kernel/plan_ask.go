package kernel

import (
	"context"
	"slices"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/kernel/cache"
)

// ask answers the questions of a kept result as the run would, in which files
// of cells before this one have been restored.
func (p *planner) ask(c *Cell) cache.Ask {
	ask := p.executor.ask(c)
	return func(ctx context.Context, q cells.Input) (string, error) {
		path, err := p.opts.World.path(q.Name)
		if err != nil {
			return ask(ctx, q)
		}
		switch q.Kind {
		case cells.FileInput:
			if hash, ok := p.files[path]; ok {
				return hash, nil
			}
		case cells.ExistsInput:
			for restored := range p.files {
				if within(restored, path) {
					return present, nil
				}
			}
		case cells.GlobInput:
			return p.glob(q.Name)
		}
		return ask(ctx, q)
	}
}

// glob lists files as they will be.
func (p *planner) glob(pattern string) (string, error) {
	w := &p.opts.World
	names, err := w.glob(pattern)
	if err != nil {
		return "", err
	}
	for restored := range p.files {
		for _, path := range ancestry(restored) {
			if w.matches(pattern, path) {
				names = append(names, w.spelled(pattern, path))
			}
		}
	}
	slices.Sort(names)
	return listHash(slices.Compact(names)), nil
}
