package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/storage"
)

func (s *state) planCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "plan FILE.wnb",
		Short: "Say what a run would do with each cell, and why",
		Long: `Say of each cell whether a run would run it, take its result from the cache or
skip it, and why. A cell that reads from one that runs depends on whether that one
gives the same values again. Nothing runs and nothing is changed.`,
		Example: `  wnb plan notebooks/wine_quality.wnb -p seed=7
  wnb plan notebooks/wine_quality.wnb --json`,
		Args:              wanted(cobra.ExactArgs(1)),
		ValidArgsFunction: wnbFiles,
		RunE:              func(cmd *cobra.Command, args []string) error { return s.plan(cmd.Context(), f, args) },
	}
	flags := cmd.Flags()
	f.addParams(cmd)
	f.cache.add(flags)
	flags.BoolVar(&f.json, "json", false, "as JSON lines")
	return cmd
}

func (s *state) plan(ctx context.Context, f runFlags, args []string) error {
	j, err := s.prepare(ctx, f, args)
	if err != nil {
		return err
	}
	store, err := s.openStore(ctx, j.root)
	if err != nil {
		return err
	}
	var steps []kernel.Planned
	err = closing(store, func() error {
		steps, err = s.steps(ctx, store, j, f)
		return err
	})
	if err != nil {
		return err
	}
	if f.json {
		return s.planLines(steps)
	}
	return s.planTable(steps)
}

func (s *state) steps(ctx context.Context, store *storage.Store, j *job, f runFlags) ([]kernel.Planned, error) {
	env, err := builtin.Env(j.params)
	if err != nil {
		return nil, err
	}
	e, err := s.newEngine(ctx, store, j, env, f.cache)
	if err != nil {
		return nil, err
	}
	before, err := s.past(ctx, store, j.path)
	var steps []kernel.Planned
	if err == nil {
		steps, err = e.notebook.Plan(ctx, e.options, before)
	}
	return steps, errors.Join(err, e.close(ctx))
}

func (s *state) planTable(steps []kernel.Planned) error {
	tty := style(isTerminal(s.out) && s.env("TERM") != "dumb" && s.env("NO_COLOR") == "")
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	counts := map[kernel.Action]int{}
	for _, p := range steps {
		counts[p.Action]++
		took := ""
		if p.Took > 0 {
			took = seconds(p.Took)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", p.Cell.ID, p.Action, took, p.Why)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	var parts []string
	for _, a := range []kernel.Action{kernel.WillRun, kernel.WillDepend, kernel.WillReuse, kernel.WillSkip, kernel.WillFail} {
		if n := counts[a]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, a))
		}
	}
	_, err := fmt.Fprintln(s.err, tty.muted(strings.Join(parts, ", ")))
	return err
}

func (s *state) planLines(steps []kernel.Planned) error {
	out := json.NewEncoder(s.out)
	out.SetEscapeHTML(false)
	for _, p := range steps {
		line := map[string]any{"message_type": "plan", "cell": p.Cell.ID, "action": p.Action}
		if p.Why != "" {
			line["why"] = p.Why
		}
		if len(p.On) > 0 {
			line["depends_on"] = p.On
		}
		if p.Impure {
			line["impure"] = true
		}
		if p.Took > 0 {
			line["took_ms"] = p.Took.Milliseconds()
		}
		if err := out.Encode(line); err != nil {
			return err
		}
	}
	return nil
}
