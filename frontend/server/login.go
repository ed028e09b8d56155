package server

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"html/template"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	xsrfCookie = "_xsrf" // the name that Jupyter's clients look for
	loginLife  = 7 * 24 * time.Hour
	maxLogins  = 1000
)

// logins are the sessions of browsers. They live on the server: a cookie only
// names one, and ends with it.
type logins struct {
	now  func() time.Time
	mu   sync.Mutex
	open map[[32]byte]*login // by the hash of the cookie's value
}

type login struct {
	expires time.Time
}

func newLogins(now func() time.Time) *logins {
	return &logins{now: now, open: map[[32]byte]*login{}}
}

// cookieName has the port, since cookies are shared by all ports of a host.
func cookieName(r *http.Request) string {
	_, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		return "wnb_session"
	}
	return "wnb_session_" + port
}

func (l *logins) find(r *http.Request) *login {
	cookie, err := r.Cookie(cookieName(r))
	if err != nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	key := sha256.Sum256([]byte(cookie.Value))
	found := l.open[key]
	if found != nil && !l.now().Before(found.expires) {
		delete(l.open, key)
		return nil
	}
	return found
}

func (l *logins) start() (cookie string) {
	cookie = rand.Text() + rand.Text()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.open) >= maxLogins {
		l.dropOldest()
	}
	l.open[sha256.Sum256([]byte(cookie))] = &login{expires: l.now().Add(loginLife)}
	return cookie
}

func (l *logins) dropOldest() {
	var oldest [32]byte
	var at time.Time
	for key, one := range l.open {
		if at.IsZero() || one.expires.Before(at) {
			oldest, at = key, one.expires
		}
	}
	delete(l.open, oldest)
}

func (l *logins) end(r *http.Request) {
	cookie, err := r.Cookie(cookieName(r))
	if err != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, sha256.Sum256([]byte(cookie.Value)))
}

// logIn gives the browser its cookies.
func (s *Server) logIn(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName(r), Value: s.logins.start(), Path: "/", MaxAge: int(loginLife.Seconds()),
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	})
	giveXSRF(w, r)
}

// giveXSRF gives the browser an XSRF cookie, unless it has one. Pages read it:
// it is not HttpOnly.
func giveXSRF(w http.ResponseWriter, r *http.Request) string {
	if cookie, err := r.Cookie(xsrfCookie); err == nil && cookie.Value != "" {
		return cookie.Value
	}
	value := rand.Text()
	http.SetCookie(w, &http.Cookie{
		Name: xsrfCookie, Value: value, Path: "/", Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	})
	return value
}

//go:embed page.html
var pageHTML string

var pages = template.Must(template.New("page").Parse(pageHTML))

type page struct {
	LoggedIn bool
	XSRF     string
	Next     string
	Problem  string
}

func showPage(w http.ResponseWriter, status int, p page) {
	var b bytes.Buffer
	if err := pages.Execute(&b, p); err != nil {
		fail(w, http.StatusInternalServerError, err.Error())
		return
	}
	w.Header().Set("Content-Security-Policy", pagePolicy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	send(w, b.Bytes())
}

func (s *Server) loginForm(w http.ResponseWriter, r *http.Request) {
	showPage(w, http.StatusOK, page{XSRF: giveXSRF(w, r), Next: nextPath(r.URL.Query().Get("next"))})
}

// loginPost takes the token from a form, under the name password, as clients of
// Jupyter send it.
func (s *Server) loginPost(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		fail(w, http.StatusBadRequest, "the form cannot be read: "+err.Error())
		return
	}
	next := r.PostForm.Get("next")
	if next == "" {
		next = r.URL.Query().Get("next")
	}
	cookie, err := r.Cookie(xsrfCookie)
	if err != nil || !sameSecret(r.PostForm.Get("_xsrf"), cookie.Value) && !xsrfHolds(r) {
		showPage(w, http.StatusForbidden, page{XSRF: giveXSRF(w, r), Next: nextPath(next), Problem: "The form was out of date. Please try again."})
		return
	}
	if !sameSecret(strings.TrimSpace(r.PostForm.Get("password")), s.opt.Token) {
		s.opt.Log("login refused: wrong token")
		status, problem := http.StatusUnauthorized, "This is not the token. The right one is in the URL that the server printed when it started."
		if wait := s.throttle.wrong(r); wait > 0 {
			status, problem = http.StatusTooManyRequests, tooMany(w, wait)+"."
		}
		showPage(w, status, page{XSRF: cookie.Value, Next: nextPath(next), Problem: problem})
		return
	}
	s.logIn(w, r)
	w.Header().Set("Location", nextPath(next))
	w.WriteHeader(http.StatusFound)
}

// nextPath lets a login lead to a path of this server only.
func nextPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/tree"
	}
	return next
}

func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	s.logins.end(r)
	http.SetCookie(w, &http.Cookie{Name: cookieName(r), Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	w.Header().Set("Location", "/login")
	w.WriteHeader(http.StatusFound)
}

// tree is where clients look whether there is a server that lets them in.
func (s *Server) tree(w http.ResponseWriter, r *http.Request) {
	who, _ := r.Context().Value(visitorKey{}).(visitor)
	xsrf := ""
	if who.entry == byToken && r.URL.Query().Has("token") && r.Method == http.MethodGet {
		s.logIn(w, r)
	} else if who.entry == byCookie {
		xsrf = giveXSRF(w, r)
	}
	if s.opt.Page != nil {
		s.opt.Page.ServeHTTP(w, r)
		return
	}
	showPage(w, http.StatusOK, page{LoggedIn: true, XSRF: xsrf})
}
