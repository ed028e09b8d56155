package frame

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// readBody parses the chunks that start at the cuts and joins them.
func (t *csvText) readBody(ctx context.Context, cuts []int) (*Frame, error) {
	b := &csvBody{csvText: t, starts: cuts}
	kinds := b.sample()
	if err := b.parse(ctx, kinds); err != nil {
		return nil, err
	}
	if err := b.check(); err != nil {
		return nil, err
	}
	for _, chunk := range b.chunks {
		for j := range chunk.columns {
			kinds[j] |= chunk.columns[j].seen
		}
	}
	if err := b.parseAgain(ctx, kinds); err != nil {
		return nil, err
	}
	return b.join(ctx)
}

// A csvBody is the records of a text, cut into chunks.
type csvBody struct {
	*csvText
	starts []int // of the chunks
	chunks []*csvChunkParser
	broken []int // per chunk: the first byte that is not UTF-8, or -1
}

func (b *csvBody) bounds(k int) (start, end int) {
	if k+1 < len(b.starts) {
		return b.starts[k], b.starts[k+1]
	}
	return b.starts[k], len(b.data)
}

// sample looks at some rows here and there.
func (b *csvBody) sample() []csvKinds {
	const chunks, rows = 16, 50
	kinds := make([]csvKinds, len(b.columns))
	for k := 0; k < len(b.starts); k += (len(b.starts) + chunks - 1) / chunks {
		p := b.newParser(make([]DType, len(b.columns)), b.unwanted(), 0)
		start, end := b.bounds(k)
		p.parse(start, end, rows)
		for j := range kinds {
			kinds[j] |= p.columns[j].seen
		}
	}
	return kinds
}

func (b *csvBody) unwanted() []bool {
	skip := make([]bool, len(b.columns))
	for j, c := range b.columns {
		skip[j] = !c.wanted
	}
	return skip
}

// dtypes are the types to parse as.
func (b *csvBody) dtypes(kinds []csvKinds) []DType {
	out := make([]DType, len(b.columns))
	for j, c := range b.columns {
		if out[j] = c.dtype; out[j] == 0 && kinds[j] != seenQuotedNA {
			out[j] = kinds[j].dtype()
		}
	}
	return out
}

// parse parses every chunk. Chunks of records with the wrong number of fields
// are parsed to the end, to tell how many there are.
func (b *csvBody) parse(ctx context.Context, kinds []csvKinds) error {
	dtypes, skip := b.dtypes(kinds), b.unwanted()
	b.chunks = make([]*csvChunkParser, len(b.starts))
	b.broken = make([]int, len(b.starts))
	return b.parallel(ctx, len(b.starts), func(k int) {
		start, end := b.bounds(k)
		text := b.data[start:end]
		b.broken[k] = invalidUTF8(text)
		// A record has a byte per column at least: many columns and many empty
		// lines do not add up to much memory. One more row takes the values of
		// records that turn out to be too short.
		rows := min(bytes.Count(text, []byte{'\n'}), len(text)/len(b.columns)) + 1
		b.chunks[k] = b.newParser(dtypes, skip, rows)
		b.chunks[k].parse(start, end, math.MaxInt)
	})
}

// parallel calls work(0) to work(n-1), each once, from as many goroutines as
// the options allow, and stops early when ctx is done.
func (t *csvText) parallel(ctx context.Context, n int, work func(k int)) error {
	var wg sync.WaitGroup
	var next atomic.Int64
	for range min(t.threads, n) {
		wg.Go(func() {
			for k := int(next.Add(1)) - 1; k < n && ctx.Err() == nil; k = int(next.Add(1)) - 1 {
				work(k)
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

// check reports what is wrong: the encoding, the widths, the fixed types.
func (b *csvBody) check() error {
	var widths []csvWidth
	wrong := 0
	for k, chunk := range b.chunks {
		if b.broken[k] >= 0 {
			return b.fault(b.starts[k]+b.broken[k], "invalid UTF-8: save the file as UTF-8")
		}
		widths = append(widths, chunk.widths...)
		wrong += chunk.wrongWidth
	}
	if wrong > 0 {
		return b.widthError(widths[:min(len(widths), maxWidths)], wrong)
	}
	for _, chunk := range b.chunks {
		first := -1
		for j := range chunk.columns {
			if c := &chunk.columns[j]; c.bad.found && (first < 0 || c.bad.at < chunk.columns[first].bad.at) {
				first = j
			}
		}
		if first >= 0 {
			bad := chunk.columns[first].bad
			return b.fault(bad.at, "column %q: %s is not %s", b.columns[first].name, shorten(bad.text), b.columns[first].dtype)
		}
	}
	return nil
}

func (b *csvBody) widthError(widths []csvWidth, wrong int) error {
	if wrong == 1 {
		return b.fault(widths[0].at, "found %d columns, expected %d", widths[0].found, len(b.columns))
	}
	told := make([]string, len(widths))
	for i, w := range widths {
		told[i] = fmt.Sprintf("line %d has %d", b.line(w.at), w.found)
	}
	more := ""
	if wrong > len(widths) {
		more = fmt.Sprintf(" and %d more", wrong-len(widths))
	}
	return b.fault(widths[0].at, "found %d columns, expected %d; wrong in %d records: %s%s",
		widths[0].found, len(b.columns), wrong, strings.Join(told, ", "), more)
}

// parseAgain parses the columns of chunks that do not fit what all values
// together made of the column.
func (b *csvBody) parseAgain(ctx context.Context, kinds []csvKinds) error {
	dtypes := b.dtypes(kinds)
	for j := range dtypes {
		if kinds[j] == seenQuotedNA && b.columns[j].dtype == 0 {
			dtypes[j] = String
		}
	}
	return b.parallel(ctx, len(b.chunks), func(k int) {
		chunk := b.chunks[k]
		skip := make([]bool, len(dtypes))
		for j := range skip {
			skip[j] = chunk.columns[j].fits(dtypes[j])
		}
		if !slices.Contains(skip, false) {
			return
		}
		again := b.newParser(dtypes, skip, chunk.rows)
		start, end := b.bounds(k)
		again.parse(start, end, math.MaxInt)
		for j := range skip {
			if !skip[j] {
				chunk.columns[j] = again.columns[j]
			}
		}
	})
}

// join puts the chunks of each column together.
func (b *csvBody) join(ctx context.Context) (*Frame, error) {
	cols := make([]*Series, len(b.selected))
	rows := 0
	for _, chunk := range b.chunks {
		rows += chunk.rows
	}
	err := b.parallel(ctx, len(cols), func(i int) {
		j := b.selected[i]
		cols[i] = b.joinColumn(j, rows)
	})
	if err != nil {
		return nil, err
	}
	return New(cols...)
}

func (b *csvBody) joinColumn(j, rows int) *Series {
	name := b.columns[j].name
	var nulls bitmap
	at := 0
	for _, chunk := range b.chunks {
		for _, row := range chunk.columns[j].nulls {
			if nulls == nil {
				nulls = newBitmap(rows)
			}
			nulls.set(at + row)
		}
		at += chunk.rows
	}
	switch b.chunks[0].columns[j].dtype {
	case Float64:
		return ofFloats(name, joinSlices(b.chunks, rows, func(p *csvChunkParser) []float64 { return p.columns[j].floats }), nulls)
	case Int64:
		return ofInts(name, joinSlices(b.chunks, rows, func(p *csvChunkParser) []int64 { return p.columns[j].ints }), nulls)
	case Bool:
		return ofBools(name, joinSlices(b.chunks, rows, func(p *csvChunkParser) []bool { return p.columns[j].bools }), nulls)
	case String:
		return b.joinStrings(j, rows, nulls)
	}
	return nullSeries(name, Float64, rows)
}

func joinSlices[T any](chunks []*csvChunkParser, rows int, part func(*csvChunkParser) []T) []T {
	out := make([]T, 0, rows)
	for _, chunk := range chunks {
		out = append(out, part(chunk)[:chunk.rows]...)
	}
	return out
}

// joinStrings joins dictionaries in the order of the chunks, so that entries
// stand in the order of first appearance.
func (b *csvBody) joinStrings(j, rows int, nulls bitmap) *Series {
	all := newDictBuilder(0)
	codes := make([]int32, 0, rows)
	for _, chunk := range b.chunks {
		strs := chunk.columns[j].strs
		place := make([]int32, len(strs.dict))
		for k, text := range strs.dict {
			place[k] = all.enter(text)
		}
		for _, row := range chunk.columns[j].nulls {
			strs.codes[row] = -1
		}
		for _, code := range strs.codes[:chunk.rows] {
			if code >= 0 {
				code = place[code]
			}
			codes = append(codes, code)
		}
	}
	return ofCodes(b.columns[j].name, codes, all.dict, nulls)
}
