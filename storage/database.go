package storage

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// How long a statement waits for another process inside SQLite, before our own loops try again. SQLite's waits grow to
// 100 ms, so that a writer could miss the short gaps between another's transactions for long; a short slice keeps
// it trying every millisecond or two.
const (
	writeSlice = 5 * time.Millisecond
	readSlice  = time.Second
)

// readers bounds the connections of the read pool.
const readers = 8

// openDatabase connects, creates or migrates when needed, and starts the writer.
func (s *Store) openDatabase(ctx context.Context) (err error) {
	file := s.databaseFile()
	db, err := connect(file, writeSlice, "immediate", "synchronous(FULL)", "foreign_keys(1)", "journal_size_limit(67108864)")
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	defer func() {
		if err != nil {
			err = errors.Join(err, db.Close())
		}
	}()
	if err := s.bringUpToDate(ctx, db, file); err != nil {
		return err
	}
	if s.reads, err = connect(file, readSlice, "deferred", "query_only(1)"); err != nil {
		return err
	}
	s.reads.SetMaxOpenConns(readers)
	s.reads.SetMaxIdleConns(readers)
	s.write, err = startWriter(ctx, s.dir, db, s.busy)
	return err
}

// connect makes a connection pool. busy_timeout comes first, since the other pragmas may already have to wait.
// Nothing is opened yet.
func connect(file string, slice time.Duration, txlock string, pragmas ...string) (*sql.DB, error) {
	q := url.Values{"_txlock": {txlock}}
	q.Add("_pragma", "busy_timeout("+strconv.FormatInt(slice.Milliseconds(), 10)+")")
	for _, p := range pragmas {
		q.Add("_pragma", p)
	}
	path := filepath.ToSlash(file)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // file:///C:/...
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}
	c, err := sqlite.NewConnector(u.String())
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(c), nil
}

// bringUpToDate makes sure that the schema is the one this binary knows. A current store costs one read and no lock.
func (s *Store) bringUpToDate(ctx context.Context, db *sql.DB, file string) error {
	known, err := knownVersion()
	if err != nil {
		return err
	}
	if _, err := os.Stat(file); err == nil {
		if have, err := s.version(ctx, db, known); err != nil || have == known {
			return err
		}
	}
	lock, err := lockFile(ctx, filepath.Join(s.dir, "lock"), exclusive)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := createPrivate(file); err != nil {
		return err
	}
	// Another process may have done the work while this one waited.
	if have, err := s.version(ctx, db, known); err != nil || have == known {
		return err
	}
	return s.retry(ctx, func() error { return migrate(ctx, db) })
}

// createPrivate makes an empty database file that only its owner can read. It never opens an existing one: closing
// any descriptor of a database drops the locks that SQLite holds on it in this process.
func createPrivate(file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

func (s *Store) version(ctx context.Context, db *sql.DB, known int) (have int, err error) {
	err = s.retry(ctx, func() error { return db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have) })
	if err == nil && have > known {
		err = &VersionError{Dir: s.dir, Have: have, Known: known}
	}
	return have, err
}

func migrate(ctx context.Context, db *sql.DB) error {
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("this file system cannot hold a database with a write-ahead log (journal mode is %q): put the store on a local disk with --store", mode)
	}
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// knownVersion is the number of the last embedded migration.
func knownVersion() (int, error) {
	files, err := migrationFiles.ReadDir("migrations")
	if err != nil {
		return 0, err
	}
	number, _, _ := strings.Cut(files[len(files)-1].Name(), "_")
	return strconv.Atoi(number)
}

// retry repeats f while another process keeps it from getting a lock, for up to the store's busy time-out.
func (s *Store) retry(ctx context.Context, f func() error) error {
	for deadline := time.Now().Add(s.busy); ; {
		err := f()
		if !isBusy(err) {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%w: another process has been writing for %v", ErrBusy, s.busy)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// read runs f in a read transaction, which sees one state of the store.
func (s *Store) read(ctx context.Context, f func(*sql.Tx) error) error {
	if err := s.write.closed(); err != nil {
		return err
	}
	err := s.retry(ctx, func() error {
		tx, err := s.reads.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback() // nothing was written that could be lost
		return f(tx)
	})
	if err != nil && ctx.Err() == nil {
		err = explain(s.dir, err)
	}
	return err
}

func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

func isBusy(err error) bool {
	code := sqliteCode(err)
	return code == sqlite3.SQLITE_BUSY || code == sqlite3.SQLITE_LOCKED
}

func (s *Store) databaseFile() string { return filepath.Join(s.dir, "wnb.db") }
