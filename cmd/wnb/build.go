package main

import (
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

// build tells builds of wnb apart: results of another build are not used. A
// release is its version; any other build is told by its executable.
func build() (string, error) {
	if release != "" {
		return release, nil
	}
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find the executable of wnb: %w", err)
	}
	if id := buildNote(path); id != "" {
		return "build " + id, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("read the executable of wnb: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("read the executable of wnb: %w", err)
	}
	return "executable " + hex.EncodeToString(h.Sum(nil)), nil
}

// buildNote is the id that the Go linker gives to an executable, a hash of all
// that went into it: reading it is faster than hashing the file. It is empty
// where there is none.
func buildNote(path string) string {
	f, err := elf.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	section := f.Section(".note.go.buildid")
	if section == nil {
		return ""
	}
	data, err := section.Data()
	const header = 16 // sizes, type, "Go\0\0"
	if err != nil || len(data) <= header {
		return ""
	}
	sum := sha256.Sum256(data[header:])
	return hex.EncodeToString(sum[:8])
}
