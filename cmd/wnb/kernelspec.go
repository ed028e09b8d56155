package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/notebooks"
)

func (s *state) kernelspecCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "kernelspec", Short: "Make wnb known to Jupyter", Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var prefix string
	install := &cobra.Command{
		Use: "install", Short: "Write the kernelspec that Jupyter starts wnb with",
		Long: `Write the kernelspec "wnb" into the user's Jupyter data folder, or below a prefix
such as a virtual environment. It starts this executable.`,
		Args: wanted(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error { return s.installKernelspec(prefix) },
	}
	install.Flags().StringVar(&prefix, "prefix", "", "install to PREFIX/share/jupyter (default: the user's data folder)")
	cmd.AddCommand(install)
	return cmd
}

func (s *state) installKernelspec(prefix string) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	data := filepath.Join(prefix, "share", "jupyter")
	if prefix == "" {
		if data, err = s.jupyterData(); err != nil {
			return err
		}
	}
	var spec bytes.Buffer
	enc := json.NewEncoder(&spec)
	enc.SetIndent("", " ")
	err = enc.Encode(map[string]any{
		"argv":         []string{exe, "kernel", "-f", "{connection_file}"},
		"display_name": "wnb (Starlark)", "language": "starlark", "interrupt_mode": "message",
		"metadata": map[string]any{"debugger": false},
	})
	if err != nil {
		return err
	}
	dir := filepath.Join(data, "kernels", "wnb")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("cannot make %s: %w", dir, err)
	}
	file := filepath.Join(dir, "kernel.json")
	if err := notebooks.Write(file, spec.Bytes()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, file)
	return err
}

// jupyterData is the user's data folder of Jupyter
// (docs.jupyter.org/en/latest/use/jupyter-directories.html).
func (s *state) jupyterData() (string, error) {
	if dir := s.env("JUPYTER_DATA_DIR"); dir != "" {
		return dir, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", errors.Join(errors.New("say where to with --prefix"), err)
	}
	switch runtime.GOOS {
	case "darwin":
		return filepath.Join(home, "Library", "Jupyter"), nil
	case "windows":
		return filepath.Join(s.env("APPDATA"), "jupyter"), nil
	}
	if dir := s.env("XDG_DATA_HOME"); dir != "" && filepath.IsAbs(dir) {
		return filepath.Join(dir, "jupyter"), nil
	}
	return filepath.Join(home, ".local", "share", "jupyter"), nil
}
