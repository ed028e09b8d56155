package host

import (
	"bytes"
	"strings"
	"sync"
)

const (
	tailLines = 3
	lineBytes = 4 << 10
)

// stderrLog takes what a child writes to its standard error. It passes on the
// lines, and keeps what may say why the child ended: the first line of a crash,
// and else the last lines that are not part of a stack.
type stderrLog struct {
	log func(string)

	mu      sync.Mutex
	line    []byte // without its end so far
	inStack bool
	fatal   string   // the last line that announced a crash
	tail    []string // the last lines
}

// Write takes bytes, wherever they are cut.
func (s *stderrLog) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(p)
	for {
		part, rest, ended := bytes.Cut(p, []byte{'\n'})
		if room := lineBytes - len(s.line); room > 0 {
			s.line = append(s.line, part[:min(room, len(part))]...)
		}
		if !ended {
			return n, nil
		}
		s.end()
		p = rest
	}
}

// print adds a line of the parent's.
func (s *stderrLog) print(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.log != nil {
		s.log(line)
	}
}

// flush ends a last line that has no end.
func (s *stderrLog) flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.line) > 0 {
		s.end()
	}
}

// said is what the child said at its end.
func (s *stderrLog) said() (fatal string, tail []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fatal, s.tail
}

func (s *stderrLog) end() {
	line := strings.ToValidUTF8(strings.TrimRight(string(s.line), "\r \t"), "�")
	s.line = s.line[:0]
	if s.log != nil {
		s.log(line)
	}
	switch {
	case strings.HasPrefix(line, "goroutine ") || strings.HasPrefix(line, "runtime stack:"):
		s.inStack = true
	case line == "":
		s.inStack = false
	case s.inStack:
	case announcesCrash(line):
		s.announce(line)
	default:
		s.tail = append(s.tail, line)
		s.tail = s.tail[max(0, len(s.tail)-tailLines):]
	}
}

// announce keeps the line that says most: the runtime prints how much memory
// it wanted before it says that there is none.
func (s *stderrLog) announce(line string) {
	if !strings.HasPrefix(s.fatal, outOfMemory) {
		s.fatal = line
	}
}

const outOfMemory = "runtime: out of memory: "

func announcesCrash(line string) bool {
	for _, p := range []string{"panic: ", "fatal error: ", outOfMemory} {
		if strings.HasPrefix(line, p) {
			return true
		}
	}
	return false
}
