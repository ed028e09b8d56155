package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/wnb-dev/wnb/storage"
)

// wholeOutput answers with all that a cell printed, where its document shows the
// two ends of it and the hash of the whole.
func wholeOutput(store *storage.Store) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		sum := r.PathValue("sha256")
		text, err := store.OpenBlob(r.Context(), sum)
		switch {
		case errors.Is(err, storage.ErrNotFound):
			answerError(w, http.StatusNotFound, fmt.Errorf("no output with the hash %q is kept; run its cell again", sum))
			return
		case err != nil:
			answerError(w, http.StatusInternalServerError, err)
			return
		}
		defer text.Close()
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.Copy(w, text) // the client is gone if this fails
	}
}
