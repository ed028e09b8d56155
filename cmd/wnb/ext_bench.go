package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/cells/scorer"
	"github.com/wnb-dev/wnb/cells/scorer/measure"
	"github.com/wnb-dev/wnb/cells/scorer/samples"
)

func (s *state) extBenchCommand() *cobra.Command {
	rows := []int{10, 1000, 100_000}
	var asJSON bool
	cmd := &cobra.Command{
		Use: "bench [FILE.wasm|DIR]", Short: "Measure the time that an extension takes per row",
		Long: `Measure how long a metric or a row scorer takes per row, in calls of several sizes, the copies
of its inputs included. One with the name, inputs and outputs of a sample (` + sampleNames() + `)
is compared with the same computation in Go, measured in turn. A folder is built first.

  wnb ext bench fbeta/fbeta.wasm --rows 1000,1000000`,
		Args: wanted(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := "."
			if len(args) > 0 {
				path = args[0]
			}
			for _, n := range rows {
				if n < 1 {
					return usage(fmt.Errorf("--rows %d: write numbers from 1", n))
				}
			}
			wasm, err := s.readExtension(cmd.Context(), path, asJSON)
			if err != nil {
				return err
			}
			return s.withExtension(cmd.Context(), path, wasm, asJSON, func(mod *scorer.Module) error {
				return s.benchExtension(cmd.Context(), mod, rows, asJSON)
			})
		},
	}
	cmd.Flags().IntSliceVar(&rows, "rows", rows, "rows per call")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON lines")
	return cmd
}

// sampleNames are those of the samples that Go computes as well.
func sampleNames() string {
	var names []string
	for _, name := range samples.Names() {
		_, metric := samples.Native(name)
		if _, rows := samples.NativeScorer(name); metric || rows {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

func (s *state) benchExtension(ctx context.Context, mod *scorer.Module, rows []int, asJSON bool) error {
	e, err := measure.New(mod)
	if errors.Is(err, measure.ErrTransform) {
		return fmt.Errorf("%s: %w; wnb ext check says what its vectors take", mod.Manifest().Name, err)
	}
	if err != nil {
		return err
	}
	defer e.Close()
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	if !asJSON {
		fmt.Fprintln(w, "rows\tns/row\tGo\tratio\t")
	}
	for _, n := range rows {
		var speed measure.Speed
		err := s.during(asJSON, fmt.Sprintf("measuring %d rows", n), func() (err error) {
			speed, err = e.Speed(ctx, n, samples.Reference(mod.Manifest()))
			return err
		})
		if err != nil {
			return err
		}
		if asJSON {
			err = s.writeJSON(struct {
				Type string `json:"message_type"`
				measure.Speed
			}{"ext_bench", speed})
		} else if speed.ToNative == 0 {
			_, err = fmt.Fprintf(w, "%d\t%.2f\t-\t-\t\n", n, speed.PerRow)
		} else {
			_, err = fmt.Fprintf(w, "%d\t%.2f\t%.2f\t%.2f\t\n", n, speed.PerRow, speed.Native, speed.ToNative)
		}
		if err != nil {
			return err
		}
	}
	return w.Flush()
}
