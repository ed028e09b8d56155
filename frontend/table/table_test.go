package table_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/frontend/table"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errNotFound = errors.New("there is no such blob")

// blobs are contents by name.
type blobs struct {
	content map[string][]byte
	opened  atomic.Int32
}

func (b *blobs) open(_ context.Context, ref string) (io.ReadCloser, error) {
	b.opened.Add(1)
	content, ok := b.content[ref]
	if !ok {
		return nil, fmt.Errorf("blob %s: %w", ref, errNotFound)
	}
	return io.NopCloser(bytes.NewReader(content)), nil
}

// put keeps a frame.
func (b *blobs) put(t testing.TB, f *frame.Frame) (ref string) {
	t.Helper()
	content, err := f.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	sum := f.Hash()
	ref = fmt.Sprintf("%x", sum[:])
	b.content[ref] = content
	return ref
}

func newBlobs() *blobs { return &blobs{content: map[string][]byte{}} }

// sample has nulls, a NaN and equal values.
func sample(t testing.TB) *frame.Frame {
	t.Helper()
	f, err := frame.New(
		frame.NewString("name", []string{"Anna", "bert", "Carl", "anna", "Eve"}),
		frame.NewFloat64("score", []float64{2, 1, math.NaN(), 2, -0.5}),
		ints(t, "age", 30, nil, 20, 30, 10),
	)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func ints(t testing.TB, name string, values ...any) *frame.Series {
	t.Helper()
	s, err := frame.FromAny(name, values)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type answer struct {
	Rows, Total, Offset int
	Index               []int
	Columns             []struct {
		Name, DType string
		Number      bool
	}
	Cells   [][]*string
	Message string
}

func ask(t testing.TB, h http.Handler, ref, query string, header ...string) (*httptest.ResponseRecorder, answer) {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("GET /tables/{ref}", h)
	r := httptest.NewRequest("GET", "/tables/"+url.PathEscape(ref)+"?"+query, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	var a answer
	if strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
			t.Fatalf("%v in %s", err, w.Body)
		}
	}
	return w, a
}

func TestRows(t *testing.T) {
	store := newBlobs()
	ref := store.put(t, sample(t))
	h := table.New(table.Options{Open: store.open, NotFound: errNotFound})
	tests := map[string]struct {
		query string
		index []int
		rows  int
	}{
		"all":                   {"", []int{0, 1, 2, 3, 4}, 5},
		"a part":                {"offset=1&limit=2", []int{1, 2}, 5},
		"the end":               {"offset=4&limit=9", []int{4}, 5},
		"behind the end":        {"offset=77", []int{}, 5},
		"no rows":               {"limit=0", []int{}, 5},
		"sorted, NaN last":      {"sort=score", []int{4, 1, 0, 3, 2}, 5},
		"descending, NaN last":  {"sort=score&desc=1", []int{0, 3, 1, 4, 2}, 5},
		"null last":             {"sort=age", []int{4, 2, 0, 3, 1}, 5},
		"descending, null last": {"sort=age&desc=1", []int{0, 3, 2, 4, 1}, 5},
		"by bytes":              {"sort=name", []int{0, 2, 4, 3, 1}, 5},
		"a part of the sorted":  {"sort=age&offset=1&limit=2", []int{2, 0}, 5},
		"filtered":              {"filter=ANNA", []int{0, 3}, 2},
		"filtered and sorted":   {"filter=a&sort=name&desc=1", []int{3, 2, 0}, 3},
		"filtered by number":    {"filter=-0.5", []int{4}, 1},
		"filtered by null":      {"filter=null", []int{1}, 1},
		"nothing passes":        {"filter=zzz", []int{}, 0},
		"a number in no column": {"filter=77&sort=age", []int{}, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w, a := ask(t, h, ref, tt.query)
			if d := cmp.Diff(tt.index, a.Index); d != "" || a.Rows != tt.rows || a.Total != 5 || len(a.Cells) != len(tt.index) {
				t.Errorf("%d %s\n%s", w.Code, w.Body, d)
			}
		})
	}
	if n := store.opened.Load(); n != 1 {
		t.Errorf("the frame was read %d times", n)
	}
}

func TestCellsAreAsTheyAreShown(t *testing.T) {
	store := newBlobs()
	ref := store.put(t, sample(t))
	h := table.New(table.Options{Open: store.open})
	_, a := ask(t, h, ref, "limit=2&from=1&columns=5")
	got, err := json.Marshal(a)
	want := `{"Rows":5,"Total":5,"Offset":0,"Index":[0,1],"Columns":[{"Name":"score","DType":"float64","Number":true},{"Name":"age","DType":"int64","Number":true}],"Cells":[["2.0","30"],["1.0",null]],"Message":""}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v, want\n%s", got, err, want)
	}
}

func TestText(t *testing.T) {
	store := newBlobs()
	ref := store.put(t, sample(t))
	h := table.New(table.Options{Open: store.open})
	for query, want := range map[string]string{
		"format=csv&sort=age":            "name,score,age\nEve,-0.5,10\nCarl,NaN,20\nAnna,2.0,30\nanna,2.0,30\nbert,1.0,\n",
		"format=tsv&limit=1":             "name\tscore\tage\nAnna\t2.0\t30\n",
		"format=csv&filter=e&limit=1000": "name,score,age\nbert,1.0,\nEve,-0.5,10\n",
	} {
		if w, _ := ask(t, h, ref, query); w.Body.String() != want || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/") {
			t.Errorf("%s: %s %q", query, w.Header(), w.Body)
		}
	}
}

func TestRefusals(t *testing.T) {
	store := newBlobs()
	ref := store.put(t, sample(t))
	other, cut := strings.Repeat("a", 64), strings.Repeat("b", 64)
	store.content[other] = []byte("a secret that is no table")
	store.content[cut] = store.content[ref][:40]
	tests := map[string]struct {
		ref, query string
		status     int
		text       string
	}{
		"unknown":        {strings.Repeat("0", 64), "", 404, "run the cell again"},
		"not a table":    {other, "", 404, "is not a table"},
		"half a table":   {cut, "", 404, "run the cell again"},
		"not a name":     {"../../etc/passwd", "", 404, "64 hex digits"},
		"another column": {ref, "sort=nope", 400, `sort="nope" is not a column`},
		"negative":       {ref, "offset=-1", 400, `offset="-1" is not a whole number`},
		"not a number":   {ref, "limit=x", 400, `limit="x"`},
		"too large":      {ref, "limit=99999999999999999999", 400, "limit="},
		"unknown format": {ref, "format=exe", 400, `"exe" is not json, csv or tsv`},
		"broken query":   {ref, "sort=%zz", 400, "the query is wrong"},
		"very long":      {ref, "filter=" + strings.Repeat("x", 20000), 400, "more than 10000 bytes"},
	}
	h := table.New(table.Options{Open: store.open, NotFound: errNotFound})
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w, a := ask(t, h, tt.ref, tt.query)
			if w.Code != tt.status || !strings.Contains(a.Message, tt.text) || w.Header().Get("ETag") != "" {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if strings.Contains(w.Body.String(), "a secret") {
				t.Error("the content is shown")
			}
		})
	}
	small := table.New(table.Options{Open: store.open, MaxTable: 10})
	if w, a := ask(t, small, ref, ""); w.Code != 404 || !strings.Contains(a.Message, "larger than") {
		t.Errorf("a large table: %d %s", w.Code, w.Body)
	}
}

func TestLimitIsCapped(t *testing.T) {
	store := newBlobs()
	f, err := frame.New(frame.NewInt64("i", make([]int64, 5000)))
	if err != nil {
		t.Fatal(err)
	}
	_, a := ask(t, table.New(table.Options{Open: store.open}), store.put(t, f), "limit=5000")
	if len(a.Index) != 1000 || a.Rows != 5000 {
		t.Errorf("%d of %d rows", len(a.Index), a.Rows)
	}
}

func TestETag(t *testing.T) {
	store := newBlobs()
	ref := store.put(t, sample(t))
	h := table.New(table.Options{Open: store.open})
	w, _ := ask(t, h, ref, "sort=age")
	tag := w.Header().Get("ETag")
	if again, _ := ask(t, h, ref, "sort=age", "If-None-Match", tag); again.Code != 304 || again.Body.Len() != 0 {
		t.Errorf("%d %s", again.Code, again.Body)
	}
	if other, _ := ask(t, h, ref, "sort=name", "If-None-Match", tag); other.Code != 200 || other.Header().Get("ETag") == tag {
		t.Errorf("another query: %d", other.Code)
	}
}

func FuzzQuery(f *testing.F) {
	for _, q := range []string{"", "offset=1&limit=2", "sort=age&desc=1&filter=x", "from=9&columns=0", "format=tsv&limit=0", "limit=-0&sort"} {
		f.Add(q)
	}
	store := newBlobs()
	ref := store.put(f, sample(f))
	h := table.New(table.Options{Open: store.open})
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.RawQuery = query
		r.SetPathValue("ref", ref)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 200 && w.Code != 400 {
			t.Errorf("%q: %d %s", query, w.Code, w.Body)
		}
	})
}

// A request that reads or sorts for long holds up neither those that only page
// nor its own end.
func TestALongRequestBlocksNoOther(t *testing.T) {
	store := newBlobs()
	ref := store.put(t, sample(t))
	slow := strings.Repeat("c", 64)
	begun := make(chan struct{})
	h := table.New(table.Options{Sorts: 1, Open: func(ctx context.Context, name string) (io.ReadCloser, error) {
		if name != slow {
			return store.open(ctx, name)
		}
		close(begun)
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	ask(t, h, ref, "sort=age") // it is decoded, and the order known
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan int)
	go func() { // ends with ended
		r := httptest.NewRequest("GET", "/", nil).WithContext(ctx)
		r.SetPathValue("ref", slow)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		ended <- w.Code
	}()
	<-begun
	for _, query := range []string{"", "sort=age&offset=2"} {
		if w, _ := ask(t, h, ref, query); w.Code != 200 {
			t.Errorf("%q: %d", query, w.Code)
		}
	}
	cancel()
	if code := <-ended; code != http.StatusServiceUnavailable {
		t.Errorf("the request that was given up: %d", code)
	}
	if w, _ := ask(t, h, ref, "sort=name"); w.Code != 200 {
		t.Errorf("after it: %d", w.Code)
	}
}
