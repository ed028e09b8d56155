package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/wnb-dev/wnb/frontend/report"
	"github.com/wnb-dev/wnb/notebooks"
	"github.com/wnb-dev/wnb/storage"
)

// setParams takes the values of -p and -P, and the notebook's defaults for the
// rest.
func (j *job) setParams(f runFlags) error {
	set := map[string]string{}
	for _, p := range f.params {
		name, value, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return usage(fmt.Errorf("-p %s: write NAME=VALUE", p))
		}
		set[name] = value
	}
	file, err := readParams(f.paramsFile)
	if err != nil {
		return err
	}
	if err := j.relocate(set, file); err != nil {
		return err
	}
	if j.origin != nil {
		j.inherit(set, file)
	}
	inputs, err := j.setInputs(set, file)
	if err != nil {
		return usage(err)
	}
	if j.params, err = notebooks.ResolveParams(j.doc.Front.Params, set, file); err != nil && len(inputs) > 0 {
		err = fmt.Errorf("%w; the inputs are %s", err, strings.Join(inputs, ", "))
	}
	return err
}

func readParams(path string) (map[string]any, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, usage(readError(path, err))
	}
	values := map[string]any{}
	if err := yaml.NewDecoder(bytes.NewReader(data)).Decode(&values); err != nil {
		return nil, usage(fmt.Errorf("%s is not a YAML mapping of parameters: %s", path, yaml.FormatError(err, false, true)))
	}
	return values, nil
}

// relocate rewrites the paths of the command line, which are relative to the
// current folder, to be relative to the notebook's, as its own paths are. A run
// can so be repeated in another checkout.
func (j *job) relocate(set map[string]string, file map[string]any) error {
	for _, p := range j.doc.Front.Params {
		if p.Type != notebooks.FileParam {
			continue
		}
		if path := set[p.Name]; path != "" {
			rel, err := j.relative(path)
			if err != nil {
				return err
			}
			set[p.Name] = rel
		}
		if path, ok := file[p.Name].(string); ok && path != "" {
			rel, err := j.relative(path)
			if err != nil {
				return err
			}
			file[p.Name] = rel
		}
	}
	return nil
}

func (j *job) relative(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if rel, err := filepath.Rel(j.dir, abs); err == nil {
		return filepath.ToSlash(rel), nil
	}
	return abs, nil
}

// inherit takes over the params of the run that is repeated, where the command
// line does not set them.
func (j *job) inherit(set map[string]string, file map[string]any) {
	for _, p := range j.doc.Front.Params {
		_, isSet := set[p.Name]
		_, inFile := file[p.Name]
		if v, ok := j.origin.Param(p.Name); ok && !isSet && !inFile {
			set[p.Name] = v
		}
	}
}

// repeat makes a job of an earlier run: its notebook as it was then.
func (s *state) repeat(ctx context.Context, ref string) (*job, error) {
	store, err := s.readStore(ctx)
	if err != nil {
		return nil, err
	}
	var j *job
	err = closing(store, func() error {
		run, err := findRun(ctx, store, ref)
		if err != nil {
			return err
		}
		j, err = jobOf(ctx, store, run)
		return err
	})
	return j, err
}

func jobOf(ctx context.Context, store *storage.Store, run *storage.Run) (*job, error) {
	source, err := report.Notebook(ctx, store, run.ID)
	if err != nil {
		return nil, fmt.Errorf("run %s cannot be repeated: %w", run.Name, err)
	}
	doc, err := notebooks.Parse(run.Source, source)
	if err != nil {
		return nil, err
	}
	root, err := projectRoot(".")
	if err != nil {
		return nil, err
	}
	dir := filepath.Dir(filepath.Join(root, filepath.FromSlash(run.Source)))
	if filepath.IsAbs(run.Source) {
		dir = filepath.Dir(run.Source)
	}
	return &job{path: run.Source, dir: dir, root: root, source: source, doc: doc, experiment: run.Experiment, origin: run}, nil
}

// paramHelp lists the parameters of the notebook that is on the command line.
func (s *state) paramHelp(args []string) {
	for _, a := range args {
		if filepath.Ext(a) != ".wnb" {
			continue
		}
		doc, _, err := notebooks.Read(a)
		if err != nil {
			fmt.Fprintf(s.out, "\n%v\n", err)
			return
		}
		fmt.Fprintf(s.out, "\nParameters of %s:\n", a)
		if len(doc.Front.Params) == 0 {
			fmt.Fprintln(s.out, "  none")
		}
		for _, p := range doc.Front.Params {
			fmt.Fprintln(s.out, "  "+describeParam(p))
		}
		s.inputHelp(a, doc)
		return
	}
}

func describeParam(p notebooks.Param) string {
	text := fmt.Sprintf("-p %-20s %s", p.Name+"="+strings.ToUpper(string(p.Type)), p.Help)
	var notes []string
	if len(p.Choices) > 0 {
		choices := make([]string, len(p.Choices))
		for i, c := range p.Choices {
			choices[i] = fmt.Sprint(c)
		}
		notes = append(notes, "one of "+strings.Join(choices, ", "))
	}
	if p.Min != nil {
		notes = append(notes, fmt.Sprintf("at least %v", *p.Min))
	}
	if p.Max != nil {
		notes = append(notes, fmt.Sprintf("at most %v", *p.Max))
	}
	if p.Default == nil {
		notes = append(notes, "required")
	} else {
		notes = append(notes, fmt.Sprintf("default %v", describeValue(p.Default)))
	}
	return strings.TrimRight(text, " ") + " (" + strings.Join(notes, "; ") + ")"
}

func describeValue(v any) string {
	if v == "" {
		return `""`
	}
	return fmt.Sprint(v)
}

// findRun finds a run by id, prefix, name or "latest", and says what to do if
// there is none.
func findRun(ctx context.Context, store *storage.Store, ref string) (*storage.Run, error) {
	run, err := store.Run(ctx, ref)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, fmt.Errorf("%w; wnb runs list shows the runs there are", err)
	}
	return run, err
}
