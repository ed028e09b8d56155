package live

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/wnb-dev/wnb/kernel/protocol"
	"github.com/wnb-dev/wnb/notebooks"
)

// split makes the cut where the head has half of the limit.
func (f *fold) split() {
	room := f.limits.text / 2
	for i := range f.pieces {
		p := &f.pieces[i]
		if !p.isStream() {
			continue
		}
		if pieceCost+len(p.text) <= room {
			room -= pieceCost + len(p.text)
			continue
		}
		n := runeStart(p.text, max(room-pieceCost, 0))
		at := i + 1
		if n == 0 {
			at = i
		} else {
			rest := piece{out: p.out, text: p.text[n:]}
			p.text = p.text[:n:n]
			f.pieces = slices.Insert(f.pieces, at, rest)
		}
		f.cutAt(at)
		return
	}
}

// cutAt opens the cut before the piece with the index at.
func (f *fold) cutAt(at int) {
	f.cut = &Cut{At: at}
	if f.limits.spool != nil {
		f.spool = f.limits.spool()
	}
	f.head, f.tail = 0, 0
	for i, p := range f.pieces {
		if !p.isStream() {
			continue
		}
		f.spool.text(string(p.text))
		if i < at {
			f.head += pieceCost + len(p.text)
		} else {
			f.tail += pieceCost + len(p.text)
		}
	}
}

// trim shortens the tail to its half of the limit, from its front.
func (f *fold) trim() {
	if f.cut == nil {
		return
	}
	for i := f.cut.At; i < len(f.pieces) && f.tail > f.limits.text/2; {
		p := &f.pieces[i]
		if !p.isStream() {
			i++
			continue
		}
		n := runeStart(p.text, min(f.tail-f.limits.text/2, len(p.text)))
		f.cut.Bytes += int64(n)
		f.tail -= n
		if n < len(p.text) {
			p.text = p.text[n:]
			continue
		}
		f.tail -= pieceCost
		f.pieces = slices.Delete(f.pieces, i, i+1)
	}
}

// runeStart is the first start of a character in text from n on.
func runeStart(text []byte, n int) int {
	for n < len(text) && !utf8.RuneStart(text[n]) {
		n++
	}
	return n
}

func (f *fold) leaveOut(p piece) {
	if f.cut == nil {
		f.cutAt(len(f.pieces))
	}
	f.cut.Bytes += int64(p.size)
	f.spool.output(p.out)
}

// note is the output that stands for what was left out.
func (f *fold) note() notebooks.Output {
	text := fmt.Sprintf("\n… %d bytes left out", f.cut.Bytes)
	switch {
	case f.cut.Blob != "":
		text += "; the whole output is blob " + f.cut.Blob
	case f.spool.failure() != nil:
		text += "; the whole could not be kept: " + f.spool.failure().Error()
	case f.spool != nil:
		text += "; the whole will be linked here when the cell has ended"
	}
	return notebooks.Output{Type: notebooks.Stream, Name: protocol.Stderr, Text: text + "\n"}
}
