package notebooks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A blockError is a mistake in an attribute block, at a byte offset of it.
type blockError struct {
	offset    int
	msg, hint string
}

func (e *blockError) Error() string {
	if e.hint == "" {
		return e.msg
	}
	return e.msg + ": " + e.hint
}

// attrScanner reads the words of an attribute block.
type attrScanner struct {
	text   string
	pos    int
	braced bool // ends at }, not at the end of text
	id     string
	attrs  Attrs
}

// parseBlock reads "{#id .class key=value}" at the start of text and tells
// how many bytes it took.
func parseBlock(text string) (id string, attrs Attrs, size int, err *blockError) {
	s := attrScanner{text: text, pos: 1, braced: true}
	if err := s.words(); err != nil {
		return "", nil, 0, err
	}
	return s.id, s.attrs, s.pos, nil
}

// parseWords reads "#id .class key=value", the whole text.
func parseWords(text string) (id string, attrs Attrs, err *blockError) {
	s := attrScanner{text: text}
	if err := s.words(); err != nil {
		return "", nil, err
	}
	return s.id, s.attrs, nil
}

func (s *attrScanner) words() *blockError {
	for {
		s.pos += len(s.text[s.pos:]) - len(strings.TrimLeft(s.text[s.pos:], " \t"))
		switch {
		case s.pos == len(s.text) && s.braced:
			return s.fail(0, "the attribute block is not closed", "end it with }")
		case s.pos == len(s.text):
			return nil
		case s.braced && s.text[s.pos] == '}':
			s.pos++
			return nil
		}
		if err := s.word(); err != nil {
			return err
		}
	}
}

func (s *attrScanner) word() *blockError {
	start := s.pos
	if s.text[s.pos] == '#' {
		return s.idWord()
	}
	attr, err := s.attr()
	if err != nil {
		return err
	}
	if s.attrs.Has(attr.Key) {
		return s.fail(start, fmt.Sprintf("attribute %s is given twice", attr.Key), "keep one")
	}
	if err := checkJSONAttr(attr); err != "" {
		return s.fail(start, err, "")
	}
	s.attrs = append(s.attrs, attr)
	return nil
}

func (s *attrScanner) idWord() *blockError {
	start := s.pos
	s.pos++
	id := s.take(bareRune)
	if !ValidID(id) {
		return s.fail(start, fmt.Sprintf("%q is not a cell id", "#"+id), "an id has 1 to 64 of the characters A-Z a-z 0-9 _ -")
	}
	if s.id != "" {
		return s.fail(start, fmt.Sprintf("a second id, #%s after #%s", id, s.id), "a cell has one id")
	}
	s.id = id
	return nil
}

func (s *attrScanner) attr() (Attr, *blockError) {
	start := s.pos
	class := strings.HasPrefix(s.text[s.pos:], ".")
	if class {
		s.pos++
	}
	s.take(keyRune)
	attr := Attr{Key: s.text[start:s.pos], Flag: true}
	if !validKey(attr.Key) {
		_, size := utf8.DecodeRuneInString(s.text[s.pos:])
		return attr, s.fail(start, fmt.Sprintf("bad attribute at %q", s.text[start:s.pos+size]),
			`attributes are #id, .class, flag, key=value or key="value"`)
	}
	if !class && strings.HasPrefix(s.text[s.pos:], "=") {
		s.pos++
		value, err := s.value()
		if err != nil {
			return attr, err
		}
		attr.Flag, attr.Value = false, value
	}
	if rest := s.text[s.pos:]; rest != "" && !strings.ContainsAny(rest[:1], " \t") && !(s.braced && rest[0] == '}') {
		return attr, s.fail(s.pos, fmt.Sprintf("no space after attribute %s", attr.Key), "put values with special characters in double quotes")
	}
	return attr, nil
}

func (s *attrScanner) value() (string, *blockError) {
	if !strings.HasPrefix(s.text[s.pos:], `"`) {
		start := s.pos
		value := s.take(bareRune)
		if value == "" {
			return "", s.fail(start, "there is no value after =", `write key=value, or key="" for an empty one`)
		}
		return value, nil
	}
	start := s.pos
	for i := start + 1; i < len(s.text); i++ {
		switch s.text[i] {
		case '\\':
			i++
		case '"':
			s.pos = i + 1
			var value string
			if err := json.Unmarshal([]byte(s.text[start:s.pos]), &value); err != nil {
				return "", s.fail(start, "bad quoted value", "escapes are JSON's: "+strings.TrimPrefix(err.Error(), "json: "))
			}
			return value, nil
		}
	}
	return "", s.fail(start, "the quoted value is not closed", `end it with "`)
}

func (s *attrScanner) take(accept func(rune) bool) string {
	rest := s.text[s.pos:]
	end := strings.IndexFunc(rest, func(r rune) bool { return !accept(r) })
	if end < 0 {
		end = len(rest)
	}
	s.pos += end
	return rest[:end]
}

func (s *attrScanner) fail(offset int, msg, hint string) *blockError {
	return &blockError{offset: offset, msg: msg, hint: hint}
}

// checkJSONAttr tells what is wrong with the attributes that must hold a JSON
// object.
func checkJSONAttr(attr Attr) string {
	if attr.Key != Meta && attr.Key != Attachments {
		return ""
	}
	if attr.Flag || !isJSONObject([]byte(attr.Value)) {
		return attr.Key + " must hold a JSON object"
	}
	return ""
}

func isJSONObject(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) && json.Valid(data)
}

// ValidID tells whether id can name a cell: 1 to 64 of A-Z a-z 0-9 _ -.
func ValidID(id string) bool {
	return id != "" && len(id) <= 64 && strings.IndexFunc(id, func(r rune) bool { return r != '-' && !wordRune(r) }) < 0
}

// validKey: a letter or _, then letters, digits and _ . -; a class has a dot
// before it.
func validKey(key string) bool {
	name := strings.TrimPrefix(key, ".")
	return name != "" && wordRune(rune(name[0])) && (name[0] < '0' || name[0] > '9') &&
		strings.IndexFunc(name, func(r rune) bool { return !keyRune(r) }) < 0
}

func wordRune(r rune) bool {
	return r == '_' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z'
}

func keyRune(r rune) bool { return r == '-' || r == '.' || wordRune(r) }

// bareRune tells what a value without quotes may hold.
func bareRune(r rune) bool {
	return unicode.IsGraphic(r) && !unicode.IsSpace(r) && r != utf8.RuneError && !strings.ContainsRune("\"`{}", r)
}

// String gives the attributes as they stand in a block, without id and
// braces: ".hide-code after=a".
func (a Attrs) String() string {
	words := make([]string, len(a))
	for i, attr := range a {
		words[i] = attr.Key
		if !attr.Flag {
			words[i] += "=" + quoteValue(attr.Value)
		}
	}
	return strings.Join(words, " ")
}

// quoteValue writes a value bare where that can be read back, else as a JSON
// string. A backtick would end the fence's info string for Markdown viewers.
func quoteValue(value string) string {
	if value != "" && strings.IndexFunc(value, func(r rune) bool { return !bareRune(r) }) < 0 {
		return value
	}
	return strings.ReplaceAll(quoteJSON(value), "`", `\u0060`)
}

// quoteJSON gives text as a JSON string, < > and & as they are.
func quoteJSON(text string) string {
	quoted, err := encodeJSON(text)
	if err != nil {
		return `""` // a string always encodes
	}
	return string(quoted)
}

// encodeJSON is json.Marshal, < > and & as they are.
func encodeJSON(value any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(value)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// block gives "{#id .class key=value}".
func block(id string, attrs Attrs) string {
	if id == "" {
		return "{" + attrs.String() + "}"
	}
	if len(attrs) == 0 {
		return "{#" + id + "}"
	}
	return "{#" + id + " " + attrs.String() + "}"
}
