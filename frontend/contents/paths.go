package contents

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean gives the form of a client's path that names a file below the root:
// slashes at the ends and double ones go. "" is the root. The path must be
// decoded; it is not decoded again. Paths that climb or hold a backslash or
// control character fail with ErrInvalid, hidden ones with ErrNotFound.
func Clean(apiPath string) (string, error) {
	if !utf8.ValidString(apiPath) || strings.ContainsFunc(apiPath, unicode.IsControl) || strings.Contains(apiPath, `\`) {
		return "", fmt.Errorf("path %q: backslashes, control characters and bytes that are not UTF-8 are not allowed: %w", apiPath, ErrInvalid)
	}
	var parts []string
	for part := range strings.SplitSeq(apiPath, "/") {
		switch {
		case part == "":
			continue
		case part == "." || part == "..":
			return "", fmt.Errorf("path %q: %q is not allowed: %w", apiPath, part, ErrInvalid)
		case hidden(part):
			return "", fmt.Errorf("%s: %w", apiPath, ErrNotFound)
		}
		parts = append(parts, part)
	}
	clean := strings.Join(parts, "/")
	if clean != "" && (!fs.ValidPath(clean) || !filepath.IsLocal(filepath.FromSlash(clean))) {
		return "", fmt.Errorf("path %q: %w", apiPath, ErrInvalid)
	}
	return clean, nil
}

// hidden names are those of state and secrets: .wnb, .git, .env.
func hidden(name string) bool { return strings.HasPrefix(name, ".") }

// local is the name of a clean path inside an os.Root.
func local(clean string) string {
	if clean == "" {
		return "."
	}
	return filepath.FromSlash(clean)
}

func ext(clean string) string { return strings.ToLower(path.Ext(clean)) }

// isDocument tells whether the file is served as a notebook.
func isDocument(clean string) bool { return ext(clean) == ".wnb" || ext(clean) == ".ipynb" }
