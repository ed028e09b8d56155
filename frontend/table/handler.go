package table

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"

	"github.com/wnb-dev/wnb/cells/frame"
)

// Bounds of one answer.
const (
	defaultRows = 20
	maxRows     = 1000
	maxColumns  = 200
	maxText     = 200   // characters of one cell
	maxQuery    = 10000 // bytes
)

// page is the answer to a request for rows.
type page struct {
	Rows    int         `json:"rows"`    // that the filter lets through
	Total   int         `json:"total"`   // of the frame
	Offset  int         `json:"offset"`  // of the first row below, among Rows
	Index   []int       `json:"index"`   // the number of each row in the frame, from 0
	Columns []column    `json:"columns"` // those that were asked for
	Cells   [][]*string `json:"cells"`   // row by row; null is null
}

type column struct {
	Name   string `json:"name"`
	DType  string `json:"dtype"`
	Number bool   `json:"number"`
}

// A request is what the query of a URL asks for.
type request struct {
	view
	offset, limit int
	from, columns int
	format        string
}

// text tells whether rows are asked for as text.
func (q request) text() bool { return q.format == "csv" || q.format == "tsv" }

var refs = regexp.MustCompile(`^[0-9a-f]{64}$`)

// ServeHTTP answers GET requests whose path has a value "ref". The query takes
//
//	offset, limit  rows: 0 and 20; 1000 at most
//	sort, desc     a column, and 1 for descending order; null and NaN come last
//	filter         only rows that hold this text in some column
//	from, columns  columns: 0 and 200, which is also the most
//	format         json; csv or tsv give all columns, and all rows without limit
//
// An answer never changes, so that it has an ETag.
func (t *Tables) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q, err := readQuery(r.URL)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	ref := r.PathValue("ref")
	tag := etag(ref, r.URL.RawQuery)
	h := w.Header()
	h.Set("Cache-Control", "private, no-cache")
	if r.Header.Get("If-None-Match") == tag {
		h.Set("ETag", tag)
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if err := t.answer(r.Context(), w, ref, tag, q); err != nil {
		refuse(w, statusOf(err), err)
	}
}

// form is the version of the answers: it changes with what stands in them.
const form = "wnb table 1"

func etag(ref, query string) string {
	sum := sha256.Sum256([]byte(form + "\x00" + ref + "\x00" + query))
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}

// errQuery is wrapped by the errors of queries that fit no table.
var errQuery = errors.New("the query is wrong")

func statusOf(err error) int {
	switch {
	case errors.Is(err, ErrGone):
		return http.StatusNotFound
	case errors.Is(err, errQuery):
		return http.StatusBadRequest
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func readQuery(u *url.URL) (request, error) {
	if len(u.RawQuery) > maxQuery {
		return request{}, fmt.Errorf("%w: it has more than %d bytes", errQuery, maxQuery)
	}
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return request{}, fmt.Errorf("%w: %w", errQuery, err)
	}
	q := request{format: values.Get("format")}
	q.sort, q.sorted, q.desc, q.filter = values.Get("sort"), values.Has("sort"), values.Get("desc") == "1", values.Get("filter")
	switch q.format {
	case "", "json", "csv", "tsv":
	default:
		return q, fmt.Errorf("%w: format %q is not json, csv or tsv", errQuery, q.format)
	}
	limit, most := defaultRows, maxRows
	if q.text() {
		limit, most = 0, 0
	}
	for _, n := range []struct {
		name         string
		normal, most int // most 0: no limit
		to           *int
	}{
		{"offset", 0, 0, &q.offset}, {"limit", limit, most, &q.limit},
		{"from", 0, 0, &q.from}, {"columns", maxColumns, maxColumns, &q.columns},
	} {
		*n.to = n.normal
		if text := values.Get(n.name); text != "" {
			v, err := strconv.Atoi(text)
			if err != nil || v < 0 {
				return q, fmt.Errorf("%w: %s=%q is not a whole number from 0", errQuery, n.name, text)
			}
			*n.to = v
		}
		if n.most > 0 {
			*n.to = min(*n.to, n.most)
		}
	}
	return q, nil
}

func (t *Tables) answer(ctx context.Context, w http.ResponseWriter, ref, tag string, q request) error {
	if !refs.MatchString(ref) {
		return fmt.Errorf("%w: the name of a table is 64 hex digits", ErrGone)
	}
	f, err := t.frame(ctx, ref)
	if err != nil {
		return err
	}
	if q.sorted && !f.Has(q.sort) {
		return fmt.Errorf("%w: sort=%q is not a column of the table", errQuery, q.sort)
	}
	rows, err := t.rows(ctx, ref, f, q.view)
	if err != nil {
		return err
	}
	begin, end, count := window(rows, f.NumRows(), q)
	part, err := f.Slice(begin, end)
	if rows != nil {
		part, err = f.Take(rows[begin:end])
	}
	if err != nil {
		return err
	}
	w.Header().Set("ETag", tag)
	if q.text() {
		return writeText(ctx, w, part, q.format)
	}
	p, err := pageOf(part, q)
	if err != nil {
		return err
	}
	p.Rows, p.Total, p.Offset = count, f.NumRows(), begin
	for i := begin; i < end; i++ {
		if rows != nil {
			p.Index = append(p.Index, rows[i])
		} else {
			p.Index = append(p.Index, i)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(p) // the client is gone if this fails
	return nil
}

// window gives the places of the rows that are asked for, and how many there are
// in all.
func window(rows []int, total int, q request) (begin, end, count int) {
	if count = total; rows != nil {
		count = len(rows)
	}
	begin, end = min(q.offset, count), count
	if q.limit > 0 || !q.text() {
		end = min(begin+q.limit, count)
	}
	return begin, end, count
}

// pageOf are the columns of a frame that are asked for.
func pageOf(f *frame.Frame, q request) (page, error) {
	begin := min(q.from, f.NumColumns())
	names := f.Columns()[begin:min(begin+q.columns, f.NumColumns())]
	p := page{Index: []int{}, Columns: []column{}}
	part, err := f.Select(names...)
	if err != nil {
		return p, err
	}
	for i, d := range part.DTypes() {
		p.Columns = append(p.Columns, column{names[i], d.String(), d.IsNumeric()})
	}
	p.Cells = part.Texts(frame.DisplayOptions{MaxText: maxText})
	return p, nil
}

// writeText writes rows for a spreadsheet.
func writeText(ctx context.Context, w http.ResponseWriter, f *frame.Frame, format string) error {
	h := w.Header()
	h.Set("Content-Disposition", `attachment; filename="table.`+format+`"`)
	h.Set("Content-Type", "text/"+map[string]string{"csv": "csv", "tsv": "tab-separated-values"}[format]+"; charset=utf-8")
	write := f.WriteCSV
	if format == "tsv" {
		write = f.WriteTSV
	}
	out := &begun{Writer: w}
	err := write(ctx, out)
	if err != nil && out.some {
		panic(http.ErrAbortHandler) // the client sees that the rest is missing
	}
	return err
}

// begun knows whether anything was written.
type begun struct {
	io.Writer
	some bool
}

func (b *begun) Write(p []byte) (int, error) {
	b.some = true
	return b.Writer.Write(p)
}

func refuse(w http.ResponseWriter, status int, err error) {
	h := w.Header()
	for _, name := range []string{"ETag", "Content-Disposition"} {
		h.Del(name)
	}
	h.Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": err.Error(), "reason": http.StatusText(status)}) // the client is gone if this fails
}
