package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wnb-dev/wnb/frontend/report"
	"github.com/wnb-dev/wnb/notebooks"
	"github.com/wnb-dev/wnb/notebooks/export"
	"github.com/wnb-dev/wnb/storage"
)

// outputs are the endings that pages can be written with.
var outputs = []string{".html", ".md", ".ipynb"}

// checkOutput refuses a file that no exporter writes, before any work is done.
func checkOutput(path string) error {
	ext := strings.ToLower(filepath.Ext(path))
	if slices.Contains(outputs, ext) {
		if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
			return usage(fmt.Errorf("-o %s: there is no folder %s; make it first", path, filepath.Dir(path)))
		}
		return nil
	}
	if ext == ".pdf" {
		return usage(fmt.Errorf("-o %s: PDF reports are not available yet; write .html and print it", path))
	}
	return usage(fmt.Errorf("-o %s: a report ends in %s", path, strings.Join(outputs, ", ")))
}

// writeRun writes the page of a run.
func (s *state) writeRun(ctx context.Context, store *storage.Store, id, path string) error {
	run, err := store.Run(ctx, id)
	if err != nil {
		return err
	}
	page, err := report.Run(ctx, store, run)
	if err != nil {
		return err
	}
	return writePage(page, path)
}

// writePage writes a page in the format that the ending of the path names.
func writePage(page export.Page, path string) error {
	var content bytes.Buffer
	var err error
	switch strings.ToLower(filepath.Ext(path)) {
	case ".md":
		err = export.Markdown(&content, page, imageWriter(path))
	case ".ipynb":
		err = export.IPYNB(&content, page)
	default:
		err = export.HTML(&content, page)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return notebooks.Write(path, content.Bytes())
}

// imageWriter puts the pictures of report.md into the folder report_files.
func imageWriter(path string) func(name string, data []byte) (string, error) {
	folder := strings.TrimSuffix(path, filepath.Ext(path)) + "_files"
	return func(name string, data []byte) (string, error) {
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return "", err
		}
		file := filepath.Join(folder, filepath.Base(name))
		return filepath.Base(folder) + "/" + filepath.Base(name), notebooks.Write(file, data)
	}
}
