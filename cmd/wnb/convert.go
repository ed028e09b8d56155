package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/notebooks"
	"github.com/wnb-dev/wnb/notebooks/export"
)

func (s *state) exportCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "export FILE.wnb -o OUT",
		Short: "Convert a notebook, without running it",
		Long:  "Convert a notebook to .ipynb, .html or .md. Nothing is run, so there are no outputs.",
		Args:  wanted(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			if out == "" {
				return usage(errors.New("say where it goes: -o FILE.ipynb, .html or .md"))
			}
			if err := checkOutput(out); err != nil {
				return err
			}
			j, err := load(args[0])
			if err != nil {
				return err
			}
			j.doc.AssignIDs()
			if strings.EqualFold(filepath.Ext(out), ".ipynb") {
				content, err := j.doc.IPYNB()
				if err != nil {
					return err
				}
				return notebooks.Write(out, content)
			}
			return writePage(export.Page{Doc: j.doc}, out)
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "the file to write: .ipynb, .html or .md")
	return cmd
}

func (s *state) importCommand() *cobra.Command {
	var out string
	var force bool
	cmd := &cobra.Command{
		Use:   "import FILE.ipynb [-o FILE.wnb]",
		Short: "Convert a Jupyter notebook to .wnb",
		Long: `Convert a Jupyter notebook. Sources, kinds, order, ids, metadata and attachments
are kept, so that it can go back. Python cells are kept and never run.`,
		Args: wanted(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			if out == "" {
				out = strings.TrimSuffix(args[0], filepath.Ext(args[0])) + ".wnb"
			}
			return s.importNotebook(args[0], out, force)
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "the file to write (default: the same name with .wnb)")
	cmd.Flags().BoolVar(&force, "force", false, "replace the file if it is there")
	return cmd
}

func (s *state) importNotebook(in, out string, force bool) error {
	data, err := os.ReadFile(in)
	if err != nil {
		return readError(in, err)
	}
	doc, err := notebooks.FromIPYNB(data)
	if err != nil {
		return fmt.Errorf("%s: %w", in, err)
	}
	if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) && !force {
		return fmt.Errorf("%s is there already; --force replaces it", out)
	}
	if err := notebooks.Write(out, doc.Print()); err != nil {
		return err
	}
	python := 0
	for _, c := range doc.Cells {
		if c.Lang == notebooks.Python {
			python++
		}
	}
	if python > 0 {
		fmt.Fprintf(s.err, "%d Python cells are kept and never run; rewrite those that you need as starlark cells\n", python)
	}
	_, err = fmt.Fprintln(s.out, out)
	return err
}
