package main

import (
	"fmt"
	"io"
	"time"

	"github.com/wnb-dev/wnb/storage"
)

// A progressLine tells on a terminal how far something is that takes more than a second.
type progressLine struct {
	out         io.Writer // nil: nobody sees it
	clock       func() time.Time
	start, last time.Time
	shown       bool
}

// When the line appears, and how often it changes.
const (
	progressAfter = time.Second
	progressEvery = 100 * time.Millisecond
)

func (s *state) newProgress(asJSON bool) *progressLine {
	p := &progressLine{clock: s.clock, start: s.clock()}
	if !asJSON && isTerminal(s.err) && s.env("TERM") != "dumb" {
		p.out = s.err
	}
	return p
}

func (p *progressLine) tell(at storage.Progress) {
	now := p.clock()
	if p.out == nil || now.Sub(p.start) < progressAfter || now.Sub(p.last) < progressEvery {
		return
	}
	p.last, p.shown = now, true
	fmt.Fprintf(p.out, "\r\x1b[K%s: %d %%", at.Step, 100*at.Done/max(at.Total, 1))
}

// clear takes the line away.
func (p *progressLine) clear() {
	if p.shown {
		fmt.Fprint(p.out, "\r\x1b[K")
		p.shown = false
	}
}
