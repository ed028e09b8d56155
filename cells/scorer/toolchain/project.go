package toolchain

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"

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
	fields, err := projectFields(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ProjectFile, err)
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
	if p.Manifest, err = json.Marshal(fields); err != nil {
		return nil, fmt.Errorf("%s: %w", ProjectFile, err)
	}
	return p, p.check()
}

// projectFields reads YAML. A reference (*name) is refused: a few lines of them
// stand for more than fits into memory.
func projectFields(text []byte) (fields map[string]any, err error) {
	if len(text) > maxProject {
		return nil, fmt.Errorf("%d bytes, the limit is %d", len(text), maxProject)
	}
	defer func() {
		if r := recover(); r != nil { // the YAML library has been seen to panic on hostile text
			fields, err = nil, fmt.Errorf("YAML that cannot be read: %v", r)
		}
	}()
	for _, t := range lexer.Tokenize(string(text)) {
		if t.Type == token.AliasType {
			return nil, fmt.Errorf("line %d: a reference (*); write the value itself", t.Position.Line)
		}
	}
	if err := yaml.Unmarshal(text, &fields); err != nil {
		return nil, errors.New(yaml.FormatError(err, false, true))
	}
	return fields, nil
}

const maxProject = 1 << 17 // bytes of YAML: twice what the manifest may have

func (p *Project) check() error {
	switch {
	case p.Name == "":
		return fmt.Errorf("%s: name is missing", ProjectFile)
	case scorer.CheckName(p.Name) != nil:
		return fmt.Errorf("%s: %w", ProjectFile, scorer.CheckName(p.Name))
	case p.Lang != "" && !slices.Contains(Langs(), p.Lang):
		return fmt.Errorf("%s: lang is %q; it must be %s", ProjectFile, p.Lang, LangList())
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
	if errors.Is(err, fs.ErrNotExist) {
		return Source{}, fmt.Errorf("%s: source names %s, and there is no such file", ProjectFile, p.Source)
	}
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
