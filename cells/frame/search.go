package frame

import (
	"context"
	"strings"
)

// Search tells which rows hold a text in some column, whatever the case of its
// letters. Numbers are looked at as WriteCSV writes them, null as "null".
func (f *Frame) Search(ctx context.Context, text string) ([]bool, error) {
	text = strings.ToLower(text)
	found := make([]bool, f.rows)
	for _, c := range f.cols {
		holds := c.searcher(text)
		for i := range found {
			if i%4096 == 0 && ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			found[i] = found[i] || holds(i)
		}
	}
	return found, ctx.Err()
}

// searcher tells whether a row of the column holds a text in lower case. Each
// distinct text is looked at once.
func (s *Series) searcher(text string) func(row int) bool {
	null := strings.Contains("null", text)
	holds := func(row int) bool { return strings.Contains(strings.ToLower(formatValue(s.Value(row))), text) }
	if s.dtype == String {
		hits := make([]bool, len(s.dict))
		for k, entry := range s.dict {
			hits[k] = strings.Contains(strings.ToLower(entry), text)
		}
		holds = func(row int) bool { return hits[s.codes[row]] }
	}
	return func(row int) bool {
		if s.nulls.get(row) {
			return null
		}
		return holds(row)
	}
}
