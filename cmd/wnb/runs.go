package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/frontend/report"
	"github.com/wnb-dev/wnb/storage"
)

func (s *state) runsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "runs", Short: "List, show and compare tracked runs", Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(s.runsListCommand(), s.runsShowCommand(), s.runsCompareCommand())
	return cmd
}

func (s *state) runsListCommand() *cobra.Command {
	var experiment string
	var limit int
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List runs, newest first", Args: wanted(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 0 {
				return usage(fmt.Errorf("--limit %d: write a number from 0; 0 lists all", limit))
			}
			store, err := s.readStore(cmd.Context())
			if err != nil {
				return err
			}
			return closing(store, func() error {
				runs, err := store.Runs(cmd.Context(), storage.Query{Experiment: experiment, Limit: limit})
				if err != nil {
					return err
				}
				if asJSON {
					return writeRunsJSON(s.out, runs)
				}
				if len(runs) == 0 {
					fmt.Fprintln(s.err, "no runs; make one with: wnb run FILE.wnb")
					return nil
				}
				return s.writeRuns(runs)
			})
		},
	}
	cmd.Flags().StringVar(&experiment, "experiment", "", "only runs of this experiment")
	cmd.Flags().IntVar(&limit, "limit", 20, "at most this many runs; 0 for all")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON lines")
	return cmd
}

// maxMetricColumns is how many metrics a list of runs shows.
const maxMetricColumns = 3

// writeRuns prints runs as a table.
func (s *state) writeRuns(runs []*storage.Run) error {
	c := report.Compare(runs)
	var metrics []report.MetricRow
	for _, m := range c.Metrics {
		if !strings.Contains(m.Key, ".") && len(metrics) < maxMetricColumns {
			metrics = append(metrics, m)
		}
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	header := []string{"ID", "NAME", "EXPERIMENT", "STATUS", "STARTED", "DURATION"}
	for _, m := range metrics {
		header = append(header, strings.ToUpper(m.Key))
	}
	fmt.Fprintln(w, strings.Join(header, "\t"))
	for i, r := range runs {
		row := []string{r.ID[:8], r.Name, r.Experiment, string(r.Status), ago(s.clock(), r.Start), duration(r)}
		for _, m := range metrics {
			row = append(row, metricText(m, i))
		}
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	return w.Flush()
}

func metricText(m report.MetricRow, column int) string {
	if !m.Set[column] {
		return "-"
	}
	return report.Number(m.Values[column])
}

// ago says how long ago something was, for the last day, and else its date.
func ago(now, t time.Time) string {
	switch d := now.Sub(t); {
	case d < 0, d > 24*time.Hour:
		return t.Local().Format("2006-01-02 15:04")
	case d < time.Minute:
		return fmt.Sprintf("%d s ago", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	default:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	}
}

func duration(r *storage.Run) string {
	if r.End.IsZero() {
		return "-"
	}
	return seconds(r.End.Sub(r.Start))
}

// runLine is a run as a line of JSON.
func runLine(r *storage.Run) map[string]any {
	params := map[string]string{}
	for _, p := range r.Params {
		params[p.Key] = p.Value
	}
	metrics := map[string]any{}
	for _, m := range r.Metrics {
		metrics[m.Key] = number(m.Value)
	}
	line := map[string]any{
		"message_type": "run", "run_id": r.ID, "name": r.Name, "experiment": r.Experiment, "status": r.Status,
		"start_time": r.Start.UTC(), "source": r.Source, "params": params, "metrics": metrics, "tags": r.Tags,
	}
	if !r.End.IsZero() {
		line["end_time"] = r.End.UTC()
	}
	if r.OriginID != "" {
		line["origin_run_id"] = r.OriginID
	}
	return line
}

// number is x, or its name where JSON has no number for it.
func number(x float64) any {
	switch {
	case math.IsNaN(x):
		return "NaN"
	case math.IsInf(x, 1):
		return "Infinity"
	case math.IsInf(x, -1):
		return "-Infinity"
	}
	return x
}

func writeRunsJSON(w io.Writer, runs []*storage.Run) error {
	enc := json.NewEncoder(w)
	for _, r := range runs {
		if err := enc.Encode(runLine(r)); err != nil {
			return err
		}
	}
	return nil
}
