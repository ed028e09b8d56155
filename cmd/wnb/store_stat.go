package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/storage"
)

func (s *state) storeStatCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "stat", Short: "Tell what is in the store and how much space it takes", Args: wanted(cobra.NoArgs),
		Long: `Tell what is in the store and how much space it takes.

The bytes of cached results are also counted among those of the blobs, except for
small results, which are in the database.`,
		Example: `  wnb store stat
  wnb store stat --json | jq .blobs.bytes`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.withStore(cmd.Context(), func(store *storage.Store) error {
				u, err := store.Stat(cmd.Context())
				if err != nil {
					return err
				}
				compiled, err := extensionUsage(store.Dir())
				if err != nil {
					return err
				}
				if asJSON {
					return s.writeUsageJSON(store.Dir(), u, compiled)
				}
				return s.writeUsage(store.Dir(), u, compiled)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func (s *state) writeUsage(dir string, u storage.Usage, compiled storage.Tally) error {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "store\t%s\n", dir)
	fmt.Fprintf(w, "experiments\t%d\n", u.Experiments)
	fmt.Fprintf(w, "runs\t%d\n", u.Runs)
	if u.DeletedRuns > 0 {
		fmt.Fprintf(w, "deleted runs\t%d\n", u.DeletedRuns)
	}
	fmt.Fprintf(w, "cached results\t%d\t%s\n", u.Results.Count, sizeText(u.Results.Bytes))
	fmt.Fprintf(w, "blobs\t%d\t%s\n", u.Blobs.Count, sizeText(u.Blobs.Bytes))
	if u.Temporary.Count > 0 {
		fmt.Fprintf(w, "temporary files\t%d\t%s\n", u.Temporary.Count, sizeText(u.Temporary.Bytes))
	}
	if compiled.Count > 0 {
		fmt.Fprintf(w, "compiled extensions\t%d\t%s\n", compiled.Count, sizeText(compiled.Bytes))
	}
	fmt.Fprintf(w, "database\t\t%s\n", sizeText(u.Database))
	if u.Free >= 0 {
		fmt.Fprintf(w, "free on the disk\t\t%s\n", sizeText(u.Free))
	}
	return w.Flush()
}

func (s *state) writeUsageJSON(dir string, u storage.Usage, compiled storage.Tally) error {
	line := map[string]any{
		"message_type": "store_stat", "store": dir, "experiments": u.Experiments, "runs": u.Runs, "deleted_runs": u.DeletedRuns,
		"results": amount(u.Results), "blobs": amount(u.Blobs), "temporary_files": amount(u.Temporary), "extensions": amount(compiled), "database_bytes": u.Database,
	}
	if u.Free >= 0 {
		line["free_bytes"] = u.Free
	}
	return s.writeJSON(line)
}
