package kernel

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"unicode/utf8"

	"github.com/wnb-dev/wnb/cells"
)

// textCap bounds the text that a cell prints: the first and the last limit
// bytes are shown, and the whole is kept as a blob. Memory is bounded by the
// limit; the whole goes through a temporary file.
type textCap struct {
	limit int
	head  []byte // what was shown at once
	tail  []tailPiece
	size  int // bytes in tail
	cut   int // bytes dropped from the front of tail

	file  *os.File // everything, once the head is full
	whole *bufio.Writer
}

// A tailPiece is text of one stream without text of the other in between.
type tailPiece struct {
	name string
	text []byte
}

// admit tells whether text is part of the head and is shown at once.
func (c *textCap) admit(s cells.Stream) (bool, error) {
	if c.file == nil && len(c.head)+len(s.Text) <= c.limit {
		c.head = append(c.head, s.Text...)
		return true, nil
	}
	if err := c.spool(s.Text); err != nil {
		return false, err
	}
	if n := len(c.tail); n == 0 || c.tail[n-1].name != s.Name {
		c.tail = append(c.tail, tailPiece{name: s.Name})
	}
	last := &c.tail[len(c.tail)-1]
	last.text = append(last.text, s.Text...)
	c.size += len(s.Text)
	for c.size > c.limit {
		c.dropFront()
	}
	return false, nil
}

// dropFront shortens the tail to its limit, or by its first piece, at the
// start of a character.
func (c *textCap) dropFront() {
	text := c.tail[0].text
	n := min(c.size-c.limit, len(text))
	for n < len(text) && !utf8.RuneStart(text[n]) {
		n++
	}
	c.size -= n
	c.cut += n
	if n == len(text) {
		c.tail = slices.Delete(c.tail, 0, 1)
		return
	}
	c.tail[0].text = text[n:]
}

func (c *textCap) spool(text string) (err error) {
	if c.file == nil {
		if c.file, err = os.CreateTemp("", "wnb-output-*"); err != nil {
			return err
		}
		c.whole = bufio.NewWriterSize(c.file, 1<<16)
		if _, err = c.whole.Write(c.head); err != nil {
			return err
		}
	}
	_, err = c.whole.WriteString(text)
	return err
}

// rest gives what is shown after the head: a note where the middle was left
// out, and the tail.
func (c *textCap) rest(ctx context.Context, blobs Blobs) ([]cells.Stream, error) {
	var out []cells.Stream
	if c.cut > 0 {
		if err := c.whole.Flush(); err != nil {
			return nil, err
		}
		if _, err := c.file.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		blob, err := blobs.PutBlob(ctx, c.file)
		if err != nil {
			return nil, err
		}
		note := fmt.Sprintf("\n… %d bytes left out; the whole output is blob %s\n", c.cut, blob.SHA256)
		out = append(out, cells.Stream{Name: "stderr", Text: note, Whole: blob})
	}
	for _, p := range c.tail {
		out = append(out, cells.Stream{Name: p.name, Text: string(p.text)})
	}
	return out, nil
}

// close removes the temporary file.
func (c *textCap) close() error {
	if c.file == nil {
		return nil
	}
	err := errors.Join(c.file.Close(), os.Remove(c.file.Name()))
	c.file = nil
	return err
}
