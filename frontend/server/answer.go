package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wnb-dev/wnb/frontend/contents"
	"github.com/wnb-dev/wnb/frontend/live"
)

// answer writes JSON.
func answer(w http.ResponseWriter, status int, value any) {
	data, err := json.Marshal(value)
	if err != nil {
		status = http.StatusInternalServerError
		data = []byte(`{"message":"the answer cannot be written as JSON","reason":"Internal Server Error"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	send(w, append(data, '\n'))
}

// send writes a body. Where it fails, the client is gone, and nobody is left to
// be told.
func send(w io.Writer, data []byte) {
	_, _ = w.Write(data)
}

// fail writes an error as Jupyter does.
func fail(w http.ResponseWriter, status int, message string) {
	answer(w, status, map[string]any{"message": message, "reason": http.StatusText(status)})
}

// refuse writes what contents or live say about a request.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	status := statusOf(err)
	body := map[string]any{"message": err.Error(), "reason": http.StatusText(status)}
	var conflict *contents.ConflictError
	switch {
	case errors.As(err, &conflict):
		body["hash"], body["hash_algorithm"], body["checkpoint"] = conflict.Current, "sha256", conflict.Kept
	case errors.Is(err, live.ErrKernelName):
		body["short_message"] = "unknown kernel"
	}
	if status == http.StatusInternalServerError || status == http.StatusInsufficientStorage {
		s.opt.Log("error: %s %q: %v", r.Method, r.URL.Path, err)
	}
	answer(w, status, body)
}

func statusOf(err error) int {
	for _, known := range []struct {
		err    error
		status int
	}{
		{contents.ErrConflict, http.StatusConflict},
		{contents.ErrExists, http.StatusConflict},
		{contents.ErrFull, http.StatusInsufficientStorage},
		{contents.ErrTooLarge, http.StatusRequestEntityTooLarge},
		{contents.ErrDenied, http.StatusForbidden},
		{contents.ErrNotFound, http.StatusNotFound},
		{contents.ErrInvalid, http.StatusBadRequest},
		{live.ErrNotFound, http.StatusNotFound},
		{live.ErrKernelGone, http.StatusGone},
		{live.ErrKernelName, http.StatusNotImplemented},
		{live.ErrInvalid, http.StatusBadRequest},
		{live.ErrClosed, http.StatusServiceUnavailable},
		{context.Canceled, http.StatusServiceUnavailable},
		{errBody, http.StatusBadRequest},
	} {
		if errors.Is(err, known.err) {
			return known.status
		}
	}
	return http.StatusInternalServerError
}

var errBody = errors.New("the request body is wrong")

const smallBody = 1 << 20

// readJSON reads the body, which may be empty: then value is left as it is, and
// some is false. It answers the request itself where it fails.
func (s *Server) readJSON(w http.ResponseWriter, r *http.Request, limit int64, value any) (some, ok bool) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		fail(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("the request has more than %d bytes", limit))
		return false, false
	case err != nil:
		fail(w, http.StatusBadRequest, "the request cannot be read: "+err.Error())
		return false, false
	case len(data) == 0:
		return false, true
	}
	if err := json.Unmarshal(data, value); err != nil {
		s.refuse(w, r, fmt.Errorf("%w: %w", errBody, ExplainJSON(err)))
		return false, false
	}
	return true, true
}

// ExplainJSON says in the words of JSON, not of Go, which value is of a wrong
// type.
func ExplainJSON(err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return err
	}
	what := "it"
	if wrong.Field != "" {
		what = "the field " + quote(strings.ToLower(wrong.Field[strings.LastIndexByte(wrong.Field, '.')+1:]))
	}
	want := "a number"
	switch wrong.Type.Kind() {
	case reflect.Struct, reflect.Map:
		want = "an object"
	case reflect.Slice:
		want = "a list"
	case reflect.String:
		want = "text"
	case reflect.Bool:
		want = "true or false"
	}
	return fmt.Errorf("%s is of the type %s and should be %s", what, wrong.Value, want)
}

// quote makes client input safe to show, and short.
func quote(text string) string {
	if len(text) > 200 {
		cut := 200
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "..."
	}
	return strconv.Quote(text)
}
