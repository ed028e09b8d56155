package live

import (
	"slices"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// past is the history of a document: the last entries, bounded in number and in
// bytes. The last one stays in any case.
type past struct {
	most, mostBytes int
	entries         []protocol.HistoryEntry
	bytes           int
	unnoted         int // entries at the end
}

func entryBytes(e protocol.HistoryEntry) int { return 64 + len(e.Input) + len(e.Output) }

func (p *past) load(entries []protocol.HistoryEntry) {
	for _, e := range entries {
		p.add(e)
	}
	p.unnoted = 0
}

func (p *past) add(e protocol.HistoryEntry) {
	p.entries = append(p.entries, e)
	p.bytes += entryBytes(e)
	p.unnoted++
	// Some more than the bound may be there, so that not each entry costs a copy.
	if len(p.entries) <= p.most+p.most/4 && p.bytes <= p.mostBytes+p.mostBytes/4 {
		return
	}
	first := 0
	for last := len(p.entries) - 1; first < last && (last-first >= p.most || p.bytes > p.mostBytes); first++ {
		p.bytes -= entryBytes(p.entries[first])
	}
	p.entries = slices.Clone(p.entries[first:])
	p.unnoted = min(p.unnoted, len(p.entries))
}

// session is the number of the last life of a kernel.
func (p *past) session() int {
	if len(p.entries) == 0 {
		return 0
	}
	return p.entries[len(p.entries)-1].Session
}

// nextSession is the number of a new life of a kernel in the history.
func (d *document) nextSession() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.past.session() + 1
}

// remember adds an execution.
func (d *document) remember(e protocol.HistoryEntry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.past.add(e)
	d.wake()
}

// recall answers a request for history. session is the number of the life that
// is asked.
func (d *document) recall(r protocol.HistoryRequest, session int) []protocol.HistoryEntry {
	d.mu.Lock()
	all := slices.Clone(d.past.entries)
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
