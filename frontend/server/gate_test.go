package server

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func record(h http.Handler, request *http.Request) reply {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, request)
	return reply{status: w.Code, header: w.Header(), body: w.Body.String()}
}

// browser logs in as a browser does, and gives its cookies and XSRF token.
func (r *rig) browser() (cookies, xsrf string) {
	r.t.Helper()
	form := r.raw("GET", "/login", "", nil)
	jar := map[string]string{}
	keep := func(from reply) {
		for _, cookie := range (&http.Response{Header: from.header}).Cookies() {
			jar[cookie.Name] = cookie.Value
		}
	}
	keep(form)
	body := url.Values{"_xsrf": {jar["_xsrf"]}, "password": {token}}.Encode()
	posted := r.raw("POST", "/login", body, http.Header{
		"Content-Type": {"application/x-www-form-urlencoded"}, "Cookie": {"_xsrf=" + jar["_xsrf"]}, "Origin": {r.http.URL},
	})
	if posted.status != http.StatusFound {
		r.t.Fatalf("login: %d %s", posted.status, posted.body)
	}
	keep(posted)
	var parts []string
	for name, value := range jar {
		parts = append(parts, name+"="+value)
	}
	return strings.Join(parts, "; "), jar["_xsrf"]
}

func TestGate(t *testing.T) {
	r := newRig(t, func(o *Options) {
		o.AllowOrigins, o.AllowHosts = []string{"https://lab.example.org"}, []string{"wnb.example.org"}
	})
	cookies, xsrf := r.browser()
	port := r.http.URL[strings.LastIndex(r.http.URL, ":"):]
	session := cookies[strings.Index(cookies, "wnb_session"):]
	session, _, _ = strings.Cut(session, ";")
	h := func(pairs ...string) http.Header {
		header := http.Header{}
		for i := 0; i < len(pairs); i += 2 {
			header.Set(pairs[i], pairs[i+1])
		}
		return header
	}
	const get, post, list = "GET", "POST", "/api/contents"
	for _, tc := range []struct {
		name, method, target string
		header               http.Header
		status               int
	}{
		{"nothing", get, list, nil, 403},
		{"HEAD without token", "HEAD", list, nil, 403},
		{"HEAD of a file without token", "HEAD", "/files/dir/a.csv", nil, 403},
		{"OPTIONS without token", "OPTIONS", list, nil, 403},
		{"unknown route without token", get, "/nope", nil, 403},
		{"unknown method without token", "BREW", list, nil, 403},
		{"hidden file without token", get, "/files/.env", nil, 403},
		{"kernelspec without token", get, "/kernelspecs/wnb/logo-svg.svg", nil, 403},
		{"page without token", get, "/tree", nil, 302},
		{"root without token", "HEAD", "/", nil, 302},
		{"version without token", get, "/api", nil, 200},
		{"login without token", get, "/login", nil, 200},
		{"header token", get, list, h("Authorization", "token "+token), 200},
		{"header Token", get, list, h("Authorization", "Token "+token), 200},
		{"header bearer", get, list, h("Authorization", "Bearer "+token), 200},
		{"HEAD with token", "HEAD", list, h("Authorization", "token "+token), 200},
		{"OPTIONS with token", "OPTIONS", list, h("Authorization", "token "+token), 204},
		{"header wrong", get, list, h("Authorization", "token "+token+"x"), 403},
		{"header empty", get, list, h("Authorization", "token "), 403},
		{"header basic", get, list, h("Authorization", "Basic dTpw"), 403},
		{"query token", get, list + "?token=" + token, nil, 200},
		{"query wrong", get, list + "?token=x", nil, 403},
		{"query empty", get, list + "?token=", nil, 403},
		{"wrong token with a good cookie", get, list, h("Authorization", "token x", "Cookie", cookies), 403},
		{"cookie", get, list, h("Cookie", cookies), 200},
		{"made-up cookie", get, list, h("Cookie", "wnb_session_"+port[1:]+"=x"), 403},
		{"cookie, no XSRF", post, list, h("Cookie", cookies), 403},
		{"cookie, wrong XSRF", post, list, h("Cookie", cookies, "X-XSRFToken", "x"), 403},
		{"cookie, XSRF without its cookie", post, list, h("Cookie", session, "X-XSRFToken", xsrf), 403},
		{"cookie, empty XSRF", post, list, h("Cookie", session+"; _xsrf=", "X-XSRFToken", ""), 403},
		{"cookie, XSRF", post, list, h("Cookie", cookies, "X-XSRFToken", xsrf), 201},
		{"cookie, XSRF, own origin", post, list, h("Cookie", cookies, "X-XSRFToken", xsrf, "Origin", r.http.URL), 201},
		{"cookie, XSRF, evil origin", post, list, h("Cookie", cookies, "X-XSRFToken", xsrf, "Origin", "https://evil.example"), 403},
		{"cookie, evil origin", get, list, h("Cookie", cookies, "Origin", "https://evil.example"), 403},
		{"cookie, origin null", get, list, h("Cookie", cookies, "Origin", "null"), 403},
		{"cookie, another port", get, list, h("Cookie", cookies, "Origin", "http://127.0.0.1:1"), 403},
		{"cookie, same site but not same origin", get, list, h("Cookie", cookies, "Sec-Fetch-Site", "same-site"), 403},
		{"cookie, cross site", get, list, h("Cookie", cookies, "Sec-Fetch-Site", "cross-site"), 403},
		{"cookie, link from elsewhere", get, "/tree", h("Cookie", cookies, "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"), 200},
		{"cookie, same origin", get, list, h("Cookie", cookies, "Sec-Fetch-Site", "same-origin"), 200},
		{"cookie, listed origin", post, list, h("Cookie", cookies, "X-XSRFToken", xsrf, "Origin", "https://lab.example.org"), 201},
		{"token, evil origin", post, list, h("Authorization", "token "+token, "Origin", "https://evil.example"), 201},
		{"preflight of a listed origin", "OPTIONS", list, h("Origin", "https://lab.example.org", "Access-Control-Request-Method", "PUT"), 204},
		{"preflight of another origin", "OPTIONS", list, h("Origin", "https://evil.example", "Access-Control-Request-Method", "PUT"), 403},
		{"login from an evil origin", post, "/login", h("Origin", "https://evil.example"), 403},
		{"evil host", get, list, h("Authorization", "token "+token, "Host", "evil.example"+port), 403},
		{"evil host, public route", get, "/api", h("Host", "evil.example"), 403},
		{"evil host, login", get, "/login", h("Host", "localhost.evil.example"), 403},
		{"localhost", get, list, h("Authorization", "token "+token, "Host", "localhost"+port), 200},
		{"a name below localhost", get, list, h("Authorization", "token "+token, "Host", "wnb.localhost"), 200},
		{"IPv6", get, list, h("Authorization", "token "+token, "Host", "[::1]"+port), 200},
		{"listed host", get, list, h("Authorization", "token "+token, "Host", "WNB.example.org:80"), 200},
		{"climbing", get, "/files/%2e%2e/secret.txt", h("Authorization", "token "+token), 400},
		{"climbing by encoded slashes", get, "/files/..%2f..%2fsecret.txt", h("Authorization", "token "+token), 400},
		{"climbing without token", get, "/api/..%2fcontents", nil, 400},
		{"backslash", get, "/files/..%5csecret.txt", h("Authorization", "token "+token), 400},
		{"encoded twice", get, "/files/%252e%252e/secret.txt", h("Authorization", "token "+token), 404},
		{"public route with more behind", get, "/api/login", nil, 403},
		{"login with more behind", get, "/login/x", nil, 403},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := r.raw(tc.method, tc.target, "", tc.header)
			if got.status != tc.status {
				t.Errorf("status %d, want %d: %s", got.status, tc.status, got.body)
			}
			if listed := tc.header.Get("Origin") == "https://lab.example.org"; (got.header.Get("Access-Control-Allow-Origin") != "") != listed {
				t.Errorf("Access-Control-Allow-Origin %q", got.header.Get("Access-Control-Allow-Origin"))
			}
		})
	}
}

func TestLogin(t *testing.T) {
	r := newRig(t, nil)
	form := r.raw("GET", "/login?next=/tree", "", nil)
	if strings.Contains(form.body, "http") || strings.Contains(form.body, "<style") || strings.Contains(form.body, "onload") {
		t.Errorf("the page loads something from elsewhere, or has inline parts:\n%s", form.body)
	}
	post := func(xsrfCookie, xsrfField, password, next string) reply {
		body := url.Values{"_xsrf": {xsrfField}, "password": {password}, "next": {next}}.Encode()
		return r.raw("POST", "/login", body, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Cookie": {"_xsrf=" + xsrfCookie}})
	}
	for _, tc := range []struct {
		name, cookie, field, password, next string
		status                              int
		location                            string
	}{
		{"right", "a", "a", token, "", 302, "/tree"},
		{"with spaces", "a", "a", " " + token + "\n", "", 302, "/tree"},
		{"to a page", "a", "a", token, "/tree/x", 302, "/tree/x"},
		{"to another site", "a", "a", token, "https://evil.example", 302, "/tree"},
		{"to another site without scheme", "a", "a", token, "//evil.example", 302, "/tree"},
		{"to another site by backslash", "a", "a", token, `/\evil.example`, 302, "/tree"},
		{"wrong token", "a", "a", "x", "", 401, ""},
		{"no token", "a", "a", "", "", 401, ""},
		{"wrong XSRF", "a", "b", token, "", 403, ""},
		{"no XSRF", "", "", token, "", 403, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := post(tc.cookie, tc.field, tc.password, tc.next)
			if got.status != tc.status || got.header.Get("Location") != tc.location {
				t.Fatalf("%d to %q, want %d to %q", got.status, got.header.Get("Location"), tc.status, tc.location)
			}
			set := strings.Join(got.header.Values("Set-Cookie"), "\n")
			if loggedIn := strings.Contains(set, "wnb_session"); loggedIn != (tc.status == 302) {
				t.Errorf("cookies: %s", set)
			}
			if tc.status == 302 && (!strings.Contains(set, "HttpOnly") || !strings.Contains(set, "SameSite=Strict")) {
				t.Errorf("cookies: %s", set)
			}
		})
	}
}

func TestLogoutAndExpiry(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	r := newRig(t, func(o *Options) { o.Clock = func() time.Time { return now } })
	status := func(cookies string) int {
		return r.raw("GET", "/api/contents", "", http.Header{"Cookie": {cookies}}).status
	}
	first, _ := r.browser()
	second, _ := r.browser()
	r.raw("GET", "/logout", "", http.Header{"Cookie": {first}})
	if status(first) != 403 || status(second) != 200 {
		t.Errorf("after a logout: %d and %d", status(first), status(second))
	}
	now = now.Add(loginLife)
	if status(second) != 403 {
		t.Error("a login lasts for ever")
	}
}

func TestTokenInPageURLLogsIn(t *testing.T) {
	r := newRig(t, nil)
	got := r.raw("GET", "/tree?token="+token, "", nil)
	if got.status != 200 || !strings.Contains(strings.Join(got.header.Values("Set-Cookie"), "\n"), "wnb_session") {
		t.Errorf("%d %v", got.status, got.header)
	}
}

func TestSecretsAreNotLogged(t *testing.T) {
	r := newRig(t, nil)
	cookies, xsrf := r.browser()
	r.raw("GET", "/api/contents?token="+token, "", nil)
	r.raw("GET", "/nope?token="+token, "", http.Header{"Referer": {"http://x/?token=" + token}})
	r.raw("GET", "/tree?token="+token, "", nil)
	r.raw("GET", "/api/contents/%0A", "", http.Header{"Cookie": {cookies}})
	r.raw("POST", "/api/contents", "", http.Header{"Cookie": {cookies}, "X-XSRFToken": {xsrf}})
	r.dial(r.kernel(), v1, func(o *dialOptions) { o.query = "&token=" + token })
	log := r.logged()
	if log == "" {
		t.Fatal("nothing is logged at all")
	}
	for _, cookie := range strings.Split(cookies, "; ") {
		_, value, _ := strings.Cut(cookie, "=")
		if strings.Contains(log, value) {
			t.Errorf("a cookie is in the log:\n%s", log)
		}
	}
	if strings.Contains(log, token) {
		t.Errorf("the token is in the log:\n%s", log)
	}
}

func TestNewDrawsATokenAndChecksOptions(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Token = "" })
	other := newRig(t, func(o *Options) { o.Token = "" })
	if len(r.Token()) < 32 || r.Token() == other.Token() {
		t.Errorf("%q and %q", r.Token(), other.Token())
	}
	if _, err := New(Options{}); err == nil {
		t.Error("a server without documents and kernels")
	}
}

func TestLoginsAreBounded(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l := newLogins(func() time.Time { return now })
	request := func(cookie string) *http.Request {
		r := httptest.NewRequest("GET", "http://localhost:8888/", nil)
		r.AddCookie(&http.Cookie{Name: "wnb_session_8888", Value: cookie})
		return r
	}
	first := l.start()
	now = now.Add(time.Second)
	second := l.start()
	for range maxLogins - 1 {
		l.start()
	}
	if l.find(request(first)) != nil || l.find(request(second)) == nil || len(l.open) != maxLogins {
		t.Errorf("%d logins are open, or the wrong one went", len(l.open))
	}
}

func TestLoopback(t *testing.T) {
	for address, want := range map[string]bool{"127.0.0.1:1": true, "127.9.9.9:1": true, "[::1]:1": true, "0.0.0.0:1": false, "[::]:1": false, "192.168.1.2:1": false} {
		addr, err := net.ResolveTCPAddr("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if loopback(addr) != want {
			t.Errorf("%s: %v", address, !want)
		}
	}
}
