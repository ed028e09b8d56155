package live

import (
	"encoding/json"
	"io"
	"os"

	"github.com/wnb-dev/wnb/notebooks"
)

// spool is the whole of an output that is too large to be kept in memory: a
// temporary file with all text, and with each rich output that was left out as
// a line of JSON. The file has no name any more once it is open, so that
// nothing is left behind. The first failure, such as a full disk, ends it. All
// methods work on nil, which keeps nothing.
type spool struct {
	file   *os.File
	err    error
	size   int64
	stored int64 // of this size a blob is known
}

func newSpool() *spool {
	file, err := os.CreateTemp("", "wnb-output-*")
	if err != nil {
		return &spool{err: err}
	}
	return &spool{file: file, err: os.Remove(file.Name())}
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

// discard frees the disk.
func (s *spool) discard() {
	if s != nil && s.file != nil {
		s.file.Close() // nothing was promised of it
	}
}
