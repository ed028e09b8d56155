package kernel

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wnb-dev/wnb/cells"
)

// glob are the files that match a pattern, sorted, written as the pattern is.
func (w *World) glob(pattern string) ([]string, error) {
	full, err := w.pattern(pattern)
	if err != nil {
		return nil, err
	}
	if slices.Contains(strings.Split(filepath.ToSlash(full), "/"), "**") {
		return nil, fmt.Errorf("the pattern %q: ** is not known; a * stands for the folders of one level, such as in a/*/*.csv", pattern)
	}
	names, err := filepath.Glob(full)
	if err != nil {
		return nil, fmt.Errorf("the pattern %q: %w", pattern, err)
	}
	names = slices.DeleteFunc(names, func(path string) bool { return hidden(full, path) })
	for i, path := range names {
		names[i] = w.spelled(pattern, path)
	}
	slices.Sort(names)
	return names, nil
}

// hidden tells whether a part of a path begins with a point where the pattern
// does not say so. Such files are not listed, as in a shell; a file that is being
// written is one of them.
func hidden(pattern, path string) bool {
	want, parts := strings.Split(pattern, string(filepath.Separator)), strings.Split(path, string(filepath.Separator))
	for i, part := range parts {
		if strings.HasPrefix(part, ".") && i < len(want) && !strings.HasPrefix(want[i], ".") {
			return true
		}
	}
	return false
}

// listHash is the answer to a question about a list.
func listHash(names []string) string { return hexSum([]byte(strings.Join(names, "\x00"))) }

// pattern is a pattern of whole paths.
func (w *World) pattern(pattern string) (string, error) {
	if _, err := w.path(pattern); err != nil || filepath.IsAbs(pattern) {
		return filepath.Clean(pattern), err
	}
	dir := w.Dir
	if filepath.Separator == '/' { // elsewhere nothing can be quoted
		dir = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
	}
	return filepath.Join(dir, pattern), nil
}

// matches tells whether a path would be listed for a pattern.
func (w *World) matches(pattern, path string) bool {
	full, err := w.pattern(pattern)
	if err != nil {
		return false
	}
	ok, err := filepath.Match(full, path)
	return ok && err == nil && !hidden(full, path)
}

// spelled writes a path as the pattern is.
func (w *World) spelled(pattern, path string) string {
	if rel, err := filepath.Rel(w.Dir, path); err == nil && !filepath.IsAbs(pattern) {
		return filepath.ToSlash(rel)
	}
	return path
}

// concerns tells whether the answer to a question may be another one when a file
// is written.
func (w *World) concerns(q cells.Input, written string) bool {
	path, err := w.path(q.Name)
	if err != nil {
		return false
	}
	switch q.Kind {
	case cells.FileInput:
		return path == written
	case cells.ExistsInput:
		return within(written, path)
	case cells.GlobInput:
		return slices.ContainsFunc(ancestry(written), func(path string) bool { return w.matches(q.Name, path) })
	}
	return false
}

// within tells whether a path is another one or lies below it.
func within(path, other string) bool { return slices.Contains(ancestry(path), other) }

// ancestry are a path and the folders around it.
func ancestry(path string) []string {
	list := []string{path}
	for filepath.Dir(path) != path {
		path = filepath.Dir(path)
		list = append(list, path)
	}
	return list
}
