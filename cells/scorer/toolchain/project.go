package toolchain

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/goccy/go-yaml"

	"github.com/wnb-dev/wnb/cells/scorer"
)

// ProjectFile is the name of the file that makes a folder an extension.
const ProjectFile = "wnb-ext.yaml"

// Project is an extension in a folder, as its wnb-ext.yaml describes it: the
// fields of the manifest (see scorer.Manifest; "abi" may be left out), and
//
//	lang: c          # go, rust, c, assemblyscript or wat
//	source: fbeta.c  # the file with the function, beside it
type Project struct {
	Lang     Lang
	Source   string          // file
	Name     string          // of the extension
	Kind     scorer.Kind     // may be empty
	Manifest json.RawMessage // the other fields
}

// ParseProject reads a wnb-ext.yaml.
func ParseProject(text []byte) (*Project, error) {
	var fields map[string]any
	if err := yaml.Unmarshal(text, &fields); err != nil {
		return nil, fmt.Errorf("%s: %s", ProjectFile, yaml.FormatError(err, false, true))
	}
	p := &Project{}
	for name, to := range map[string]*string{"lang": (*string)(&p.Lang), "source": &p.Source, "name": &p.Name, "kind": (*string)(&p.Kind)} {
		v, ok := fields[name]
		if !ok {
			continue
		}
		if *to, ok = v.(string); !ok {
			return nil, fmt.Errorf("%s: %s must be text", ProjectFile, name)
		}
		delete(fields, name)
	}
	var err error
	if p.Manifest, err = json.Marshal(fields); err != nil {
		return nil, fmt.Errorf("%s: %w", ProjectFile, err)
	}
	return p, p.check()
}

func (p *Project) check() error {
	switch {
	case p.Name == "":
		return fmt.Errorf("%s: name is missing", ProjectFile)
	case p.Lang != "" && !slices.Contains(Langs(), p.Lang):
		return fmt.Errorf("%s: lang is %q; it must be one of %v", ProjectFile, p.Lang, Langs())
	case p.Source != "" && !filepath.IsLocal(filepath.FromSlash(p.Source)):
		return fmt.Errorf("%s: source must be a file in the folder, not %s", ProjectFile, p.Source)
	}
	return nil
}

// OpenProject reads the extension in a folder.
func OpenProject(dir string) (Source, error) {
	text, err := os.ReadFile(filepath.Join(dir, ProjectFile))
	if err != nil {
		return Source{}, err
	}
	p, err := ParseProject(text)
	if err != nil {
		return Source{}, err
	}
	if p.Lang == "" || p.Source == "" {
		return Source{}, errors.New(ProjectFile + ": lang and source are needed to build")
	}
	code, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(p.Source)))
	if err != nil {
		return Source{}, err
	}
	src := p.With(p.Lang, string(code))
	src.File = p.Source
	return src, nil
}

// With is the project with a source, in whatever language.
func (p *Project) With(lang Lang, text string) Source {
	return Source{Lang: lang, Name: p.Name, Kind: p.Kind, Text: text, Manifest: p.Manifest}
}

// JSON is the whole manifest, for a module that was compiled elsewhere.
func (p *Project) JSON() ([]byte, error) {
	fields := map[string]any{"abi": 1}
	if err := json.Unmarshal(p.Manifest, &fields); err != nil {
		return nil, err
	}
	fields["name"], fields["kind"] = p.Name, p.Kind
	return json.Marshal(fields)
}
