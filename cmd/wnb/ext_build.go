package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/cells/scorer/toolchain"
	"github.com/wnb-dev/wnb/notebooks"
)

func (s *state) extBuildCommand() *cobra.Command {
	var out string
	var force, asJSON bool
	cmd := &cobra.Command{
		Use: "build [DIR] [-o FILE.wasm]", Short: "Compile the extension in a folder",
		Long: `Compile the extension that DIR/wnb-ext.yaml describes, with the toolchain that this machine
has: without network, in an empty folder, within time and memory. What was compiled from
the same source before is used again, also where there is no toolchain.

  wnb ext build fbeta
  wnb ext build fbeta -o ext/fbeta.wasm --force`,
		Args: wanted(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := "."
			if len(args) > 0 {
				dir = args[0]
			}
			m, err := s.buildFolder(cmd.Context(), dir, force, asJSON)
			if err != nil {
				return err
			}
			if out == "" {
				if out, err = builtFile(dir, m.Manifest.Name); err != nil {
					return err
				}
			}
			if err := notebooks.Write(out, m.Wasm); err != nil {
				return err
			}
			return s.showBuilt(out, m, asJSON)
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "the file to write (default: DIR/NAME.wasm)")
	cmd.Flags().BoolVar(&force, "force", false, "compile also what was compiled before")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

// builtFile is where the module of a folder goes: in that folder, whatever the
// name is and whatever it means on this machine.
func builtFile(dir, name string) (string, error) {
	file := name + ".wasm"
	if !filepath.IsLocal(file) || filepath.Base(file) != file {
		return "", fmt.Errorf("extension %q: its name cannot be that of a file in %s; change it, or say with -o where the module goes", name, dir)
	}
	return filepath.Join(dir, file), nil
}

// buildFolder compiles the extension in a folder, and shows what is wrong with its source.
func (s *state) buildFolder(ctx context.Context, dir string, force, asJSON bool) (*toolchain.Module, error) {
	src, err := toolchain.OpenProject(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no %s; wnb ext new makes a folder with one: %w", dir, toolchain.ProjectFile, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	opts := toolchain.Options{NodeModules: s.nodeModules(dir)}
	if cache := extCache("modules"); cache != "" && !force {
		modules, err := toolchain.OpenDir(cache)
		if err != nil && !errors.Is(err, fs.ErrPermission) {
			return nil, err
		}
		if err == nil {
			opts.Modules = modules
		}
	}
	var m *toolchain.Module
	err = s.during(asJSON, fmt.Sprintf("compiling %s (%s)", src.Name, src.Lang), func() (err error) {
		m, err = toolchain.Build(ctx, src, opts)
		return err
	})
	var wrong *toolchain.SourceError
	if errors.As(err, &wrong) {
		return nil, s.showDiagnostics(filepath.Join(dir, src.File), src.Name, wrong, asJSON)
	}
	return m, ofSandbox(err)
}

// nodeModules are the folders where AssemblyScript may be installed: first the one
// that WNB_NODE_MODULES names.
func (s *state) nodeModules(dir string) []string {
	all := toolchain.NodeModules(dir)
	if set := s.env("WNB_NODE_MODULES"); set != "" {
		all = append([]string{set}, all...)
	}
	return all
}

// showDiagnostics writes what a compiler said: lines such as FILE:3:5: MESSAGE on
// stderr, or JSON lines on stdout.
func (s *state) showDiagnostics(file, name string, wrong *toolchain.SourceError, asJSON bool) error {
	for _, d := range wrong.Diagnostics {
		if asJSON {
			line := map[string]any{"message_type": "diagnostic", "file": file, "line": d.Line, "column": d.Col, "message": d.Message}
			if err := s.writeJSON(line); err != nil {
				return err
			}
			continue
		}
		at := file
		if d.Line > 0 {
			at = fmt.Sprintf("%s:%d:%d", file, d.Line, d.Col)
		}
		fmt.Fprintf(s.err, "%s: %s\n", at, d.Message)
	}
	return fmt.Errorf("extension %s does not compile", name)
}

func (s *state) showBuilt(out string, m *toolchain.Module, asJSON bool) error {
	sum := sha256.Sum256(m.Wasm)
	hash := hex.EncodeToString(sum[:])
	if asJSON {
		return s.writeJSON(map[string]any{
			"message_type": "ext_build", "file": out, "name": m.Manifest.Name, "kind": m.Manifest.Kind, "bytes": len(m.Wasm),
			"sha256": hash, "source_key": m.Key, "toolchain": m.Manifest.Toolchain, "stored": m.Stored, "exposed": m.Exposed,
		})
	}
	how := "compiled by"
	if m.Stored {
		how = "compiled before, by"
	}
	fmt.Fprintf(s.err, "%s %s, %s, %s %s\n", m.Manifest.Kind, m.Manifest.Name, sizeText(int64(len(m.Wasm))), how, m.Manifest.Toolchain)
	if m.Exposed {
		fmt.Fprintln(s.err, "note: this system cannot keep a compiler from the network and from your files; compile only sources that you trust")
	}
	_, err := fmt.Fprintln(s.out, out)
	return err
}
