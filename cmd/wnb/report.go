package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/frontend/report"
	"github.com/wnb-dev/wnb/notebooks/export"
	"github.com/wnb-dev/wnb/storage"
)

// reportFlags are the flags of wnb report.
type reportFlags struct {
	out, experiment string
	limit           int
}

func (s *state) reportCommand() *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use:   "report [RUN...] -o FILE",
		Short: "Write tracked runs as a report",
		Long: `Write one run as its page, or several as a comparison: summary, best run, params
that differ, metrics side by side, curves and figures. A run is named by its id,
the start of its id, its name, or "latest". Without a name, the newest runs are
taken.`,
		Example: `  wnb report latest -o run.html
  wnb report --experiment wine_quality --limit 10 -o wine.html`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.out == "" {
				return usage(errors.New("say where the report goes: -o FILE.html, .md or .ipynb"))
			}
			if err := checkOutput(f.out); err != nil {
				return err
			}
			store, err := s.readStore(cmd.Context())
			if err != nil {
				return err
			}
			return closing(store, func() error { return s.report(cmd.Context(), store, f, args) })
		},
	}
	cmd.Flags().StringVarP(&f.out, "output", "o", "", "the report: FILE.html, .md or .ipynb")
	cmd.Flags().StringVar(&f.experiment, "experiment", "", "only runs of this experiment")
	cmd.Flags().IntVar(&f.limit, "limit", 20, "at most this many runs, the newest")
	return cmd
}

func (s *state) report(ctx context.Context, store *storage.Store, f reportFlags, refs []string) error {
	runs, err := pick(ctx, store, refs, f.experiment, f.limit)
	if err != nil {
		return err
	}
	page, err := s.page(ctx, store, runs)
	if err != nil {
		return err
	}
	if err := writePage(page, f.out); err != nil {
		return err
	}
	fmt.Fprintf(s.err, "report of %d runs in %s\n", len(runs), filepath.ToSlash(f.out))
	return nil
}

func (s *state) page(ctx context.Context, store *storage.Store, runs []*storage.Run) (export.Page, error) {
	if len(runs) == 1 {
		return report.Run(ctx, store, runs[0])
	}
	return report.Several(ctx, store, runs, s.clock())
}

// pick finds the runs that a command is about: the named ones, or the newest.
// At least one run is found, or it is an error.
func pick(ctx context.Context, store *storage.Store, refs []string, experiment string, limit int) ([]*storage.Run, error) {
	if len(refs) == 0 {
		runs, err := store.Runs(ctx, storage.Query{Experiment: experiment, Limit: limit})
		if err == nil && len(runs) == 0 {
			in := ""
			if experiment != "" {
				in = fmt.Sprintf(" in experiment %q", experiment)
			}
			err = fmt.Errorf("%w%s; make one with: wnb run FILE.wnb", errNoStore, in)
		}
		return runs, err
	}
	runs := make([]*storage.Run, len(refs))
	for i, ref := range refs {
		run, err := findRun(ctx, store, ref)
		if err != nil {
			return nil, err
		}
		runs[i] = run
	}
	return runs, nil
}
