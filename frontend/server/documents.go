package server

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/wnb-dev/wnb/frontend/contents"
)

// subject is what a contents path is about: a file, its checkpoints, one of
// these, or its trust. A path may hold slashes, so that the mux cannot tell.
type subject struct {
	path       string
	points     bool
	checkpoint string
	trust      bool
}

// subjectOf tells folders named "checkpoints" from the checkpoints of a file by
// looking at what is there.
func (s *Server) subjectOf(r *http.Request) subject {
	path := r.PathValue("path")
	if file, ok := strings.CutSuffix(path, "/checkpoints"); ok && s.opt.Contents.IsFile(file) {
		return subject{path: file, points: true}
	}
	if file, ok := strings.CutSuffix(path, "/trust"); ok && r.Method == http.MethodPost {
		return subject{path: file, trust: true}
	}
	file, id, ok := cutLast(path, "/checkpoints/")
	if ok && !strings.Contains(id, "/") && s.opt.Contents.IsFile(file) {
		return subject{path: file, points: true, checkpoint: id}
	}
	return subject{path: path}
}

func cutLast(text, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(text, sep); i >= 0 {
		return text[:i], text[i+len(sep):], true
	}
	return text, "", false
}

func (s *Server) getContents(w http.ResponseWriter, r *http.Request) {
	about := s.subjectOf(r)
	if about.points && about.checkpoint == "" {
		points, err := s.opt.Contents.Checkpoints(r.Context(), about.path)
		s.reply(w, r, http.StatusOK, points, err)
		return
	}
	query := r.URL.Query()
	content, err := flag(query, "content", true)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	hash, err := flag(query, "hash", false)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	model, err := s.opt.Contents.Get(r.Context(), r.PathValue("path"), contents.GetOptions{
		Type: contents.Type(query.Get("type")), Format: contents.Format(query.Get("format")), Content: content, Hash: hash,
	})
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	describe(w, model)
	answer(w, http.StatusOK, model)
}

// flag reads 0 or 1.
func flag(query url.Values, key string, otherwise bool) (bool, error) {
	switch value := query.Get(key); value {
	case "":
		return otherwise, nil
	case "0":
		return false, nil
	case "1":
		return true, nil
	default:
		return false, fmt.Errorf("%w: %s is 0 or 1, not %s", errBody, key, quote(value))
	}
}

func describe(w http.ResponseWriter, model *contents.Model) {
	if model.Hash != "" {
		w.Header().Set("ETag", `"`+model.Hash+`"`)
	}
	if !model.LastModified.IsZero() {
		w.Header().Set("Last-Modified", model.LastModified.UTC().Format(http.TimeFormat))
	}
}

func (s *Server) postContents(w http.ResponseWriter, r *http.Request) {
	about, ctx := s.subjectOf(r), r.Context()
	switch {
	case about.trust:
		if err := s.opt.Contents.Trust(ctx, about.path); err != nil {
			s.refuse(w, r, err)
			return
		}
		w.WriteHeader(http.StatusCreated)
	case about.checkpoint != "":
		s.done(w, r, s.opt.Contents.RestoreCheckpoint(ctx, about.path, about.checkpoint))
	case about.points:
		point, err := s.opt.Contents.CreateCheckpoint(ctx, about.path)
		if err == nil {
			w.Header().Set("Location", contentsURL(about.path)+"/checkpoints/"+url.PathEscape(point.ID))
		}
		s.reply(w, r, http.StatusCreated, point, err)
	default:
		s.newContents(w, r, about.path)
	}
}

// newContents makes something with a new name in a folder.
func (s *Server) newContents(w http.ResponseWriter, r *http.Request, dir string) {
	var want struct {
		Type     contents.Type `json:"type"`
		Ext      string        `json:"ext"`
		CopyFrom string        `json:"copy_from"`
	}
	if _, ok := s.readJSON(w, r, smallBody, &want); !ok {
		return
	}
	var model *contents.Model
	var err error
	if want.CopyFrom != "" {
		model, err = s.opt.Contents.Copy(r.Context(), want.CopyFrom, dir)
	} else {
		model, err = s.opt.Contents.New(r.Context(), dir, want.Type, want.Ext)
	}
	s.created(w, r, model, err)
}

func (s *Server) created(w http.ResponseWriter, r *http.Request, model *contents.Model, err error) {
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	w.Header().Set("Location", contentsURL(model.Path))
	describe(w, model)
	answer(w, http.StatusCreated, model)
}

func contentsURL(path string) string { return (&url.URL{Path: "/api/contents/" + path}).EscapedPath() }

func (s *Server) putContents(w http.ResponseWriter, r *http.Request) {
	if about := s.subjectOf(r); about.checkpoint != "" {
		fail(w, http.StatusMethodNotAllowed, "a checkpoint is restored by POST")
		return
	}
	var model contents.Model
	some, ok := s.readJSON(w, r, s.opt.MaxBody, &model)
	if !ok {
		return
	}
	path := r.PathValue("path")
	if !some {
		s.newContents(w, r, path)
		return
	}
	match, err := condition(r.Header)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	result, created, err := s.opt.Contents.Save(r.Context(), path, &model, match)
	if created {
		s.created(w, r, result, err)
		return
	}
	if err == nil {
		describe(w, result)
	}
	s.reply(w, r, http.StatusOK, result, err)
}

// condition reads If-Match and If-None-Match: what the client has read.
func condition(h http.Header) (string, error) {
	match, none := h.Get("If-Match"), h.Get("If-None-Match")
	switch {
	case none == "*" && match == "":
		return contents.Absent, nil
	case none != "":
		return "", fmt.Errorf("%w: If-None-Match can only be * here", errBody)
	case match == "" || match == "*":
		return match, nil
	}
	tag := strings.Trim(strings.TrimSpace(match), `"`)
	if tag == "" || strings.ContainsAny(tag, `", `) || tag == contents.Absent {
		return "", fmt.Errorf("%w: If-Match must be one quoted hash", errBody)
	}
	return tag, nil
}

func (s *Server) renameContents(w http.ResponseWriter, r *http.Request) {
	var want struct{ Path *string }
	if _, ok := s.readJSON(w, r, smallBody, &want); !ok {
		return
	}
	if want.Path == nil {
		fail(w, http.StatusBadRequest, "a rename needs the new path")
		return
	}
	model, err := s.opt.Contents.Rename(r.Context(), r.PathValue("path"), *want.Path)
	if err == nil {
		w.Header().Set("Location", contentsURL(model.Path))
	}
	s.reply(w, r, http.StatusOK, model, err)
}

func (s *Server) deleteContents(w http.ResponseWriter, r *http.Request) {
	if about := s.subjectOf(r); about.checkpoint != "" {
		s.done(w, r, s.opt.Contents.DeleteCheckpoint(r.Context(), about.path, about.checkpoint))
		return
	}
	s.done(w, r, s.opt.Contents.Delete(r.Context(), r.PathValue("path")))
}

// downloadTime is how long one download may take: longer than other answers.
const downloadTime = 2 * time.Hour

// download streams a file as it is. Opened in a browser it can do nothing: it
// is sandboxed, on an origin of its own.
func (s *Server) download(w http.ResponseWriter, r *http.Request) {
	file, model, err := s.opt.Contents.Open(r.Context(), r.PathValue("path"))
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	defer file.Close()
	h := w.Header()
	h.Set("Content-Security-Policy", filePolicy)
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Type", contentType(model.Mimetype))
	h.Set("ETag", fmt.Sprintf(`W/"%x-%x"`, model.LastModified.UnixNano(), model.Size))
	if value := r.URL.Query().Get("download"); value != "" && value != "0" {
		h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(model.Name))
	}
	if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(downloadTime)); err != nil {
		s.opt.Log("download of %q: %v", model.Path, err)
	}
	http.ServeContent(w, r, model.Name, model.LastModified, file)
}

func contentType(mimetype string) string {
	if strings.HasPrefix(mimetype, "text/") {
		return mimetype + "; charset=utf-8"
	}
	return mimetype
}
