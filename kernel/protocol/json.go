package protocol

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"unicode/utf8"
)

// Dict is a JSON object whose values are passed on as they are. A nil Dict is
// written as {}.
type Dict map[string]json.RawMessage

// MimeBundle is one output in several representations, keyed by MIME type.
// Text and base64 values are JSON strings (see [Text]), application/json is
// the value itself.
type MimeBundle = Dict

// MarshalJSON writes the object with sorted keys.
func (d Dict) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, k := range sortedKeys(d) {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendString(out, k)
		out = append(out, ':')
		out = append(out, orNull(d[k])...)
	}
	return append(out, '}'), nil
}

// Text returns the string under key, or false where there is none.
func (d Dict) Text(key string) (string, bool) {
	var s string
	v, ok := d[key]
	if !ok || len(v) == 0 || v[0] != '"' || json.Unmarshal(v, &s) != nil {
		return "", false
	}
	return s, true
}

// Text is s as a JSON string, to be put into a Dict.
func Text(s string) json.RawMessage {
	return appendString(make([]byte, 0, len(s)+2), s)
}

// List is a slice that is written as [] where it is nil: clients iterate over
// lists without asking.
type List[T any] []T

// MarshalJSON writes the list.
func (l List[T]) MarshalJSON() ([]byte, error) {
	if l == nil {
		return []byte("[]"), nil
	}
	return marshal([]T(l))
}

// Object is a map that is written as {} where it is nil.
type Object[V any] map[string]V

// MarshalJSON writes the object with sorted keys.
func (o Object[V]) MarshalJSON() ([]byte, error) {
	if o == nil {
		return []byte("{}"), nil
	}
	return marshal(map[string]V(o))
}

// marshal is json.Marshal without the escapes for HTML, which double the size
// of figures and tables and help nobody here.
func marshal(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string. Bytes that are not UTF-8 become
// U+FFFD: a websocket text frame with anything else closes the connection.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(append(dst, s[start:i]...), "\uFFFD"...)
				start = i + 1
			}
			i += size
			continue
		}
		if c < ' ' || c == '"' || c == '\\' {
			dst = appendEscape(append(dst, s[start:i]...), c)
			start = i + 1
		}
		i++
	}
	return append(append(dst, s[start:]...), '"')
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}

func sortedKeys[M ~map[string]json.RawMessage](m M) []string {
	return slices.Sorted(maps.Keys(m))
}

func orNull(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("null")
	}
	return raw
}

// eachField calls f with each name and value of a JSON object. The bytes must
// have passed json.Valid: the scan trusts their syntax, which makes it several
// times as fast as a second decoding. The name is only valid during the call.
func eachField(object []byte, f func(name, value []byte) error) error {
	i := skipSpace(object, 0)
	if i >= len(object) || object[i] != '{' {
		return nil
	}
	for i++; ; i++ {
		i = skipSpace(object, i)
		if i >= len(object) || object[i] == '}' {
			return nil
		}
		end := valueEnd(object, i)
		name, err := fieldName(object[i:end])
		if err != nil {
			return err
		}
		i = skipSpace(object, skipSpace(object, end)+1) // over the colon
		end = valueEnd(object, i)
		if err := f(name, object[i:end:end]); err != nil {
			return err
		}
		if i = skipSpace(object, end); i >= len(object) || object[i] != ',' {
			return nil
		}
	}
}

// fieldName takes the quotes off, and the escapes out, of a name.
func fieldName(quoted []byte) ([]byte, error) {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1], nil
	}
	name, err := unquote(quoted)
	return []byte(name), err
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t') {
		i++
	}
	return i
}

// valueEnd is the index behind the JSON value that starts at i.
func valueEnd(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			i = stringEnd(b, i)
			if depth == 0 {
				return i
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i // behind a number or a literal
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',', ':', ' ', '\n', '\r', '\t':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return len(b)
}

// stringEnd is the index behind the JSON string that starts at i.
func stringEnd(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// unquote is the text of a JSON string.
func unquote(raw []byte) (string, error) {
	if len(raw) >= 2 && raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1]), nil
	}
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err
}

// jsonName is what JSON calls values of a Go type.
func jsonName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "bool"
	case reflect.Slice, reflect.Array:
		return "array"
	case reflect.Map, reflect.Struct:
		return "object"
	case reflect.Float32, reflect.Float64:
		return "number"
	}
	return "whole number"
}
