package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/storage"
)

type gcFlags struct {
	dryRun, verbose, asJSON bool
	maxSize                 string
}

func (s *state) storeGCCommand() *cobra.Command {
	var f gcFlags
	cmd := &cobra.Command{
		Use: "gc", Short: "Free space: drop old cached results and what nothing needs", Args: wanted(cobra.NoArgs),
		Long: `Free space in the store, in this order:

  1. cached results of cells, the least recently used first, until all results
     together are not larger than --max-size; their cells run again when they
     are needed
  2. content that nothing refers to any more
  3. temporary files of processes that died

Runs are never touched, nor what a deleted run needs, since it can be restored.
Content younger than an hour, or in use by something that runs, stays.

Exit codes: 0 ok; 1 error; 2 wrong usage; 11 another process holds the store for
itself; 130 interrupted.`,
		Example: `  wnb store gc --dry-run            # tell what would go
  wnb store gc --dry-run --verbose  # ... one by one
  wnb store gc --max-size 5GB
  wnb store gc --max-size 0         # forget all cached results`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			limit, err := parseLimit(f.maxSize)
			if err != nil {
				return usage(fmt.Errorf("--max-size %s: %w", f.maxSize, err))
			}
			return s.withStore(cmd.Context(), func(store *storage.Store) error { return s.collect(cmd.Context(), store, f, limit) })
		},
	}
	flags := cmd.Flags()
	flags.BoolVarP(&f.dryRun, "dry-run", "n", false, "remove nothing, only tell what would be removed")
	flags.StringVar(&f.maxSize, "max-size", "10GiB", `how much cached results may take: 500MB, 5GB, 10GiB, ... or "none" for no limit`)
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "name everything that is removed")
	flags.BoolVar(&f.asJSON, "json", false, "as JSON lines: what is removed, then the sums")
	return cmd
}

// parseLimit reads the value of --max-size as GCOptions has it.
func parseLimit(text string) (int64, error) {
	if text == "none" {
		return 0, nil
	}
	size, err := parseSize(text)
	if err == nil && size == 0 {
		size = -1
	}
	return size, err
}

// collect frees space and reports on it.
func (s *state) collect(ctx context.Context, store *storage.Store, f gcFlags, limit int64) error {
	progress := s.newProgress(f.asJSON)
	var writeErr error
	removed := func(g storage.Garbage) {
		if writeErr != nil {
			return
		}
		if f.asJSON {
			writeErr = s.writeJSON(map[string]any{"message_type": "garbage", "kind": g.Kind, "name": g.Name, "bytes": g.Size})
		} else if f.verbose {
			progress.clear()
			_, writeErr = fmt.Fprintf(s.out, "%s  %s  %s\n", g.Kind, g.Name, sizeText(g.Size))
		}
	}
	r, err := store.GC(ctx, storage.GCOptions{DryRun: f.dryRun, MaxBytes: limit, Removed: removed, Progress: progress.tell})
	progress.clear()
	if err == nil {
		err = writeErr
	}
	if err != nil {
		return err
	}
	if f.asJSON {
		return s.writeJSON(struct {
			Type      string `json:"message_type"`
			DryRun    bool   `json:"dry_run"`
			Results   amount `json:"results"`
			Blobs     amount `json:"blobs"`
			Temporary amount `json:"temporary_files"`
			Kept      amount `json:"kept_blobs"`
		}{"store_gc", r.DryRun, amount(r.Results), amount(r.Blobs), amount(r.Temporary), amount(r.Kept)})
	}
	return s.writeCollected(r)
}

func (s *state) writeCollected(r storage.GCReport) error {
	verb := "removed"
	if r.DryRun {
		verb = "would remove"
	}
	// The size of a result is that of its content, which the next number counts when it goes.
	if _, err := fmt.Fprintf(s.out, "%s %s, %s (%s), %s (%s)\n", verb, counted(r.Results.Count, "cached result"),
		counted(r.Blobs.Count, "unused blob"), sizeText(r.Blobs.Bytes),
		counted(r.Temporary.Count, "temporary file"), sizeText(r.Temporary.Bytes)); err != nil {
		return err
	}
	if r.Kept.Count > 0 {
		fmt.Fprintf(s.err, "kept for now: %s (%s), younger than an hour, in use by something that runs, or named in an output\n",
			counted(r.Kept.Count, "unused blob"), sizeText(r.Kept.Bytes))
	}
	return nil
}
