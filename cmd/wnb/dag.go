package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/wnb-dev/wnb/kernel/check"
	"github.com/wnb-dev/wnb/kernel/graphview"
	"github.com/wnb-dev/wnb/notebooks"
)

func (s *state) dagCommand() *cobra.Command {
	var format, out string
	cmd := &cobra.Command{
		Use:   "dag FILE.wnb",
		Short: "Draw the graph of a notebook's cells",
		Long: `Draw which cell needs which, and what it reads from it. As text, each cell hangs
on the last of the cells that it needs; mermaid and dot are for other tools, svg is a
picture, light or dark as its viewer prefers.`,
		Example: `  wnb dag notebooks/wine_quality.wnb
  wnb dag notebooks/wine_quality.wnb --format svg -o graph.svg`,
		Args:              wanted(cobra.ExactArgs(1)),
		ValidArgsFunction: wnbFiles,
		RunE:              func(cmd *cobra.Command, args []string) error { return s.dag(cmd.Context(), args[0], format, out) },
	}
	cmd.Flags().StringVar(&format, "format", "", "text, mermaid, dot or svg (default: by the ending of -o, else text)")
	cmd.Flags().StringVarP(&out, "output", "o", "", "write to a file")
	choices(cmd, "format", "text", "mermaid", "dot", "svg")
	return cmd
}

func (s *state) dag(ctx context.Context, path, format, out string) error {
	write, err := s.dagWriter(format, out)
	if err != nil {
		return err
	}
	src, o, done, err := openSource(path, s.in)
	if err != nil {
		return readError(path, err)
	}
	defer done()
	doc, err := notebooks.Parse(o.Name, src)
	if err != nil {
		return err
	}
	notebook, impure := check.Impure(ctx, doc, o.Options)
	for _, p := range notebook.Problems {
		fmt.Fprintf(s.err, "%s: %s\n", path, p.Error())
	}
	if out == "" {
		return write(s.out, graphview.FromNotebook(notebook, impure))
	}
	var b bytes.Buffer
	if err := write(&b, graphview.FromNotebook(notebook, impure)); err != nil {
		return err
	}
	return notebooks.Write(out, b.Bytes())
}

// dagEndings are the formats by the endings of files.
var dagEndings = map[string]string{".txt": "text", ".mmd": "mermaid", ".mermaid": "mermaid", ".dot": "dot", ".gv": "dot", ".svg": "svg"}

// dagWriter is what writes a graph in a format.
func (s *state) dagWriter(format, out string) (func(io.Writer, graphview.Graph) error, error) {
	if format == "" {
		format = "text"
		for ending, of := range dagEndings {
			if strings.HasSuffix(strings.ToLower(out), ending) {
				format = of
			}
		}
	}
	switch format {
	case "text":
		return func(w io.Writer, g graphview.Graph) error { return graphview.Text(w, g, s.terminal(out)) }, nil
	case "mermaid":
		return graphview.Mermaid, nil
	case "dot":
		return graphview.DOT, nil
	case "svg":
		return func(w io.Writer, g graphview.Graph) error { return graphview.SVG(w, g, graphview.SVGOptions{}) }, nil
	}
	return nil, usage(fmt.Errorf("--format %s is not known; choose text, mermaid, dot or svg", format))
}

// terminal says how wide the terminal is and whether it has colours, if text
// goes to one.
func (s *state) terminal(out string) graphview.TextOptions {
	var o graphview.TextOptions
	if f, ok := terminalOf(s.out); ok && out == "" {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			o.Width = width
		}
		o.Color = s.env("NO_COLOR") == "" && s.env("TERM") != "dumb"
	}
	return o
}
