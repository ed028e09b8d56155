package kernel

import (
	"context"
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
	head  []byte         // what was shown at once
	tail  []cells.Stream // what came after: the last limit bytes of it
	size  int            // bytes in tail
	cut   int            // bytes dropped from the front of tail
	whole *os.File       // everything, once the head is full
}

// admit tells whether text is part of the head and is shown at once.
func (c *textCap) admit(s cells.Stream) (bool, error) {
	if c.whole == nil && len(c.head)+len(s.Text) <= c.limit {
		c.head = append(c.head, s.Text...)
		return true, nil
	}
	if err := c.spool(s.Text); err != nil {
		return false, err
	}
	c.tail = append(c.tail, s)
	c.size += len(s.Text)
	for c.size > c.limit {
		c.dropFront()
	}
	return false, nil
}

// dropFront shortens the tail to its limit, or by its first piece, at the
// start of a character.
func (c *textCap) dropFront() {
	text := c.tail[0].Text
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
	c.tail[0].Text = text[n:]
}

func (c *textCap) spool(text string) (err error) {
	if c.whole == nil {
		if c.whole, err = os.CreateTemp("", "wnb-output-*"); err != nil {
			return err
		}
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
	if c.cut == 0 {
		return c.tail, nil
	}
	if _, err := c.whole.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	blob, err := blobs.PutBlob(ctx, c.whole)
	if err != nil {
		return nil, err
	}
	note := fmt.Sprintf("\n… %d bytes left out; the whole output is blob %s\n", c.cut, blob.SHA256)
	return append([]cells.Stream{{Name: "stderr", Text: note}}, c.tail...), nil
}

// close removes the temporary file.
func (c *textCap) close() error {
	if c.whole == nil {
		return nil
	}
	err := c.whole.Close()
	if e := os.Remove(c.whole.Name()); err == nil {
		err = e
	}
	c.whole = nil
	return err
}
