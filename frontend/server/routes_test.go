package server

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Required keys are those that stock clients throw on, from their validators.
var (
	modelKeys   = []string{"name", "path", "type", "writable", "created", "last_modified", "mimetype", "content", "format"}
	kernelKeys  = []string{"id", "name", "last_activity", "execution_state", "connections"}
	sessionKeys = []string{"id", "type", "name", "path", "kernel"}
	errorKeys   = []string{"message", "reason"}
)

func TestRoutes(t *testing.T) {
	r := newRig(t, nil)
	kernel := r.kernel()
	session := r.call("POST", "/api/sessions", `{"path":"sample.wnb","type":"notebook","name":"","kernel":{"name":"wnb"}}`).json(t)["id"].(string)
	point := r.call("POST", "/api/contents/dir/a.csv/checkpoints", "").json(t)["id"].(string)
	for _, tc := range []struct {
		method, target, body string
		status               int
		keys                 []string // of the JSON object, or of the elements of the list
	}{
		{"GET", "/api", "", 200, []string{"version"}},
		{"GET", "/api/", "", 200, []string{"version"}},
		{"GET", "/api/status", "", 200, []string{"started", "last_activity", "connections", "kernels"}},
		{"GET", "/api/me", "", 200, []string{"identity", "permissions"}},
		{"GET", `/api/me?permissions={"contents":["read","write"]}`, "", 200, []string{"identity", "permissions"}},
		{"GET", `/api/me?permissions=x`, "", 400, errorKeys},
		{"PATCH", "/api/me", `{"name":"Ada","color":null}`, 200, []string{"identity", "permissions"}},
		{"PATCH", "/api/me", `{"username":"root"}`, 400, errorKeys},
		{"GET", "/api/kernelspecs", "", 200, []string{"default", "kernelspecs"}},
		{"GET", "/api/kernelspecs?1700000000000", "", 200, []string{"default", "kernelspecs"}},
		{"GET", "/api/kernelspecs/wnb", "", 200, []string{"name", "spec", "resources"}},
		{"GET", "/api/kernelspecs/python3", "", 404, errorKeys},
		{"GET", "/kernelspecs/wnb/nope.png", "", 404, errorKeys},
		{"GET", "/api/kernels", "", 200, kernelKeys},
		{"POST", "/api/kernels", "", 201, kernelKeys},
		{"POST", "/api/kernels", `{"name":"python3"}`, 501, errorKeys},
		{"POST", "/api/kernels", `{"name":`, 400, errorKeys},
		{"GET", "/api/kernels/" + kernel, "", 200, kernelKeys},
		{"GET", "/api/kernels/nope", "", 404, errorKeys},
		{"POST", "/api/kernels/" + kernel + "/interrupt", "", 204, nil},
		{"POST", "/api/kernels/nope/interrupt", "", 404, errorKeys},
		{"POST", "/api/kernels/" + kernel + "/restart", "", 200, kernelKeys},
		{"POST", "/api/kernels/nope/restart", "", 404, errorKeys},
		{"GET", "/api/kernels/" + kernel + "/channels", "", 400, errorKeys},
		{"GET", "/api/kernels/nope/channels", "", 404, errorKeys},
		{"GET", "/api/sessions", "", 200, sessionKeys},
		{"POST", "/api/sessions", `{"path":"sample.wnb","type":"notebook","name":"","kernel":{"name":"wnb"}}`, 201, sessionKeys},
		{"POST", "/api/sessions", `{"notebook":{"path":"old.wnb"},"kernel":{"name":"wnb"}}`, 201, sessionKeys},
		{"POST", "/api/sessions", `{"type":"notebook"}`, 400, errorKeys},
		{"POST", "/api/sessions", `{"path":"x.wnb"}`, 400, errorKeys},
		{"POST", "/api/sessions", `{"path":"x.wnb","type":"notebook","kernel":{"name":"python3"}}`, 501, append([]string{"short_message"}, errorKeys...)},
		{"GET", "/api/sessions/" + session, "", 200, sessionKeys},
		{"GET", "/api/sessions/nope", "", 404, errorKeys},
		{"PATCH", "/api/sessions/" + session, `{"path":"renamed.wnb"}`, 200, sessionKeys},
		{"PATCH", "/api/sessions/" + session, "", 400, errorKeys},
		{"PATCH", "/api/sessions/nope", `{"path":"x"}`, 404, errorKeys},
		{"DELETE", "/api/sessions/" + session, "", 204, nil},
		{"DELETE", "/api/sessions/" + session, "", 404, errorKeys},
		{"DELETE", "/api/kernels/" + kernel, "", 204, nil},
		{"DELETE", "/api/kernels/" + kernel, "", 404, errorKeys},

		{"GET", "/api/contents", "", 200, modelKeys},
		{"GET", "/api/contents/?content=1", "", 200, modelKeys},
		{"GET", "/api/contents/dir?content=0", "", 200, modelKeys},
		{"GET", "/api/contents/dir/a.csv?type=file&format=text&content=1&hash=1&1700000000000", "", 200, append([]string{"hash", "hash_algorithm"}, modelKeys...)},
		{"GET", "/api/contents/dir/a.csv?content=maybe", "", 400, errorKeys},
		{"GET", "/api/contents/dir/a.csv?format=json", "", 400, errorKeys},
		{"GET", "/api/contents/dir?type=file", "", 400, errorKeys},
		{"GET", "/api/contents/nope.txt", "", 404, errorKeys},
		{"GET", "/api/contents/sample.wnb?type=notebook&content=1", "", 200, modelKeys},
		{"GET", "/api/contents/models/checkpoints", "", 200, modelKeys},
		{"GET", "/api/contents/models/checkpoints/one.txt", "", 200, modelKeys},
		{"POST", "/api/contents", `{"type":"notebook"}`, 201, modelKeys},
		{"POST", "/api/contents/dir", `{"type":"file","ext":".txt"}`, 201, modelKeys},
		{"POST", "/api/contents/dir", `{"type":"directory"}`, 201, modelKeys},
		{"POST", "/api/contents/dir", `{"copy_from":"dir/a.csv"}`, 201, modelKeys},
		{"POST", "/api/contents/dir", `{"copy_from":"nope"}`, 404, errorKeys},
		{"POST", "/api/contents/nope", `{}`, 404, errorKeys},
		{"PUT", "/api/contents/new.txt", `{"type":"file","format":"text","content":"x"}`, 201, modelKeys},
		{"PUT", "/api/contents/new.txt", `{"type":"file","format":"text","content":"y"}`, 200, modelKeys},
		{"PUT", "/api/contents/dir", "", 201, modelKeys},
		{"PUT", "/api/contents/new.txt", `{"type":"file","format":"text"}`, 400, errorKeys},
		{"PUT", "/api/contents/new.txt", `{"type":"file","format":"text","content":[1]}`, 400, errorKeys},
		{"PUT", "/api/contents/new.txt", `garbage`, 400, errorKeys},
		{"PUT", "/api/contents/x.wnb", `{"type":"notebook","format":"json","content":{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[]}}`, 201, modelKeys},
		{"PUT", "/api/contents/nope/x.txt", `{"type":"file","format":"text","content":"x"}`, 404, errorKeys},
		{"PATCH", "/api/contents/new.txt", `{"path":"dir/moved.txt"}`, 200, modelKeys},
		{"PATCH", "/api/contents/dir/moved.txt", `{"path":"dir/a.csv"}`, 409, errorKeys},
		{"PATCH", "/api/contents/dir/moved.txt", `{}`, 400, errorKeys},
		{"DELETE", "/api/contents/dir/moved.txt", "", 204, nil},
		{"DELETE", "/api/contents/dir/moved.txt", "", 404, errorKeys},
		{"DELETE", "/api/contents/dir", "", 400, errorKeys},
		{"POST", "/api/contents/sample.wnb/trust", "", 201, nil},
		{"GET", "/api/contents/dir/a.csv/checkpoints", "", 200, []string{"id", "last_modified"}},
		{"POST", "/api/contents/dir/a.csv/checkpoints", "", 201, []string{"id", "last_modified"}},
		{"POST", "/api/contents/dir/a.csv/checkpoints/" + point, "", 204, nil},
		{"POST", "/api/contents/dir/a.csv/checkpoints/nope", "", 404, errorKeys},
		{"DELETE", "/api/contents/dir/a.csv/checkpoints/" + point, "", 204, nil},
		{"DELETE", "/api/contents/dir/a.csv/checkpoints/" + point, "", 404, errorKeys},
		{"GET", "/api/contents/nope.txt/checkpoints", "", 404, errorKeys},

		{"GET", "/files/nope.txt", "", 404, errorKeys},
		{"GET", "/files/dir", "", 400, errorKeys},
		{"GET", "/files/.env", "", 404, errorKeys},
		{"GET", "/api/config/notebook", "", 200, nil},
		{"PATCH", "/api/config/notebook", `{"a":{"b":1,"c":2}}`, 200, []string{"a"}},
		{"PATCH", "/api/config/notebook", `{"a":{"b":null}}`, 200, []string{"a"}},
		{"PUT", "/api/config/notebook", `{"z":1}`, 204, nil},
		{"GET", "/api/config/notebook", "", 200, []string{"z"}},
		{"GET", "/api/config/no.section", "", 404, errorKeys},
		{"PUT", "/api/config/notebook", `[1]`, 400, errorKeys},
		{"GET", "/api/terminals", "", 200, nil},
		{"POST", "/api/terminals", "", 405, errorKeys},
		{"DELETE", "/api/terminals/1", "", 404, errorKeys},
		{"GET", "/terminals/websocket/1", "", 404, errorKeys},
		{"GET", "/tree", "", 200, nil},
		{"GET", "/tree?", "", 200, nil},
		{"GET", "/login", "", 200, nil},
		{"GET", "/lab/api/settings", "", 404, errorKeys},
		{"GET", "/hub/api", "", 404, errorKeys},
		{"POST", "/api/events", "", 400, errorKeys},
		{"POST", "/api/events", "{}", 400, errorKeys},
		{"POST", "/api/events", `{"schema_id":"a","data":{}}`, 400, errorKeys},
		{"POST", "/api/events", `{"schema_id":"a","version":1}`, 400, errorKeys},
		{"POST", "/api/events", `{"schema_id":"a","version":1,"data":[]}`, 400, errorKeys},
		{"POST", "/api/events", `{"schema_id":"https://events.example.org/a","version":"1","data":{"x":1}}`, 204, nil},
		{"GET", "/api/events", "", 405, errorKeys},
		{"GET", "/api/events/subscribe", "", 400, errorKeys},
		{"GET", "/api/nbconvert", "", 200, nil},
		{"GET", "/nbconvert/html/sample.wnb", "", 404, errorKeys},
		{"GET", "/nope", "", 404, errorKeys},
		{"DELETE", "/api/status", "", 405, errorKeys},
		{"BREW", "/api/contents", "", 405, errorKeys},
	} {
		t.Run(tc.method+" "+tc.target, func(t *testing.T) {
			got := r.call(tc.method, tc.target, tc.body)
			if got.status != tc.status {
				t.Fatalf("status %d, want %d: %s", got.status, tc.status, got.body)
			}
			if got.status == http.StatusNoContent && got.body != "" {
				t.Errorf("a body: %q", got.body)
			}
			hasKeys(t, got.body, tc.keys)
			for _, header := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cache-Control"} {
				if got.header.Get(header) == "" {
					t.Errorf("no header %s", header)
				}
			}
		})
	}
}

func hasKeys(t *testing.T, body string, keys []string) {
	t.Helper()
	if len(keys) == 0 {
		return
	}
	objects := []map[string]any{{}}
	target := any(&objects[0])
	if strings.HasPrefix(body, "[") {
		target = &objects
	}
	if err := json.Unmarshal([]byte(body), target); err != nil {
		t.Fatalf("%v in %q", err, body)
	}
	if len(objects) == 0 {
		t.Error("an empty list tells nothing of its elements")
	}
	for _, object := range objects {
		for _, key := range keys {
			if _, ok := object[key]; !ok {
				t.Errorf("no %q in %s", key, body)
			}
		}
	}
}

func TestCreationHasALocation(t *testing.T) {
	r := newRig(t, nil)
	for _, tc := range []struct{ method, target, body, want string }{
		{"POST", "/api/kernels", "", "/api/kernels/"},
		{"POST", "/api/sessions", `{"path":"a b.wnb","type":"notebook","kernel":{}}`, "/api/sessions/"},
		{"POST", "/api/contents/dir", `{"type":"directory"}`, "/api/contents/dir/Untitled%20Folder"},
		{"PUT", "/api/contents/n%C3%BC.txt", `{"type":"file","format":"text","content":"x"}`, "/api/contents/n%C3%BC.txt"},
		{"POST", "/api/contents/dir/a.csv/checkpoints", "", "/api/contents/dir/a.csv/checkpoints/"},
	} {
		got := r.call(tc.method, tc.target, tc.body)
		if got.status != http.StatusCreated || !strings.HasPrefix(got.header.Get("Location"), tc.want) {
			t.Errorf("%s %s: %d, Location %q", tc.method, tc.target, got.status, got.header.Get("Location"))
		}
	}
}

func TestKernelspecIsComplete(t *testing.T) {
	r := newRig(t, nil)
	all := r.call("GET", "/api/kernelspecs", "").json(t)
	spec := all["kernelspecs"].(map[string]any)[all["default"].(string)].(map[string]any)
	inner := spec["spec"].(map[string]any)
	got := []any{spec["name"], inner["display_name"], inner["language"]}
	if diff := cmp.Diff([]any{"wnb", "wnb (Starlark)", "starlark"}, got); diff != "" {
		t.Error(diff)
	}
	for name, target := range spec["resources"].(map[string]any) {
		got := r.call("GET", target.(string), "")
		if kind := got.header.Get("Content-Type"); got.status != 200 || !strings.HasPrefix(kind, "image/") || got.body == "" {
			t.Errorf("%s: %d %s", name, got.status, kind)
		}
	}
}

// As in Jupyter, the end of a session whose kernel is gone already says so.
func TestSessionWithoutKernelIsGone(t *testing.T) {
	r := newRig(t, nil)
	session := r.call("POST", "/api/sessions", `{"path":"sample.wnb","type":"notebook","kernel":{"name":"wnb"}}`).json(t)
	r.call("DELETE", "/api/kernels/"+session["kernel"].(map[string]any)["id"].(string), "")
	if got := r.call("DELETE", "/api/sessions/"+session["id"].(string), ""); got.status != http.StatusGone {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// Clients throw on a model that has content where none was asked for.
func TestModelWithoutContent(t *testing.T) {
	r := newRig(t, nil)
	for _, path := range []string{"", "dir", "dir/a.csv", "sample.wnb"} {
		got := r.call("GET", "/api/contents/"+path+"?content=0", "").json(t)
		if got["content"] != nil || got["format"] != nil {
			t.Errorf("%q: content %v, format %v", path, got["content"], got["format"])
		}
	}
}

func TestSamePathIsSameSession(t *testing.T) {
	r := newRig(t, nil)
	body := `{"path":"sample.wnb","type":"notebook","name":"","kernel":{"name":"wnb"}}`
	first, second := r.call("POST", "/api/sessions", body).json(t), r.call("POST", "/api/sessions", body).json(t)
	if first["id"] != second["id"] {
		t.Errorf("%v and %v", first["id"], second["id"])
	}
}

func TestSaveConditions(t *testing.T) {
	r := newRig(t, nil)
	read := r.call("GET", "/api/contents/dir/a.csv?hash=1", "")
	tag, body := read.header.Get("ETag"), `{"type":"file","format":"text","content":"mine"}`
	save := func(key, value string) reply {
		return r.raw("PUT", "/api/contents/dir/a.csv", body, http.Header{"Authorization": {"token " + token}, key: {value}})
	}
	if got := save("If-None-Match", "*"); got.status != http.StatusConflict {
		t.Errorf("there is a file: %d", got.status)
	}
	if got := save("If-Match", `"a", "b"`); got.status != http.StatusBadRequest {
		t.Errorf("two tags: %d", got.status)
	}
	if got := save("If-Match", tag); got.status != http.StatusOK || got.header.Get("ETag") == tag {
		t.Errorf("the version that was read: %d", got.status)
	}
	r.call("PUT", "/api/contents/dir/a.csv", `{"type":"file","format":"text","content":"theirs"}`)
	got := save("If-Match", tag)
	if got.status != http.StatusConflict {
		t.Fatalf("a version that is not there any more: %d", got.status)
	}
	conflict := got.json(t)
	hasKeys(t, got.body, []string{"message", "reason", "hash", "checkpoint"})
	if now := r.call("GET", "/files/dir/a.csv", "").body; now != "theirs" {
		t.Errorf("%q was overwritten", now)
	}
	r.call("POST", "/api/contents/dir/a.csv/checkpoints/"+conflict["checkpoint"].(string), "")
	if now := r.call("GET", "/files/dir/a.csv", "").body; now != "mine" {
		t.Errorf("the refused version was lost: %q", now)
	}
}

func TestFiles(t *testing.T) {
	r := newRig(t, nil)
	got := r.call("GET", "/files/dir/page.html", "")
	if got.status != 200 || !strings.HasPrefix(got.header.Get("Content-Security-Policy"), "sandbox;") || got.header.Get("ETag") == "" {
		t.Errorf("%d %v", got.status, got.header)
	}
	again := r.raw("GET", "/files/dir/page.html", "", http.Header{"Authorization": {"token " + token}, "If-None-Match": {got.header.Get("ETag")}})
	if again.status != http.StatusNotModified {
		t.Errorf("unchanged: %d", again.status)
	}
	part := r.raw("GET", "/files/dir/a.csv", "", http.Header{"Authorization": {"token " + token}, "Range": {"bytes=0-2"}})
	if part.status != http.StatusPartialContent || part.body != "a,b" {
		t.Errorf("a part: %d %q", part.status, part.body)
	}
	if got := r.call("GET", "/files/dir/a.csv?download=1", ""); !strings.Contains(got.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("download: %v", got.header)
	}
	if got := r.call("GET", "/files/sample.wnb", ""); got.body != sample {
		t.Errorf("a document is not sent as it is: %q", got.body)
	}
}

func TestBodyLimits(t *testing.T) {
	r := newRig(t, func(o *Options) { o.MaxBody = 1000 })
	large := `{"type":"file","format":"text","content":"` + strings.Repeat("x", 2000) + `"}`
	if got := r.call("PUT", "/api/contents/big.txt", large); got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a document: %d %s", got.status, got.body)
	}
	if got := r.call("POST", "/api/sessions", `{"path":"`+strings.Repeat("x", 2<<20)+`"}`); got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a session: %d", got.status)
	}
}

func TestConfigLasts(t *testing.T) {
	dir := t.TempDir()
	newRig(t, func(o *Options) { o.ConfigDir = dir }).call("PATCH", "/api/config/common", `{"a":1}`)
	got := newRig(t, func(o *Options) { o.ConfigDir = dir }).call("GET", "/api/config/common", "")
	if got.json(t)["a"] != 1.0 {
		t.Error(got.body)
	}
}

func TestMountedHandlersAreBehindTheGate(t *testing.T) {
	r := newRig(t, func(o *Options) {
		o.Mount = map[string]http.Handler{"/api/wnb/": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, "in") })}
	})
	if got := r.call("GET", "/api/wnb/graph", ""); got.status != 200 {
		t.Errorf("with a token: %d", got.status)
	}
	if got := r.raw("GET", "/api/wnb/graph", "", nil); got.status != http.StatusForbidden {
		t.Errorf("without: %d", got.status)
	}
	_, err := New(Options{Contents: r.opt.Contents, Live: r.opt.Live, Mount: map[string]http.Handler{"/api": http.NotFoundHandler()}})
	if err == nil {
		t.Error("a clash of patterns was not told")
	}
}

// The kernel's outputs are in the document that a client reads next.
func TestOutputsReachTheDocument(t *testing.T) {
	r := newRig(t, nil)
	session := r.call("POST", "/api/sessions", `{"path":"sample.wnb","type":"notebook","kernel":{"name":"wnb"}}`).json(t)
	ws := r.dial(session["kernel"].(map[string]any)["id"].(string), v1, nil)
	ws.execute("x = 1", "load")
	got := r.call("GET", "/api/contents/sample.wnb?content=1", "")
	if !strings.Contains(got.body, `"text":"x = 1"`) || !strings.Contains(got.body, `"trusted":true`) {
		t.Error(got.body)
	}
	if file := r.call("GET", "/files/sample.wnb", "").body; file != sample {
		t.Errorf("the file has changed:\n%s", file)
	}
}

// "Clear outputs" of a stock client: it read the document before the cell ran,
// saw the outputs over the websocket, saved them, cleared them and saved again.
func TestClientClearsOutputs(t *testing.T) {
	for _, path := range []string{"sample.wnb", "note.ipynb"} {
		t.Run(path, func(t *testing.T) {
			r := newRig(t, nil)
			r.write("note.ipynb", `{"cells":[{"cell_type":"code","id":"load","execution_count":null,"metadata":{},"outputs":[],"source":"x = 1"}],"metadata":{},"nbformat":4,"nbformat_minor":5}`)
			session := r.call("POST", "/api/sessions", `{"path":"`+path+`","type":"notebook","kernel":{"name":"wnb"}}`).json(t)
			page := r.call("GET", "/api/contents/"+path, "").json(t)["content"].(map[string]any)
			var cell map[string]any
			for _, c := range page["cells"].([]any) {
				if c := c.(map[string]any); c["id"] == "load" {
					cell = c
				}
			}
			save := func(count any, outputs ...any) (shown string) {
				t.Helper()
				cell["execution_count"], cell["outputs"] = count, append([]any{}, outputs...)
				body, err := json.Marshal(map[string]any{"type": "notebook", "format": "json", "content": page})
				if err != nil {
					t.Fatal(err)
				}
				if got := r.call("PUT", "/api/contents/"+path, string(body)); got.status != http.StatusOK {
					t.Fatalf("save: %d %s", got.status, got.body)
				}
				return r.call("GET", "/api/contents/"+path, "").body
			}
			ws := r.dial(session["kernel"].(map[string]any)["id"].(string), v1, nil)
			ws.execute("x = 1", "load")
			const text = `"text":"x = 1"`
			for range 2 {
				if got := save(nil); !strings.Contains(got, text) {
					t.Errorf("a client that had not seen the outputs cleared them: %s", got)
				}
			}
			if got := save(1, map[string]any{"output_type": "stream", "name": "stdout", "text": "x = 1"}); !strings.Contains(got, text) {
				t.Errorf("saved: %s", got)
			}
			if got := save(nil); strings.Contains(got, text) {
				t.Errorf("cleared, and there is %s", got)
			}
		})
	}
}

// Whatever the path, the answer is no panic, no 500 and nothing from outside.
func FuzzPath(f *testing.F) {
	for _, seed := range []string{
		"api/contents/../../secret.txt", "files/..%2f..%2fsecret.txt", "files/%2e%2e/secret.txt", "files/..%5csecret.txt",
		"api/contents/%252e%252e/secret.txt", "files//etc/passwd", "api/contents/.env", "files/.wnb/contents", "api/contents/dir/a.csv/checkpoints/../..",
		"kernelspecs/../../x", "api/kernels/../contents", "api/config/..%2f..%2fx", "files/a%00b", "api/contents/dir;/a.csv", "%", "api//contents",
	} {
		f.Add(seed)
	}
	r := newRig(f, nil)
	f.Fuzz(func(t *testing.T, path string) {
		request, err := http.NewRequestWithContext(t.Context(), "GET", "http://localhost/", nil)
		if err != nil {
			t.Fatal(err)
		}
		if u, err := request.URL.Parse("/" + path); err == nil {
			request.URL = u
		} else {
			request.URL.Path = "/" + path
		}
		request.Header.Set("Authorization", "token "+token)
		got := record(r.Handler(), request)
		if got.status >= 500 {
			t.Errorf("%q: %d %s", path, got.status, got.body)
		}
		if strings.Contains(got.body, "secret") && !strings.Contains(path, "secret") || strings.Contains(got.body, "outside secret") || strings.Contains(got.body, "hidden secret") {
			t.Errorf("%q: %s", path, got.body)
		}
	})
}
