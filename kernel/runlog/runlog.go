// Package runlog tracks runs of notebooks: it turns the results of cells into
// params, metrics, tags, artifacts and outputs in the store.
//
// A Run observes a kernel. Whatever a cell did is written in one batch when the
// cell is done, so that a process that dies loses no finished cell and leaves
// no half of one. The numbers carry the time at which they were logged, not
// the time at which they are written.
package runlog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/notebooks"
	"github.com/wnb-dev/wnb/storage"
)

// A Spec describes a run that is about to start.
type Spec struct {
	Experiment string
	Name       string // generated if empty
	OriginID   string // the run that this one repeats; may be empty
	Path       string // of the notebook
	Source     []byte // of the notebook, as it runs
	Params     map[string]any
	Inputs     map[string]string // named inputs that are set, as JSON: what a session that is kept must have run with
	Tags       map[string]string
	Command    []string // the command line
	Version    string   // of wnb
	Build      string   // of wnb: the version, or what tells builds without one apart
	User       string
	Git        Git
	Clock      func() time.Time
}

// Names of artifacts that every run has.
const (
	NotebookArtifact   = "notebook.wnb"
	DiffArtifact       = "git.diff"
	ProvenanceArtifact = "provenance.json"
)

// Tags that wnb sets.
const (
	TagNotebook  = "wnb.notebook.sha256"
	TagTitle     = "wnb.notebook.title"
	TagCommand   = "wnb.command"
	TagVersion   = "wnb.version"
	TagBuild     = "wnb.build" // what results of the cache are keyed with
	TagDirty     = "wnb.git.dirty"
	TagPartial   = "wnb.partial"
	TagGitCommit = "mlflow.source.git.commit"
	TagGitBranch = "mlflow.source.git.branch"
)

// A Run is a tracked run that is going on. It is a kernel.Observer.
type Run struct {
	ID, Name string

	store      *storage.Store
	ctx        context.Context
	provenance []CellProvenance
	waiting    storage.Batch // of cached cells, to be written together
	err        error
}

// mostWaiting is how many cached cells are written together.
const mostWaiting = 256

// Start records a run that begins now. ctx bounds all later writes.
func Start(ctx context.Context, store *storage.Store, s Spec) (*Run, error) {
	notebook, err := put(ctx, store, s.Source)
	if err != nil {
		return nil, err
	}
	n := storage.NewRun{
		Experiment: s.Experiment, Name: s.Name, OriginID: s.OriginID, User: s.User, Source: s.Path,
		Tags:      s.tags(),
		Artifacts: []storage.Artifact{{Path: NotebookArtifact, Kind: storage.KindNotebook, MediaType: "text/markdown", Blob: notebook}},
	}
	if s.Clock != nil {
		n.Start = s.Clock()
	}
	for name, text := range Params(s.Params) {
		n.Params = append(n.Params, storage.Param{Key: name, Value: text})
	}
	if len(s.Git.Diff) > 0 {
		diff, err := put(ctx, store, s.Git.Diff)
		if err != nil {
			return nil, err
		}
		n.Artifacts = append(n.Artifacts, storage.Artifact{Path: DiffArtifact, Kind: storage.KindDiff, MediaType: "text/plain", Blob: diff})
	}
	run, err := store.CreateRun(ctx, n)
	if err != nil {
		return nil, err
	}
	return &Run{ID: run.ID, Name: run.Name, store: store, ctx: ctx}, nil
}

// Params are the values of a notebook's parameters as they are tracked: JSON
// for floats and lists, and plain text for the rest.
func Params(values map[string]any) map[string]string {
	out := make(map[string]string, len(values))
	for name, v := range values {
		out[name] = paramText(v)
	}
	return out
}

func paramText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64, []any:
		if text, err := json.Marshal(v); err == nil {
			return string(text)
		}
	}
	return fmt.Sprint(v)
}

func (s Spec) tags() map[string]string {
	tags := map[string]string{
		TagNotebook: notebooks.Hash(s.Source),
		TagCommand:  strings.Join(s.Command, " "),
		TagVersion:  s.Version,
		TagBuild:    s.Build,
	}
	if s.Git.Commit != "" {
		tags[TagGitCommit] = s.Git.Commit
		tags[TagDirty] = fmt.Sprint(s.Git.Dirty)
	}
	if s.Git.Branch != "" {
		tags[TagGitBranch] = s.Git.Branch
	}
	maps.Copy(tags, s.Tags)
	return tags
}

func put(ctx context.Context, store *storage.Store, content []byte) (storage.Blob, error) {
	return store.PutBlob(ctx, strings.NewReader(string(content)))
}

// CellStarted does nothing: a cell is recorded when it is done.
func (r *Run) CellStarted(*kernel.Cell) {}

// CellEffect does nothing: effects are written with their cell.
func (r *Run) CellEffect(*kernel.Cell, cells.Effect) {}

// CellDone writes what the cell did. What comes from the cache is there already
// and may wait a moment, so that a run in which nothing changed is fast.
func (r *Run) CellDone(res *kernel.Result) {
	b, err := r.batch(res)
	if err == nil {
		r.waiting = joined(r.waiting, b)
		if res.From == nil || len(r.waiting.Cells) >= mostWaiting {
			err = r.flush()
		}
	}
	if err != nil {
		r.err = errors.Join(r.err, fmt.Errorf("track cell %s: %w", res.Cell.ID, err))
	}
}

func (r *Run) flush() error {
	b := r.waiting
	r.waiting = storage.Batch{}
	if len(b.Cells) == 0 {
		return nil
	}
	return r.store.Log(r.ctx, r.ID, b)
}

// joined is one batch of two.
func joined(a, b storage.Batch) storage.Batch {
	a.Params = append(a.Params, b.Params...)
	a.Metrics = append(a.Metrics, b.Metrics...)
	a.Artifacts = append(a.Artifacts, b.Artifacts...)
	a.Cells = append(a.Cells, b.Cells...)
	a.Console = append(a.Console, b.Console...)
	if a.Tags == nil {
		a.Tags = map[string]string{}
	}
	maps.Copy(a.Tags, b.Tags)
	return a
}

// Finish records how the run ended. The error also tells what could not be
// written while it ran.
func (r *Run) Finish(o *kernel.Outcome, end time.Time) error {
	err := r.flush()
	r.err = errors.Join(r.err, err)
	status, tags := verdict(o)
	provenance, err := json.MarshalIndent(r.provenance, "", "  ")
	if err != nil {
		return err
	}
	blob, err := put(r.ctx, r.store, provenance)
	if err != nil {
		return errors.Join(r.err, err)
	}
	err = r.store.Log(r.ctx, r.ID, storage.Batch{
		Tags:      tags,
		Artifacts: []storage.Artifact{{Path: ProvenanceArtifact, Kind: storage.KindText, MediaType: "application/json", Blob: blob}},
	})
	return errors.Join(r.err, err, r.store.FinishRun(r.ctx, r.ID, status, end))
}

func verdict(o *kernel.Outcome) (storage.Status, map[string]string) {
	tags := map[string]string{}
	failures := o.Failures()
	if len(failures) > 0 {
		tags[storage.TagStatusReason] = fmt.Sprintf("cell %s failed: %s", failures[0].Cell.ID, failures[0].Err.Msg)
	}
	switch o.Verdict() {
	case kernel.Interrupted:
		tags[storage.TagStatusReason] = "interrupted"
		return storage.Killed, tags
	case kernel.Failed:
		if len(failures) == 0 {
			tags[storage.TagStatusReason] = o.Stopped.Error()
		}
		return storage.Failed, tags
	case kernel.Partial:
		tags[TagPartial] = "true"
	}
	return storage.Finished, tags
}
