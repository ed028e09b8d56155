package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/cells/scorer"
	"github.com/wnb-dev/wnb/cells/scorer/toolchain"
)

func (s *state) extCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "ext", Short: "Make, check and measure scoring extensions (WASM)",
		Long: `A scoring extension is a metric, a row scorer or a transform compiled to WebAssembly. It
runs in a sandbox: without files, network or clock, within fuel, memory and time.

  wnb ext new --lang c fbeta        a folder with a working extension to start from
  wnb ext build fbeta               compile it to fbeta/fbeta.wasm
  wnb ext check fbeta/fbeta.wasm    all checks of the host, the test vectors, fuel per row
  wnb ext bench fbeta/fbeta.wasm    time per row
  wnb ext list                      the extensions of this project

In a notebook: wasm.metric("fbeta/fbeta.wasm"), or a cell in one of the languages.
wnb ext guide prints the guide for authors.

` + exitHelp,
		Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(s.extNewCommand(), s.extBuildCommand(), s.extPackCommand(), s.extCheckCommand(), s.extBenchCommand(), s.extListCommand(), s.extGuideCommand())
	return cmd
}

func (s *state) extGuideCommand() *cobra.Command {
	return &cobra.Command{
		Use: "guide", Short: "Print the guide for authors of extensions", Args: wanted(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprint(s.out, scorer.Guide)
			return err
		},
	}
}

// compileArgument is the hidden command that compiles native code for another
// process of this executable.
const compileArgument = "ext-compile"

func (s *state) extCompileCommand() *cobra.Command {
	return &cobra.Command{
		Use: compileArgument, Hidden: true, Args: wanted(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error { return scorer.ServeCompiler(s.in, s.out) },
	}
}

// nativeCompiler compiles in a child process; nil if this executable cannot be found.
func nativeCompiler() scorer.NativeCompiler {
	self, err := os.Executable()
	if err != nil {
		return nil
	}
	return scorer.ChildCompiler(0, self, compileArgument)
}

// extCache is where the user's compiled extensions are kept; "" if there is no
// such place.
func extCache(folder string) string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "wnb", folder)
}

// extEngine runs extensions. Their logs go to stderr.
func (s *state) extEngine() (*scorer.Engine, error) {
	cfg := scorer.Config{Log: func(extension string, _ int, msg string) {
		fmt.Fprintf(s.err, "%s: %s\n", extension, strings.TrimRight(msg, "\n"))
	}}
	if cfg.CacheDir = extCache("native"); cfg.CacheDir != "" {
		cfg.Compiler = nativeCompiler()
	}
	engine, err := scorer.Open(cfg)
	if errors.Is(err, fs.ErrPermission) {
		return scorer.Open(scorer.Config{Log: cfg.Log}) // without a cache
	}
	return engine, err
}

// during shows on a terminal that something takes more than a second.
func (s *state) during(asJSON bool, what string, f func() error) error {
	p := s.newProgress(asJSON)
	if p.out == nil {
		return f()
	}
	done := make(chan error, 1)
	go func() { done <- f() }()
	tick := time.NewTicker(progressAfter)
	defer tick.Stop()
	defer p.clear()
	for {
		select {
		case err := <-done:
			return err
		case <-tick.C:
			p.shown = true
			fmt.Fprintf(p.out, "\r\x1b[K%s, %d s", what, int(p.clock().Sub(p.start).Seconds()))
		}
	}
}

// readExtension reads a module. A folder is built first.
func (s *state) readExtension(ctx context.Context, path string, asJSON bool) ([]byte, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		m, err := s.buildFolder(ctx, path, false, asJSON)
		if err != nil {
			return nil, err
		}
		return m.Wasm, nil
	}
	wasm, err := os.ReadFile(path)
	if err != nil {
		return nil, readError(path, err)
	}
	return wasm, nil
}

// ofSandbox gives an error at a limit of the sandbox its exit code.
func ofSandbox(err error) error {
	if scorer.IsLimit(err) || errors.Is(err, toolchain.ErrMemory) {
		return &exitErr{exitSandbox, err}
	}
	return err
}
