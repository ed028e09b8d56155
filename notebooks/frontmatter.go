package notebooks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// FrontMatter is the YAML head of a document.
type FrontMatter struct {
	// Raw is the YAML text between the --- lines, exactly as written: unknown
	// keys, comments and order are kept. When it is empty, Print makes it from
	// Title and Description.
	Raw string
	// Version is the format version, the key wnb.
	Version     int
	Title       string
	Description string
	// Tags hold the map of the file; the words of a list become keys without
	// value.
	Tags   map[string]string
	Params []Param // in file order
	// Config is the value of the key config, nil without one. Values are
	// int64, float64, bool, string, nil, []any and map[string]any.
	Config map[string]any
}

// formatVersion is the version of the .wnb format that this package reads.
const formatVersion = 1

// ParseFrontMatter reads the YAML of a front matter, without the --- lines.
// The error, if any, is an Errors with line numbers of the YAML text.
func ParseFrontMatter(raw string) (FrontMatter, error) {
	raw = normalizeLines(raw)
	if raw != "" && !strings.HasSuffix(raw, "\n") {
		raw += "\n"
	}
	number := 0
	for line := range strings.Lines(raw) {
		number++
		if strings.TrimRight(line, " \t\n") == "---" {
			return FrontMatter{}, Errors{{Line: number, Msg: "a line --- would end the front matter here", Hint: "remove it"}}
		}
	}
	front, errs := parseFrontMatter(raw, 0)
	if len(errs) > 0 {
		return FrontMatter{}, errs
	}
	return front, nil
}

// frontReader fills a FrontMatter from YAML; offset is the number of lines
// before the text.
type frontReader struct {
	front  FrontMatter
	offset int
	errs   Errors
}

func parseFrontMatter(raw string, offset int) (FrontMatter, Errors) {
	r := &frontReader{front: FrontMatter{Raw: raw}, offset: offset}
	// Notebook metadata can be megabytes (widget states): the YAML parser
	// does not get to see it.
	text := ipynbLine.ReplaceAllString(raw, "ipynb: '{}'")
	if _, _, err := ipynbMetadata(raw); err != nil {
		r.fail(ipynbLineNumber(raw), 1, err.Error(), "it is what an imported notebook needs to go back to .ipynb; remove the line if you do not need it")
	}
	root, err := parseYAML(text)
	if err != nil {
		r.failAt(err)
		return r.front, r.errs
	}
	pairs, ok := yamlPairs(root)
	if root != nil && !ok {
		r.failAt(yamlFail(root, "the front matter is not a YAML mapping of key: value lines"))
		return r.front, r.errs
	}
	for _, pair := range pairs {
		if err := r.key(pair); err != nil {
			r.failAt(err)
		}
	}
	if r.front.Version == 0 && len(r.errs) == 0 {
		r.fail(1, 0, "the front matter has no format version", "add the line\nwnb: 1")
	}
	return r.front, r.errs
}

func (r *frontReader) fail(line, col int, msg, hint string) {
	r.errs = append(r.errs, &Error{Line: r.offset + line, Col: col, Msg: msg, Hint: hint})
}

// yamlPlace is how the YAML parser names a second place in a message.
var yamlPlace = regexp.MustCompile(`at \[(\d+):(\d+)\]`)

func (r *frontReader) failAt(err *yamlError) {
	msg := yamlPlace.ReplaceAllStringFunc(err.msg, func(place string) string {
		var line, col int
		if _, err := fmt.Sscanf(place, "at [%d:%d]", &line, &col); err != nil {
			return place
		}
		return fmt.Sprintf("on line %d", r.offset+line)
	})
	r.fail(err.line, err.col, msg, "")
}

func (r *frontReader) key(pair *ast.MappingValueNode) (err *yamlError) {
	switch yamlKey(pair) {
	case "wnb":
		return r.version(pair.Value)
	case "title":
		r.front.Title, err = textValue(pair)
	case "description":
		r.front.Description, err = textValue(pair)
	case "tags":
		return r.tags(pair)
	case "params":
		return r.params(pair)
	case "ipynb":
		if text, _ := yamlText(pair.Value); text != "{}" || !ipynbLine.MatchString(r.front.Raw) {
			return yamlFail(pair, "ipynb is not written as wnb writes it: one line ipynb: '<JSON object>'")
		}
	case "config":
		value, err := yamlValue(pair.Value)
		if err != nil || value == nil {
			return err
		}
		var ok bool
		if r.front.Config, ok = value.(map[string]any); !ok {
			return yamlFail(pair.Value, "config is not a mapping")
		}
	}
	return err
}

func textValue(pair *ast.MappingValueNode) (string, *yamlError) {
	text, ok := yamlText(pair.Value)
	if !ok {
		return "", yamlFail(pair.Value, "%s is not a text", yamlKey(pair))
	}
	return strings.TrimSuffix(text, "\n"), nil
}

func (r *frontReader) version(node ast.Node) *yamlError {
	value, err := yamlValue(node)
	if err != nil {
		return err
	}
	text, _ := yamlText(node)
	version, ok := value.(int64)
	switch {
	case !ok || version < 1:
		return yamlFail(node, "the format version %q is not a number from 1; write wnb: %d", text, formatVersion)
	case version > formatVersion:
		return yamlFail(node, "format version %d is newer than this program, which reads version %d; use a newer wnb", version, formatVersion)
	}
	r.front.Version = int(version)
	return nil
}

func (r *frontReader) tags(pair *ast.MappingValueNode) *yamlError {
	r.front.Tags = map[string]string{}
	if list, ok := pair.Value.(*ast.SequenceNode); ok {
		for _, item := range list.Values {
			text, ok := yamlText(item)
			if !ok {
				return yamlFail(item, "a tag is not a text")
			}
			r.front.Tags[text] = ""
		}
		return nil
	}
	entries, ok := yamlPairs(pair.Value)
	if !ok {
		return yamlFail(pair.Value, "tags are not a mapping; write tags: {key: value} or tags: [word, word]")
	}
	for _, entry := range entries {
		text, err := textValue(entry)
		if err != nil {
			return err
		}
		r.front.Tags[yamlKey(entry)] = text
	}
	return nil
}

// text gives the YAML to be written between the --- lines.
func (f *FrontMatter) text() string {
	if f.Raw != "" {
		return strings.TrimSuffix(f.Raw, "\n") + "\n"
	}
	text := fmt.Sprintf("wnb: %d\n", formatVersion)
	if f.Title != "" {
		text += "title: " + quoteYAML(f.Title) + "\n"
	}
	if f.Description != "" {
		text += "description: " + quoteYAML(f.Description) + "\n"
	}
	return text
}

// plainYAML is text that needs no quotes as a YAML value; anything else is
// quoted, needed or not.
var plainYAML = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9 ,.()/_-]*[A-Za-z0-9.)]$`)

var yamlWords = regexp.MustCompile(`^(?i:true|false|yes|no|on|off|null|nan|inf)$`)

func quoteYAML(text string) string {
	if plainYAML.MatchString(text) && !yamlWords.MatchString(text) {
		return text
	}
	return quoteJSON(text)
}

// ipynbLine is the line of the front matter that keeps the metadata of the
// Jupyter notebook a document was imported from: a JSON object as a YAML
// string in single quotes.
var ipynbLine = regexp.MustCompile(`(?m)^ipynb: '(.*)'$`)

func ipynbLineNumber(raw string) int {
	at := ipynbLine.FindStringIndex(raw)
	return strings.Count(raw[:at[0]], "\n") + 1
}

// ipynbMetadata gives the JSON object that the ipynb line holds; ok is false
// when there is no such line.
func ipynbMetadata(raw string) (metadata json.RawMessage, ok bool, err error) {
	match := ipynbLine.FindStringSubmatch(raw)
	if match == nil {
		return nil, false, nil
	}
	metadata = json.RawMessage(strings.ReplaceAll(match[1], "''", "'"))
	if !isJSONObject(metadata) {
		return nil, false, fmt.Errorf("ipynb does not hold a JSON object in single quotes")
	}
	return metadata, true, nil
}

// setIPYNBMetadata gives the front matter with another ipynb line, or with
// none when metadata is empty.
func setIPYNBMetadata(raw string, metadata json.RawMessage) string {
	line := ""
	if len(metadata) > 0 {
		var compact bytes.Buffer
		if err := json.Compact(&compact, metadata); err != nil {
			return raw // the caller has checked that it is JSON
		}
		line = "ipynb: '" + strings.ReplaceAll(compact.String(), "'", "''") + "'\n"
	}
	at := ipynbLine.FindStringIndex(raw)
	if at == nil {
		return raw + line
	}
	return raw[:at[0]] + line + strings.TrimPrefix(raw[at[1]:], "\n")
}
