package server

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// methods are the handlers of one route. HEAD is GET without the body.
type methods map[string]http.HandlerFunc

func (m methods) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if handle, ok := m[method]; ok {
		handle(w, r)
		return
	}
	allow := []string{http.MethodOptions}
	for name := range m {
		allow = append(allow, name)
		if name == http.MethodGet {
			allow = append(allow, http.MethodHead)
		}
	}
	slices.Sort(allow)
	w.Header().Set("Allow", strings.Join(allow, ", "))
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	fail(w, http.StatusMethodNotAllowed, r.Method+" is not possible for "+r.URL.Path)
}

// routes is the table of the REST interface.
func (s *Server) routes() (handler http.Handler, err error) {
	// The mux panics on patterns that are wrong or clash: those of Mount are the
	// caller's to mend.
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("server: routes: %v", problem)
		}
	}()
	mux := http.NewServeMux()
	for pattern, handlers := range map[string]methods{
		"/":                {"GET": redirect("/tree")},
		"/tree":            {"GET": s.tree},
		"/tree/{path...}":  {"GET": s.tree},
		"/login":           {"GET": s.loginForm, "POST": s.loginPost},
		"/logout":          {"GET": s.logout, "POST": s.logout},
		"/favicon.ico":     {"GET": resource("logo.svg")},
		"/static/login.js": {"GET": resource("login.js")},
		"/static/page.css": {"GET": resource("page.css")},

		"/api":                           {"GET": version},
		"/api/status":                    {"GET": s.status},
		"/api/me":                        {"GET": s.getMe, "PATCH": s.patchMe},
		"/api/kernelspecs":               {"GET": listSpecs},
		"/api/kernelspecs/{name}":        {"GET": getSpec},
		"/kernelspecs/{name}/{resource}": {"GET": specResource},

		"/api/kernels":                {"GET": s.listKernels, "POST": s.startKernel},
		"/api/kernels/{id}":           {"GET": s.getKernel, "DELETE": s.deleteKernel},
		"/api/kernels/{id}/interrupt": {"POST": s.interruptKernel},
		"/api/kernels/{id}/restart":   {"POST": s.restartKernel},
		"/api/kernels/{id}/channels":  {"GET": s.channels},

		"/api/sessions":      {"GET": s.listSessions, "POST": s.createSession},
		"/api/sessions/{id}": {"GET": s.getSession, "PATCH": s.patchSession, "DELETE": s.deleteSession},

		"/api/contents":           {"GET": s.getContents, "POST": s.postContents},
		"/api/contents/{path...}": {"GET": s.getContents, "POST": s.postContents, "PUT": s.putContents, "PATCH": s.renameContents, "DELETE": s.deleteContents},
		"/files/{path...}":        {"GET": s.download},

		"/api/config/{section}": {"GET": s.getConfig, "PATCH": s.patchConfig, "PUT": s.putConfig},
		"/api/terminals":        {"GET": noTerminals},
		"/api/nbconvert":        {"GET": noConverters},
		"/api/events":           {"POST": s.postEvent},
		"/api/events/subscribe": {"GET": s.eventSocket},
	} {
		mux.Handle(pattern, notRoot(pattern, handlers))
	}
	for pattern, handler := range s.opt.Mount {
		mux.Handle(pattern, handler)
	}
	return mux, nil
}

// notRoot keeps the pattern "/", which matches all that nothing else does, to
// the root itself.
func notRoot(pattern string, handlers methods) http.Handler {
	if pattern != "/" {
		return handlers
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			fail(w, http.StatusNotFound, "there is nothing at "+r.URL.Path)
			return
		}
		handlers.ServeHTTP(w, r)
	})
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
	}
}
