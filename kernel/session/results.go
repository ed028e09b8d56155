package session

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/wnb-dev/wnb/kernel/cache"
	"github.com/wnb-dev/wnb/kernel/protocol"
)

// Results is the server's side of TypeResults: it finds and keeps results for
// kernels. Those that come one soon after the other are kept together, since a
// commit costs more than a short cell.
type Results struct {
	Store  cache.Store
	Source protocol.Source
	After  func(time.Duration) <-chan time.Time
	Log    func(error)
}

// Asked is a message of TypeResults, and where its answer goes.
type Asked struct {
	Message *protocol.Message
	Answer  func(*protocol.Message)
}

const (
	keepDelay   = 20 * time.Millisecond
	keepAtMost  = 64      // results that wait
	keepAtMostB = 1 << 20 // bytes of them
)

// Serve answers the questions of a kernel, in their order, until there are no
// more.
func (r Results) Serve(ctx context.Context, asked <-chan Asked) {
	var w waiting
	var due <-chan time.Time
	for {
		select {
		case a, ok := <-asked:
			if !ok {
				r.keep(ctx, &w)
				return
			}
			r.take(ctx, &w, a)
		case <-due:
			r.keep(ctx, &w)
		}
		switch {
		case len(w.list) == 0:
			due = nil
		case due == nil:
			due = r.After(keepDelay)
		}
	}
}

// waiting are results that are to be kept soon.
type waiting struct {
	list  []waitingResult
	bytes int
}

type waitingResult struct {
	question
	answer func(*protocol.Message)
}

// has tells whether a question is about one of them. Only a look for another
// key is not.
func (w *waiting) has(q question) bool {
	for _, k := range w.list {
		if q.Op != opFind || k.Key == q.Key {
			return true
		}
	}
	return false
}

func (r Results) take(ctx context.Context, w *waiting, a Asked) {
	var q question
	if err := json.Unmarshal(a.Message.Content, &q); err != nil {
		r.Log(fmt.Errorf("%s: %w", TypeResults, err))
		return
	}
	if q.Op == opKeep {
		w.list = append(w.list, waitingResult{q, a.Answer})
		w.bytes += len(q.Entry)
		if len(w.list) >= keepAtMost || w.bytes >= keepAtMostB {
			r.keep(ctx, w)
		}
		return
	}
	if w.has(q) {
		r.keep(ctx, w)
	}
	if q.Op == opUse {
		if err := r.Store.UseResult(ctx, q.Result); err != nil {
			r.Log(err)
		}
		return
	}
	r.answer(q, a.Answer, r.do(ctx, q))
}

// do answers a question that somebody waits for.
func (r Results) do(ctx context.Context, q question) (a answer) {
	var err error
	switch q.Op {
	case opFind:
		a.Records, err = r.Store.Results(ctx, q.Key)
	case opDrop:
		err = r.Store.DropResult(ctx, q.Result)
	default:
		err = fmt.Errorf("%s: %q is not known", TypeResults, q.Op)
	}
	if err != nil {
		a.Error = err.Error()
	}
	return a
}

// keep keeps the results that wait, all at once: the store makes one commit of
// what comes at a time. Nobody but the log is told of what cannot be kept.
func (r Results) keep(ctx context.Context, w *waiting) {
	var all sync.WaitGroup
	for _, k := range w.list {
		all.Go(func() {
			if err := r.Store.PutResult(ctx, k.Key, k.Entry, k.Blobs); err != nil {
				r.Log(fmt.Errorf("a result cannot be kept: %w", err))
			}
		})
	}
	all.Wait()
	for _, k := range w.list {
		r.answer(k.question, k.answer, answer{})
	}
	*w = waiting{}
}

func (r Results) answer(q question, to func(*protocol.Message), a answer) {
	a.Number = q.Number
	content, err := json.Marshal(a)
	if err == nil {
		var m *protocol.Message
		if m, err = r.Source.Request(protocol.Control, protocol.Raw{Type: TypeResults, JSON: content}); err == nil {
			to(m)
			return
		}
	}
	r.Log(err)
}
