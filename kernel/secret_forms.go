package kernel

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/value"
)

// clearlyPart is the length from which on a line of a secret, or a part of its
// base64, is looked for by itself, and clearlyWord that of a part that no way of
// writing changes.
const (
	clearlyPart = 8
	clearlyWord = 12
)

// secretForms are the ways in which a secret may be written: as it is, quoted, in
// CSV or in HTML, also one in the other, line by line, in a URL, as base64 or in
// hex.
func secretForms(text string) []string {
	forms := []string{text}
	for range 2 {
		for _, form := range slices.Clone(forms) {
			forms = append(forms, escaped(form)...)
		}
	}
	forms = append(forms, longer(strings.Fields(text), clearlyPart)...)
	forms = append(forms, longer(strings.FieldsFunc(text, changes), clearlyWord)...)
	digits := hex.EncodeToString([]byte(text))
	forms = append(forms, url.QueryEscape(text), url.PathEscape(text), digits, strings.ToUpper(digits))
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
		forms = append(forms, encoding.EncodeToString([]byte(text)))
	}
	forms = append(forms, base64Within(base64.RawStdEncoding, text)...)
	forms = append(forms, base64Within(base64.RawURLEncoding, text)...)
	slices.Sort(forms)
	return slices.Compact(forms)
}

// escaped is a text inside of others.
func escaped(text string) []string {
	return []string{
		inner(strconv.Quote(text)), jsonText(text, true), jsonText(text, false), strings.ReplaceAll(text, `"`, `""`), html.EscapeString(text), xmlText(text),
	}
}

// changes tells characters that some ways of writing write otherwise.
func changes(c rune) bool {
	return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-')
}

func longer(parts []string, n int) []string {
	return slices.DeleteFunc(parts, func(p string) bool { return len(p) < n })
}

// base64Within is the base64 of a secret that stands inside of another text: it
// depends on where it begins, but for some characters at the ends.
func base64Within(encoding *base64.Encoding, text string) []string {
	var forms []string
	for before := range 3 {
		bits := 8 * (before + len(text))
		coded := encoding.EncodeToString(append(make([]byte, before), text...))
		if part := coded[(8*before+5)/6 : bits/6]; len(part) >= clearlyPart {
			forms = append(forms, part)
		}
	}
	return forms
}

func inner(quoted string) string { return quoted[1 : len(quoted)-1] }

func jsonText(text string, escapeHTML bool) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(escapeHTML)
	if err := e.Encode(text); err != nil {
		return text
	}
	return inner(strings.TrimSuffix(b.String(), "\n"))
}

func xmlText(text string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		return text
	}
	return b.String()
}

// guardedParts keeps no content that holds a secret.
type guardedParts struct {
	value.Parts
	secrets *secrets
}

// PutBlob keeps what r holds. The error of content with a secret is a
// secretError.
func (g guardedParts) PutBlob(ctx context.Context, r io.Reader) (cells.Blob, error) {
	known := g.secrets.all()
	if len(known) == 0 {
		return g.Parts.PutBlob(ctx, r)
	}
	return g.Parts.PutBlob(ctx, &secretReader{r: r, secrets: g.secrets, longest: len(known[0].text)})
}

// secretError is the name of the secret that a value holds.
type secretError string

func (e secretError) Error() string { return fmt.Sprintf("it holds the secret %s", string(e)) }

// secretReader fails when a secret comes by.
type secretReader struct {
	r       io.Reader
	secrets *secrets
	longest int    // of the secrets
	tail    []byte // of what was read: a secret may come in two pieces
}

func (s *secretReader) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	seen := append(bytes.Clone(s.tail), p[:n]...)
	if name := s.secrets.found(seen); name != "" {
		return 0, secretError(name)
	}
	s.tail = seen[max(0, len(seen)-s.longest+1):]
	return n, err
}
