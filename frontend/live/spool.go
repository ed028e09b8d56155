package live

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/wnb-dev/wnb/notebooks"
)

// spool is the whole of an output that is too large to be kept in memory: a file
// with all text, and with each rich output that was left out as a line of JSON.
// In a folder of its document it outlives this process, until a blob is made of
// it; elsewhere it has no name any more once it is open, so that nothing is left
// behind. The first failure, such as a full disk, ends it. All methods work on
// nil, which keeps nothing.
type spool struct {
	file   *os.File
	dir    string // empty where it has no name
	name   string
	err    error
	size   int64
	stored int64 // of this size a blob is known
}

// newSpool makes a spool in a folder, or one without a name where there is none.
func newSpool(dir string, err error) *spool {
	if err != nil {
		return &spool{err: err}
	}
	file, err := os.CreateTemp(dir, "output-*")
	if err != nil {
		return &spool{err: err}
	}
	if dir == "" {
		return &spool{file: file, err: os.Remove(file.Name())}
	}
	return &spool{file: file, dir: dir, name: filepath.Base(file.Name())}
}

// openSpool takes up the spool of an earlier process.
func openSpool(dir, name string) *spool {
	file, err := os.OpenFile(filepath.Join(dir, filepath.Base(name)), os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return &spool{err: err}
	}
	s := &spool{file: file, dir: dir, name: filepath.Base(name)}
	var info os.FileInfo
	if info, s.err = file.Stat(); s.err == nil {
		s.size = info.Size()
	}
	return s
}

func (s *spool) text(t string) {
	if s == nil || s.err != nil {
		return
	}
	n, err := s.file.WriteString(t)
	s.size += int64(n)
	s.err = err
}

func (s *spool) output(o notebooks.Output) {
	if s == nil || s.err != nil {
		return
	}
	line, err := json.Marshal(o)
	if err != nil {
		s.err = err
		return
	}
	s.text(string(line) + "\n")
}

func (s *spool) failure() error {
	if s == nil {
		return nil
	}
	return s.err
}

// behind tells whether no blob is known of all of it.
func (s *spool) behind() bool { return s != nil && s.err == nil && s.stored < s.size }

// reader reads what there is now; more may be written in the meantime.
func (s *spool) reader() io.Reader { return io.NewSectionReader(s.file, 0, s.size) }

// moveTo follows the folder of the document.
func (s *spool) moveTo(dir string) {
	if s != nil && s.dir != "" {
		s.dir = dir
	}
}

// discard frees the disk.
func (s *spool) discard() {
	if s == nil || s.file == nil {
		return
	}
	s.file.Close() // nothing was promised of it
	if s.dir != "" {
		os.Remove(filepath.Join(s.dir, s.name)) // or the next process does it
	}
}

// close ends its use here. The file stays where no blob was made of it.
func (s *spool) close() {
	if s.behind() && s.dir != "" {
		s.file.Close() // all that was written is there
		return
	}
	s.discard()
}

// removeOthers removes the files of a folder that are not needed.
func removeOthers(dir string, needed map[string]bool) error {
	if dir == "" {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !needed[e.Name()] {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}
