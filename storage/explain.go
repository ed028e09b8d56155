package storage

import (
	"errors"
	"fmt"
	"io/fs"

	sqlite3 "modernc.org/sqlite/lib"
)

// explain adds to an error of the system which folder it is about and what to do, once. Errors of ours pass unchanged.
func explain(path string, err error) error {
	var explained *systemError
	if err == nil || errors.As(err, &explained) {
		return err
	}
	if advice := adviceFor(err); advice != "" {
		return &systemError{path, advice, err}
	}
	return err
}

// A systemError is an error of the system with what to do about it.
type systemError struct {
	path, advice string
	err          error
}

func (e *systemError) Error() string {
	return fmt.Sprintf("store %s: %s (%v)", e.path, e.advice, e.err)
}

func (e *systemError) Unwrap() error { return e.err }

func adviceFor(err error) string {
	switch code := sqliteCode(err); {
	case code == sqlite3.SQLITE_FULL || diskFull(err):
		return "the disk is full; free some space or use another store with --store"
	case code == sqlite3.SQLITE_READONLY || code == sqlite3.SQLITE_CANTOPEN || code == sqlite3.SQLITE_PERM ||
		errors.Is(err, fs.ErrPermission) || readOnlyFileSystem(err):
		return "it cannot be written; make the folder writable for you or use another store with --store"
	case code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB:
		return "wnb.db is damaged or not a database; restore it from a backup or move the folder away"
	case code == sqlite3.SQLITE_IOERR:
		return "reading or writing the disk failed; check that it is healthy and not full"
	case code != 0:
		return "the database refused the request"
	}
	return ""
}
