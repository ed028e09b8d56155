package storage

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// DefaultLimit is how many bytes of cached results a store keeps unless it is told otherwise.
const DefaultLimit = 10 << 30

// GCOptions of a collection.
type GCOptions struct {
	DryRun bool // remove nothing, only tell what would be removed

	// MaxBytes limits the cached results: entries and the blobs that they refer to, each blob counted once. The least
	// recently used are dropped. 0: no limit; negative: keep none.
	MaxBytes int64

	Removed  func(Garbage)  // told of everything that is removed, or would be; may be nil
	Progress func(Progress) // told now and then how far it is; may be nil
}

// Garbage is something that a collection removes.
type Garbage struct {
	Kind string // "result", "blob" or "temporary file"
	Name string // a result's key, a blob's hash, a file's name
	Size int64  // bytes; of a result with its blobs, also those that others use too
}

// The kinds of garbage.
const (
	GarbageResult    = "result"
	GarbageBlob      = "blob"
	GarbageTemporary = "temporary file"
)

// A Tally counts things and their bytes.
type Tally struct {
	Count int
	Bytes int64
}

func (t *Tally) add(size int64) {
	t.Count++
	t.Bytes += size
}

// Progress tells how far a long operation is.
type Progress struct {
	Step        string // what it does, such as "looking for unused blobs"
	Done, Total int    // of the step, in its own unit
}

// A GCReport tells what a collection removed or, after a dry run, would have removed.
type GCReport struct {
	DryRun    bool
	Results   Tally // dropped because of the limit
	Blobs     Tally // that nothing uses
	Temporary Tally // files of writers that died
	Kept      Tally // blobs that nothing uses, kept for now: young, under a lease, or named in a text
}

// GC makes the store smaller. It drops the least recently used results beyond the limit, then removes the blobs that
// nothing refers to, and temporary files of writers that died. Blobs younger than an hour or under a lease
// ([Blobs.Lease], [Blobs.Claim]) stay: whoever put them has yet to refer to them. Those of deleted runs stay, since
// runs can be restored. Other processes may use the store meanwhile.
func (s *Store) GC(ctx context.Context, opts GCOptions) (GCReport, error) {
	if opts.Removed == nil {
		opts.Removed = func(Garbage) {}
	}
	if opts.Progress == nil {
		opts.Progress = func(Progress) {}
	}
	c := &collector{store: s, opts: opts, dropped: map[int64]bool{}, unused: map[string]blobFile{}, report: GCReport{DryRun: opts.DryRun}}
	err := c.prepare(ctx)
	for _, step := range []func(context.Context) error{c.dropResults, c.findUnused, c.spareNamed, c.removeUnused, c.removeTemporaries} {
		if err == nil {
			err = step(ctx)
		}
	}
	if err != nil {
		err = s.explain(ctx, err)
	}
	return c.report, err
}

// EnforceLimit drops the least recently used results, and what only they used, if there are more than max bytes of
// them; DefaultLimit if max is 0. It is meant to be called after every run: below the limit it costs one query. Beyond
// it, a tenth more is dropped than needed, so that the next runs find the store below its limit.
func (s *Store) EnforceLimit(ctx context.Context, max int64) (GCReport, error) {
	if max == 0 {
		max = DefaultLimit
	}
	over, err := s.overLimit(ctx, max)
	if err != nil || !over {
		return GCReport{}, err
	}
	return s.GC(ctx, GCOptions{MaxBytes: max - max/10})
}

// A collector is one collection.
type collector struct {
	store   *Store
	opts    GCOptions
	refs    references
	cutoff  time.Time           // younger blobs stay
	dropped map[int64]bool      // results that a dry run would have dropped
	unused  map[string]blobFile // to be removed
	report  GCReport
}

// prepare finds out what must not be removed. A lease that starts from now on is of no concern: what is put under it is
// younger than the cutoff. What was found under an older lease may be as much older than the lease as hold tolerates.
func (c *collector) prepare(ctx context.Context) (err error) {
	c.cutoff = time.Now().Add(-unusedFor)
	lease, err := c.store.claims.leaseStart()
	if err != nil {
		return err
	}
	if start := lease.Add(-youngFor); !lease.IsZero() && start.Before(c.cutoff) {
		c.cutoff = start
	}
	c.refs, err = c.store.references(ctx)
	return err
}

// findUnused looks through all blobs for old ones that nothing refers to.
func (c *collector) findUnused(ctx context.Context) error {
	return c.store.eachShard(ctx, func(sh shard, done int) error {
		c.opts.Progress(Progress{"looking for unused blobs", done, shards})
		if len(sh.blobs) == 0 {
			return nil
		}
		uses, err := c.store.usesOf(ctx, c.refs, sh.prefix)
		if err != nil {
			return err
		}
		for _, b := range sh.blobs {
			switch {
			case c.used(uses[b.sha]):
			case b.mod.Before(c.cutoff):
				c.unused[b.sha] = b
			default:
				c.report.Kept.add(b.size)
			}
		}
		return nil
	})
}

// used reports whether anything but results that a dry run would have dropped uses a blob.
func (c *collector) used(by []int64) bool {
	return slices.ContainsFunc(by, func(result int64) bool { return !c.dropped[result] })
}

// spareNamed spares what is named in a text.
func (c *collector) spareNamed(ctx context.Context) error {
	if len(c.unused) == 0 {
		return nil
	}
	scanner := &nameScanner{found: func(name []byte) {
		if b, ok := c.unused[string(name)]; ok {
			delete(c.unused, b.sha)
			c.report.Kept.add(b.size)
		}
	}}
	return c.store.scanNames(ctx, scanner, func(done, total int) {
		c.opts.Progress(Progress{"looking for names of blobs in outputs", done, total})
	})
}

// inOrder gives what is to be removed, by name.
func (c *collector) inOrder() []blobFile {
	list := make([]blobFile, 0, len(c.unused))
	for _, b := range c.unused {
		list = append(list, b)
	}
	slices.SortFunc(list, func(a, b blobFile) int { return cmp.Compare(a.sha, b.sha) })
	return list
}
