package cache

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"maps"
	"slices"
)

// A Recipe is all that is known of a cell's result before the cell runs.
type Recipe struct {
	Lang string
	Code string // in canonical form: comments and blank space do not count
	// Reads are the hashes of what the cell reads, by name.
	Reads map[string]string
	// Setting is what else has a say: attributes of the cell, limits.
	Setting map[string]string
	Version string // of wnb, or the hash of an executable without a version
	Arch    string // GOARCH: the last bits of floating-point results differ
}

// Key is the hash of the recipe, in lower-case hex.
func (r Recipe) Key() string {
	h := sha256.New()
	for _, s := range []string{"wnb result 1", r.Lang, r.Code, r.Version, r.Arch} {
		writeText(h, s)
	}
	writeMap(h, r.Reads)
	writeMap(h, r.Setting)
	return hex.EncodeToString(h.Sum(nil))
}

// writeText hashes a text so that no other text or sequence of texts gives the
// same bytes.
func writeText(h hash.Hash, s string) {
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], uint64(len(s)))
	h.Write(n[:])
	h.Write([]byte(s))
}

func writeMap(h hash.Hash, m map[string]string) {
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], uint64(len(m)))
	h.Write(n[:])
	for _, name := range slices.Sorted(maps.Keys(m)) {
		writeText(h, name)
		writeText(h, m[name])
	}
}
