// Package samples has extensions that come with wnb, as source in the languages
// where that is natural, and the same computations in Go to compare them with:
// they are what `wnb ext new` starts from, what the benchmarks measure, and what
// the compilers are tested with.
package samples

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"

	"github.com/wnb-dev/wnb/cells/scorer/toolchain"
)

//go:embed all:_ext
var files embed.FS

// endings of the sources of the languages.
var endings = map[toolchain.Lang]string{
	toolchain.Go: "go", toolchain.Rust: "rs", toolchain.C: "c", toolchain.AssemblyScript: "ts", toolchain.WAT: "wat",
}

// Names lists the samples.
func Names() []string {
	dirs, err := files.ReadDir("_ext")
	if err != nil {
		panic(err) // embedded
	}
	var names []string
	for _, d := range dirs {
		names = append(names, d.Name())
	}
	return names
}

// Langs lists the languages that a sample is written in.
func Langs(name string) []toolchain.Lang {
	return slices.DeleteFunc(toolchain.Langs(), func(l toolchain.Lang) bool {
		_, err := Source(name, l)
		return err != nil
	})
}

// File is the name of the source of an extension.
func File(name string, lang toolchain.Lang) string { return name + "." + endings[lang] }

// Source is the source of a sample in a language.
func Source(name string, lang toolchain.Lang) (string, error) {
	text, err := files.ReadFile("_ext/" + name + "/" + File(name, lang))
	if err != nil {
		return "", fmt.Errorf("there is no sample %s in %s: %w", name, lang, fs.ErrNotExist)
	}
	return string(text), nil
}

// ManifestYAML is the file wnb-ext.yaml of a sample.
func ManifestYAML(name string) (string, error) {
	text, err := files.ReadFile("_ext/" + name + "/wnb-ext.yaml")
	if err != nil {
		return "", fmt.Errorf("there is no sample %s: %w", name, fs.ErrNotExist)
	}
	return string(text), nil
}

// Project is what the wnb-ext.yaml of a sample says; it names no language.
func Project(name string) (*toolchain.Project, error) {
	about, err := ManifestYAML(name)
	if err != nil {
		return nil, err
	}
	p, err := toolchain.ParseProject([]byte(about))
	if err != nil {
		return nil, fmt.Errorf("sample %s: %w", name, err)
	}
	return p, nil
}

// Sample is a sample in a language, ready to build.
func Sample(name string, lang toolchain.Lang) (toolchain.Source, error) {
	p, err := Project(name)
	if err != nil {
		return toolchain.Source{}, err
	}
	text, err := Source(name, lang)
	if err != nil {
		return toolchain.Source{}, err
	}
	return p.With(lang, text), nil
}
