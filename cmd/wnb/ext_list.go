package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/cells/scorer"
)

func (s *state) extListCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the extensions of this project",
		Long: `List the modules below the project's root that are extensions, by path, also those that the host would
refuse, with the reason. Nothing of them is run.

  wnb ext list --json`,
		Args: wanted(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			root, err := projectRoot(".")
			if err != nil {
				return err
			}
			all, err := findExtensions(os.DirFS(root))
			if err != nil {
				return err
			}
			return s.listExtensions(all, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON lines")
	return cmd
}

// found is a module that says that it is an extension, or a file that may be one.
type found struct {
	path     string // with /, from the root
	bytes    int64
	sha256   string
	manifest *scorer.Manifest // empty where it cannot be read
	err      error            // why the host would refuse it
}

// findExtensions goes through a folder in the order of names.
func findExtensions(root fs.FS) ([]found, error) {
	var all []found
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrPermission):
			return nil
		case err != nil:
			return err
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules"):
			return fs.SkipDir
		case !d.Type().IsRegular() || !strings.EqualFold(path.Ext(name), ".wasm"):
			return nil
		}
		f := found{path: name, manifest: &scorer.Manifest{}}
		is, err := f.examine(root)
		if err != nil {
			is, f.err = true, unreadable(err)
		}
		if is {
			all = append(all, f)
		}
		return nil
	})
	return all, err
}

// examine is false for a module for something else. The error is that of reading.
func (f *found) examine(root fs.FS) (is bool, err error) {
	file, err := root.Open(f.path)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	sum := sha256.New()
	rest := io.TeeReader(file, sum)
	wasm, err := io.ReadAll(io.LimitReader(rest, scorer.DefaultModuleBytes+1))
	if err != nil {
		return false, err
	}
	manifest, is, err := scorer.FindManifest(io.MultiReader(bytes.NewReader(wasm), rest))
	if err != nil || !is {
		return false, err
	}
	if _, err := io.Copy(io.Discard, rest); err != nil {
		return false, err
	}
	info, err := file.Stat()
	if err != nil {
		return false, err
	}
	f.bytes, f.sha256 = info.Size(), hex.EncodeToString(sum.Sum(nil))
	f.judge(wasm, manifest)
	return true, nil
}

// judge does what the host does. What the manifest says is shown of a module that
// is refused, too.
func (f *found) judge(wasm, manifest []byte) {
	if f.bytes > scorer.DefaultModuleBytes {
		f.err = fmt.Errorf("it has %d bytes, the limit is %d", f.bytes, scorer.DefaultModuleBytes)
	} else if man, err := scorer.Examine(wasm, scorer.Limits{}); err != nil {
		f.err = err
	} else {
		f.manifest = man
		return
	}
	if man, err := scorer.ParseManifest(manifest); err == nil {
		f.manifest = man
	}
}

// unreadable says why a file cannot be read; its path is known.
func unreadable(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return fmt.Errorf("it cannot be read: %w", err)
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
		if !asJSON {
			f.row(w)
		} else if err := s.writeJSON(f.json()); err != nil {
			return err
		}
	}
	return w.Flush()
}

// row writes a line of the table; the error is that of flushing it.
func (f *found) row(w *tabwriter.Writer) {
	m, size, hash := f.manifest, "-", "-"
	if f.sha256 != "" {
		size, hash = sizeText(f.bytes), f.sha256[:12]
	}
	if f.err != nil {
		hash += "  refused: " + strings.Join(strings.Fields(f.err.Error()), " ")
	}
	name := f.path
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		name = strconv.Quote(name)
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", name, cmp.Or(string(m.Kind), "-"), cmp.Or(m.Name, "-"), cmp.Or(m.Version, "-"), size, hash)
}

func (f *found) json() map[string]any {
	m := f.manifest
	line := map[string]any{
		"message_type": "ext", "file": f.path, "kind": m.Kind, "name": m.Name, "version": m.Version,
		"bytes": f.bytes, "sha256": f.sha256, "toolchain": m.Toolchain,
	}
	if f.err != nil {
		line["error"] = f.err.Error()
	}
	return line
}
