package main

import (
	"path/filepath"
	"testing"
)

func TestBuiltFileStaysInItsFolder(t *testing.T) {
	for name, want := range map[string]string{
		"fbeta": "fbeta.wasm", "größe 2": "größe 2.wasm", "a..b": "a..b.wasm",
		"../x": "", "../../x": "", "a/b": "", "/x": "",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := builtFile("dir", name)
			if want != "" {
				want = filepath.Join("dir", want)
			}
			if got != want || (err == nil) != (want != "") {
				t.Errorf("%q, %v; want %q", got, err, want)
			}
		})
	}
}
