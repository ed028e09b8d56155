package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// checkBlobs compares the content of every blob with its name, and the references with the blobs.
func (v *verifier) checkBlobs(ctx context.Context) (err error) {
	if v.refs, err = v.store.references(ctx); err != nil {
		return err
	}
	used, err := v.store.usedShards(ctx, v.refs)
	if err != nil {
		return err
	}
	return v.store.eachShard(ctx, func(sh shard, done int) error {
		v.opts.Progress(Progress{"reading blobs", done, shards})
		if len(sh.blobs) == 0 && !used[sh.prefix] {
			return nil
		}
		return v.checkShard(ctx, sh)
	})
}

func (v *verifier) checkShard(ctx context.Context, sh shard) error {
	bad, err := v.store.damages(ctx, sh.blobs)
	if err != nil {
		return err
	}
	listed := map[string]bool{}
	for _, b := range sh.blobs {
		v.report.Blobs.add(b.size)
		listed[b.sha] = true
	}
	// References are read after the blobs were listed: what was put and referred to meanwhile is looked up again.
	uses, err := v.store.usesOf(ctx, v.refs, sh.prefix)
	if err != nil {
		return err
	}
	for sha := range uses {
		if listed[sha] {
			continue
		}
		if _, err := v.store.blobSize(sha); errors.Is(err, ErrNotFound) {
			bad[sha] = nil
		} else if err != nil {
			return err
		}
	}
	for _, sha := range slices.Sorted(maps.Keys(bad)) {
		if err := v.addBad(ctx, sha, bad[sha], uses[sha]); err != nil {
			return err
		}
	}
	return nil
}

// damages reads blobs, several at a time, and tells what is wrong with those that are damaged. A blob that disappears
// meanwhile is not.
func (s *Blobs) damages(ctx context.Context, blobs []blobFile) (map[string]error, error) {
	var mu sync.Mutex
	found := map[string]error{}
	next := make(chan blobFile)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(blobs)) {
		workers.Go(func() { // ends with next
			buffer := make([]byte, pieceSize)
			for b := range next {
				if err := s.readThrough(ctx, b.sha, buffer); err != nil && !errors.Is(err, ErrNotFound) {
					mu.Lock()
					found[b.sha] = err
					mu.Unlock()
				}
			}
		})
	}
	for _, b := range blobs {
		next <- b
	}
	close(next)
	workers.Wait()
	return found, ctx.Err()
}

func (s *Blobs) readThrough(ctx context.Context, sha string, buffer []byte) error {
	r, err := s.openBlob(ctx, sha)
	if err != nil {
		return err
	}
	_, err = io.CopyBuffer(struct{ io.Writer }{io.Discard}, r, buffer)
	return errors.Join(err, r.Close())
}

// addBad records a blob that is damaged or, if damage is nil, missing.
func (v *verifier) addBad(ctx context.Context, sha string, damage error, results []int64) error {
	users, err := v.store.usersOf(ctx, sha)
	if err != nil {
		return err
	}
	if damage == nil && len(users) == 0 {
		return nil // what referred to it is gone, and so it was collected
	}
	for _, id := range results {
		if id != 0 {
			v.broken[id] = true
		}
	}
	p := Problem{Kind: ProblemBlob, Subject: sha, Detail: "it is missing"}
	switch {
	case errors.Is(damage, ErrCorrupt):
		p.Detail = "its content is damaged"
	case damage != nil:
		p.Detail = "it cannot be read: " + damage.Error()
	}
	if len(users) == 0 {
		p.Detail += ", and nothing refers to it"
		p.Advice = "wnb store verify --repair removes it"
	} else {
		p.Detail += fmt.Sprintf(", and %s needs it", strings.Join(users, ", "))
		p.Advice = adviceDrop
	}
	if slices.Contains(results, 0) {
		p.Advice = fmt.Sprintf("restore %s from a backup, or run again", v.store.blobPath(sha))
		v.problem(p)
		return nil
	}
	if damage != nil {
		v.damaged = append(v.damaged, sha)
	}
	v.curableProblem(p)
	return nil
}

// repair drops broken results, and damaged blobs that nothing refers to then.
func (v *verifier) repair(ctx context.Context) error {
	if len(v.broken) > 0 {
		if err := v.store.dropAll(ctx, slices.Sorted(maps.Keys(v.broken))); err != nil {
			return err
		}
	}
	for _, sha := range v.damaged {
		if err := v.store.alone(ctx, func(t *tx) error { return v.removeDamaged(ctx, t, sha) }); err != nil {
			return err
		}
	}
	for _, i := range v.curable {
		v.report.Problems[i].Repaired = true
	}
	return nil
}

// removeDamaged removes a blob unless it was put again or is referred to by now.
func (v *verifier) removeDamaged(ctx context.Context, t *tx, sha string) error {
	var used bool
	if err := t.get(v.refs.exists(), []any{sha}, &used); err != nil || used {
		return err
	}
	err := v.store.readThrough(ctx, sha, make([]byte, pieceSize))
	if err == nil || errors.Is(err, ErrNotFound) || ctx.Err() != nil {
		return ctx.Err()
	}
	return v.store.forget(t, sha)
}
