package session

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/kernel/cache"
	"github.com/wnb-dev/wnb/kernel/protocol"
)

// TypeResults is a message of wnb's own, to the server and back. A kernel that
// is a process of its own never opens the database: it keeps content itself,
// and asks the server for the results of cells and to keep them.
const TypeResults = "wnb_results"

// Content is what a kernel does by itself: it keeps content, and sees to it that
// a result is computed once.
type Content interface {
	PutBlob(ctx context.Context, r io.Reader) (cells.Blob, error)
	HasBlob(ctx context.Context, b cells.Blob) (bool, error)
	ReadBlob(ctx context.Context, b cells.Blob) ([]byte, error)
	Claim(ctx context.Context, key string) (release func() error, err error)
}

// The operations on results.
const (
	opFind = "find"
	opKeep = "keep"
	opUse  = "use"
	opDrop = "drop"
)

// question is what a kernel wants of the server. Its number comes back with the
// answer.
type question struct {
	Number int64        `json:"number"`
	Op     string       `json:"op"`
	Key    string       `json:"key,omitempty"`
	Result int64        `json:"result,omitempty"`
	Entry  []byte       `json:"entry,omitempty"`
	Blobs  []cells.Blob `json:"blobs,omitempty"`
}

type answer struct {
	Number  int64          `json:"number"`
	Records []cache.Record `json:"records,omitempty"`
	Error   string         `json:"error,omitempty"`
}

// remote is a cache.Store whose results are with the server.
type remote struct {
	Content
	ask func(question) // sends

	mu      sync.Mutex
	last    int64
	waiting map[int64]func(answer)
	keeping map[string]*pending // results that the server is asked to keep, by key
}

// pending is a result that is not kept yet. Until then its key stays claimed, so
// that nobody computes it again.
type pending struct {
	unanswered int
	release    func() error // of the claim; nil while the cell is not done with it
}

func newRemote(c Content, out *outbox) *remote {
	return &remote{Content: c, waiting: map[int64]func(answer){}, keeping: map[string]*pending{}, ask: func(q question) {
		content, err := json.Marshal(q)
		if err == nil {
			out.publish(protocol.Header{}, "", protocol.Raw{Type: TypeResults, JSON: content})
		}
	}}
}

// pose sends a question. then takes the answer; it must not block.
func (r *remote) pose(q question, then func(answer)) (number int64) {
	r.mu.Lock()
	r.last++
	q.Number = r.last
	r.waiting[q.Number] = then
	r.mu.Unlock()
	r.ask(q)
	return q.Number
}

// do sends a question and waits for its answer.
func (r *remote) do(ctx context.Context, q question) (answer, error) {
	reply := make(chan answer, 1)
	number := r.pose(q, func(a answer) { reply <- a })
	select {
	case a := <-reply:
		if a.Error != "" {
			return a, errors.New(a.Error)
		}
		return a, nil
	case <-ctx.Done():
		r.taken(number)
		return answer{}, context.Cause(ctx)
	}
}

// taken takes who waits for an answer off the list.
func (r *remote) taken(number int64) func(answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	then := r.waiting[number]
	delete(r.waiting, number)
	return then
}

// answered hands an answer to whoever waits for it.
func (r *remote) answered(m *protocol.Message) {
	var a answer
	if json.Unmarshal(m.Content, &a) != nil {
		return
	}
	if then := r.taken(a.Number); then != nil {
		then(a)
	}
}

// Results are the results under a key.
func (r *remote) Results(ctx context.Context, key string) ([]cache.Record, error) {
	a, err := r.do(ctx, question{Op: opFind, Key: key})
	return a.Records, err
}

// PutResult asks the server to keep a result, and does not wait for it: the
// reader of the cell's outputs would wait as well. Questions are answered in
// order, so that this kernel finds the result from now on. The server logs
// what cannot be kept; see Results.
func (r *remote) PutResult(_ context.Context, key string, entry []byte, blobs []cells.Blob) error {
	r.mu.Lock()
	k := r.keeping[key]
	if k == nil {
		k = &pending{}
		r.keeping[key] = k
	}
	k.unanswered++
	r.mu.Unlock()
	r.pose(question{Op: opKeep, Key: key, Entry: entry, Blobs: blobs}, func(answer) { r.kept(key) })
	return nil
}

// kept notes that the server is done with a result.
func (r *remote) kept(key string) {
	r.mu.Lock()
	k := r.keeping[key]
	k.unanswered--
	if k.unanswered > 0 {
		k = nil
	} else {
		delete(r.keeping, key)
	}
	r.mu.Unlock()
	if k != nil && k.release != nil {
		_ = k.release() // the end of the process does so as well
	}
}

// Claim claims a key. It is given back when what is computed under it is kept.
func (r *remote) Claim(ctx context.Context, key string) (release func() error, err error) {
	giveBack, err := r.Content.Claim(ctx, key)
	if err != nil {
		return nil, err
	}
	return func() error {
		r.mu.Lock()
		k := r.keeping[key]
		if k != nil {
			k.release = giveBack
		}
		r.mu.Unlock()
		if k != nil {
			return nil
		}
		return giveBack()
	}, nil
}

// UseResult notes that a result was used now. Nobody waits for that.
func (r *remote) UseResult(_ context.Context, id int64) error {
	r.ask(question{Op: opUse, Result: id})
	return nil
}

// DropResult forgets a result.
func (r *remote) DropResult(ctx context.Context, id int64) error {
	_, err := r.do(ctx, question{Op: opDrop, Result: id})
	return err
}
