package storage

import "time"

// Status is the state of a run, with MLflow's names.
type Status string

// The statuses of a run. A run starts RUNNING and ends in one of the last three.
const (
	Scheduled Status = "SCHEDULED"
	Running   Status = "RUNNING"
	Finished  Status = "FINISHED"
	Failed    Status = "FAILED"
	Killed    Status = "KILLED"
)

// Ended reports whether a run with this status is over: no more is logged to it, tags excepted.
func (s Status) Ended() bool { return s == Finished || s == Failed || s == Killed }

// The lifecycle stages of runs and experiments.
const (
	Active  = "active"
	Deleted = "deleted"
)

// TagStatusReason is the tag that says why a run was marked KILLED.
const TagStatusReason = "wnb.status_reason"

// A Param is a run's input value. It is written once: another value for the same key is a *ParamError.
type Param struct {
	Key   string
	Value string
}

// A Metric is one point of a run's curve named Key. NaN and infinities are values like any other.
// Times are kept to the millisecond.
type Metric struct {
	Key   string
	Value float64
	Step  int64
	Time  time.Time // zero: the store's clock when it is logged
}

// A Blob names content by its hash.
type Blob struct {
	SHA256 string // 64 lower-case hex digits
	Size   int64  // bytes
}

// The kinds of artifact that wnb itself writes. Others are kept as they are.
const (
	KindArtifact = "artifact"
	KindFigure   = "figure"
	KindModel    = "model"
	KindText     = "text"
	KindTable    = "table"
	KindDataset  = "dataset"
	KindNotebook = "notebook"
	KindConsole  = "console"
	KindDiff     = "diff"
)

// An Artifact is a named blob of a run. Logging a path again replaces what it names.
type Artifact struct {
	Path      string // relative, slash-separated, without "..", stored in normal form
	Blob      Blob
	MediaType string
	Kind      string // KindArtifact when empty
	Cell      string // id of the cell that logged it, if any
}

// A Cell is what happened to one cell of the run's notebook. Logging the same ID again replaces it.
type Cell struct {
	ID         string
	Position   int    // order in the document, from 0
	Status     string // done, failed, skipped, ...
	Reason     string // why it was skipped, cached or rerun
	Start      time.Time
	Duration   time.Duration
	SourceHash string
	Outputs    *Blob  // its MIME bundles as JSON
	Blobs      []Blob // what the outputs name, such as whole tables
	Error      string
}

// A NewRun describes a run to create. Params, tags and artifacts are recorded with the run in one transaction.
type NewRun struct {
	Experiment string // name; created when absent; "Default" when empty
	Name       string // generated when empty, such as brisk-otter-412
	ParentID   string // full id of the run this one is part of
	OriginID   string // full id of the run this one repeats
	User       string
	Source     string // what runs: the notebook's path, a script's name
	Start      time.Time
	Hidden     bool // left out of lists unless asked for (session runs)
	Remote     bool // logged by a process elsewhere: its death is not noticed here, so it never becomes KILLED by itself
	Params     []Param
	Tags       map[string]string
	Artifacts  []Artifact // the notebook's text, the diff, ...
}

// A Batch is what one call of [Store.Log] records, all of it or nothing.
type Batch struct {
	Params    []Param
	Metrics   []Metric
	Tags      map[string]string // overwrite
	Artifacts []Artifact
	Cells     []Cell
	Console   []byte // appended to what the run has printed so far
}

// A Run is a tracked run with its params, tags and the latest point of each metric.
type Run struct {
	ID             string // 32 hex digits
	Name           string
	ExperimentID   string
	Experiment     string // name
	Status         Status
	LifecycleStage string
	Hidden         bool
	ParentID       string
	OriginID       string
	User           string
	Source         string
	Host           string
	PID            int
	Start          time.Time
	End            time.Time // zero while it runs
	LastActivity   time.Time // when something was last logged
	Params         []Param   // by key
	Metrics        []Metric  // by key, the latest point each: the greatest (step, time, value), NaN below all numbers
	Tags           map[string]string
}

// Param gives the value of a param.
func (r *Run) Param(key string) (string, bool) {
	for _, p := range r.Params {
		if p.Key == key {
			return p.Value, true
		}
	}
	return "", false
}

// Metric gives the latest point of a metric.
func (r *Run) Metric(key string) (Metric, bool) {
	for _, m := range r.Metrics {
		if m.Key == key {
			return m, true
		}
	}
	return Metric{}, false
}

// An Experiment groups runs.
type Experiment struct {
	ID             string
	Name           string
	LifecycleStage string
	Created        time.Time
	Updated        time.Time
	Runs           int // active runs, hidden ones not counted
}

// A Query selects runs; the zero value selects every active, visible run.
type Query struct {
	Experiment     string   // name; all when empty
	IDs            []string // full ids; all when nil
	Statuses       []Status // all when empty
	ParentID       string   // only the children of this run
	Source         string   // only runs of this notebook
	IncludeHidden  bool
	IncludeDeleted bool
	Limit          int // 0: no limit
}
