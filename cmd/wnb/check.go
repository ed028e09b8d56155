package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/kernel/check"
	"github.com/wnb-dev/wnb/notebooks"
)

// checkFlags are the flags of wnb check.
type checkFlags struct {
	fix, json, strict, list bool
	format, explain         string
}

func (s *state) checkCommand() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check FILE...",
		Short: "Find mistakes in notebooks without running them",
		Long: `Find mistakes in notebooks and in the .star files that they load, without running anything.
A folder stands for the notebooks in it and below, but for hidden folders, node_modules and
testdata; - reads a notebook from stdin.

Each finding has a code: wnb check --explain WNB024 shows its page, wnb check --list all
codes. A comment # wnb: ignore WNB024 silences its line; on a line of its own the next
one, before the first code of a cell the whole cell.

Exit codes: 0 nothing found but warnings and notes, 1 errors (with --strict also warnings),
2 wrong usage.`,
		Example: `  wnb check notebooks
  wnb check --fix analysis.wnb
  wnb check --format sarif . > findings.sarif`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 && f.explain == "" && !f.list {
				return usage(errors.New("name the notebooks to check, or a folder"))
			}
			return nil
		},
		ValidArgsFunction: wnbFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case f.explain != "":
				return s.explainCode(f.explain)
			case f.list:
				return s.listCodes(f.json)
			}
			return s.check(cmd.Context(), f, args)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.fix, "fix", false, "mend what is safe to mend, and say what was done")
	flags.BoolVar(&f.strict, "strict", false, "fail on warnings too")
	flags.StringVar(&f.format, "format", "text", "text, json, github (workflow commands) or sarif (SARIF 2.1.0)")
	flags.BoolVar(&f.json, "json", false, "the same as --format json: a line of JSON for each finding")
	flags.StringVar(&f.explain, "explain", "", "show the page about a code")
	flags.BoolVar(&f.list, "list", false, "list all codes")
	choices(cmd, "format", "text", "json", "github", "sarif")
	return cmd
}

// findings is the work of one wnb check.
type findings struct {
	*state
	flags checkFlags
	files int
	found []check.Diagnostic
	fixed []check.Diagnostic
}

func (s *state) check(ctx context.Context, f checkFlags, args []string) error {
	if f.json {
		f.format = "json"
	}
	if !slices.Contains([]string{"text", "json", "github", "sarif"}, f.format) {
		return usage(fmt.Errorf("--format %s is not known; choose text, json, github or sarif", f.format))
	}
	files, err := notebookFiles(args)
	if err != nil {
		return err
	}
	w := &findings{state: s, flags: f}
	var errs []error
	for _, file := range files {
		errs = append(errs, w.file(ctx, file))
	}
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if err := errors.Join(append(errs, w.write())...); err != nil {
		return err
	}
	return w.verdict()
}

// file checks a file, and mends it before if that is asked for.
func (w *findings) file(ctx context.Context, path string) error {
	src, o, done, err := openSource(path, w.in)
	if err != nil {
		return readError(path, err)
	}
	defer done()
	w.files++
	root, from := o.root, path
	if path == "-" {
		path = o.Name
	}
	if w.flags.fix && from != "-" {
		mended, what := check.FixFile(ctx, src, o.Options)
		if len(what) > 0 {
			if err := notebooks.WriteIfUnchanged(path, notebooks.Hash(src), mended); err != nil {
				return err
			}
			src, w.fixed = mended, append(w.fixed, shown(what, o.Name, path, root)...)
		}
	}
	w.found = append(w.found, shown(check.File(ctx, src, o.Options), o.Name, path, root)...)
	return nil
}

// source is what surrounds a file that is checked.
type source struct {
	check.Options
	root string // of the project
}

// openSource reads a file, or stdin for -, and opens its project.
func openSource(path string, stdin io.Reader) (src []byte, o source, done func(), err error) {
	if path == "-" {
		src, err = io.ReadAll(stdin)
		path = "stdin"
	} else {
		src, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, source{}, nil, err
	}
	dir := filepath.Dir(path)
	if o.root, err = projectRoot(dir); err != nil {
		return nil, source{}, nil, err
	}
	project, err := os.OpenRoot(o.root)
	if err != nil {
		return nil, source{}, nil, err
	}
	o.Name, o.Project = path, project.FS()
	if filepath.Ext(path) == ".star" {
		o.Name = inProject(o.root, path)
	}
	o.Open = func(name string) (io.ReadCloser, error) { return openData(dir, name) }
	return src, o, func() { project.Close() }, nil // it was only read
}

// inProject is the path of a file in its project, with slashes.
func inProject(root, path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		if rel, err := filepath.Rel(root, abs); err == nil {
			return filepath.ToSlash(rel)
		}
	}
	return filepath.ToSlash(path)
}

// openData opens a file that a cell names, if it is one that ends.
func openData(dir, name string) (io.ReadCloser, error) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fs.ErrInvalid
	}
	return os.Open(name)
}

// shown gives the files of diagnostics as the person who asked would write
// them: the checked one as it was given, loaded ones relative to the current
// folder.
func shown(ds []check.Diagnostic, name, path, root string) []check.Diagnostic {
	here, err := filepath.Abs(".")
	for i := range ds {
		switch {
		case ds[i].File == name:
			ds[i].File = path
		case err == nil:
			if rel, err := filepath.Rel(here, filepath.Join(root, filepath.FromSlash(ds[i].File))); err == nil {
				ds[i].File = rel
			}
		}
	}
	return ds
}

// write prints what was done and found.
func (w *findings) write() error {
	w.found = distinct(w.found)
	switch w.flags.format {
	case "json":
		return check.WriteJSON(w.out, w.found)
	case "github":
		return check.WriteGitHub(w.out, w.found)
	case "sarif":
		return check.WriteSARIF(w.out, w.found, version())
	}
	return check.WriteText(w.out, w.found, isTerminal(w.out) && w.env("NO_COLOR") == "" && w.env("TERM") != "dumb")
}

// distinct drops what is found again because several notebooks load one file.
func distinct(ds []check.Diagnostic) []check.Diagnostic {
	type place struct {
		file, code, message string
		line, col           int
	}
	seen := map[place]bool{}
	return slices.DeleteFunc(ds, func(d check.Diagnostic) bool {
		p := place{d.File, d.Code, d.Message, d.FileLine, d.Col}
		again := seen[p]
		seen[p] = true
		return again
	})
}

// verdict sums up and decides on the exit code.
func (w *findings) verdict() error {
	for _, d := range w.fixed {
		fmt.Fprintf(w.err, "%s:%d: fixed %s: %s\n", d.File, d.FileLine, d.Code, d.Fix.Title)
	}
	counts := map[check.Severity]int{}
	for _, d := range w.found {
		counts[d.Severity]++
	}
	fmt.Fprintf(w.err, "%s checked: %s\n", counted(w.files, "file"), tally(counts))
	if counts[check.Error] > 0 || w.flags.strict && counts[check.Warning] > 0 {
		return silent(exitError)
	}
	return nil
}

// tally is "2 errors, 1 note", or "nothing found".
func tally(counts map[check.Severity]int) string {
	var parts []string
	for _, s := range []check.Severity{check.Error, check.Warning, check.Note} {
		if n := counts[s]; n > 0 {
			parts = append(parts, counted(n, string(s)))
		}
	}
	if len(parts) == 0 {
		return "nothing found"
	}
	return strings.Join(parts, ", ")
}

func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
