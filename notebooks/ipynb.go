package notebooks

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// kernelName is the kernelspec name of notebooks that wnb runs.
const kernelName = "wnb"

const ourKernelspec = `{"display_name":"wnb (Starlark)","language":"starlark","name":"wnb"}`

const ourLanguageInfo = `{"codemirror_mode":"python","file_extension":".star","mimetype":"text/x-python","name":"starlark","pygments_lexer":"python"}`

// magicLangs are the languages that a code cell of a Jupyter notebook can
// name in its first line.
var magicLangs = []Lang{Starlark, SQL, Go, Rust, C, AssemblyScript, WAT, Python}

// Magic gives the cell's source as a stock Jupyter client sees it: a cell
// that is not plain Starlark starts with a line "%%sql out=x .hide-code".
// Markdown and raw cells have no such line.
func (c *Cell) Magic() string {
	if c.Lang == Markdown || c.Lang == Raw {
		return c.Source
	}
	attrs := c.visibleAttrs()
	if c.Lang == Starlark && len(attrs) == 0 {
		if lang, attrs, source, err := SplitMagic(c.Source); err != nil || lang == Starlark && attrs == nil && source == c.Source {
			return c.Source
		}
	}
	line := strings.TrimRight("%%"+string(c.Lang)+" "+attrs.String(), " ")
	if c.Source == "" {
		return line
	}
	return line + "\n" + c.Source
}

// visibleAttrs are the attributes without those that nbformat has its own
// place for.
func (c *Cell) visibleAttrs() Attrs {
	return slices.DeleteFunc(slices.Clone(c.Attrs), func(a Attr) bool { return a.Key == Meta || a.Key == Attachments })
}

// SplitMagic is the inverse of Magic: it reads the first line of a code cell
// as a stock client sends it. Code without a %% line is Starlark. The error
// tells what is wrong with the line.
func SplitMagic(code string) (lang Lang, attrs Attrs, source string, err error) {
	if !strings.HasPrefix(code, "%%") {
		return Starlark, nil, code, nil
	}
	line, source, _ := strings.Cut(code, "\n")
	word, rest := strings.TrimRight(line[2:], " \t\r"), ""
	if end := strings.IndexAny(word, " \t"); end >= 0 {
		word, rest = word[:end], word[end:]
	}
	lang = Lang(word)
	if !slices.Contains(magicLangs, lang) {
		return "", nil, "", fmt.Errorf("line 1: unknown cell language %q; known are %s", "%%"+word, joinLangs(magicLangs))
	}
	id, attrs, failure := parseWords(rest)
	if failure != nil {
		return "", nil, "", fmt.Errorf("line 1: %w", failure)
	}
	if id != "" || attrs.Has(Meta) || attrs.Has(Attachments) {
		return "", nil, "", errors.New("line 1: id, meta and attachments are the client's to set; remove them from the line")
	}
	return lang, attrs, source, nil
}

func joinLangs(langs []Lang) string {
	words := make([]string, len(langs))
	for i, lang := range langs {
		words[i] = string(lang)
	}
	return strings.Join(words, ", ")
}

// foreignMetadata tells whether notebook metadata names a kernel of its own,
// which is not wnb's.
func foreignMetadata(metadata map[string]json.RawMessage) bool {
	_, kernel := metadata["kernelspec"]
	_, language := metadata["language_info"]
	return (kernel || language) && !ourMetadata(metadata)
}

// ourMetadata tells whether notebook metadata names wnb as the kernel.
func ourMetadata(metadata map[string]json.RawMessage) bool {
	var kernel, language struct{ Name, Language string }
	// What is not an object names no kernel.
	if json.Unmarshal(metadata["kernelspec"], &kernel) != nil {
		kernel.Name, kernel.Language = "", ""
	}
	if json.Unmarshal(metadata["language_info"], &language) != nil {
		language.Name = ""
	}
	return kernel.Name == kernelName || kernel.Language == string(Starlark) || language.Name == string(Starlark)
}

// takeObject reads a JSON object; nil for anything else.
func takeObject(data json.RawMessage) map[string]json.RawMessage {
	var object map[string]json.RawMessage
	if json.Unmarshal(data, &object) != nil {
		return nil
	}
	return object
}
