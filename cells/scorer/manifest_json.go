package scorer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// strictJSON refuses what encoding/json lets pass: repeated keys, deep nesting
// and text after the value. as is the type that the value is meant for.
func strictJSON(b []byte, as reflect.Type) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	err := strictValue(dec, as, 0)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the JSON ends too early")
	}
	if err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("text after the JSON value")
	}
	return nil
}

func strictValue(dec *json.Decoder, as reflect.Type, depth int) error {
	if depth > manifestDepth {
		return fmt.Errorf("JSON nests deeper than %d", manifestDepth)
	}
	tok, err := dec.Token()
	if err != nil {
		return err
	}
	switch tok {
	case json.Delim('{'):
		if err := strictObject(dec, as, depth); err != nil {
			return err
		}
	case json.Delim('['):
		for elem := element(as, reflect.Slice); dec.More(); {
			if err := strictValue(dec, elem, depth+1); err != nil {
				return err
			}
		}
	default:
		if text, ok := tok.(string); ok && printable([]byte(text), len(text)) != text {
			return fmt.Errorf("text %q has a control character", text)
		}
		return nil
	}
	_, err = dec.Token()
	return err
}

// strictObject reads the keys and values behind a brace. The keys of a struct are
// its fields, which encoding/json finds in any case; others are names as they are.
func strictObject(dec *json.Decoder, as reflect.Type, depth int) error {
	fields := fieldsOf(as)
	keys := map[string]bool{}
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return err
		}
		key, _ := tok.(string)
		if printable([]byte(key), len(key)) != key {
			return fmt.Errorf("key %q has a control character", key)
		}
		of := element(as, reflect.Map)
		if fields != nil {
			word := strings.ToLower(key)
			known := false
			// Not ASCII: encoding/json takes some letters of Unicode for those of a field.
			if of, known = fields[word]; !known || !ascii(key) {
				return fmt.Errorf("unknown field %q", key)
			}
			key = word
		}
		if keys[key] {
			return fmt.Errorf("key %q twice", key)
		}
		keys[key] = true
		if err := strictValue(dec, of, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// fieldsOf gives the types of the fields of a struct, or of what a pointer to one
// points to, by their names in JSON; nil for other types.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	if t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		fields[name] = t.Field(i).Type
	}
	return fields
}

// element is the type of the elements of t, nil if t is not of the kind. Of types
// without fields inside, such as those that read themselves, nothing is wanted.
func element(t reflect.Type, kind reflect.Kind) reflect.Type {
	if t == nil || t.Kind() != kind {
		return nil
	}
	return t.Elem()
}

func ascii(s string) bool { return strings.IndexFunc(s, func(r rune) bool { return r > 0x7f }) < 0 }

// plainly says what is wrong with a value without the words of Go.
func plainly(err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	field := wrong.Field
	if field == "" {
		field = "the whole"
	}
	wanted := map[reflect.Kind]string{
		reflect.String: "text", reflect.Bool: "true or false", reflect.Int: "a whole number", reflect.Int64: "a whole number",
		reflect.Float64: "a number", reflect.Slice: "a list", reflect.Map: "an object", reflect.Struct: "an object",
	}[wrong.Type.Kind()]
	return fmt.Errorf("%s must be %s, and is a JSON %s", field, wanted, wrong.Value)
}
