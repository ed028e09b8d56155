package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/notebooks"
)

func (s *state) fmtCommand() *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "fmt FILE...",
		Short: "Rewrite notebooks in canonical form",
		Long: `Rewrite .wnb files in canonical form: attributes, fences and blank lines in their
usual places, ids for cells that have none. Code and prose are not touched.
A folder stands for the notebooks in it and below, but for hidden folders, node_modules and
testdata; - reads stdin and writes stdout.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage(errors.New("name the notebooks to format, or a folder"))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			files, err := notebookFiles(args)
			if err != nil {
				return err
			}
			var errs []error
			for _, path := range files {
				errs = append(errs, s.format(path, check))
			}
			return errors.Join(errs...)
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "change nothing; fail if a file is not in canonical form")
	return cmd
}

func (s *state) format(path string, check bool) error {
	if path == "-" {
		src, err := io.ReadAll(s.in)
		if err != nil {
			return err
		}
		out, err := notebooks.Format("stdin", src)
		if err != nil {
			return err
		}
		_, err = s.out.Write(out)
		return err
	}
	src, err := os.ReadFile(path)
	if err != nil {
		return readError(path, err)
	}
	out, err := notebooks.Format(path, src)
	switch {
	case err != nil:
		return err
	case bytes.Equal(src, out):
		return nil
	case check:
		return fmt.Errorf("%s is not in canonical form; wnb fmt %s mends it", path, path)
	}
	if err := notebooks.WriteIfUnchanged(path, notebooks.Hash(src), out); err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, path)
	return err
}
