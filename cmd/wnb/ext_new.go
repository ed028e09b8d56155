package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/cells/scorer"
	"github.com/wnb-dev/wnb/cells/scorer/samples"
	"github.com/wnb-dev/wnb/cells/scorer/toolchain"
	"github.com/wnb-dev/wnb/notebooks"
)

func (s *state) extNewCommand() *cobra.Command {
	var lang, kind, from string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "new --lang LANG NAME", Short: "Start an extension: a folder with one that works",
		Long: `Make a folder NAME with the source of an extension that works, its manifest with test
vectors, and a README.

  wnb ext new --lang go fbeta
  wnb ext new --lang assemblyscript --kind scorer churn
  wnb ext new --lang c --from quantile_loss pinball

Kinds: metric, one number from labels and predictions; scorer, outputs of each row from
its features; transform, a JSON document from another.

Samples to start from: ` + strings.Join(samples.Names(), ", ") + ".",
		Args: wanted(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(toolchain.Langs(), toolchain.Lang(lang)) {
				return usage(fmt.Errorf("--lang %q: write %s", lang, toolchain.LangList()))
			}
			if from != "" && cmd.Flags().Changed("kind") {
				return usage(errors.New("a sample has its kind: leave out --kind or --from"))
			}
			if from == "" {
				from = simplest(toolchain.Lang(lang), scorer.Kind(kind))
			}
			if from == "" {
				return usage(fmt.Errorf("--kind %q: write metric, scorer or transform", kind))
			}
			files, err := newExtension(filepath.Base(args[0]), from, toolchain.Lang(lang))
			if err != nil {
				return err
			}
			return s.writeExtension(args[0], files, asJSON)
		},
	}
	cmd.Flags().StringVar(&lang, "lang", "", "go, rust, c, assemblyscript or wat")
	cmd.Flags().StringVar(&kind, "kind", string(scorer.KindMetric), "metric, scorer or transform")
	cmd.Flags().StringVar(&from, "from", "", "a sample to start from, in place of the simplest of a kind")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	var langs []string
	for _, l := range toolchain.Langs() {
		langs = append(langs, string(l))
	}
	choices(cmd, "lang", langs...)
	choices(cmd, "kind", string(scorer.KindMetric), string(scorer.KindScorer), string(scorer.KindTransform))
	choices(cmd, "from", samples.Names()...)
	return cmd
}

// simplest is the sample that shows a kind with the least code.
func simplest(lang toolchain.Lang, kind scorer.Kind) string {
	if lang == toolchain.WAT {
		return map[scorer.Kind]string{scorer.KindMetric: "mean_error", scorer.KindScorer: "row_sum", scorer.KindTransform: "echo"}[kind]
	}
	return map[scorer.Kind]string{scorer.KindMetric: "mean_error", scorer.KindScorer: "linear", scorer.KindTransform: "polarity"}[kind]
}

// file is one of a new folder.
type file struct{ name, content string }

var extensionName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,63}$`)

// newExtension is a sample under another name.
func newExtension(name, from string, lang toolchain.Lang) ([]file, error) {
	if !extensionName.MatchString(name) {
		return nil, usage(fmt.Errorf("name %q: start with a letter, and go on with letters, digits, _ and -", name))
	}
	if !slices.Contains(samples.Names(), from) {
		return nil, usage(fmt.Errorf("--from %q: write one of %s", from, strings.Join(samples.Names(), ", ")))
	}
	if langs := samples.Langs(from); !slices.Contains(langs, lang) {
		text := strings.Trim(fmt.Sprint(langs), "[]")
		return nil, usage(fmt.Errorf("sample %s is not written in %s: write one of %s as --lang", from, lang, strings.ReplaceAll(text, " ", ", ")))
	}
	source, err := samples.Source(from, lang)
	if err != nil {
		return nil, err
	}
	manifest, err := samples.ManifestYAML(from)
	if err != nil {
		return nil, err
	}
	project, err := samples.Project(from)
	if err != nil {
		return nil, err
	}
	code := samples.File(name, lang)
	manifest = strings.Replace(manifest, "name: "+from+"\n", "name: "+name+"\n", 1)
	return []file{
		{code, source},
		{toolchain.ProjectFile, fmt.Sprintf("lang: %s\nsource: %s\n%s", lang, code, manifest)},
		{"README.md", readme(name, code, project.Kind, lang)},
	}, nil
}

func readme(name, code string, kind scorer.Kind, lang toolchain.Lang) string {
	use := map[scorer.Kind]string{
		scorer.KindMetric:    fmt.Sprintf("m = wasm.metric(%q)\nm(y_true, y_pred)", name+"/"+name+".wasm"),
		scorer.KindScorer:    fmt.Sprintf("s = wasm.scorer(%q)\ns(df[[\"a\", \"b\"]])", name+"/"+name+".wasm"),
		scorer.KindTransform: fmt.Sprintf("t = wasm.transform(%q)\nt({\"text\": \"good\"})", name+"/"+name+".wasm"),
	}[kind]
	return fmt.Sprintf(`# %s

A scoring extension for wnb: a %s in %s. The function is in %s; %s says what
it is, which parameters it has, and, under selfcheck, what it must give for which input.

    wnb ext build        # %s.wasm
    wnb ext check        # all checks of the host, the vectors, fuel per row
    wnb ext bench        # time per row

In a notebook:

    %s

The function may have one of these forms:

    %s

`+"`wnb ext guide`"+` is the guide for authors.
`, name, kind, lang, code, toolchain.ProjectFile, name,
		strings.ReplaceAll(use, "\n", "\n    "), strings.Join(toolchain.Forms(lang, kind), "\n    "))
}

func (s *state) writeExtension(dir string, files []file, asJSON bool) error {
	if err := os.Mkdir(dir, 0o777); errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already; choose another name", dir)
	} else if err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	var names []string
	for _, f := range files {
		if err := notebooks.Write(filepath.Join(dir, f.name), []byte(f.content)); err != nil {
			return err
		}
		names = append(names, filepath.ToSlash(filepath.Join(dir, f.name)))
	}
	if asJSON {
		return s.writeJSON(map[string]any{"message_type": "ext_new", "dir": filepath.ToSlash(dir), "files": names})
	}
	fmt.Fprintf(s.err, "next: wnb ext build %s\n", dir)
	_, err := fmt.Fprintln(s.out, strings.Join(names, "\n"))
	return err
}
