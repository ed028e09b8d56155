package main

import (
	"context"
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/storage"
)

func (s *state) storeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "store", Short: "Look after the store: free space, check it, back it up", Args: noSuchCommand,
		Long: `Look after the store, which keeps runs, cached results of cells and the content of both.

It is the folder .wnb at the project's root, or the one that --store or WNB_STORE
names. All commands work while notebooks run.`,
		Example: `  wnb store stat
  wnb store gc --dry-run
  wnb store verify
  wnb store backup ../backups/monday`,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(s.storeGCCommand(), s.storeVerifyCommand(), s.storeStatCommand(), s.storeBackupCommand())
	return cmd
}

// withStore runs f on the store around the current folder.
func (s *state) withStore(ctx context.Context, f func(*storage.Store) error) error {
	store, err := s.readStore(ctx)
	if err != nil {
		return err
	}
	return closing(store, func() error { return f(store) })
}

// writeJSON writes a line of JSON.
func (s *state) writeJSON(line any) error { return json.NewEncoder(s.out).Encode(line) }

// amount is a storage.Tally in JSON.
type amount struct {
	Count int   `json:"count"`
	Bytes int64 `json:"bytes"`
}
