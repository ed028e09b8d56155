package page

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
)

// tableType is the MIME type of a table that is kept as a whole.
const tableType = "application/vnd.wnb.table+json"

// Visitors see what their own kernel showed them and nothing else of the store.
// So the ref of a table comes with a signature of this process when it is shown,
// and no other one is served.

// shown is an output as a visitor gets it: the refs of tables are signed.
func (a *App) shown(content []byte) any {
	var bundle struct {
		Data map[string]json.RawMessage `json:"data"`
	}
	if json.Unmarshal(content, &bundle) != nil || bundle.Data[tableType] == nil {
		return json.RawMessage(content)
	}
	var whole, table map[string]any
	if json.Unmarshal(content, &whole) != nil || json.Unmarshal(bundle.Data[tableType], &table) != nil {
		return json.RawMessage(content)
	}
	if ref, ok := table["ref"].(string); ok {
		table["ref"] = ref + "." + a.signature(ref)
	}
	whole["data"].(map[string]any)[tableType] = table
	return whole
}

func (a *App) signature(ref string) string {
	mac := hmac.New(sha256.New, a.key)
	mac.Write([]byte(ref))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// table serves a table that was shown to a visitor.
func (a *App) table(w http.ResponseWriter, r *http.Request) {
	ref, signature, _ := strings.Cut(r.PathValue("ref"), ".")
	if a.opt.Tables == nil || !hmac.Equal([]byte(signature), []byte(a.signature(ref))) {
		refuse(w, http.StatusNotFound, errors.New("this table is not of this visit: run the app again"))
		return
	}
	r.SetPathValue("ref", ref)
	a.opt.Tables.ServeHTTP(w, r)
}
