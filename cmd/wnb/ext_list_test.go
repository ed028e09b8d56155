package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/wnb-dev/wnb/cells/scorer"
)

// brokenFiles cannot open some of its files.
type brokenFiles struct {
	fstest.MapFS
	broken map[string]error
}

func (b brokenFiles) Open(name string) (fs.File, error) {
	if err := b.broken[name]; err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return b.MapFS.Open(name)
}

// packedGuest is an extension with a manifest, bare is it without.
func packedGuest(t *testing.T) (packed, bare []byte) {
	t.Helper()
	bare, err := os.ReadFile(filepath.Join("..", "..", "cells", "builtin", "testdata", "ext", "guest.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	packed, err = scorer.Pack(bare, []byte(`{"abi":1,"kind":"metric","name":"mean","version":"1.2","metric":{"greater_is_better":true,"input":"value"}}`))
	if err != nil {
		t.Fatal(err)
	}
	return packed, bare
}

// What the host refuses is listed with the reason, and a file that cannot be read
// does not hide the others.
func TestListOfExtensions(t *testing.T) {
	good, bare := packedGuest(t)
	join := func(parts ...[]byte) *fstest.MapFile { return &fstest.MapFile{Data: bytes.Join(parts, nil)} }
	padding := append([]byte{0, 0x80, 0x80, 0x80, 0x04, 1, 'x'}, make([]byte, 8<<20-2)...)
	files := brokenFiles{fstest.MapFS{
		"a/good.wasm":         join(good),
		"b/trailing.wasm":     join(good, []byte{0}),
		"c/kind.WASM":         join(bytes.Replace(good, []byte(`"kind":"metric"`), []byte(`"kind":"metrik"`), 1)),
		"d/large.wasm":        join(good, padding),
		"e/locked.wasm":       join(good),
		"f/gone.wasm":         join(good),
		"g/new\nline.wasm":    join(good),
		"other.wasm":          join(bare),
		"text.wasm":           join([]byte("hello")),
		"good.txt":            join(good),
		".git/good.wasm":      join(good),
		"node_modules/x.wasm": join(good),
	}, map[string]error{"e/locked.wasm": fs.ErrPermission, "f/gone.wasm": errors.New("input/output error")}}
	all, err := findExtensions(files)
	if err != nil {
		t.Fatal(err)
	}
	want := []struct{ file, name, kind, says string }{
		{"a/good.wasm", "mean", "metric", ""},
		{"b/trailing.wasm", "mean", "metric", "unexpected end"},
		{"c/kind.WASM", "", "", `kind "metrik"; it must be`},
		{"d/large.wasm", "mean", "metric", "bytes, the limit is 8388608"},
		{"e/locked.wasm", "", "", "it cannot be read: permission denied"},
		{"f/gone.wasm", "", "", "it cannot be read: input/output error"},
		{"g/new\nline.wasm", "mean", "metric", ""},
	}
	var asJSON, table bytes.Buffer
	if err := errors.Join((&state{out: &asJSON}).listExtensions(all, true), (&state{out: &table}).listExtensions(all, false)); err != nil {
		t.Fatal(err)
	}
	lines, rows := strings.Split(strings.TrimSpace(asJSON.String()), "\n"), strings.Split(strings.TrimSpace(table.String()), "\n")
	if len(lines) != len(want) || len(rows) != len(want)+1 {
		t.Fatalf("%d lines and %d rows, want %d and one for the names:\n%s", len(lines), len(rows), len(want), table.String())
	}
	for i, w := range want {
		t.Run(w.file, func(t *testing.T) {
			got := struct{ File, Name, Kind, Error, SHA256 string }{}
			if err := json.Unmarshal([]byte(lines[i]), &got); err != nil {
				t.Fatal(err)
			}
			if got.File != w.file || got.Name != w.name || got.Kind != w.kind || !strings.Contains(got.Error, w.says) || (got.Error == "") != (w.says == "") {
				t.Errorf("%+v, want %+v", got, w)
			}
			if row := rows[i+1]; strings.Contains(row, "  refused: ") != (w.says != "") || !strings.Contains(row, w.says) {
				t.Errorf("row %q, want %q", row, w.says)
			}
		})
	}
}
