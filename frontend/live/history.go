package live

import (
	"slices"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// nextSession is the number of a new life of a kernel in the history.
func (d *document) nextSession() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.history) == 0 {
		return 1
	}
	return d.history[len(d.history)-1].Session + 1
}

// remember adds an execution.
func (d *document) remember(e protocol.HistoryEntry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.history = append(d.history, e)
	d.unsaved++
	if extra := len(d.history) - d.keep; extra > d.keep/4+1 {
		d.history = slices.Clone(d.history[extra:])
	}
	d.wake()
}

// recall answers a request for history. session is the number of the life that
// is asked.
func (d *document) recall(r protocol.HistoryRequest, session int) []protocol.HistoryEntry {
	d.mu.Lock()
	all := slices.Clone(d.history)
	d.mu.Unlock()
	var out []protocol.HistoryEntry
	switch r.HistAccessType {
	case protocol.HistoryRange:
		out = inRange(all, r, session)
	case protocol.HistorySearch:
		out = last(unique(matching(all, r.Pattern), r.Unique), r.N)
	default:
		out = last(unique(all, r.Unique), r.N)
	}
	for i := range out {
		out[i].WithOutput = r.Output
	}
	return out
}

// inRange are the lines Start to Stop (which is not among them; 0 is the end)
// of a session, where 0 stands for this one and -1 for the one before.
func inRange(all []protocol.HistoryEntry, r protocol.HistoryRequest, session int) []protocol.HistoryEntry {
	wanted := r.Session
	if wanted <= 0 {
		wanted += session
	}
	return slices.DeleteFunc(all, func(e protocol.HistoryEntry) bool {
		return e.Session != wanted || e.Line < r.Start || r.Stop > 0 && e.Line >= r.Stop
	})
}

func matching(all []protocol.HistoryEntry, pattern string) []protocol.HistoryEntry {
	if pattern == "" {
		pattern = "*"
	}
	return slices.DeleteFunc(all, func(e protocol.HistoryEntry) bool { return !glob(pattern, e.Input) })
}

// unique leaves the last of equal inputs.
func unique(all []protocol.HistoryEntry, wanted bool) []protocol.HistoryEntry {
	if !wanted {
		return all
	}
	seen := map[string]bool{}
	slices.Reverse(all)
	all = slices.DeleteFunc(all, func(e protocol.HistoryEntry) bool {
		again := seen[e.Input]
		seen[e.Input] = true
		return again
	})
	slices.Reverse(all)
	return all
}

// last are the last n entries; n of 0 stands for all.
func last(all []protocol.HistoryEntry, n int) []protocol.HistoryEntry {
	if n <= 0 || n >= len(all) {
		return all
	}
	return all[len(all)-n:]
}

// glob matches with * for any text and ? for one character.
func glob(pattern, text string) bool {
	p, t := []rune(pattern), []rune(text)
	star, from := -1, 0
	i, j := 0, 0
	for j < len(t) {
		switch {
		case i < len(p) && p[i] == '*':
			star, from = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == t[j]):
			i, j = i+1, j+1
		case star >= 0:
			from++
			i, j = star+1, from
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}
