package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wnb-dev/wnb/notebooks"
)

const (
	plantedSecret = `pL4nted/S3cret+With&Marks<"and'more>=0123456789abcdef`
	simpleSecret  = "SimplePlanted-0123456789xyz" // can be a part of names
)

// leaking is a notebook that gets its secret back from a server and does with it
// whatever comes to mind.
const leaking = "---\nwnb: 1\nparams:\n  url: \"\"\n---\n" + `
'''starlark {#get}
token = secret("PLANTED")
plain = str(io.fetch(params.url + "/plain", headers={"Authorization": token}))
json = str(io.fetch(params.url + "/json", headers={"Authorization": token}))
base64 = str(io.fetch(params.url + "/base64", headers={"Authorization": token}))
query = str(io.fetch(params.url + "/query", headers={"Authorization": token}))
all = [plain, json, base64, query]
name = str(io.fetch(params.url + "/plain", headers={"Authorization": secret("SIMPLE")})).split(" ")[2]
print(token, all, name)
'''

'''starlark {#show}
[print(x) for x in all]
display(plain, frame({"a": all}), md(plain), html(plain), plot.line([1, 2], title=plain))
warn(plain)
frame({"a": ["long " * 10 + plain]})
'''

'''starlark {#table}
display(frame({"a": all * 20}))
frame({"a": ["x"] * 50 + [plain]})
'''

'''starlark {#log}
for i, x in enumerate(all):
    track.log_param("p" + str(i), x)
    track.set_tag("t" + str(i), x)
    track.log_text(x, "text" + str(i) + ".txt")
track.log_metric(name, 1)
track.log_param(name, 1)
track.set_tag(name, "v")
track.log_text(name, name + "/" + name + ".txt")
frame({"a": [1]}).to_csv(name + ".csv")
track.log_table(frame({"a": all}), "table.csv")
track.log_figure(plot.line([1, 2], title=plain), "figure.svg")
frame({"a": all}).to_csv("out.csv")
track.log_artifact("out.csv")
notify.send(plain, title=plain)
'''

'''starlark {#large}
large = frame({"a": [str(i) + plain for i in range(3000)]})
texts = [str(i) + query for i in range(5000)]
'''

'''starlark {#further}
print(large["a"][2999], texts[4999])
print(pmap(lambda i: print(plain) or [i, plain], [1, 2]))
turned = plain[::-1]
'''

'''starlark {#turned}
turned[::-1]
'''

'''starlark {#fails on_error=continue}
def f(text):
    fail("no " + text)
f(plain)
'''
`

// echoing is a server that answers with the header that it is sent.
func echoing(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secret := r.Header.Get("Authorization")
		quoted, _ := json.Marshal(secret)
		forms := map[string]string{
			"/plain": secret, "/json": string(quoted), "/query": url.QueryEscape(secret), "/base64": base64.StdEncoding.EncodeToString([]byte("user:" + secret)),
		}
		fmt.Fprintf(w, "you sent %s here", forms[r.URL.Path])
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// tracesOf are what the secrets look like.
func tracesOf() map[string]string {
	p := plantedSecret
	coded := base64.StdEncoding.EncodeToString([]byte("user:" + p))
	return map[string]string{
		"its beginning": p[:14], "its end": p[len(p)-14:], "itself": p, "in HTML": html.EscapeString(p)[:30], "in a URL": url.QueryEscape(p)[:30],
		"in base64": base64.StdEncoding.EncodeToString([]byte(p))[:30], "inside of base64": coded[12:40], "in hex": hex.EncodeToString([]byte(p))[:30],
		"hashed without a key": notebooks.Hash([]byte(p)), "the simple one": simpleSecret,
	}
}

func TestAPlantedSecretIsNowhere(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "n.wnb"), strings.ReplaceAll(leaking, "'''", "```"))
	address := "url=" + echoing(t)
	var seen strings.Builder
	see := func(args ...string) {
		cmd := command(dir, args...)
		cmd.Env = append(cmd.Env, "WNB_SECRET_PLANTED="+plantedSecret, "WNB_SECRET_SIMPLE="+simpleSecret, "WNB_DEBUG=1")
		cmd.Stdout, cmd.Stderr = &seen, &seen
		if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() != exitPartial {
			t.Errorf("wnb %v: %v\n%s", args, err, seen.String())
		}
	}
	for _, more := range [][]string{nil, {"--json"}, {"-o", "r.html"}, {"-o", "r.md"}, {"-o", "r.ipynb"}, {"-j", "1", "--no-cache"}} {
		see(append([]string{"run", "n.wnb", "-p", address}, more...)...)
	}
	see("plan", "n.wnb", "-p", address)
	see("runs", "show", "latest", "--json")
	see("runs", "show", "latest")
	see("runs", "list", "--json")
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) == ".csv" { // what the notebook wrote is its own
			return err
		}
		files++
		content, err := os.ReadFile(path)
		expose(t, path, string(content))
		return err
	})
	if err != nil || files < 10 {
		t.Errorf("%d files were looked at, %v", files, err)
	}
	expose(t, "the terminal", seen.String())
	if !strings.Contains(seen.String(), "[secret PLANTED]") {
		t.Errorf("nothing was taken out: %s", seen.String())
	}
}

// expose fails the test if a text holds the secret.
func expose(t *testing.T, where, text string) {
	t.Helper()
	for form, trace := range tracesOf() {
		if i := strings.Index(text, trace); i >= 0 {
			t.Errorf("%s holds the secret %s: %q", where, form, text[max(0, i-60):min(len(text), i+60)])
		}
	}
}
