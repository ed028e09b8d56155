package main

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/wnb-dev/wnb/frontend/contents"
	"github.com/wnb-dev/wnb/frontend/dist"
	"github.com/wnb-dev/wnb/frontend/live"
	"github.com/wnb-dev/wnb/frontend/page"
	"github.com/wnb-dev/wnb/frontend/table"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/storage"
)

// pageRoutes are the page, and all routes that are not Jupyter's.
func (s *state) pageRoutes(store *storage.Store, k *keeper, manager *live.Manager) (index http.Handler, mount map[string]http.Handler, err error) {
	p, err := page.New(dist.Files)
	if err != nil {
		return nil, nil, err
	}
	mount = k.routes(manager)
	k.checkRoutes(mount)
	mount["/static/page/"] = p.Assets()
	set := settingsHandler{k.settings, k.files, manager}
	mount["GET /api/wnb/settings/{path...}"] = set
	mount["PATCH /api/wnb/settings/{path...}"] = set
	mount["GET /api/wnb/versions/{path...}"] = versionText(k.files)
	mount["GET /api/wnb/tables/{ref}"] = shownTables(store)
	mount["GET /api/wnb/outputs/{sha256}"] = wholeOutput(store)
	return p.Index(""), mount, nil
}

// shownTables are the frames that cells showed in part.
func shownTables(store *storage.Store) *table.Tables {
	return table.New(table.Options{Open: store.OpenBlob, NotFound: storage.ErrNotFound, MaxTable: kernel.MaxTables})
}

// versionText answers with the text of one kept version of a document.
func versionText(files *contents.Manager) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		text, err := files.CheckpointText(r.Context(), strings.Trim(r.PathValue("path"), "/"), r.URL.Query().Get("id"))
		if err != nil {
			answerError(w, http.StatusNotFound, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{"text": text}) // the client is gone if this fails
	}
}
