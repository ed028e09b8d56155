package frame

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// WriteCSV writes a header line and one line per row, with commas, LF line ends
// and quotes where they are needed. ReadCSV with the frame's dtypes gives the
// same frame: floats are the shortest text that reads back, null is an empty
// field (NA in a frame of one column), and text that would read as null is
// quoted. Only a NaN comes back as null, and a column without a name gets one.
// Text that is not UTF-8 or holds a NUL byte is an error.
func (f *Frame) WriteCSV(ctx context.Context, w io.Writer) error {
	return f.writeSeparated(ctx, w, ',')
}

// WriteTSV is WriteCSV with tabs, as spreadsheets take it from the clipboard.
func (f *Frame) WriteTSV(ctx context.Context, w io.Writer) error {
	return f.writeSeparated(ctx, w, '\t')
}

func (f *Frame) writeSeparated(ctx context.Context, w io.Writer, separator byte) error {
	if len(f.cols) == 0 {
		return fmt.Errorf("write csv: the frame has no columns")
	}
	out := &csvWriter{Writer: bufio.NewWriterSize(w, 1<<16), na: newNATexts(CSVOptions{}), separator: separator}
	null := ""
	if len(f.cols) == 1 {
		null = "NA"
	}
	for j, c := range f.cols {
		if err := out.text(c.name, j); err != nil {
			return fmt.Errorf("write csv: name of column %d: %w", j, err)
		}
	}
	for i := range f.rows {
		if i%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		out.WriteByte('\n') // a bufio.Writer keeps its first error for Flush
		for j, c := range f.cols {
			if err := out.value(c, i, j, null); err != nil {
				return fmt.Errorf("write csv: column %q, row %d: %w", c.name, i, err)
			}
		}
	}
	out.WriteByte('\n')
	return out.Flush()
}

type csvWriter struct {
	*bufio.Writer
	na        naTexts
	separator byte
}

func (w *csvWriter) value(c *Series, row, column int, null string) error {
	switch {
	case c.nulls.get(row):
		w.plain(null, column)
	case c.dtype == String:
		return w.text(c.Str(row), column)
	default:
		w.plain(formatValue(c.Value(row)), column)
	}
	return nil
}

func (w *csvWriter) plain(text string, column int) {
	if column > 0 {
		w.WriteByte(w.separator)
	}
	w.WriteString(text)
}

func (w *csvWriter) text(text string, column int) error {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return fmt.Errorf("%s is not UTF-8 text without NUL", shorten(text))
	}
	quote := strings.ContainsAny(text, "\"\r\n") || strings.IndexByte(text, w.separator) >= 0 || strings.HasPrefix(text, "\ufeff") || w.na.has([]byte(text))
	if quote {
		text = `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	w.plain(text, column)
	return nil
}
