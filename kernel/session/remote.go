package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	waiting map[int64]chan answer
}

func newRemote(c Content, out *outbox) *remote {
	return &remote{Content: c, waiting: map[int64]chan answer{}, ask: func(q question) {
		content, err := json.Marshal(q)
		if err == nil {
			out.publish(protocol.Header{}, "", protocol.Raw{Type: TypeResults, JSON: content})
		}
	}}
}

// do sends a question and waits for its answer.
func (r *remote) do(ctx context.Context, q question) (answer, error) {
	reply := make(chan answer, 1)
	r.mu.Lock()
	r.last++
	q.Number = r.last
	r.waiting[q.Number] = reply
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		delete(r.waiting, q.Number)
		r.mu.Unlock()
	}()
	r.ask(q)
	select {
	case a := <-reply:
		if a.Error != "" {
			return a, errors.New(a.Error)
		}
		return a, nil
	case <-ctx.Done():
		return answer{}, context.Cause(ctx)
	}
}

// answered hands an answer to whoever waits for it.
func (r *remote) answered(m *protocol.Message) {
	var a answer
	if json.Unmarshal(m.Content, &a) != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if reply := r.waiting[a.Number]; reply != nil {
		reply <- a
		delete(r.waiting, a.Number)
	}
}

// Results are the results under a key.
func (r *remote) Results(ctx context.Context, key string) ([]cache.Record, error) {
	a, err := r.do(ctx, question{Op: opFind, Key: key})
	return a.Records, err
}

// PutResult keeps a result.
func (r *remote) PutResult(ctx context.Context, key string, entry []byte, blobs []cells.Blob) error {
	_, err := r.do(ctx, question{Op: opKeep, Key: key, Entry: entry, Blobs: blobs})
	return err
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

// AnswerResults is the server's side of TypeResults: it does what a message of a
// kernel asks for and gives the message that answers it; nil if none is wanted.
func AnswerResults(ctx context.Context, store cache.Store, src protocol.Source, m *protocol.Message) (*protocol.Message, error) {
	var q question
	if err := json.Unmarshal(m.Content, &q); err != nil {
		return nil, fmt.Errorf("%s: %w", TypeResults, err)
	}
	a := answer{Number: q.Number}
	var err error
	switch q.Op {
	case opFind:
		a.Records, err = store.Results(ctx, q.Key)
	case opKeep:
		err = store.PutResult(ctx, q.Key, q.Entry, q.Blobs)
	case opDrop:
		err = store.DropResult(ctx, q.Result)
	case opUse:
		return nil, store.UseResult(ctx, q.Result)
	default:
		err = fmt.Errorf("%s: %q is not known", TypeResults, q.Op)
	}
	if err != nil {
		a.Error = err.Error()
	}
	content, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	return src.Request(protocol.Control, protocol.Raw{Type: TypeResults, JSON: content})
}
