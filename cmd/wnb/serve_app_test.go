package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// A visitor's run has the params and the inputs of the form, and no other.
func TestAppRunsWithTheForm(t *testing.T) {
	s := serveApp(t, "---\nwnb: 1\nparams:\n  n: 3\n---\n\n"+star("in", `k = ui.number("k", default=2)`)+star("a", "params.n * k"))
	for form, want := range map[string]string{
		`{}`: `"text/plain":"6"`, `{"params":{"n":5}}`: `"text/plain":"10"`, `{"inputs":{"k":7}}`: `"text/plain":"21"`,
		`{"inputs":{"k":"x"}}`: `input k: \"x\" does not fit; give a whole number`,
	} {
		res, err := http.Post(s.base+"/app/run", "application/json", strings.NewReader(form))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(res.Body)
		if closeErr := res.Body.Close(); err != nil || closeErr != nil {
			t.Fatal(err, closeErr)
		}
		if !strings.Contains(string(text), want) {
			t.Errorf("%s gives %s, without %s", form, text, want)
		}
	}
}
