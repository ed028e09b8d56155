package storage

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// claims are what those who share a store say about the keys that they work on. Each has a file of records in the
// folder, named claimant-*, which is locked as long as it lives: the operating system lets go of the lock however a
// process dies. The lock of the file guard is held for the few microseconds in which somebody looks through the others'
// records and writes its own. The guard counts the claimants that came, so that the folder is read only when there is
// a new one: a claim to a short cell must not cost more than the cell.
type claims struct {
	dir string

	mu     sync.Mutex
	guard  *os.File
	own    *os.File
	held   map[string]int64 // where in own the record of a key is
	free   []int64          // where records were
	known  uint64           // claimants that had come when others was read
	others []*os.File
}

func newClaims(dir string) *claims { return &claims{dir: dir, held: map[string]int64{}} }

// A record is a key and the time since which it is claimed, in nanoseconds; or blank.
const recordSize = 64 + 1 + 19 + 1

func record(key string, since time.Time) []byte {
	return fmt.Appendf(nil, "%s %019d\n", key, since.UnixNano())
}

var blank = append(bytes.Repeat([]byte(" "), recordSize-1), '\n')

// try claims a key, unless somebody else has it.
func (c *claims) try(ctx context.Context, key string) (ok bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, mine := c.held[key]; mine {
		return false, nil
	}
	if err := c.enter(ctx); err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, unlock(c.guard)) }()
	if err := c.meet(); err != nil {
		return false, err
	}
	if taken, err := c.taken(key); err != nil || taken {
		return false, err
	}
	at := int64(len(c.held)+len(c.free)) * recordSize
	if n := len(c.free); n > 0 {
		at, c.free = c.free[n-1], c.free[:n-1]
	}
	if _, err := c.own.WriteAt(record(key, time.Now()), at); err != nil {
		c.free = append(c.free, at)
		return false, err
	}
	c.held[key] = at
	return true, nil
}

// release ends a claim. That needs no guard: who reads half a record waits a little longer, or not.
func (c *claims) release(key string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.held[key]
	delete(c.held, key)
	c.free = append(c.free, at)
	if c.own == nil { // closed
		return nil
	}
	_, err := c.own.WriteAt(blank, at)
	return err
}

// enter locks the guard.
func (c *claims) enter(ctx context.Context) error {
	if c.guard == nil {
		if err := os.MkdirAll(c.dir, 0o700); err != nil {
			return err
		}
		guard, err := os.OpenFile(filepath.Join(c.dir, "guard"), os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return err
		}
		c.guard = guard
	}
	return waitLock(ctx, c.guard, exclusive)
}

// meet makes this a claimant that the others know, and gets to know those that came since. The guard is locked.
func (c *claims) meet() error {
	var counter [8]byte
	if _, err := c.guard.ReadAt(counter[:], 0); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	came := binary.LittleEndian.Uint64(counter[:])
	if c.own == nil {
		own, err := os.CreateTemp(c.dir, claimant+"*")
		if err != nil {
			return err
		}
		came++
		binary.LittleEndian.PutUint64(counter[:], came)
		_, err = c.guard.WriteAt(counter[:], 0)
		if err == nil {
			_, err = tryLock(own, exclusive)
		}
		if err != nil {
			return errors.Join(err, own.Close(), os.Remove(own.Name()))
		}
		c.own = own
	}
	if came == c.known {
		return nil
	}
	if err := errors.Join(closeAll(c.others), c.look()); err != nil {
		return err
	}
	c.known = came
	return nil
}

const claimant = "claimant-"

// look finds the others that live, and removes what the dead left.
func (c *claims) look() (err error) {
	c.others = nil
	names, err := claimants(c.dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if name == c.own.Name() {
			continue
		}
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		c.others = append(c.others, f)
	}
	return c.bury()
}

// bury removes the files of the others that do not live any more.
func (c *claims) bury() error {
	var living []*os.File
	for _, f := range c.others {
		dead, err := tryLock(f, exclusive)
		if err != nil {
			return err
		}
		if !dead {
			living = append(living, f)
			continue
		}
		// Where it cannot be removed, because another looks at it, the next one removes it.
		if err := errors.Join(f.Close(), ignore(os.Remove(f.Name()), fs.ErrNotExist, fs.ErrPermission)); err != nil {
			return err
		}
	}
	c.others = living
	return nil
}

// taken reports whether somebody else has a key.
func (c *claims) taken(key string) (bool, error) {
	var having []*os.File
	for _, f := range c.others {
		records, err := contentOf(f)
		if err != nil {
			return false, err
		}
		if bytes.Contains(records, []byte(key)) {
			having = append(having, f)
		}
	}
	if len(having) == 0 {
		return false, nil
	}
	before := len(c.others)
	if err := c.bury(); err != nil {
		return false, err
	}
	if len(c.others) == before {
		return true, nil
	}
	return c.taken(key)
}

func (c *claims) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := c.others
	if c.own != nil {
		all = append(all, c.own)
	}
	if c.guard != nil {
		all = append(all, c.guard)
	}
	c.own, c.guard, c.others, c.known = nil, nil, nil, 0
	return closeAll(all)
}

// leaseStart gives the time since which the oldest lease is held; zero when there is none.
func (c *claims) leaseStart() (oldest time.Time, err error) {
	names, err := claimants(c.dir)
	if err != nil {
		return time.Time{}, err
	}
	for _, name := range names {
		since, err := oldestOf(name)
		if err != nil {
			return time.Time{}, err
		}
		if !since.IsZero() && (oldest.IsZero() || since.Before(oldest)) {
			oldest = since
		}
	}
	return oldest, nil
}

// oldestOf is the time of the oldest claim of a claimant that lives.
func oldestOf(name string) (oldest time.Time, err error) {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return time.Time{}, ignore(err, fs.ErrNotExist)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	dead, err := tryLock(f, shared)
	if err != nil || dead {
		return time.Time{}, err
	}
	records, err := contentOf(f)
	if err != nil {
		return time.Time{}, err
	}
	for line := range strings.Lines(string(records)) {
		_, at, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		nanos, err := strconv.ParseInt(at, 10, 64)
		if err != nil {
			continue // blank, or just being released
		}
		if since := time.Unix(0, nanos); oldest.IsZero() || since.Before(oldest) {
			oldest = since
		}
	}
	return oldest, nil
}

// claimants are the files of all, living or not.
func claimants(dir string) (paths []string, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), claimant) {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths, ignore(err, fs.ErrNotExist)
}

func contentOf(f *os.File) ([]byte, error) {
	return io.ReadAll(io.NewSectionReader(f, 0, 1<<62))
}

func closeAll(files []*os.File) (err error) {
	for _, f := range files {
		err = errors.Join(err, f.Close())
	}
	return err
}

// ignore gives no error where it is one of those.
func ignore(err error, these ...error) error {
	for _, e := range these {
		if errors.Is(err, e) {
			return nil
		}
	}
	return err
}
