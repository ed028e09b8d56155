// Package page serves the page that people open in a browser: one HTML file and
// the scripts and styles of package dist.
//
// The names of scripts and styles have a hash of their content, so browsers keep
// them for good. The HTML is written for each answer with a nonce for the styles
// that the editor makes; beside these, no inline style sheet and no inline script
// is allowed. Outputs that bring their own scripts are shown in a frame with
// another policy: an origin of its own, and no network at all.
package page

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"errors"
	"fmt"
	"html"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

// Page is the page. It is made by New and safe for concurrent use.
type Page struct {
	files fs.FS
	index []byte
}

// New makes the page of files, which are those of package dist.
func New(files fs.FS) (*Page, error) {
	index, err := fs.ReadFile(files, "index.html")
	if err != nil {
		return nil, fmt.Errorf("the page was not built: %w; run npm --prefix frontend/web run build", err)
	}
	return &Page{files: files, index: index}, nil
}

const (
	// Style attributes are allowed: figures have them, and sanitised outputs.
	policy = "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-%s'; style-src-attr 'unsafe-inline'; " +
		"img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
	framePolicy = "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; " +
		"img-src data: blob:; font-src data:; media-src data:; frame-ancestors 'self'"
)

// Index answers with the HTML. app is the path of the notebook that is shown as
// an app; "" for the page with everything.
func (p *Page) Index(app string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		nonce := rand.Text()
		body := bytes.ReplaceAll(p.index, []byte("{{nonce}}"), []byte(nonce))
		body = bytes.ReplaceAll(body, []byte("{{app}}"), []byte(html.EscapeString(app)))
		h := w.Header()
		h.Set("Content-Security-Policy", fmt.Sprintf(policy, nonce))
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Cache-Control", "no-store")
		_, _ = w.Write(body) // the client is gone if this fails
	})
}

// Assets answers requests for scripts and styles: the last part of the path is
// the name.
func (p *Page) Assets() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := path.Base(r.URL.Path)
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, r.Method+" is not possible here", http.StatusMethodNotAllowed)
			return
		}
		body, encoding, err := p.packed(name, r.Header.Get("Accept-Encoding"))
		if err != nil || name == "index.html" {
			http.Error(w, "the page has no file "+html.EscapeString(name), http.StatusNotFound)
			return
		}
		h := w.Header()
		h.Set("Content-Type", contentType(name))
		h.Set("Vary", "Accept-Encoding")
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		if name == "logo.svg" {
			h.Set("Cache-Control", "max-age=86400")
		}
		if name == "frame.html" {
			h.Set("Content-Security-Policy", framePolicy)
			h.Set("Cache-Control", "no-cache")
		}
		if encoding != "" {
			h.Set("Content-Encoding", encoding)
		}
		h.Set("Content-Length", fmt.Sprint(len(body)))
		_, _ = w.Write(body) // the client is gone if this fails
	})
}

// packed gives a file in the best encoding that the client takes.
func (p *Page) packed(name, accept string) (body []byte, encoding string, err error) {
	if path.Ext(name) == ".gz" || path.Ext(name) == ".br" {
		return nil, "", fs.ErrNotExist
	}
	if accepts(accept, "br") {
		body, err = fs.ReadFile(p.files, name+".br")
		return body, "br", err
	}
	if body, err = fs.ReadFile(p.files, name+".gz"); err != nil || accepts(accept, "gzip") {
		return body, "gzip", err
	}
	body, err = unpack(body)
	return body, "", err
}

func unpack(data []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(r)
	return body, errors.Join(err, r.Close())
}

// accepts reads an Accept-Encoding header: names between commas, refused by a
// quality of 0.
func accepts(header, encoding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(name), encoding) {
			q := strings.ReplaceAll(params, " ", "")
			return !strings.HasPrefix(q, "q=0") || strings.Trim(q[3:], ".0") != ""
		}
	}
	return false
}

// contentType must not depend on the machine's tables for the types that matter.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".html":
		return "text/html; charset=utf-8"
	}
	return mime.TypeByExtension(path.Ext(name))
}
