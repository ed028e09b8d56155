package server

import (
	"strings"
	"testing"
)

// People read what is wrong with a body; types of Go tell them nothing.
func TestWrongBodiesAreExplained(t *testing.T) {
	r := newRig(t, nil)
	for name, tc := range map[string]struct{ method, target, body, want string }{
		"a list":        {"POST", "/api/kernels", `[]`, "it is of the type array and should be an object"},
		"a number":      {"POST", "/api/kernels", `{"name":5}`, `the field \"name\" is of the type number and should be text`},
		"a nested one":  {"POST", "/api/sessions", `{"path":"a","type":"notebook","kernel":[]}`, `the field \"kernel\" is of the type array and should be an object`},
		"configuration": {"PUT", "/api/config/notebook", `"x"`, "it is of the type string and should be an object"},
		"a notebook":    {"PUT", "/api/contents/new.wnb", `{"type":"notebook","format":"json","content":"x"}`, "it is of the type string and should be an object"},
	} {
		t.Run(name, func(t *testing.T) {
			got := r.call(tc.method, tc.target, tc.body)
			if got.status != 400 || !strings.Contains(got.body, tc.want) || strings.Contains(got.body, "Go ") {
				t.Errorf("answered with %d %s", got.status, got.body)
			}
		})
	}
}
