package dist

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

// unpacked are the files by their own names. Both ways of packing must hold the
// same, and so must the plain file where there is one.
func unpacked(t *testing.T) map[string][]byte {
	t.Helper()
	packed, err := fs.Glob(Files, "*.gz")
	if err != nil || len(packed) == 0 {
		t.Fatalf("%d files, %v", len(packed), err)
	}
	out := map[string][]byte{}
	for _, name := range packed {
		name = strings.TrimSuffix(name, ".gz")
		gz, err := gzip.NewReader(bytes.NewReader(read(t, name+".gz")))
		if err != nil {
			t.Fatalf("%s.gz: %v", name, err)
		}
		content := all(t, gz)
		if other := all(t, brotli.NewReader(bytes.NewReader(read(t, name+".br")))); !bytes.Equal(content, other) {
			t.Errorf("%s: gzip and Brotli hold different things", name)
		}
		if plain, err := Files.ReadFile(name); err == nil && !bytes.Equal(content, plain) {
			t.Errorf("%s is not what is packed", name)
		}
		out[name] = content
	}
	return out
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := Files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func all(t *testing.T, r io.Reader) []byte {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var (
	link   = regexp.MustCompile(`(?:src|href|data-frame)="([^"]*)"`)
	module = regexp.MustCompile(`"\./((?:part|page)-[A-Z0-9]+\.(?:js|css))"`)
	fetch  = regexp.MustCompile(`(?:import\(|from|src=|href=|url\(|fetch\()\s*["']?(https?:)?//[a-z]`)
)

// TestFiles follows what files name from the page on: all of it is there,
// nothing else is, and nothing comes from another server.
func TestFiles(t *testing.T) {
	files := unpacked(t)
	reached := map[string]bool{}
	var visit func(name, from string)
	visit = func(name, from string) {
		content, ok := files[name]
		if !ok {
			t.Errorf("%s names %s, which is not there", from, name)
		}
		if !ok || reached[name] {
			return
		}
		reached[name] = true
		if outside := fetch.Find(content); outside != nil {
			t.Errorf("%s asks another server: %s", name, outside)
		}
		for _, m := range link.FindAllSubmatch(content, -1) {
			if own, ok := strings.CutPrefix(string(m[1]), "/static/page/"); ok && strings.HasSuffix(name, ".html") {
				visit(own, name)
			}
		}
		for _, m := range module.FindAllSubmatch(content, -1) {
			visit(string(m[1]), name)
		}
	}
	visit("index.html", "the server")
	for name := range files {
		if !reached[name] {
			t.Errorf("nothing names %s", name)
		}
	}
}
