package export_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/notebooks"
	"github.com/wnb-dev/wnb/notebooks/export"
)

func TestMarkdownGolden(t *testing.T) {
	var b bytes.Buffer
	var stored []string
	err := export.Markdown(&b, samplePage(t), func(name string, data []byte) (string, error) {
		stored = append(stored, name)
		if strings.HasSuffix(name, ".svg") && !bytes.HasPrefix(data, []byte("<svg xmlns=")) {
			t.Errorf("%s is not an SVG file: %.80s", name, data)
		}
		return "report files/" + name, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"figure-1.svg", "figure-2.svg", "figure-3.png"}, stored); diff != "" {
		t.Errorf("stored pictures, -want +got:\n%s", diff)
	}
	golden(t, "sample.md", b.Bytes())
}

func TestMarkdownImageError(t *testing.T) {
	full := errors.New("disk full")
	err := export.Markdown(&bytes.Buffer{}, samplePage(t), func(string, []byte) (string, error) { return "", full })
	if !errors.Is(err, full) || !strings.Contains(err.Error(), "look") || !strings.Contains(err.Error(), "figure-1.svg") {
		t.Errorf("error %v, want the cause, the cell and the file in it", err)
	}
}

func TestIPYNB(t *testing.T) {
	page := samplePage(t)
	page.Doc.Cells[1].ID = "wnb-report" // the id that the summary would take
	before := fmt.Sprint(page)
	var b bytes.Buffer
	if err := export.IPYNB(&b, page); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(page) != before {
		t.Error("IPYNB changed the page")
	}
	var nb struct {
		Major int `json:"nbformat"`
		Minor int `json:"nbformat_minor"`
		Cells []struct {
			ID   string `json:"id"`
			Type string `json:"cell_type"`
		} `json:"cells"`
	}
	if err := json.Unmarshal(b.Bytes(), &nb); err != nil {
		t.Fatal(err)
	}
	if nb.Major != 4 || nb.Minor != 5 {
		t.Errorf("nbformat %d.%d, want 4.5", nb.Major, nb.Minor)
	}
	if want := len(page.Doc.Cells) + 2; len(nb.Cells) != want {
		t.Errorf("%d cells, want %d: the document's, a summary and the provenance", len(nb.Cells), want)
	}
	seen := map[string]bool{}
	for _, c := range nb.Cells {
		if c.ID == "" || seen[c.ID] {
			t.Errorf("id %q is empty or taken", c.ID)
		}
		seen[c.ID] = true
	}
	if !seen["wnb-report-2"] {
		t.Errorf("no cell wnb-report-2 among %v", seen)
	}
	if bytes.Contains(b.Bytes(), []byte("vnd.wnb")) {
		t.Error("it holds what only the page of wnb can read")
	}
	if bytes.Contains(b.Bytes(), []byte("var(--wnb")) {
		t.Error("a figure depends on variables of a page that is not there")
	}
}

func TestEmptyPage(t *testing.T) {
	image := func(string, []byte) (string, error) { return "", nil }
	for name, page := range map[string]export.Page{"no document": {}, "no cells": {Doc: &notebooks.Document{}}} {
		t.Run(name, func(t *testing.T) {
			if html := renderHTML(t, page); !strings.Contains(html, "<h1>Notebook</h1>") {
				t.Error("page has no title")
			}
			if err := export.Markdown(&bytes.Buffer{}, page, image); err != nil {
				t.Error(err)
			}
			if err := export.IPYNB(&bytes.Buffer{}, page); err != nil {
				t.Error(err)
			}
		})
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken pipe")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteErrors(t *testing.T) {
	page := samplePage(t)
	image := func(string, []byte) (string, error) { return "x", nil }
	for name, err := range map[string]error{
		"HTML": export.HTML(brokenWriter{}, page), "Markdown": export.Markdown(brokenWriter{}, page, image), "IPYNB": export.IPYNB(brokenWriter{}, page),
	} {
		if !errors.Is(err, errBroken) {
			t.Errorf("%s: error %v, want %v", name, err, errBroken)
		}
	}
}
