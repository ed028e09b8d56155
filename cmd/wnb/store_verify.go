package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/kernel/cache"
	"github.com/wnb-dev/wnb/storage"
)

func (s *state) storeVerifyCommand() *cobra.Command {
	var repair, asJSON bool
	cmd := &cobra.Command{
		Use: "verify", Short: "Check that everything in the store is there and undamaged", Args: wanted(cobra.NoArgs),
		Long: `Check the store: the structure of its database, every cached result, the content
of every blob against its hash, and that whatever is referred to is there. Each
problem is told with what to do about it.

With --repair, cached results that are broken are dropped, and damaged content
that only they need; their cells run again when they are needed. What runs refer
to is never touched.

Exit codes: 0 all is well, or was repaired; 1 there are problems, or the check
could not be done; 2 wrong usage; 130 interrupted.`,
		Example: `  wnb store verify
  wnb store verify --repair
  wnb store verify --store ../backups/monday --json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.withStore(cmd.Context(), func(store *storage.Store) error { return s.verifyStore(cmd.Context(), store, repair, asJSON) })
		},
	}
	cmd.Flags().BoolVar(&repair, "repair", false, "drop broken cached results")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON lines: the problems, then the sums")
	return cmd
}

func (s *state) verifyStore(ctx context.Context, store *storage.Store, repair, asJSON bool) error {
	progress := s.newProgress(asJSON)
	r, err := store.Verify(ctx, storage.VerifyOptions{Repair: repair, Progress: progress.tell, Entry: func(entry []byte) error {
		_, err := cache.Unmarshal(entry)
		return err
	}})
	progress.clear()
	if err != nil {
		return err
	}
	write := s.writeProblems
	if asJSON {
		write = s.writeProblemsJSON
	}
	if err := write(r); err != nil {
		return err
	}
	if r.Left() > 0 {
		return silent(exitError)
	}
	return nil
}

func (s *state) writeProblems(r storage.VerifyReport) error {
	for _, p := range r.Problems {
		what := "what to do: " + p.Advice
		if p.Repaired {
			what = "repaired"
		}
		if _, err := fmt.Fprintf(s.out, "%s %s: %s\n  %s\n", p.Kind, p.Subject, p.Detail, what); err != nil {
			return err
		}
	}
	verdict := "all is well"
	if n := len(r.Problems); n > 0 {
		verdict = counted(n, "problem")
		if repaired := n - r.Left(); repaired > 0 {
			verdict += fmt.Sprintf(", %d repaired", repaired)
		}
	}
	_, err := fmt.Fprintf(s.out, "checked the database, %s and %s (%s): %s\n",
		counted(r.Results, "cached result"), counted(r.Blobs.Count, "blob"), sizeText(r.Blobs.Bytes), verdict)
	return err
}

func (s *state) writeProblemsJSON(r storage.VerifyReport) error {
	for _, p := range r.Problems {
		if err := s.writeJSON(map[string]any{"message_type": "problem", "kind": p.Kind, "subject": p.Subject,
			"detail": p.Detail, "advice": p.Advice, "repaired": p.Repaired}); err != nil {
			return err
		}
	}
	return s.writeJSON(map[string]any{"message_type": "store_verify", "ok": r.Left() == 0, "problems": len(r.Problems),
		"repaired": len(r.Problems) - r.Left(), "results": r.Results, "blobs": amount(r.Blobs)})
}
