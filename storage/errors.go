package storage

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrNotFound: the run, experiment or blob named by the error is not in the store.
	ErrNotFound = errors.New("not found")
	// ErrCorrupt: the bytes on disk are not those that were stored.
	ErrCorrupt = errors.New("corrupt")
	// ErrBusy: another process held the store for longer than Options.BusyTimeout.
	ErrBusy = errors.New("store is busy")
	// ErrClosed: the store was closed.
	ErrClosed = errors.New("store is closed")
)

// A ParamError is the refusal to give a param a second value.
type ParamError struct {
	Run, Key string
	Old, New string
}

func (e *ParamError) Error() string {
	return fmt.Sprintf("run %s: param %q is already %q and cannot become %q: params are written once; log a changing value as a metric or a tag",
		e.Run, e.Key, e.Old, e.New)
}

// A FinishedError is the refusal to log to a run that is over or deleted.
type FinishedError struct {
	Run    string
	Status Status
	Stage  string // lifecycle stage
	What   string // what was to be logged, such as `metric "loss"`
}

func (e *FinishedError) Error() string {
	if e.Stage == Deleted {
		return fmt.Sprintf("run %s is deleted: cannot log %s; restore the run first", e.Run, e.What)
	}
	return fmt.Sprintf("run %s is %s: cannot log %s; only tags can be added to a run that is over", e.Run, e.Status, e.What)
}

// A LimitError is a name or value longer than MLflow clients can read back.
type LimitError struct {
	Run, What, Key string // What: "param key", "tag value", ...
	Length, Max    int
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("run %s: %s %q has %d characters, the limit is %d", e.Run, e.What, shorten(e.Key), e.Length, e.Max)
}

// A NameError is a key or an artifact path that is not allowed.
type NameError struct {
	Run, What, Name string // What: "param key", "artifact path", ...
	Reason          string
}

func (e *NameError) Error() string {
	return fmt.Sprintf("run %s: %s %q: %s", e.Run, e.What, shorten(e.Name), e.Reason)
}

// An AmbiguousError is a reference that fits several runs.
type AmbiguousError struct {
	Ref        string
	Candidates []*Run // newest first, at most ten, without params, tags and metrics
}

func (e *AmbiguousError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q fits several runs; give more digits:", e.Ref)
	for _, r := range e.Candidates {
		fmt.Fprintf(&b, "\n  %s  %s  %s", r.ID, r.Name, r.Start.Format("2006-01-02 15:04:05"))
	}
	return b.String()
}

// A VersionError is a store written by a newer wnb.
type VersionError struct {
	Dir         string
	Have, Known int
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("the store %s was written by a newer wnb (schema version %d, this one knows up to %d): update wnb, or use another store with --store",
		e.Dir, e.Have, e.Known)
}

func shorten(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "..."
	}
	return s
}
