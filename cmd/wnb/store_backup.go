package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/storage"
)

func (s *state) storeBackupCommand() *cobra.Command {
	var copied, asJSON bool
	cmd := &cobra.Command{
		Use: "backup DIR", Short: "Copy the store to a new folder",
		Long: `Copy the store to a new folder. The copy has the state of one moment, appears in
one step, and is a store like any other: use it with --store.

On the same disk, content is linked rather than copied, which takes no time and
no space. Links do not help when the disk fails: back up to another one, or copy
the backup there.

Exit codes: 0 ok; 1 the backup was not made; 2 wrong usage; 5 it was made, but
content is damaged in it as in the store; 130 interrupted.`,
		Example: `  wnb store backup ../backups/monday
  wnb store verify --store ../backups/monday`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(errors.New("name the folder to make, such as ../backups/monday"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.withStore(cmd.Context(), func(store *storage.Store) error {
				return s.backUp(cmd.Context(), store, args[0], copied, asJSON)
			})
		},
	}
	cmd.Flags().BoolVar(&copied, "copy", false, "copy content also where it could be linked, and check it meanwhile")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func (s *state) backUp(ctx context.Context, store *storage.Store, dir string, copied, asJSON bool) error {
	progress := s.newProgress(asJSON)
	r, err := store.Backup(ctx, dir, storage.BackupOptions{Copy: copied, Progress: progress.tell})
	progress.clear()
	if err != nil {
		return err
	}
	if asJSON {
		err = s.writeJSON(map[string]any{"message_type": "store_backup", "dir": r.Dir, "blobs": amount(r.Blobs), "linked_blobs": r.Linked,
			"database_bytes": r.Database, "damaged_blobs": append([]string{}, r.Damaged...)})
	} else {
		_, err = fmt.Fprintf(s.out, "%s: the database (%s) and %s (%s), %d of them linked\n",
			r.Dir, sizeText(r.Database), counted(r.Blobs.Count, "blob"), sizeText(r.Blobs.Bytes), r.Linked)
	}
	if err != nil || len(r.Damaged) == 0 {
		return err
	}
	return &exitErr{exitPartial, fmt.Errorf("the content of %s is damaged; wnb store verify tells which and what to do", counted(len(r.Damaged), "blob"))}
}
