package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/cells/scorer"
)

func (s *state) extListCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the extensions of this project",
		Long: `List the modules below the project's root that are extensions, by path. Nothing of them is run.

  wnb ext list --json`,
		Args: wanted(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			root, err := projectRoot(".")
			if err != nil {
				return err
			}
			all, err := findExtensions(root)
			if err != nil {
				return err
			}
			return s.listExtensions(all, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON lines")
	return cmd
}

// found is a module that says that it is an extension.
type found struct {
	path     string
	bytes    int
	sha256   string
	manifest *scorer.Manifest
	err      error // why the host would refuse it
}

// maxModule is the size of the largest module that the host takes.
const maxModule = 8 << 20

// findExtensions goes through a folder in the order of names.
func findExtensions(root string) ([]found, error) {
	var all []found
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrPermission):
			return nil
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules"):
			return fs.SkipDir
		case !d.Type().IsRegular() || !strings.EqualFold(filepath.Ext(path), ".wasm"):
			return nil
		}
		if info, err := d.Info(); err != nil || info.Size() > maxModule {
			return err
		}
		wasm, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f := found{path: path, bytes: len(wasm)}
		if rel, err := filepath.Rel(root, path); err == nil {
			f.path = filepath.ToSlash(rel)
		}
		if f.manifest, err = scorer.ReadManifest(wasm); err != nil {
			return nil // a module for something else
		}
		sum := sha256.Sum256(wasm)
		f.sha256 = hex.EncodeToString(sum[:])
		_, f.err = scorer.Examine(wasm, scorer.Limits{})
		all = append(all, f)
		return nil
	})
	return all, err
}

func (s *state) listExtensions(all []found, asJSON bool) error {
	if len(all) == 0 && !asJSON {
		fmt.Fprintln(s.err, "no extensions; start one with: wnb ext new --lang go NAME")
		return nil
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	if !asJSON {
		fmt.Fprintln(w, "FILE\tKIND\tNAME\tVERSION\tSIZE\tSHA256")
	}
	for _, f := range all {
		m := f.manifest
		if asJSON {
			line := map[string]any{
				"message_type": "ext", "file": f.path, "kind": m.Kind, "name": m.Name, "version": m.Version,
				"bytes": f.bytes, "sha256": f.sha256, "toolchain": m.Toolchain,
			}
			if f.err != nil {
				line["error"] = f.err.Error()
			}
			if err := s.writeJSON(line); err != nil {
				return err
			}
			continue
		}
		hash := f.sha256[:12]
		if f.err != nil {
			hash += "  refused: " + f.err.Error()
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", f.path, m.Kind, m.Name, m.Version, sizeText(int64(f.bytes)), hash)
	}
	return w.Flush()
}
