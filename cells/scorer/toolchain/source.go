package toolchain

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/wnb-dev/wnb/cells/scorer"
)

// Lang is a language that extensions are written in.
type Lang string

const (
	Go             Lang = "go"
	Rust           Lang = "rust"
	C              Lang = "c"
	AssemblyScript Lang = "assemblyscript"
	WAT            Lang = "wat"
)

// Langs are all languages.
func Langs() []Lang { return []Lang{Go, Rust, C, AssemblyScript, WAT} }

// LangList is all languages as a message shows them.
func LangList() string { return fmt.Sprintf("%s, %s, %s, %s or %s", Go, Rust, C, AssemblyScript, WAT) }

// Source is an extension as its author wrote it.
type Source struct {
	Lang Lang
	Name string      // of the extension
	Kind scorer.Kind // empty: what the function says
	Text string
	File string // that the text is from, for messages of the caller; may be empty

	// Manifest is JSON with what the source does not say. Its fields win over
	// those that follow from the source, and over those of its comments.
	Manifest json.RawMessage
}

const maxSource = 1 << 20 // bytes

// canonical is the text with line ends as on Unix.
func (s *Source) canonical() (string, error) {
	switch {
	case len(s.Text) > maxSource:
		return "", fmt.Errorf("source of %d bytes, the limit is %d", len(s.Text), maxSource)
	case !utf8.ValidString(s.Text):
		return "", s.at(1, 1, "the source is not UTF-8")
	case strings.ContainsRune(s.Text, 0):
		return "", s.at(1, 1, "the source has a zero byte")
	}
	text := strings.ReplaceAll(strings.TrimPrefix(s.Text, "\ufeff"), "\r\n", "\n")
	return strings.ReplaceAll(text, "\r", "\n"), nil
}

// key identifies what is compiled: all that the module depends on besides the
// version of the toolchain. The name and what else only describes are not in it.
func (s *Source) key(text string, man *scorer.Manifest) (string, error) {
	types := map[string]string{} // of the parameters; sorted when it is written
	for name, p := range man.Params {
		types[name] = p.Type
	}
	how, err := recipe()
	if err != nil {
		return "", err
	}
	b, err := json.Marshal([]any{"wnb extension", how, s.Lang, man.Kind, types, text})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

//go:embed glue lang_*.go
var recipeFiles embed.FS

// recipe is a hash of all that makes a module of a source: what is put around it,
// and the code that calls the compilers. No one has to think of a version when
// either changes.
var recipe = sync.OnceValues(func() (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(recipeFiles, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := recipeFiles.ReadFile(path)
		fmt.Fprintf(sum, "%s %d\n%s", path, len(content), content)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)), err
})

// directive starts a comment that holds a part of the manifest.
const directive = "wnb:manifest"

// directives gives the JSON that the comments of a source hold, on the lines
// that it is on in the source, so that an error can name one.
func (s *Source) directives(text string) (string, bool) {
	mark := "//" + directive
	if s.Lang == WAT {
		mark = ";;" + directive
	}
	var out strings.Builder
	found := false
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), mark); ok && (rest == "" || rest[0] == ' ' || rest[0] == '{' || rest[0] == '\t') {
			out.WriteString(rest)
			found = true
		}
		out.WriteByte('\n')
	}
	return out.String(), found
}
