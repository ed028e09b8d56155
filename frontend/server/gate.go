package server

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// How a request showed that it may come in.
type entry int

const (
	nobody   entry = iota
	byToken        // no browser adds a token by itself: neither origin nor XSRF matter
	byCookie       // a browser adds cookies to requests of any page: both matter
)

// visitor is who asks.
type visitor struct {
	entry entry
	login *login // of a cookie
}

type visitorKey struct{}

// public are the routes that need no token. They tell nothing but that there is
// a server, or are what a login needs.
var public = map[string]bool{
	"/api": true, "/login": true, "/logout": true, "/favicon.ico": true,
	"/static/login.js": true, "/static/page.css": true,
}

// gate is the only way to the routes.
func (s *Server) gate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.hostAllowed(r.Host) {
			fail(w, http.StatusForbidden, "the host name "+quote(r.Host)+" is not one of this server; add it with --allow-host if it should be")
			return
		}
		if !cleanURL(w, r) {
			return
		}
		if s.preflight(w, r) {
			return
		}
		who, wrong := s.identify(r)
		if who.entry != byToken && !s.originAllowed(r) {
			fail(w, http.StatusForbidden, "requests from this origin are not allowed; see --allow-origin")
			return
		}
		if who.entry == nobody && !public[r.URL.Path] {
			s.turnAway(w, r, wrong)
			return
		}
		if who.entry == byCookie && unsafeMethod(r.Method) && r.URL.Path != "/login" && !xsrfHolds(r) {
			fail(w, http.StatusForbidden, "'_xsrf' is missing or wrong: send the cookie _xsrf again as the header X-XSRFToken")
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitorKey{}, who)))
	})
}

// turnAway sends browsers to the login page and tells programs.
func (s *Server) turnAway(w http.ResponseWriter, r *http.Request, wrong bool) {
	if wrong {
		if wait := s.throttle.wrong(r); wait > 0 {
			fail(w, http.StatusTooManyRequests, tooMany(w, wait))
			return
		}
	}
	page := r.URL.Path == "/" || r.URL.Path == "/tree" || strings.HasPrefix(r.URL.Path, "/tree/")
	if page && !unsafeMethod(r.Method) {
		w.Header().Set("Location", "/login?next="+url.QueryEscape(r.URL.Path))
		w.WriteHeader(http.StatusFound)
		return
	}
	message := "Forbidden: send the token of this server (header Authorization: token ...), or log in at /login"
	if wrong {
		message = "Forbidden: the token is wrong; the right one is in the URL that the server printed when it started"
	}
	fail(w, http.StatusForbidden, message)
}

// identify finds out who asks; wrong says that a token was there, but not ours.
// A token wins over a cookie.
func (s *Server) identify(r *http.Request) (who visitor, wrong bool) {
	token, given := tokenOf(r)
	if given {
		if sameSecret(token, s.opt.Token) {
			return visitor{entry: byToken}, false
		}
		return visitor{}, true
	}
	if login := s.logins.find(r); login != nil {
		return visitor{entry: byCookie, login: login}, false
	}
	return visitor{}, false
}

// tokenOf reads the token of a request. Clients without one send it empty.
func tokenOf(r *http.Request) (token string, given bool) {
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, value, _ := strings.Cut(header, " ")
		if strings.EqualFold(scheme, "token") || strings.EqualFold(scheme, "bearer") {
			if value = strings.TrimSpace(value); value != "" {
				return value, true
			}
		}
	}
	token = r.URL.Query().Get("token")
	return token, token != ""
}

// sameSecret takes as long for a wrong secret as for a right one, whatever
// their lengths.
func sameSecret(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1 && b != ""
}

// hostAllowed protects against DNS rebinding: a page of another site can make a
// browser connect here, but only under the name of that site. An address is no
// name and cannot be rebound.
func (s *Server) hostAllowed(host string) bool {
	if host == "" {
		return true // HTTP/1.0; no browser
	}
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.TrimSuffix(strings.ToLower(strings.Trim(name, "[]")), ".")
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	for _, allowed := range s.opt.AllowHosts {
		if allowed == "*" || strings.EqualFold(allowed, name) {
			return true
		}
	}
	return false
}

// originAllowed says whether the page that makes the request is one of ours.
// Programs send no Origin. Other ports of a host are other sites, though they
// share its cookies.
func (s *Server) originAllowed(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if s.originListed(origin) {
		return true
	}
	if origin != "" {
		page, err := url.Parse(origin)
		return err == nil && page.Host != "" && strings.EqualFold(page.Host, r.Host)
	}
	site := r.Header.Get("Sec-Fetch-Site")
	if site == "" || site == "same-origin" || site == "none" {
		return true
	}
	// A link on another page may lead here, but not read or change anything.
	return r.Header.Get("Sec-Fetch-Mode") == "navigate" && !unsafeMethod(r.Method)
}

// preflight answers the question of a browser whether a page may ask.
func (s *Server) preflight(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodOptions || !s.originListed(r.Header.Get("Origin")) {
		return false
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match, If-None-Match, X-XSRFToken")
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return true
}

func unsafeMethod(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

// xsrfHolds checks the double submit: only a page of ours can read the cookie
// and send it back in a header (or, for a form, a field of the query).
func xsrfHolds(r *http.Request) bool {
	cookie, err := r.Cookie(xsrfCookie)
	if err != nil || cookie.Value == "" {
		return false
	}
	sent := r.Header.Get("X-XSRFToken")
	if sent == "" {
		sent = r.Header.Get("X-CSRFToken")
	}
	if sent == "" {
		sent = r.URL.Query().Get("_xsrf")
	}
	return sameSecret(sent, cookie.Value)
}

// cleanURL refuses paths that climb, and takes double slashes and one at the
// end away, so that there is one name for everything behind the gate.
func cleanURL(w http.ResponseWriter, r *http.Request) bool {
	var parts []string
	for part := range strings.SplitSeq(r.URL.Path, "/") {
		switch {
		case part == "." || part == ".." || strings.ContainsAny(part, "\\\x00"):
			fail(w, http.StatusBadRequest, "the path "+quote(r.URL.Path)+" is not allowed")
			return false
		case part != "":
			parts = append(parts, part)
		}
	}
	u := *r.URL
	u.Path, u.RawPath = "/"+strings.Join(parts, "/"), ""
	r.URL = &u
	return true
}
