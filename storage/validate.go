package storage

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of MLflow, whose clients read what is stored here.
const (
	MaxKey        = 250  // characters of a param, metric or tag key
	MaxParamValue = 6000 // characters
	MaxTagValue   = 8000 // characters
	MaxPath       = 1000 // characters of an artifact path
)

// validate checks a batch and puts its artifact paths into normal form, in a copy.
func (b Batch) validate(run string) (Batch, error) {
	for _, p := range b.Params {
		if err := checkKey(run, "param", p.Key); err != nil {
			return b, err
		}
		if err := checkLength(run, "value of param", p.Key, p.Value, MaxParamValue); err != nil {
			return b, err
		}
	}
	for _, m := range b.Metrics {
		if err := checkKey(run, "metric", m.Key); err != nil {
			return b, err
		}
	}
	for k, v := range b.Tags {
		if err := checkKey(run, "tag", k); err != nil {
			return b, err
		}
		if err := checkLength(run, "value of tag", k, v, MaxTagValue); err != nil {
			return b, err
		}
	}
	for _, c := range b.Cells {
		if c.ID == "" {
			return b, &NameError{Run: run, What: "cell", Name: c.ID, Reason: "a cell needs an id"}
		}
	}
	artifacts := make([]Artifact, len(b.Artifacts))
	for i, a := range b.Artifacts {
		clean, err := cleanPath(run, a.Path)
		if err != nil {
			return b, err
		}
		a.Path = clean
		if a.Kind == "" {
			a.Kind = KindArtifact
		}
		artifacts[i] = a
	}
	b.Artifacts = artifacts
	return b, nil
}

func checkLength(run, what, key, value string, most int) error {
	if len(value) <= most {
		return nil
	}
	if n := utf8.RuneCountInString(value); n > most {
		return &LimitError{Run: run, What: what, Key: key, Length: n, Max: most}
	}
	return nil
}

// checkKey allows what MLflow allows: letters, digits, "_-. :/", in the form of a clean relative path.
func checkKey(run, kind, key string) error {
	refuse := func(reason string) error { return &NameError{Run: run, What: kind, Name: key, Reason: reason} }
	switch {
	case key == "":
		return refuse("a name is needed")
	case !utf8.ValidString(key):
		return refuse("the name is not valid UTF-8")
	case strings.ContainsFunc(key, func(r rune) bool { return !keyRune(r) }):
		return refuse("a name may hold letters, digits, spaces and _ - . : /")
	case path.Clean(key) != key || key == "." || key[0] == '/' || key == ".." || strings.HasPrefix(key, "../"):
		return refuse("a name with slashes must read like a relative path, such as train/loss")
	}
	return checkLength(run, kind, key, key, MaxKey)
}

func keyRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_-. :/", r)
}

// cleanPath gives an artifact path in normal form. Nothing that could ever be read as a path out of its folder is let in.
func cleanPath(run, p string) (string, error) {
	refuse := func(reason string) (string, error) {
		return "", &NameError{Run: run, What: "artifact path", Name: p, Reason: reason}
	}
	switch {
	case p == "":
		return refuse("a path is needed")
	case !utf8.ValidString(p):
		return refuse("the path is not valid UTF-8")
	case strings.ContainsRune(p, '\\'):
		return refuse("use / between folders, not \\")
	case strings.ContainsFunc(p, unicode.IsControl):
		return refuse("the path holds a control character")
	case p[0] == '/':
		return refuse("the path must be relative to the run")
	}
	for part := range strings.SplitSeq(p, "/") {
		if part == ".." {
			return refuse("the path must not leave the run by \"..\"")
		}
	}
	clean := path.Clean(p)
	if clean == "." {
		return refuse("the path names no file")
	}
	return clean, checkLength(run, "artifact path", clean, clean, MaxPath)
}

// first names one thing that a batch would log, for an error; tags count last, since they are always welcome.
func (b Batch) first() string {
	switch {
	case len(b.Params) > 0:
		return "param " + quoted(b.Params[0].Key)
	case len(b.Metrics) > 0:
		return "metric " + quoted(b.Metrics[0].Key)
	case len(b.Artifacts) > 0:
		return "artifact " + quoted(b.Artifacts[0].Path)
	case len(b.Cells) > 0:
		return "cell " + quoted(b.Cells[0].ID)
	case len(b.Console) > 0:
		return "console text"
	}
	return "tags"
}

func (b Batch) onlyTags() bool {
	return len(b.Params)+len(b.Metrics)+len(b.Artifacts)+len(b.Cells)+len(b.Console) == 0
}

func quoted(s string) string { return `"` + shorten(s) + `"` }
