package live

import "math/rand/v2"

// readers are the clients that have read a document, by a number that each is
// given with it and sends back when it saves. A client also learns of outputs
// over its websocket, about which its number says nothing; but when it saves
// them, it has seen them, and may clear them later.
type readers struct {
	last int64
	seen map[int64]map[string]int64 // versions of cells
	old  []int64                    // of those in seen, the one that saved first at the front
}

const (
	readerBits  = 20
	mostReaders = 256 // that are remembered for one document
)

// next is the number of a new reader, from 1. They start anywhere, so that those
// of an earlier process are hardly met again.
func (r *readers) next() int64 {
	if r.last == 0 {
		r.last = rand.Int64N(1 << readerBits)
	}
	r.last = r.last%(1<<readerBits-1) + 1
	return r.last
}

func (r *readers) version(reader int64, cell string) int64 { return r.seen[reader][cell] }

func (r *readers) note(reader int64, cell string, version int64) {
	if r.seen == nil {
		r.seen = map[int64]map[string]int64{}
	}
	if r.seen[reader] == nil {
		if len(r.old) >= mostReaders {
			delete(r.seen, r.old[0])
			r.old = r.old[1:]
		}
		r.seen[reader], r.old = map[string]int64{}, append(r.old, reader)
	}
	r.seen[reader][cell] = version
}

// Seen is what a client knows of the outputs of a document: their version when
// it read the document, and the number that it got then; 0 for none.
type Seen struct{ Version, Reader int64 }

// Token is both in one number, as clients carry it around.
func (s Seen) Token() int64 { return s.Version<<readerBits | s.Reader }

// SeenOf reads a token.
func SeenOf(token int64) Seen {
	return Seen{Version: token >> readerBits, Reader: token & (1<<readerBits - 1)}
}
