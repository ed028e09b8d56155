package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/frontend/report"
)

func (s *state) runsCompareCommand() *cobra.Command {
	var asJSON, asMarkdown, all bool
	cmd := &cobra.Command{
		Use: "compare RUN RUN...", Short: "Compare runs: params that differ, metrics with differences",
		Long: `Compare runs with the first one named. A run is named by its id, the start of its
id, its name, or "latest".`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usage(errors.New("name at least two runs; the first is what the others are compared with"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			store, err := s.readStore(cmd.Context())
			if err != nil {
				return err
			}
			return closing(store, func() error {
				runs, err := pick(cmd.Context(), store, args, "", 0)
				if err != nil {
					return err
				}
				c := report.Compare(runs)
				switch {
				case asJSON:
					return s.compareJSON(c)
				case asMarkdown:
					return s.compareMarkdown(c, all)
				}
				return s.compareText(c, all)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	cmd.Flags().BoolVar(&asMarkdown, "md", false, "as Markdown tables")
	cmd.Flags().BoolVar(&all, "all", false, "also params that are equal")
	cmd.MarkFlagsMutuallyExclusive("json", "md")
	return cmd
}

// tables are the rows of a comparison as text: params, then metrics with their
// differences to the first run.
func tables(c report.Comparison, all bool) (header []string, params, metrics [][]string) {
	for _, r := range c.Runs {
		header = append(header, r.Name)
	}
	for _, p := range c.Params {
		if !p.Differ && !all {
			continue
		}
		row := []string{p.Key}
		for i, v := range p.Values {
			if !p.Set[i] {
				v = "-"
			}
			row = append(row, v)
		}
		params = append(params, row)
	}
	for _, m := range c.Metrics {
		row := []string{m.Key}
		for i := range m.Values {
			row = append(row, metricText(m, i)+delta(m, i))
		}
		metrics = append(metrics, row)
	}
	return header, params, metrics
}

// delta is the difference to the first run, with its sign.
func delta(m report.MetricRow, column int) string {
	if column == 0 || !m.Set[0] || !m.Set[column] {
		return ""
	}
	d := report.Number(m.Delta[column])
	if m.Delta[column] >= 0 {
		d = "+" + d
	}
	return " (" + d + ")"
}

func (s *state) compareText(c report.Comparison, all bool) error {
	header, params, metrics := tables(c, all)
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PARAM\t"+strings.Join(header, "\t"))
	for _, row := range params {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	if len(params) == 0 {
		fmt.Fprintln(w, "(all equal)")
	}
	fmt.Fprintln(w, "\nMETRIC\t"+strings.Join(header, "\t"))
	for _, row := range metrics {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	return w.Flush()
}

func (s *state) compareMarkdown(c report.Comparison, all bool) error {
	header, params, metrics := tables(c, all)
	align := append([]string{"---"}, strings.Split(strings.Repeat("---: ", len(header)), " ")[:len(header)]...)
	_, err := fmt.Fprintf(s.out, "%s\n%s", report.Table(append([]string{"param"}, header...), align, params),
		report.Table(append([]string{"metric"}, header...), align, metrics))
	return err
}

func (s *state) compareJSON(c report.Comparison) error {
	runs := make([]map[string]string, len(c.Runs))
	for i, r := range c.Runs {
		runs[i] = map[string]string{"run_id": r.ID, "name": r.Name, "status": string(r.Status)}
	}
	params := map[string]any{}
	for _, p := range c.Params {
		params[p.Key] = map[string]any{"values": optional(p.Values, p.Set, func(v string) any { return v }), "differ": p.Differ}
	}
	metrics := map[string]any{}
	for _, m := range c.Metrics {
		both := make([]bool, len(m.Set))
		for i := range both {
			both[i] = m.Set[i] && m.Set[0]
		}
		metrics[m.Key] = map[string]any{"values": optional(m.Values, m.Set, number), "delta": optional(m.Delta, both, number), "best": m.Best}
	}
	return json.NewEncoder(s.out).Encode(map[string]any{"message_type": "comparison", "runs": runs, "params": params, "metrics": metrics})
}

// optional gives null where a value is not set.
func optional[T any](values []T, set []bool, show func(T) any) []any {
	out := make([]any, len(values))
	for i, v := range values {
		if set[i] {
			out[i] = show(v)
		}
	}
	return out
}
