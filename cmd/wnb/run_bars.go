package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wnb-dev/wnb/kernel"
)

// barText is the progress bar of a loop as a line.
type barText struct{ id, text string }

// maxBarText is how many characters of a bar stand on a terminal, so that the
// line of the running cell does not wrap.
const maxBarText = 60

// bar notes how a bar stands, and shows it in the line of the running cell.
func (r *reporter) bar(c *kernel.Cell, id string, data map[string][]byte) {
	b := barText{id, string(data["text/plain"])}
	if i := slices.IndexFunc(r.bars, func(have barText) bool { return have.id == id }); i >= 0 {
		r.bars[i] = b
	} else {
		r.bars = append(r.bars, b)
	}
	if r.progress {
		r.clear()
		fmt.Fprint(r.err, r.style.muted("… "+c.ID+"  "+oneLine(b.text)))
		r.pending = true
	}
}

// oneLine is a text as one short line.
func oneLine(text string) string {
	line := []rune(strings.Join(strings.Fields(text), " "))
	if len(line) <= maxBarText {
		return string(line)
	}
	half := maxBarText/2 - 1 // both the label and the numbers say something
	return string(line[:half]) + "…" + string(line[len(line)-half:])
}

// endBars writes the last forms of the bars: behind what the cell printed, where
// they are also if the cell is not run but its result was kept.
func (r *reporter) endBars() {
	for _, b := range r.bars {
		fmt.Fprintln(r.out, b.text)
	}
	r.bars = nil
}
