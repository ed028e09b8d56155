// Command wnb is a notebook backend for machine learning: it runs notebooks,
// tracks the runs and reports on them.
//
// Each command has a file of its own here, with its flags and the wiring of the
// packages that do the work. Exit codes are decided in exit.go.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/kernel"
)

// state is what a command can reach of the process.
type state struct {
	in       io.Reader
	out, err io.Writer // data and talk
	env      func(string) string
	clock    func() time.Time
	args     []string // of the command line, for the record
	store    string   // the flag --store
}

func main() {
	keepRoom()
	s := &state{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Getenv, clock: time.Now, args: os.Args}
	os.Exit(s.run(context.Background(), os.Args[1:]))
}

// ownSignals marks commands for which an interrupt is not the end.
const ownSignals = "signals"

// interruptible gives a context that the first SIGINT or SIGTERM cancels. The
// second one ends the process.
func interruptible(ctx context.Context, exit func(int)) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		select {
		case <-signals:
			cancel(kernel.ErrInterrupted)
		case <-done:
			return
		}
		select {
		case <-signals:
			exit(exitInterrupted)
		case <-done:
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel(nil)
	}
}

// run executes one command line and gives its exit code.
func (s *state) run(ctx context.Context, args []string) int {
	out := &output{Writer: s.out}
	s.out = out
	root := s.command()
	root.SetArgs(args)
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	stop := func() {}
	root.PersistentPreRun = func(cmd *cobra.Command, _ []string) {
		if cmd.Annotations[ownSignals] == "" {
			ctx, stop = interruptible(cmd.Context(), os.Exit)
			cmd.SetContext(ctx)
		}
	}
	defer func() { stop() }()
	cmd, err := root.ExecuteContextC(ctx)
	return s.exit(cmd, out.failure(err))
}

func (s *state) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "wnb",
		Short: "A notebook backend for machine learning",
		Long: `wnb runs notebooks as pipelines, tracks every run and reports on it.

  wnb run notebooks/wine_quality.wnb -o report.html
  wnb runs list
  wnb runs compare latest brisk-otter-412

` + exitHelp,
		Version:       version(),
		SilenceErrors: true, SilenceUsage: true,
		Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.PersistentFlags().StringVar(&s.store, "store", "", "the store's folder (default: .wnb at the project's root; env WNB_STORE)")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(err) })
	root.AddCommand(
		s.runCommand(), s.runsCommand(), s.reportCommand(), s.storeCommand(),
		s.planCommand(), s.lockCommand(), s.testCommand(), s.secretCommand(), s.checkCommand(), s.dagCommand(), s.fmtCommand(), s.exportCommand(), s.importCommand(), s.versionCommand(),
		s.extCommand(), s.extCompileCommand(), s.serveCommand(), s.kernelCommand(), s.kernelChildCommand(), s.kernelspecCommand(),
	)
	return root
}

// wanted makes wrong arguments a usage error.
func wanted(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usage(err)
		}
		return nil
	}
}

// noSuchCommand refuses arguments of a command that only has subcommands.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	text := fmt.Sprintf("unknown command %q", args[0])
	cmd.SuggestionsMinimumDistance = 2
	if like := cmd.SuggestionsFor(args[0]); len(like) > 0 {
		text += "; did you mean " + strings.Join(like, " or ") + "?"
	}
	return usage(errors.New(text))
}
