package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/cells/scorer"
	"github.com/wnb-dev/wnb/cells/scorer/toolchain"
	"github.com/wnb-dev/wnb/notebooks"
)

func (s *state) extPackCommand() *cobra.Command {
	var out string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "pack MODULE.wasm MANIFEST [-o OUT.wasm]", Short: "Put a manifest into a module from elsewhere",
		Long: `Put a manifest, JSON or YAML, into a module that has the exports of the ABI and was compiled
by other means, such as TinyGo. Without -o the module itself is changed.

  wnb ext pack target/fbeta.wasm wnb-ext.yaml -o fbeta.wasm`,
		Args: wanted(cobra.ExactArgs(2)),
		RunE: func(_ *cobra.Command, args []string) error {
			wasm, err := os.ReadFile(args[0])
			if err != nil {
				return readError(args[0], err)
			}
			manifest, err := readManifest(args[1])
			if err != nil {
				return err
			}
			packed, err := scorer.Pack(wasm, manifest)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			man, err := scorer.Examine(packed, scorer.Limits{})
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			if out == "" {
				out = args[0]
			}
			if err := notebooks.Write(out, packed); err != nil {
				return err
			}
			if asJSON {
				return s.writeJSON(map[string]any{"message_type": "ext_pack", "file": out, "name": man.Name, "kind": man.Kind, "bytes": len(packed)})
			}
			_, err = fmt.Fprintln(s.out, out)
			return err
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "the file to write (default: the module itself)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

// readManifest gives a manifest as JSON.
func readManifest(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, readError(path, err)
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".yaml", ".yml":
		p, err := toolchain.ParseProject(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return p.JSON()
	}
	return text, nil
}
