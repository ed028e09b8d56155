package page_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/frontend/dist"
	"github.com/wnb-dev/wnb/frontend/page"
	"github.com/wnb-dev/wnb/notebooks"
)

func built(t *testing.T) *page.Page {
	t.Helper()
	p, err := page.New(dist.Files)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func get(h http.Handler, path, accept string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	r.Header.Set("Accept-Encoding", accept)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestIndexHasANonceOfItsOwnAndAStrictPolicy(t *testing.T) {
	index := built(t).Index("a<b>.wnb")
	nonces := map[string]bool{}
	for range 2 {
		w := get(index, "/tree", "")
		policy, body := w.Header().Get("Content-Security-Policy"), w.Body.String()
		m := regexp.MustCompile(`'nonce-([A-Z2-7]+)'`).FindStringSubmatch(policy)
		if m == nil || !strings.Contains(body, `data-nonce="`+m[1]+`"`) {
			t.Fatalf("policy %q does not go with the page", policy)
		}
		nonces[m[1]] = true
		if regexp.MustCompile(`(script-src|style-src )[^;]*unsafe|https?:`).MatchString(policy) {
			t.Errorf("policy %q", policy)
		}
		if !strings.Contains(body, `data-app="a&lt;b&gt;.wnb"`) || strings.Contains(body, "{{") {
			t.Errorf("page %s", body)
		}
		if regexp.MustCompile(`<script>|<style|onload=|https?://`).MatchString(body) {
			t.Errorf("the page has inline code or names another host:\n%s", body)
		}
	}
	if len(nonces) != 2 {
		t.Error("two answers have the same nonce")
	}
}

func TestAssetsComeInTheEncodingThatTheClientTakes(t *testing.T) {
	p := built(t)
	names, err := fs.Glob(dist.Files, "page-*.js.gz")
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	name := strings.TrimSuffix(names[0], ".gz")
	packed, err := fs.ReadFile(dist.Files, names[0])
	if err != nil {
		t.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		accept, encoding string
		body             []byte
	}{
		{"gzip, deflate, br", "br", nil}, {"gzip", "gzip", packed}, {"br;q=0, gzip;q=0.5", "gzip", packed}, {"", "", plain}, {"identity", "", plain},
	} {
		w := get(p.Assets(), "/static/page/"+name, tc.accept)
		if w.Code != http.StatusOK || w.Header().Get("Content-Encoding") != tc.encoding || tc.body != nil && !bytes.Equal(w.Body.Bytes(), tc.body) {
			t.Errorf("%q: %d %q, %d bytes", tc.accept, w.Code, w.Header().Get("Content-Encoding"), w.Body.Len())
		}
		if !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%q: cache %q", tc.accept, w.Header().Get("Cache-Control"))
		}
	}
	for _, name := range []string{"nothing.js", "index.html", "../page.go", names[0]} {
		if w := get(p.Assets(), "/static/page/"+name, "br"); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	if policy := get(p.Assets(), "/static/page/frame.html", "").Header().Get("Content-Security-Policy"); !strings.HasPrefix(policy, "sandbox allow-scripts; default-src 'none'") {
		t.Errorf("policy of frames: %q", policy)
	}
}

// firstPage is what the first view of the page may cost, packed.
const firstPage = 300_000

func TestFirstPageIsSmall(t *testing.T) {
	body := get(built(t).Index(""), "/", "").Body.String()
	total := 0
	for _, m := range regexp.MustCompile(`/static/page/([\w.-]+)"`).FindAllStringSubmatch(body, -1) {
		if m[1] == "frame.html" {
			continue
		}
		data, err := fs.ReadFile(dist.Files, m[1]+".gz")
		if err != nil {
			t.Fatal(err)
		}
		total += len(data)
	}
	t.Logf("%d bytes with gzip", total)
	if total < 100_000 || total > firstPage {
		t.Errorf("the first page has %d bytes, of %d", total, firstPage)
	}
}

func TestAPageThatWasNotBuiltIsAnError(t *testing.T) {
	if _, err := page.New(fstest.MapFS{}); err == nil || !strings.Contains(err.Error(), "run npm") {
		t.Errorf("error %v", err)
	}
}

const declared = "---\nwnb: 1 # kept\nparams:\n  n: {default: 2, min: 1, max: 9}\n  short: a\n  needed: {type: float}\n---\n\n# T\n"

func TestCheckParams(t *testing.T) {
	doc, err := notebooks.Parse("n.wnb", []byte(declared))
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		set  map[string]any
		want map[string]any
		err  string
	}{
		"a JSON number":   {map[string]any{"n": float64(3)}, map[string]any{"n": int64(3)}, ""},
		"a text of one":   {map[string]any{"n": "4"}, map[string]any{"n": int64(4)}, ""},
		"beyond":          {map[string]any{"n": 99.0}, nil, "from 1 to 9"},
		"no number":       {map[string]any{"n": "x"}, nil, "not an int"},
		"an unknown name": {map[string]any{"m": 1.0}, nil, `no parameter "m"`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := page.CheckParams(doc.Front.Params, tc.set)
			if tc.err != "" {
				if err == nil || !strings.Contains(err.Error(), tc.err) {
					t.Errorf("error %v, want %q", err, tc.err)
				}
				return
			}
			if diff := cmp.Diff(tc.want, got); err != nil || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}
