package kernel_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/kernel"
)

// planted is a secret with characters that are written in other ways here and
// there.
const planted = `Zq7/plan+ted&<"secret'>=0123456789abcdefghij-é`

// simple is a secret that can be the name of a file.
const simple = "SimpleSecret0123456789"

// echo is a server that answers with the Authorization header, in several ways.
func echo(t *testing.T) string {
	t.Helper()
	forms := map[string]func(string) string{
		"/plain":  func(s string) string { return s },
		"/json":   func(s string) string { b, _ := json.Marshal(s); return string(b) },
		"/url":    url.QueryEscape,
		"/path":   url.PathEscape,
		"/html":   html.EscapeString,
		"/base64": func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"/basic":  func(s string) string { return base64.URLEncoding.EncodeToString([]byte("user:" + s + ":")) },
		"/hex":    func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) },
		"/lines":  func(s string) string { return strings.ReplaceAll(s, "\n", " ") },
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "token %s end", forms[r.URL.Path](r.Header.Get("Authorization")))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// leaks are the ways in which nobody may find the secret.
func leaks(secret string) map[string]string {
	quoted, _ := json.Marshal(secret)
	return map[string]string{
		"plain": secret, "other": simple, "beginning": secret[:12], "middle": secret[25:45], "JSON": strings.Trim(string(quoted), `"`), "URL": url.QueryEscape(secret), "HTML": html.EscapeString(secret),
		"base64": base64.StdEncoding.EncodeToString([]byte(secret))[:20], "hex": hex.EncodeToString([]byte(secret))[:20],
		"base64 inside": base64.StdEncoding.EncodeToString([]byte("user:" + secret))[8:28],
	}
}

// fetched is a cell that has the secret in its body.
const fetched = "%% a\nbody = str(io.fetch(params.url + '/plain', headers={'Authorization': secret('T')}))\n"

func TestASecretIsNowhere(t *testing.T) {
	tests := map[string]struct {
		cells string
		fails bool
		again func(*rig) // before a second run
	}{
		"printed":                       {cells: fetched + "print(body)\nwarn(body)"},
		"printed in two pieces":         {cells: fetched + "print(body[:20], end='')\nprint(body[20:])"},
		"shown":                         {cells: fetched + "display(body, [body], {'k': body}, md(body), html(body))\nbody"},
		"in a frame":                    {cells: fetched + "display(frame({'a': [body], body: ['x']}))\nframe({'a': [body]})['a']"},
		"in a title":                    {cells: fetched + "plot.line([1, 2], title=body)"},
		"as JSON":                       {cells: strings.Replace(fetched, "plain", "json", 1) + "print(body)"},
		"in a URL":                      {cells: strings.Replace(fetched, "plain", "url", 1) + "print(body)"},
		"in a path":                     {cells: strings.Replace(fetched, "plain", "path", 1) + "print(body)"},
		"as HTML":                       {cells: strings.Replace(fetched, "plain", "html", 1) + "html(body)"},
		"as base64":                     {cells: strings.Replace(fetched, "plain", "base64", 1) + "print(body)"},
		"inside of base64":              {cells: strings.Replace(fetched, "plain", "basic", 1) + "print(body)"},
		"as hex":                        {cells: strings.Replace(fetched, "plain", "hex", 1) + "print(body.lower())\nprint(body)"},
		"logged":                        {cells: fetched + "track.log_param('p', body)\ntrack.log_param(body, 1)\ntrack.set_tag(body, body)\ntrack.log_metric(body, 1)"},
		"in an artifact":                {cells: fetched + "track.log_text(body, 't.txt')\ntrack.log_table(frame({'a': [body]}), 't.csv')\ntrack.log_text('x', body[6:10] + 't.txt')"},
		"in the name of an artifact":    {cells: fetched + "track.log_text('x', 'd' + body.split(' ')[1] + '.txt')"},
		"sent":                          {cells: fetched + "notify.send(body, title=body)"},
		"in an error":                   {cells: fetched + "fail(body)", fails: true},
		"in an error that is cut":       {cells: fetched + "def f(text):\n    long = 'x' * 40 + text\n    fail('no')\nf(body)", fails: true},
		"in a table that is cut":        {cells: fetched + "frame({'a': ['y' * 20 + body, 'z' * 60 + body]})"},
		"given to another cell":         {cells: fetched + "%% b\nprint(body)\ntrack.log_param('p', body)\n%% c\nbody2 = [body]\n%% d\nbody2"},
		"in a large value":              {cells: fetched + "df = frame({'a': [str(i) + body for i in range(2000)]})\n%% b\ndf['a'][7]"},
		"in a large list":               {cells: fetched + "xs = [str(i) + body for i in range(5000)]\n%% b\nxs[7]"},
		"in a function":                 {cells: fetched + "def f(): return body\n%% b\nf()"},
		"turned round and back":         {cells: fetched + "back = body[::-1]\nbody = None\n%% b\nback2 = [back]\n%% c\nback2[0][::-1]", again: func(r *rig) { replace("back2[0][::-1]", "(back2[0][::-1])[1:]")(r) }},
		"turned round by a kept cell":   {cells: "%% k\ntok = secret('T')\n%% a\ndef get(): return str(io.fetch(params.url + '/plain', headers={'Authorization': tok}))[::-1]\n%% b\nprint(get()[::-1])"},
		"through a file":                {cells: fetched + "frame({'a': [body]}).to_csv('out.csv')\n%% b after=a\nio.read_text('out.csv')"},
		"in the name of a file":         {cells: strings.Replace(fetched, "'T'", "'S'", 1) + "_s = body.split(' ')[1]\nframe({'a': [1]}).to_csv(_s + '/' + _s + '.csv')\nio.exists(body)\nio.glob(body)\nenv(body, default='')"},
		"by pmap":                       {cells: fetched + "ys = pmap(lambda i: print(body) or body + str(i), [1, 2])\nys"},
		"by pmap of another cell":       {cells: fetched + "%% b\nprint(pmap(lambda i: [body, track.log_param('p', body)][0], [1]))"},
		"large, by pmap":                {cells: fetched + "zs = pmap(lambda i: frame({'a': [str(j) + body for j in range(2000)]}), [1])\n%% b\nlen(zs)"},
		"asked by pmap":                 {cells: "%% a\ndef get(i): return str(io.fetch(params.url + '/plain', headers={'Authorization': secret('T')}))\nprint(pmap(get, [1, 2]))"},
		"in a whole table":              {cells: fetched + "frame({'a': [body if i == 50 else str(i) for i in range(100)]})"},
		"in a large whole table":        {cells: fetched + "frame({'a': [str(i) for i in range(9000)] + [body], 'b': range(9001)})"},
		"in a whole table, by pmap":     {cells: fetched + "ys = pmap(lambda i: display(frame({'a': [body] * 50})), [1, 2])"},
		"in a table before it is known": {cells: "%% a\ndisplay(frame({'a': ['x'] * 50 + [io.read_text('token.txt')] + ['x'] * 50}))\nt = secret('T')"},
		"before it is known":            {cells: "%% a\nprint(io.read_text('token.txt'))\ntrack.log_param('p', io.read_text('token.txt'))\nt = secret('T')"},
	}
	address := echo(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := newMemoryStore()
			r := newRig(t, store, tt.cells)
			setSecret("T", planted)(r)
			setSecret("S", simple)(r)
			setParam("url", address)(r)
			write("token.txt", planted)(r)
			seen := &witness{}
			with(func(o *kernel.Options) { o.World.Channels = []kernel.Channel{seen} })(r)
			for run := range 2 {
				if run == 1 && tt.again != nil {
					tt.again(r)
				}
				out := r.run()
				if seen.look(out); (out.Verdict() == kernel.Failed) != tt.fails {
					t.Fatal(summary(out))
				}
			}
			everything := seen.String() + store.dump()
			for form, text := range leaks(planted) {
				if i := strings.Index(everything, text); i >= 0 {
					t.Errorf("the secret is there (%s): %s", form, everything[max(0, i-300):min(len(everything), i+100)])
				}
			}
		})
	}
}

// witness writes down what can be seen of runs.
type witness struct {
	mu sync.Mutex
	strings.Builder
}

func (w *witness) Name() string { return "witness" }

func (w *witness) Send(_ context.Context, n cells.Notice) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	fmt.Fprintln(w, n.Title, n.Text)
	return errors.New("no route for " + n.Text)
}

func (w *witness) look(out *kernel.Outcome) {
	for _, res := range out.Results {
		fmt.Fprintln(w, res.Cell.ID, res.Status, res.Reason, res.Uncached, res.Reads)
		for _, e := range res.Effects {
			fmt.Fprintf(w, "%#v\n", e)
			if d, ok := e.(cells.Display); ok {
				for _, content := range d.Data {
					fmt.Fprintf(w, "%s\n", content)
				}
			}
		}
		if res.Err != nil {
			fmt.Fprintln(w, strings.Join(res.Err.Details(), "\n"), res.Err.Error(), errors.Unwrap(res.Err))
		}
	}
}

// dump is everything that the store holds.
func (m *memoryStore) dump() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var b strings.Builder
	for _, list := range m.records {
		for _, r := range list {
			b.Write(r.Entry)
		}
	}
	for _, content := range m.blobs {
		b.Write(content)
	}
	return b.String()
}

func TestASecretOfManyLines(t *testing.T) {
	secret := "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----\n"
	r := newRig(t, newMemoryStore(), "%% a\n_t = secret('T')\n[print(l) for l in io.read_text('key.pem').splitlines()]\nprint(io.read_text('key.pem'))")
	setSecret("T", secret)(r)
	write("key.pem", secret)(r)
	seen := &witness{}
	seen.look(r.run())
	for _, line := range []string{"MIIEvQIBADANBgkq", "hkiG9w0BAQEFAASC"} {
		if strings.Contains(seen.String(), line) {
			t.Errorf("the line %s is there: %s", line, seen.String())
		}
	}
}

// TestASecretNumberInAFigure checks that the JSON of a figure is left out where a secret in it is a number, which cannot
// be taken out of JSON.
func TestASecretNumberInAFigure(t *testing.T) {
	for secret, whole := range map[string]bool{"4815162342": false, "1234567890": true} {
		r := newRig(t, newMemoryStore(), "%% a\n_t = secret('T')\nplot.line([1, 4815162342])")
		setSecret("T", secret)(r)
		found := false
		for _, e := range r.run().Results[0].Effects {
			if d, ok := e.(cells.Display); ok {
				_, there := d.Data["application/vnd.wnb.figure+json"]
				found = true
				if there != whole || d.Data["image/svg+xml"] == nil {
					t.Errorf("secret %s: the data is there: %v, want %v", secret, there, whole)
				}
			}
		}
		if !found {
			t.Error("no figure")
		}
	}
}

func TestAFileWithASecretStaysAsItIs(t *testing.T) {
	r := newRig(t, newMemoryStore(), fetched+"frame({'a': [body]}).to_csv('out.csv')")
	setSecret("T", planted)(r)
	setParam("url", echo(t))(r)
	for range 2 {
		if out := r.run(); out.Verdict() != kernel.Finished {
			t.Fatal(summary(out))
		}
		content, err := os.ReadFile(filepath.Join(r.dir, "out.csv"))
		if err != nil || !strings.Contains(string(content), "0123456789abcdefghij") {
			t.Errorf("the file is %q, %v", content, err)
		}
	}
}

func TestAVariableIsHashedWithTheKey(t *testing.T) {
	store := newMemoryStore()
	r := newRig(t, store, "%% a\nlen(env('A'))")
	setEnv("A", "guess me")(r)
	out := r.run()
	if in := out.Results[0].Effects[0].(cells.Input); in.Kind != cells.EnvInput || in.Name != "A" || in.SHA256 == hexOf("guess me") || in.SHA256 == hexOf("env guess me") {
		t.Errorf("the question is %+v", in)
	}
	for _, text := range []string{"guess me", hexOf("guess me"), hexOf("sguess me")} {
		if strings.Contains(store.dump(), text) {
			t.Errorf("the store holds %s", text)
		}
	}
	with(func(o *kernel.Options) { o.World.HashKey = []byte("another") })(r)
	if got := ran(r.run()); len(got) != 1 {
		t.Error("the hash does not depend on the key")
	}
}

func TestASecretCannotBeReadAsAVariable(t *testing.T) {
	r := newRig(t, newMemoryStore(), "%% a\nenv('WNB_SECRET_T')")
	setEnv("WNB_SECRET_T", planted)(r)
	if err := r.run().Results[0].Err; err == nil || err.Hint != `write secret("T")` {
		t.Errorf("got %v", err)
	}
}
