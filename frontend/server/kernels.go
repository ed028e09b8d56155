package server

import (
	"net/http"
	"net/url"

	"github.com/wnb-dev/wnb/frontend/live"
)

func (s *Server) listKernels(w http.ResponseWriter, r *http.Request) {
	kernels := s.opt.Live.Kernels()
	if kernels == nil {
		kernels = []live.KernelModel{}
	}
	answer(w, http.StatusOK, kernels)
}

func (s *Server) startKernel(w http.ResponseWriter, r *http.Request) {
	var want struct{ Name, Path string }
	if _, ok := s.readJSON(w, r, smallBody, &want); !ok {
		return
	}
	kernel, err := s.opt.Live.StartKernel(r.Context(), want.Name, want.Path)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	w.Header().Set("Location", "/api/kernels/"+url.PathEscape(kernel.ID))
	answer(w, http.StatusCreated, kernel)
}

func (s *Server) getKernel(w http.ResponseWriter, r *http.Request) {
	kernel, err := s.opt.Live.Kernel(r.PathValue("id"))
	s.reply(w, r, http.StatusOK, kernel, err)
}

func (s *Server) deleteKernel(w http.ResponseWriter, r *http.Request) {
	s.done(w, r, s.opt.Live.Delete(r.Context(), r.PathValue("id")))
}

func (s *Server) interruptKernel(w http.ResponseWriter, r *http.Request) {
	s.done(w, r, s.opt.Live.Interrupt(r.Context(), r.PathValue("id")))
}

func (s *Server) restartKernel(w http.ResponseWriter, r *http.Request) {
	kernel, err := s.opt.Live.Restart(r.Context(), r.PathValue("id"))
	s.reply(w, r, http.StatusOK, kernel, err)
}

func (s *Server) listSessions(w http.ResponseWriter, r *http.Request) {
	sessions := s.opt.Live.Sessions()
	if sessions == nil {
		sessions = []live.SessionModel{}
	}
	answer(w, http.StatusOK, sessions)
}

// createSession also reads the path of clients from before the field path.
func (s *Server) createSession(w http.ResponseWriter, r *http.Request) {
	var want struct {
		live.SessionSpec
		Notebook struct{ Path, Name string }
	}
	if _, ok := s.readJSON(w, r, smallBody, &want); !ok {
		return
	}
	spec := want.SessionSpec
	if spec.Path == "" && want.Notebook.Path != "" {
		spec.Path, spec.Name, spec.Type = want.Notebook.Path, want.Notebook.Name, "notebook"
	}
	if spec.Path == "" || spec.Type == "" {
		fail(w, http.StatusBadRequest, "a session needs a path and a type")
		return
	}
	session, _, err := s.opt.Live.CreateSession(r.Context(), spec)
	if err == nil {
		w.Header().Set("Location", "/api/sessions/"+url.PathEscape(session.ID))
	}
	s.reply(w, r, http.StatusCreated, session, err)
}

func (s *Server) getSession(w http.ResponseWriter, r *http.Request) {
	session, err := s.opt.Live.Session(r.PathValue("id"))
	s.reply(w, r, http.StatusOK, session, err)
}

func (s *Server) patchSession(w http.ResponseWriter, r *http.Request) {
	var want struct {
		live.SessionPatch
		Notebook *struct{ Path, Name *string }
	}
	some, ok := s.readJSON(w, r, smallBody, &want)
	if !ok {
		return
	}
	if !some {
		fail(w, http.StatusBadRequest, "say what to change: path, name, type or kernel")
		return
	}
	patch := want.SessionPatch
	if patch.Path == nil && want.Notebook != nil {
		patch.Path = want.Notebook.Path
	}
	session, err := s.opt.Live.PatchSession(r.Context(), r.PathValue("id"), patch)
	s.reply(w, r, http.StatusOK, session, err)
}

func (s *Server) deleteSession(w http.ResponseWriter, r *http.Request) {
	s.done(w, r, s.opt.Live.DeleteSession(r.Context(), r.PathValue("id")))
}

// reply answers with a value, or says why there is none.
func (s *Server) reply(w http.ResponseWriter, r *http.Request, status int, value any, err error) {
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	answer(w, status, value)
}

// done answers where there is nothing to say.
func (s *Server) done(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
