package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// groupLimit bounds the calls that share a transaction, and so the time the first of them waits for the others.
const groupLimit = 256

// A writer owns the write connection. Calls that arrive while a transaction is open or being synced to disk join one
// transaction; a refused call leaves the others alone.
type writer struct {
	dir   string
	db    *sql.DB
	busy  time.Duration
	tx    *tx
	calls chan *call // unbuffered: what was received is answered
	stop  chan struct{}
	done  chan struct{}
	once  sync.Once
}

// A call is work for the writer. It belongs to its caller until the writer takes it: until then it can be given up.
type call struct {
	do    func(*tx) error
	state atomic.Int32
	reply chan error
}

const (
	waiting = iota
	taken
	givenUp
)

func startWriter(ctx context.Context, dir string, db *sql.DB, busy time.Duration) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	w := &writer{
		dir: dir, db: db, busy: busy,
		tx:    &tx{conn: conn, stmts: map[string]*sql.Stmt{}},
		calls: make(chan *call), stop: make(chan struct{}), done: make(chan struct{}),
	}
	go w.loop()
	return w, nil
}

func (w *writer) close() error {
	var err error
	w.once.Do(func() {
		close(w.stop)
		<-w.done
		err = errors.Join(w.tx.close(), w.db.Close())
	})
	return err
}

// closed gives ErrClosed after close.
func (w *writer) closed() error {
	select {
	case <-w.stop:
		return fmt.Errorf("store %s: %w", w.dir, ErrClosed)
	default:
		return nil
	}
}

// run has the writer execute do and returns when its effects are on the disk, or not at all.
func (w *writer) run(ctx context.Context, do func(*tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &call{do: do, reply: make(chan error, 1)}
	select {
	case w.calls <- c:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.stop:
		return w.closed()
	}
	select {
	case err := <-c.reply:
		return err
	case <-ctx.Done():
		if c.state.CompareAndSwap(waiting, givenUp) {
			return ctx.Err()
		}
		return <-c.reply
	}
}

func (w *writer) loop() {
	defer close(w.done)
	for {
		select {
		case c := <-w.calls:
			w.group(c)
		case <-w.stop:
			return
		}
	}
}

// group runs first, and every call that is ready by then, in one transaction. Where the first is refused the transaction
// ends with it. It needs no savepoint for that, under which SQLite would copy every page that a large batch changes.
func (w *writer) group(first *call) {
	if err := w.begin(first); err != nil {
		first.reply <- explain(w.dir, err)
		return
	}
	if !first.state.CompareAndSwap(waiting, taken) {
		w.tx.rollback()
		return
	}
	if err := first.do(w.tx); err != nil {
		w.tx.rollback()
		first.reply <- explain(w.dir, err)
		return
	}
	accepted, err := w.join([]*call{first})
	if err == nil {
		_, err = w.tx.exec("COMMIT")
	}
	if err != nil {
		err = explain(w.dir, err)
		w.tx.rollback()
	}
	for _, c := range accepted {
		c.reply <- err
	}
}

// join runs the calls that are ready, each in its own savepoint, after those that are accepted. An error means that the
// whole transaction is lost.
func (w *writer) join(accepted []*call) ([]*call, error) {
	for n := 1; n < groupLimit; n++ {
		c := w.next()
		if c == nil {
			break
		}
		if !c.state.CompareAndSwap(waiting, taken) {
			continue
		}
		refused, err := w.tx.attempt(c.do)
		if refused != nil {
			c.reply <- explain(w.dir, refused)
		} else {
			accepted = append(accepted, c)
		}
		if err != nil {
			return accepted, err
		}
	}
	return accepted, nil
}

// next is a call that is ready; nil if there is none.
func (w *writer) next() *call {
	select {
	case c := <-w.calls:
		return c
	default:
		return nil
	}
}

// begin waits for the write lock as long as somebody wants it, up to the busy time-out.
func (w *writer) begin(first *call) error {
	for deadline := time.Now().Add(w.busy); ; {
		_, err := w.tx.exec("BEGIN IMMEDIATE")
		if !isBusy(err) {
			return err
		}
		if first.state.Load() == givenUp {
			return context.Canceled
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%w: another process has been writing for %v; see which one has %s/wnb.db open", ErrBusy, w.busy, w.dir)
		}
	}
}

// A tx is the open transaction of the write connection; it keeps its prepared statements.
type tx struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

// attempt runs do in a savepoint. refused is do's error, its effects undone; err means that the whole transaction is lost.
func (t *tx) attempt(do func(*tx) error) (refused, err error) {
	if _, err := t.exec("SAVEPOINT call"); err != nil {
		return err, err
	}
	if refused = do(t); refused != nil {
		if _, err := t.exec("ROLLBACK TO call"); err != nil {
			return refused, refused // SQLite gave up the transaction (disk full, I/O error): the reason is do's error
		}
	}
	_, err = t.exec("RELEASE call")
	if err != nil && refused == nil {
		refused = err
	}
	return refused, err
}

// rollback ends a failed transaction. SQLite may have ended it already, which is the only error to expect here.
func (t *tx) rollback() { _, _ = t.exec("ROLLBACK") }

func (t *tx) close() error {
	var errs []error
	for _, s := range t.stmts {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, t.conn.Close())...)
}

func (t *tx) prepared(query string) (*sql.Stmt, error) {
	if s, ok := t.stmts[query]; ok {
		return s, nil
	}
	s, err := t.conn.PrepareContext(context.Background(), query)
	if err == nil {
		t.stmts[query] = s
	}
	return s, err
}

// exec runs a statement and gives the number of rows it changed. No context: a write is never cut off half-way.
func (t *tx) exec(query string, args ...any) (int64, error) {
	s, err := t.prepared(query)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// get reads one row; sql.ErrNoRows when there is none.
func (t *tx) get(query string, args []any, dest ...any) error {
	s, err := t.prepared(query)
	if err != nil {
		return err
	}
	return s.QueryRowContext(context.Background(), args...).Scan(dest...)
}
