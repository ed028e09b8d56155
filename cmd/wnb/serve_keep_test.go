package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/kernel/protocol"
	"github.com/wnb-dev/wnb/storage"
)

// keep keeps the session as a run, and gives its id.
func (s *serving) keep(session string) string {
	s.t.Helper()
	return s.call("POST", "/api/wnb/sessions/"+session+"/keep", nil, http.StatusCreated)["run_id"].(string)
}

// refused is what the server says where a session cannot be kept.
func (s *serving) refused(session string) string {
	s.t.Helper()
	return s.call("POST", "/api/wnb/sessions/"+session+"/keep", nil, http.StatusConflict)["message"].(string)
}

// recorded is what the store has of a run, but for what differs between any two
// runs: ids, names and times; and that a result was computed, or found again.
func recorded(t *testing.T, dir, run string) any {
	t.Helper()
	var all any
	if err := json.Unmarshal([]byte(wnb(t, dir, "runs", "show", run, "--json")), &all); err != nil {
		t.Fatal(err)
	}
	store, err := storage.Open(t.Context(), filepath.Join(dir, ".wnb"), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	found, err := store.Run(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	contents := map[string]any{"shown": all}
	artifacts, err := store.Artifacts(t.Context(), found.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range artifacts {
		data, err := store.ReadBlob(t.Context(), a.Blob.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		contents[a.Path] = string(data)
		if a.Path == "provenance.json" {
			var cells any
			if err := json.Unmarshal(data, &cells); err != nil {
				t.Fatal(err)
			}
			contents[a.Path] = cells
		}
	}
	var console bytes.Buffer
	if err := store.WriteConsole(t.Context(), found.ID, &console); err != nil {
		t.Fatal(err)
	}
	contents["console"] = console.String()
	return comparable(contents)
}

func comparable(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			switch {
			case slices.Contains([]string{"run_id", "name", "start_time", "end_time", "timestamp", "duration_ms", "wnb.command", "seconds", "artifacts"}, key):
				delete(v, key)
			case key == "status" && value == "cached":
				v[key] = "done"
			default:
				v[key] = comparable(value)
			}
		}
	case []any:
		for i := range v {
			v[i] = comparable(v[i])
		}
	}
	return v
}

// What is kept of a session is what wnb run records of the same notebook, also
// where the session went on over a restart or the death of the server.
func TestKeptSessionEqualsARun(t *testing.T) {
	notebooks := map[string]string{
		"done": servedNotebook,
		"out of order, tags, artifacts, a disabled cell": "---\nwnb: 1\ntags:\n  stage: trial\nparams:\n  n: 4\n---\n\n" +
			"```starlark {#use}\ny = x * 10\ntrack.log_metric(\"y\", y, step=2)\ntrack.set_tag(\"kind\", \"test\")\nprint(\"used\")\n```\n\n" +
			"```starlark {#make}\nx = params.n\nprint(\"made\")\ntrack.log_param(\"rows\", x)\n```\n\n" +
			"```starlark {#text}\ntrack.log_text(\"note.txt\", \"a text\")\nframe({\"a\": [1, 2]})\n```\n\n" +
			"```starlark {#never .disabled}\nfail(\"no\")\n```\n",
		"a cell fails": "---\nwnb: 1\n---\n\n```starlark {#good}\nx = 1\nx\n```\n\n```starlark {#bad}\nz = x\nfail(\"no more\")\n```\n\n```starlark {#after}\nz + 1\n```\n",
	}
	for name, text := range notebooks {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			writeFile(t, filepath.Join(dir, "n.wnb"), text)
			s := serve(t, dir)
			ses, kernel := s.session("n.wnb")
			c := s.connect(kernel, ses, protocol.V1)
			cells := regexp.MustCompile("(?s)```starlark {#(\\w+)}\n(.*?)\n```").FindAllStringSubmatch(text, -1)
			slices.Reverse(cells)
			for i, cell := range cells {
				if i == 1 {
					s.kill()
					s = serve(t, dir)
					ses, kernel = s.session("n.wnb")
					c = s.connect(kernel, ses, protocol.V1)
				}
				c.run(cell[1], cell[2])
			}
			s.stop()
			s = serve(t, dir)
			ses, _ = s.session("n.wnb")
			kept := s.keep(ses)
			s.stop()

			other := t.TempDir()
			writeFile(t, filepath.Join(other, "n.wnb"), text)
			cmd := exec.Command("wnb", "run", "n.wnb")
			cmd.Dir, cmd.Env = other, append(os.Environ(), "WNB_STORE=")
			if out, err := cmd.CombinedOutput(); err != nil && cmd.ProcessState.ExitCode() != exitCellFailed {
				t.Fatalf("%v: %s", err, out)
			}
			if diff := cmp.Diff(recorded(t, other, "latest"), recorded(t, dir, kept)); diff != "" {
				t.Errorf("a run and what was kept (-run +kept):\n%s", diff)
			}
		})
	}
}

func TestSessionIsKeptOverRestarts(t *testing.T) {
	for name, end := range map[string]func(*serving){"stopped": (*serving).stop, "killed": (*serving).kill} {
		t.Run(name, func(t *testing.T) {
			dir := newServed(t)
			s := serve(t, dir)
			ses, kernel := s.session("n.wnb")
			c := s.connect(kernel, ses, protocol.V1)
			if got := s.refused(ses); !strings.Contains(got, "no cell of n.wnb has run") {
				t.Errorf("nothing ran: %s", got)
			}
			c.run("make", "x = params.n\nprint(\"made\")")
			if got := s.refused(ses); !strings.Contains(got, "cell use has not run") {
				t.Errorf("a cell has not run: %s", got)
			}
			c.run("use", "y = x * 10\ntrack.log_metric(\"y\", 1)\ny")
			if got := s.refused(ses); !strings.Contains(got, "cell use was changed since it ran") {
				t.Errorf("a cell is another one in the file: %s", got)
			}
			end(s)

			s = serve(t, dir)
			ses, kernel = s.session("n.wnb")
			if got := s.refused(ses); !strings.Contains(got, "cell use was changed since it ran") {
				t.Errorf("after the restart: %s", got)
			}
			c = s.connect(kernel, ses, protocol.V1)
			c.run("use", "y = x * 10\ntrack.log_metric(\"y\", y)\ny")
			end(s)

			s = serve(t, dir)
			ses, _ = s.session("n.wnb")
			first := s.keep(ses)
			s.call("DELETE", "/api/sessions/"+ses, nil, http.StatusNoContent)
			ses, _ = s.session("n.wnb")
			if got := s.refused(ses); !strings.Contains(got, "no cell of n.wnb has run") {
				t.Errorf("the session was shut down, and a new one has %s", got)
			}
			s.stop()
			shown := wnb(t, dir, "runs", "show", first)
			for _, want := range []string{"experiment  n", "FINISHED", "  n  4", "  y  40", "use   done"} {
				if !strings.Contains(shown, want) {
					t.Errorf("the kept run lacks %q:\n%s", want, shown)
				}
			}
			if history := wnb(t, dir, "runs", "show", first, "--json"); strings.Count(history, `"y":40`) != 1 {
				t.Errorf("a rerun must replace what the cell logged: %s", history)
			}
			if listed := wnb(t, dir, "runs", "list"); strings.Contains(listed, "sessions") || strings.Count(listed, "FINISHED") != 1 {
				t.Errorf("session runs must be hidden: %s", listed)
			}
		})
	}
}

// A session follows its notebook: renamed with its folder, also while the server
// was restarted in between, and saved under another name.
func TestSessionFollowsItsNotebook(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "old"), 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "old", "n.wnb"), servedNotebook)
	s := serve(t, dir)
	ses, kernel := s.session("old/n.wnb")
	c := s.connect(kernel, ses, protocol.V1)
	c.run("make", "x = params.n\nprint(\"made\")")
	s.call("PATCH", "/api/contents/old", map[string]string{"path": "new"}, http.StatusOK)
	c.run("use", "y = x * 10\ntrack.log_metric(\"y\", y)\ny")
	s.kill()
	s = serve(t, dir)
	s.call("PATCH", "/api/contents/new", map[string]string{"path": "newer"}, http.StatusOK)
	s.stop()
	s = serve(t, dir)
	ses, kernel = s.session("newer/n.wnb")
	s.keep(ses)

	// Saved under another name: the kernel goes on with the other file.
	c = s.connect(kernel, ses, protocol.V1)
	c.run("make", "x = params.n\nprint(\"made\")")
	content := s.call("GET", "/api/contents/newer/n.wnb", nil, http.StatusOK)
	s.call("PUT", "/api/contents/copy.wnb", map[string]any{"type": "notebook", "format": "json", "content": content["content"]}, http.StatusCreated)
	s.call("PATCH", "/api/sessions/"+ses, map[string]string{"path": "copy.wnb"}, http.StatusOK)
	s.keep(ses)

	// A notebook that is deleted takes its session along.
	s.call("DELETE", "/api/contents/newer/n.wnb", nil, http.StatusNoContent)
	writeFile(t, filepath.Join(dir, "newer", "n.wnb"), servedNotebook)
	again, _ := s.session("newer/n.wnb")
	if got := s.refused(again); !strings.Contains(got, "no cell of") {
		t.Errorf("a notebook that was deleted has a session: %s", got)
	}
}
