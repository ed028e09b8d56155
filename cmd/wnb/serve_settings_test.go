package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

const inputNotebook = "---\nwnb: 1\nparams:\n  n: 4\n---\n\n```starlark {#in}\ndepth = ui.slider(\"depth\", 1, 10, default=3)\n```\n\n```starlark {#use}\ndepth * params.n\n```\n"

// shownAs stops at a result.
func shownAs(text string) func(*protocol.Message) bool {
	return func(m *protocol.Message) bool {
		return m.Header.MsgType == protocol.TypeExecuteResult && strings.Contains(string(m.Content), `"text/plain":"`+text+`"`)
	}
}

// Settings reach a kernel that runs, and the next one; all tabs see what reruns.
func TestSettingsReachTheKernel(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "n.wnb"), inputNotebook)
	s := serve(t, dir)
	ses, kernel := s.session("n.wnb")
	one, two := s.connect(kernel, ses, protocol.V1), s.connect(kernel, "other", protocol.V1)
	one.run("in", `depth = ui.slider("depth", 1, 10, default=3)`)
	one.run("use", "depth * params.n")

	const url = "/api/wnb/settings/n.wnb"
	s.call("PATCH", url, map[string]any{"inputs": map[string]any{"depth": 7}}, http.StatusOK)
	one.until(nil, shownAs("28"))
	two.until(nil, shownAs("28"))
	got := s.call("PATCH", url, map[string]any{"params": map[string]any{"n": 5}, "mode": "auto"}, http.StatusOK)
	two.until(nil, shownAs("35"))
	if diff := cmp.Diff(map[string]any{"depth": 7.0}, got["inputs"]); diff != "" || got["mode"] != "auto" {
		t.Errorf("settings %v", got)
	}

	s.call("POST", "/api/kernels/"+kernel+"/restart", nil, http.StatusOK)
	if shown := one.run("use", "depth * params.n"); !strings.Contains(shown, "35") {
		t.Errorf("after a restart: %s", shown)
	}
	got = s.call("PATCH", url, map[string]any{"inputs": map[string]any{"depth": nil}}, http.StatusOK)
	one.until(nil, shownAs("15"))
	if diff := cmp.Diff(map[string]any{}, got["inputs"]); diff != "" {
		t.Error(diff)
	}
	for _, tt := range []struct {
		body any
		want string
	}{
		{map[string]any{"mode": "sometimes"}, `mode "sometimes": write auto, brief, lazy or off`},
		{map[string]any{"mode": 7}, `settings: the field "mode" is of the type number and should be text`},
		{[]int{1}, "settings: it is of the type array and should be an object"},
		{map[string]any{"inputs": map[string]any{"depth": json.Number("1e999")}}, "input depth: the number 1e999 is too large"},
	} {
		if got := s.call("PATCH", url, tt.body, http.StatusBadRequest); got["message"] != tt.want {
			t.Errorf("%v: %v, want %q", tt.body, got["message"], tt.want)
		}
	}
	many := map[string]any{}
	for i := range maxInputs + 1 {
		many[fmt.Sprint("input", i)] = i
	}
	s.call("PATCH", url, map[string]any{"inputs": many}, http.StatusBadRequest)
}

// A session that is kept is the run that -p with the inputs of the page gives.
func TestKeptInputs(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "n.wnb"), inputNotebook)
	s := serve(t, dir)
	ses, kernel := s.session("n.wnb")
	c := s.connect(kernel, ses, protocol.V1)
	c.run("in", `depth = ui.slider("depth", 1, 10, default=3)`)
	c.run("use", "depth * params.n")
	const url = "/api/wnb/settings/n.wnb"
	s.call("PATCH", url, map[string]any{"mode": "off", "inputs": map[string]any{"depth": 7}}, http.StatusOK)
	c.until(nil, func(m *protocol.Message) bool { return strings.Contains(string(m.Content), "input depth 3 → 7") })
	if refused := s.refused(ses); !strings.Contains(refused, "cell in ran with another value of input depth") {
		t.Errorf("refused: %s", refused)
	}
	c.run("in", `depth = ui.slider("depth", 1, 10, default=3)`)
	c.run("use", "depth * params.n")
	kept := s.keep(ses)
	s.stop()

	other := t.TempDir()
	writeFile(t, filepath.Join(other, "n.wnb"), inputNotebook)
	wnb(t, other, "run", "n.wnb", "-p", "depth=7")
	if diff := cmp.Diff(recorded(t, other, "latest"), recorded(t, dir, kept)); diff != "" {
		t.Errorf("a run and what was kept (-run +kept):\n%s", diff)
	}
}
