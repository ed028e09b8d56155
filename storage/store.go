// Package storage keeps what lasts: tracked runs in SQLite and content in blobs named by their hash.
//
// A store is a folder, by custom .wnb at the root of a project:
//
//	wnb.db    SQLite, write-ahead log: experiments, runs, params, tags, metrics, cells, artifacts
//	blobs/    content by SHA-256, two levels of fan-out: blobs/ab/cd/abcd...
//	live/     one locked file per process that has runs going
//	lock      held while the store is created or migrated
//
// # Writing
//
// One goroutine owns the only write connection. What several goroutines log meanwhile shares one transaction and one
// fsync (group commit), yet each call succeeds or fails alone. A call returns when its data is on the disk. Several
// processes may use one store: they wait for each other and do not fail.
//
// # Metrics
//
// The points of a metric are packed into chunks, and the latest point of each metric is kept beside them, so that lists
// of runs never read the history. The rules are MLflow's: params are written once, tags are overwritten, the latest
// point is the one with the greatest (step, time, value), and a point logged twice counts once.
//
// # Runs that died
//
// A process that creates runs holds a lock on its file in live/ until the store is closed. The operating system lets go
// of the lock when the process dies, however it dies, and the next [Open] on that host marks its runs KILLED.
package storage

import (
	"context"
	"errors"
	"io"
	"time"
)

// Options of a store. The zero value is good.
type Options struct {
	Clock       func() time.Time // time.Now when nil
	Rand        io.Reader        // source of ids and run names; crypto/rand when nil
	BusyTimeout time.Duration    // how long to wait for other processes before ErrBusy; one minute when 0
}

// A Store is an open store. Its methods may be called from many goroutines.
type Store struct {
	dir string
}

// Open opens the store in dir and creates it, mode 0700, when it is absent.
// A store of an older wnb is migrated; one of a newer wnb is a *VersionError.
func Open(ctx context.Context, dir string, opts Options) (*Store, error) {
	return nil, errors.ErrUnsupported
}

// Close waits for what is being written and closes the store. Runs that this process created and did not finish
// count as killed from then on.
func (s *Store) Close() error { return errors.ErrUnsupported }

// Dir is the folder of the store.
func (s *Store) Dir() string { return s.dir }

// PutBlob stores what r holds. It is on the disk when PutBlob returns. Storing the same content again costs little.
// A blob that nothing refers to may be removed an hour later.
func (s *Store) PutBlob(ctx context.Context, r io.Reader) (Blob, error) {
	return Blob{}, errors.ErrUnsupported
}

// OpenBlob opens the blob with this hash. The content is verified while it is read: instead of io.EOF the last Read
// gives an error that wraps ErrCorrupt when the content is not what was stored.
func (s *Store) OpenBlob(ctx context.Context, sha256 string) (io.ReadCloser, error) {
	return nil, errors.ErrUnsupported
}

// ReadBlob reads and verifies the whole blob with this hash.
func (s *Store) ReadBlob(ctx context.Context, sha256 string) ([]byte, error) {
	return nil, errors.ErrUnsupported
}

// CreateRun starts a run with status RUNNING.
func (s *Store) CreateRun(ctx context.Context, n NewRun) (*Run, error) {
	return nil, errors.ErrUnsupported
}

// Log records a batch in one transaction: all of it or nothing. Errors: ErrNotFound (run, or a blob that was not put),
// *ParamError, *FinishedError, *LimitError, *NameError.
func (s *Store) Log(ctx context.Context, runID string, b Batch) error { return errors.ErrUnsupported }

// FinishRun ends a run with FINISHED, FAILED or KILLED. A zero end is now. Ending a run again with the same status does
// nothing; with another one it is a *FinishedError.
func (s *Store) FinishRun(ctx context.Context, runID string, st Status, end time.Time) error {
	return errors.ErrUnsupported
}

// Run finds one run by "latest" (the newest active visible one), by full id, by exact name (the newest active run of
// that name) or by a prefix of the id. Errors: ErrNotFound, *AmbiguousError.
func (s *Store) Run(ctx context.Context, ref string) (*Run, error) {
	return nil, errors.ErrUnsupported
}

// Runs lists runs, newest first (start time, then order of creation), with params, tags and latest metrics.
func (s *Store) Runs(ctx context.Context, q Query) ([]*Run, error) { return nil, errors.ErrUnsupported }

// Experiments lists the experiments by name.
func (s *Store) Experiments(ctx context.Context) ([]Experiment, error) {
	return nil, errors.ErrUnsupported
}

// MetricHistory gives every point of a metric by (step, time, value), each distinct point once; none when the run has no such metric.
func (s *Store) MetricHistory(ctx context.Context, runID, key string) ([]Metric, error) {
	return nil, errors.ErrUnsupported
}

// Artifacts lists the artifacts of a run whose path is prefix or below it, by path; all when prefix is empty.
func (s *Store) Artifacts(ctx context.Context, runID, prefix string) ([]Artifact, error) {
	return nil, errors.ErrUnsupported
}

// Cells lists the cells of a run in document order.
func (s *Store) Cells(ctx context.Context, runID string) ([]Cell, error) {
	return nil, errors.ErrUnsupported
}

// WriteConsole writes to w what the run has printed.
func (s *Store) WriteConsole(ctx context.Context, runID string, w io.Writer) error {
	return errors.ErrUnsupported
}
