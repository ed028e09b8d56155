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
// and text after the value.
func strictJSON(b []byte) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	err := strictValue(dec, 0)
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

func strictValue(dec *json.Decoder, depth int) error {
	if depth > manifestDepth {
		return fmt.Errorf("JSON nests deeper than %d", manifestDepth)
	}
	tok, err := dec.Token()
	if err != nil {
		return err
	}
	switch tok {
	case json.Delim('{'):
		keys := map[string]bool{}
		for dec.More() {
			key, err := dec.Token()
			if err != nil {
				return err
			}
			word, _ := key.(string)
			name := strings.ToLower(word) // encoding/json takes any case
			if keys[name] {
				return fmt.Errorf("key %q twice", name)
			}
			keys[name] = true
			if printable([]byte(word), len(word)) != word {
				return fmt.Errorf("key %q has a control character", word)
			}
			if err := strictValue(dec, depth+1); err != nil {
				return err
			}
		}
	case json.Delim('['):
		for dec.More() {
			if err := strictValue(dec, depth+1); err != nil {
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

// Pack returns wasm with manifest as its custom section "wnb", in place of one
// that is there. Both are checked.
func Pack(wasm, manifest []byte) ([]byte, error) {
	if _, err := ParseManifest(manifest); err != nil {
		return nil, err
	}
	if err := Validate(wasm, Limits{}); err != nil {
		return nil, err
	}
	out := append([]byte(nil), wasm[:8]...)
	eachSection(wasm, func(id byte, whole []byte, body *reader) {
		if id != 0 || body.name() != manifestSection {
			out = append(out, whole...)
		}
	})
	var w writer
	w.name(manifestSection)
	w.raw(manifest)
	var all writer
	all.raw(out)
	all.section(0, w.buf)
	return all.buf, nil
}

// eachSection goes through the sections of a valid module.
func eachSection(wasm []byte, f func(id byte, whole []byte, body *reader)) {
	for r := (&reader{data: wasm, pos: 8, end: len(wasm)}); r.more(); {
		at := r.pos
		id := r.byte()
		size := r.size()
		body := &reader{data: wasm, pos: r.pos, end: r.pos + size}
		r.take(size)
		f(id, wasm[at:r.pos], body)
	}
}

// manifestOf reads the manifest of a valid module.
func manifestOf(wasm []byte) (*Manifest, error) {
	m := &module{}
	eachSection(wasm, func(id byte, _ []byte, body *reader) {
		if id == 0 {
			m.customSection(body)
		}
	})
	return m.readManifest()
}
