// Package journal keeps lines over the end of a process, however it comes.
//
// A write to a file outlives the process that made it, without waiting for the
// disk: it is in the hands of the system. So what clients are about to be told is
// added to a journal first, which takes some microseconds, and put on the disk a
// little later, in its proper form and together with what came meanwhile. Then
// its lines are cut off. After a kill -9 the next process finds them; only when
// the machine itself stops, things are as old as they are on the disk.
package journal

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"slices"
	"sync"
)

// Journal is a file of lines without line ends in them. It is safe for
// concurrent use.
type Journal struct {
	mu    sync.Mutex
	name  string
	marks []mark
	held  bool
}

// mark says that the lines before end are of at most that version.
type mark struct{ version, end int64 }

// New is the journal in a file, which is made with its first line; the folder
// must be there by then.
func New(name string) *Journal { return &Journal{name: name} }

// Append adds lines. Versions must not fall; [Journal.Cut] is by them. It fails
// with fs.ErrNotExist where there is no folder.
func (j *Journal) Append(version int64, lines ...[]byte) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	end, err := Append(j.name, lines...)
	if err == nil && !j.held {
		j.marks = append(j.marks, mark{version, end})
	}
	return err
}

// Append adds lines to a file, and gives its size then. Each line begins with a
// line end, so that one that a crash has cut off ends where the next begins.
func Append(name string, lines ...[]byte) (size int64, err error) {
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	var all []byte
	for _, line := range lines {
		all = append(append(all, '\n'), line...)
	}
	if _, err = file.Write(all); err == nil {
		var info fs.FileInfo
		if info, err = file.Stat(); err == nil {
			size = info.Size()
		}
	}
	return size, errors.Join(err, file.Close())
}

// Lines gives the lines that the file has, also those of earlier processes. One
// that was cut off by a crash is among them.
func (j *Journal) Lines() ([][]byte, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return Lines(j.name)
}

// Lines gives the lines of a file; none where there is none.
func Lines(name string) (lines [][]byte, err error) {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for line := range bytes.Lines(data) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			lines = append(lines, line)
		}
	}
	return lines, err
}

// Cut removes the lines that this process added, up to a version.
func (j *Journal) Cut(version int64) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	i := 0
	for i < len(j.marks) && j.marks[i].version <= version {
		i++
	}
	switch {
	case i == 0 || j.held:
		return nil
	case i == len(j.marks):
		j.marks = nil
		return j.remove()
	}
	data, err := os.ReadFile(j.name)
	if err != nil {
		return err
	}
	gone := j.marks[i-1].end
	temp := j.name + ".new"
	if err := os.WriteFile(temp, data[gone:], 0o600); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	if err := os.Rename(temp, j.name); err != nil {
		return err
	}
	j.marks = slices.Clone(j.marks[i:])
	for k := range j.marks {
		j.marks[k].end -= gone
	}
	return nil
}

// Recover gives the lines of an earlier process to save, and cuts them off where
// that succeeds. Where it fails they stay, and nothing is cut any more, so that
// the next process finds all lines. Where this process has added lines already,
// there are no others, and nothing is done.
func (j *Journal) Recover(save func(lines [][]byte) error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.marks) > 0 || j.held {
		return nil
	}
	lines, err := Lines(j.name)
	if err != nil || len(lines) == 0 {
		return err
	}
	if err = save(lines); err == nil {
		err = j.remove()
	}
	j.held = err != nil
	return err
}

// Adopt gives the lines of an earlier process, which from then on are lines of
// this one, of version 0.
func (j *Journal) Adopt() ([][]byte, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.marks) > 0 || j.held {
		return nil, nil
	}
	info, err := os.Stat(j.name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	j.marks = []mark{{0, info.Size()}}
	return Lines(j.name)
}

// Clear removes all lines.
func (j *Journal) Clear() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.marks, j.held = nil, false
	return j.remove()
}

// Rename says that the file was given another name.
func (j *Journal) Rename(name string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.name = name
}

func (j *Journal) remove() error {
	if err := os.Remove(j.name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
