package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/frontend/report"
	"github.com/wnb-dev/wnb/storage"
)

func (s *state) runsShowCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show RUN", Short: "Show a run: params, metrics, tags, cells and artifacts",
		Long: `Show a run. It is named by its id, the start of its id, its name, or "latest".`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(errors.New("name one run: its id, the start of its id, its name, or latest"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			store, err := s.readStore(cmd.Context())
			if err != nil {
				return err
			}
			return closing(store, func() error {
				run, err := findRun(cmd.Context(), store, args[0])
				if err != nil {
					return err
				}
				return s.showRun(cmd.Context(), store, run, asJSON)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func (s *state) showRun(ctx context.Context, store *storage.Store, run *storage.Run, asJSON bool) error {
	cells, err := store.Cells(ctx, run.ID)
	if err != nil {
		return err
	}
	artifacts, err := store.Artifacts(ctx, run.ID, "")
	if err != nil {
		return err
	}
	if asJSON {
		return s.showJSON(run, cells, artifacts)
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	section := func(title string) { fmt.Fprintf(w, "\n%s\n", title) }
	fmt.Fprintf(w, "run\t%s\nid\t%s\nexperiment\t%s\nstatus\t%s\n", run.Name, run.ID, run.Experiment, statusText(run))
	fmt.Fprintf(w, "started\t%s\nduration\t%s\nsource\t%s\n", run.Start.Local().Format("2006-01-02 15:04:05"), duration(run), run.Source)
	if run.OriginID != "" {
		fmt.Fprintf(w, "repeats\t%s\n", run.OriginID)
	}
	section("params")
	for _, p := range run.Params {
		fmt.Fprintf(w, "  %s\t%s\n", p.Key, p.Value)
	}
	section("metrics")
	for _, m := range run.Metrics {
		fmt.Fprintf(w, "  %s\t%s\n", m.Key, report.Number(m.Value))
	}
	section("tags")
	for _, k := range sorted(run.Tags) {
		fmt.Fprintf(w, "  %s\t%s\n", k, run.Tags[k])
	}
	section("cells")
	for _, c := range cells {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", c.ID, c.Status, seconds(c.Duration), c.Reason+c.Error)
	}
	section("artifacts")
	for _, a := range artifacts {
		fmt.Fprintf(w, "  %s\t%s\t%d bytes\n", a.Path, a.Kind, a.Blob.Size)
	}
	return w.Flush()
}

func statusText(run *storage.Run) string {
	if reason := run.Tags[storage.TagStatusReason]; reason != "" {
		return string(run.Status) + ": " + reason
	}
	return string(run.Status)
}

func sorted(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func (s *state) showJSON(run *storage.Run, cells []storage.Cell, artifacts []storage.Artifact) error {
	line := runLine(run)
	var cs []map[string]any
	for _, c := range cells {
		cs = append(cs, map[string]any{"cell": c.ID, "status": c.Status, "reason": c.Reason, "error": c.Error, "duration_ms": c.Duration.Milliseconds(), "source_sha256": c.SourceHash})
	}
	var as []map[string]any
	for _, a := range artifacts {
		as = append(as, map[string]any{"path": a.Path, "kind": a.Kind, "media_type": a.MediaType, "sha256": a.Blob.SHA256, "size": a.Blob.Size, "cell": a.Cell})
	}
	line["cells"], line["artifacts"] = cs, as
	return json.NewEncoder(s.out).Encode(line)
}
