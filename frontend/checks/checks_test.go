package checks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/kernel/check"
)

// around has one file to load, and refuses paths outside.
func around(path string) (check.Options, func() error, error) {
	if strings.HasPrefix(path, "../") {
		return check.Options{}, nil, errors.New("the path leads out of the served folder")
	}
	files := fstest.MapFS{"lib.star": {Data: []byte("def f(x):\n    return y\n")}}
	return check.Options{Project: files}, func() error { return nil }, nil
}

// notebook is a notebook as the page sends it; cells are their texts, named
// prepare-a, prepare-b and so on.
func notebook(front string, cells ...string) map[string]any {
	list := []any{}
	for i, source := range cells {
		list = append(list, map[string]any{"cell_type": "code", "id": "prepare-" + string(rune('a'+i)), "metadata": map[string]any{}, "source": source, "outputs": []any{}})
	}
	return map[string]any{"nbformat": 4, "nbformat_minor": 5, "cells": list, "metadata": map[string]any{"wnb": map[string]string{"front_matter": front}}}
}

func ask(ctx context.Context, h http.Handler, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodPost, "/api/wnb/check", strings.NewReader(body)))
	return w
}

func body(t *testing.T, path string, content any) string {
	t.Helper()
	data, err := json.Marshal(map[string]any{"path": path, "content": content})
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestDiagnostics(t *testing.T) {
	for _, tt := range []struct {
		name, front string
		cells       []string
		want        []string // "file:cell:line:col-end code severity: fix"
	}{
		{"nothing", "", []string{"print(1)"}, nil},
		{"a line with a fix", "", []string{"print(1)", "import math\nprint(2)"}, []string{"b:1:1-7 WNB003 error: remove import math 1:1-2:1 "}},
		{"characters before it are counted, not bytes", "", []string{`print("é𝄞", xs)`}, []string{"a:1:13-15 WNB010 error"}},
		{"behind a line of attributes", "", []string{"%%starlark timeout=3s\nprint(1)\nprint(xs)"}, []string{"a:2:7-9 WNB010 error"}},
		{"an attribute", "", []string{"%%starlark timeout=x\nprint(1)"}, []string{"a:0:25-34 WNB005 error"}},
		{"an attribute with a fix", "", []string{"print(1)", "%%starlark .hide-code after=prepar-a timeout=3s\nprint(2)"}, []string{"b:0:36-42 WNB018 error: write after=prepare-a .hide-code after=prepare-a timeout=3s"}},
		{"attributes that cannot be read", "", []string{"%%starlark after=\nprint(xs)"}, []string{"a:0:0-0 WNB002 error"}},
		{"the front matter", "wnb: 1\nparams:\n  depth: 3\n", []string{"print(1)"}, []string{":0:3-8 WNB031 warning"}},
		{"a file that is loaded", "", []string{"load(\"lib.star\", \"f\")\nprint(f(1))"}, []string{"lib.star::2:12-13 WNB010 error"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := ask(t.Context(), New(around), body(t, "n.wnb", notebook(tt.front, tt.cells...)))
			var got struct{ Diagnostics []diagnostic }
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK {
				t.Fatalf("%d %s %v", w.Code, w.Body, err)
			}
			var lines []string
			for _, d := range got.Diagnostics {
				lines = append(lines, brief(d))
			}
			if diff := cmp.Diff(tt.want, lines); diff != "" {
				t.Errorf("%s\n%s", diff, w.Body)
			}
		})
	}
}

func brief(d diagnostic) string {
	text := fmt.Sprintf("%s:%d:%d-%d %s %s", strings.TrimPrefix(d.Cell, "prepare-"), d.Line, d.Col, d.EndCol, d.Code, d.Severity)
	if d.File != "" {
		text = d.File + ":" + text
	}
	if d.Fix == nil {
		return text
	}
	text += ": " + d.Fix.Title
	for _, e := range d.Fix.Edits {
		text += fmt.Sprintf(" %d:%d-%d:%d %s", e.Line, e.Col, e.EndLine, e.EndCol, e.Text)
	}
	if d.Fix.Attrs != nil {
		text += " " + *d.Fix.Attrs
	}
	return text
}

func TestRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		want int
	}{
		"no JSON":                       {"x", http.StatusBadRequest},
		"no notebook":                   {`{"path": "n.wnb", "content": {}}`, http.StatusBadRequest},
		"a front matter that is not":    {body(t, "n.wnb", notebook("wnb: [")), http.StatusBadRequest},
		"a path outside":                {body(t, "../n.wnb", notebook("")), http.StatusBadRequest},
		"more than a notebook may have": {`{"path": "` + strings.Repeat("x", maxBody), http.StatusRequestEntityTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			w := ask(t.Context(), New(around), tt.body)
			if w.Code != tt.want || !strings.Contains(w.Body.String(), `"message"`) {
				t.Errorf("%d %s, want %d", w.Code, w.Body, tt.want)
			}
		})
	}
}

// A check that waits for its turn ends with its request, and says nothing.
func TestCancelled(t *testing.T) {
	h := New(around)
	h.of("n.wnb").turn <- struct{}{} // another check runs
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if w := ask(ctx, h, body(t, "n.wnb", notebook("", "xs"))); w.Body.Len() > 0 {
		t.Errorf("answered %s", w.Body)
	}
	<-h.of("n.wnb").turn
	if w := ask(t.Context(), h, body(t, "n.wnb", notebook("", "xs"))); !strings.Contains(w.Body.String(), "WNB010") {
		t.Errorf("answered %s", w.Body)
	}
}

func TestCheckersAreBounded(t *testing.T) {
	h := New(around)
	first := h.of("0.wnb")
	for i := range 3 * maxCheckers {
		h.of(fmt.Sprintf("%d.wnb", i))
		if again := h.of("0.wnb"); again != first {
			t.Fatal("the one used last was dropped")
		}
	}
	if len(h.kept) != maxCheckers {
		t.Errorf("%d are kept", len(h.kept))
	}
}

func TestExplain(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /check/{code}", Explain)
	for code, want := range map[string]int{"WNB010": http.StatusOK, "WNB999": http.StatusNotFound, "..%2fgo": http.StatusNotFound} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/check/"+code, nil))
		if w.Code != want {
			t.Errorf("%s: %d %s", code, w.Code, w.Body)
		}
	}
}

// FuzzCheck: whatever the text, the answer is JSON with places in the source.
func FuzzCheck(f *testing.F) {
	f.Add("wnb: 1\nparams:\n  depth: 3\n", "%%starlark after=\nprint(xs)")
	f.Add("", "%%sql out=x\nSELECT 1")
	f.Add("", "x = 1\nx[")
	f.Fuzz(func(t *testing.T, front, source string) {
		w := ask(t.Context(), New(around), body(t, "n.wnb", notebook(front, source)))
		var got struct{ Diagnostics []diagnostic }
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatalf("%d %s: %v", w.Code, w.Body, err)
		}
		for _, d := range got.Diagnostics {
			if d.Line < 0 || d.Cell != "" && d.Line > strings.Count(source, "\n")+strings.Count(source, "\r")+1 {
				t.Errorf("%s is not in %q", brief(d), source)
			}
		}
	})
}
