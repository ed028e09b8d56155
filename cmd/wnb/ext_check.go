package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/cells/scorer"
	"github.com/wnb-dev/wnb/cells/scorer/measure"
)

func (s *state) extCheckCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "check [FILE.wasm|DIR]", Short: "Do what the host does before it uses an extension",
		Long: `Validate a module, compile it, and run the vectors of its manifest twice on the compiler and
twice on the interpreter: all must give the same bits and use the same fuel, and what the
vectors expect. Then say how much fuel a call and a row take. A folder is built first.

  wnb ext check fbeta/fbeta.wasm

It ends with 4 if a vector fails, and with 12 at a limit of the sandbox.`,
		Args: wanted(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := "."
			if len(args) > 0 {
				path = args[0]
			}
			wasm, err := s.readExtension(cmd.Context(), path, asJSON)
			if err != nil {
				return err
			}
			return s.withExtension(cmd.Context(), path, wasm, asJSON, func(mod *scorer.Module) error {
				return s.checkExtension(cmd.Context(), mod, asJSON)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON lines")
	return cmd
}

// withExtension compiles a module, shows what it is, and gives it to f.
func (s *state) withExtension(ctx context.Context, path string, wasm []byte, asJSON bool, f func(*scorer.Module) error) error {
	engine, err := s.extEngine()
	if err != nil {
		return err
	}
	var mod *scorer.Module
	err = s.during(asJSON, "compiling "+path, func() (err error) {
		mod, err = engine.Compile(ctx, wasm, scorer.Limits{})
		return err
	})
	if err != nil {
		return errors.Join(ofSandbox(fmt.Errorf("%s: %w", path, err)), engine.Close())
	}
	if err = s.showExtension(path, wasm, mod, asJSON); err == nil {
		err = ofSandbox(f(mod))
	}
	return errors.Join(err, engine.Close())
}

func (s *state) showExtension(path string, wasm []byte, mod *scorer.Module, asJSON bool) error {
	sum := sha256.Sum256(wasm)
	man, hash := mod.Manifest(), hex.EncodeToString(sum[:])
	if asJSON {
		return s.writeJSON(map[string]any{
			"message_type": "ext", "file": path, "name": man.Name, "version": man.Version, "kind": man.Kind,
			"bytes": len(wasm), "sha256": hash, "toolchain": man.Toolchain, "engine": mod.Engine(),
		})
	}
	text := fmt.Sprintf("%s %s", man.Kind, man.Name)
	for _, more := range []string{man.Version, man.Toolchain} {
		if more != "" {
			text += ", " + more
		}
	}
	_, err := fmt.Fprintf(s.out, "%s\n%s, sha256 %s, %s\n", text, sizeText(int64(len(wasm))), hash, mod.Engine())
	return err
}

// checkExtension runs the vectors and measures the fuel.
func (s *state) checkExtension(ctx context.Context, mod *scorer.Module, asJSON bool) error {
	var all []scorer.Checked
	err := s.during(asJSON, "checking", func() (err error) {
		all, err = mod.CheckVectors(ctx)
		return err
	})
	if err != nil {
		return err
	}
	failed := 0
	for _, c := range all {
		if c.Err != nil {
			failed++
		}
		if err := s.showVector(c, asJSON); err != nil {
			return err
		}
	}
	if failed > 0 {
		return checkFailed(all, failed)
	}
	if len(all) == 0 {
		fmt.Fprintln(s.err, "no vectors: it was started, and not called; write some under selfcheck in the manifest")
	}
	return s.showFuel(ctx, mod, asJSON)
}

// checkFailed is a limit of the sandbox if a vector hit one, and else a failed test.
func checkFailed(all []scorer.Checked, failed int) error {
	for _, c := range all {
		var limit *exitErr
		if err := ofSandbox(c.Err); errors.As(err, &limit) {
			return err
		}
	}
	return &exitErr{exitTestFailed, fmt.Errorf("%d of %d vectors failed", failed, len(all))}
}

func (s *state) showVector(c scorer.Checked, asJSON bool) error {
	if asJSON {
		line := map[string]any{"message_type": "vector", "index": c.Vector, "ok": c.Err == nil, "fuel": c.Fuel}
		switch {
		case c.Err != nil:
			line["message"] = c.Err.Error()
		case c.Doc != nil:
			line["result"] = json.RawMessage(c.Doc)
		default:
			var values []any
			for _, v := range c.Values {
				values = append(values, number(v))
			}
			line["result"] = values
		}
		return s.writeJSON(line)
	}
	name := "vector " + strconv.Itoa(c.Vector)
	if c.Vector < 0 {
		name = "generated rows"
	}
	if c.Err != nil {
		_, err := fmt.Fprintf(s.out, "%s: failed: %v\n", name, c.Err)
		return err
	}
	result := string(c.Doc)
	if c.Doc == nil {
		result = fmt.Sprint(c.Values)
	}
	const most = 200
	if len(result) > most {
		result = result[:most] + "..."
	}
	_, err := fmt.Fprintf(s.out, "%s: ok, %s, fuel %d\n", name, result, c.Fuel)
	return err
}

// showFuel says what rows cost; a transform has none.
func (s *state) showFuel(ctx context.Context, mod *scorer.Module, asJSON bool) error {
	e, err := measure.New(mod)
	if errors.Is(err, measure.ErrTransform) {
		return nil
	}
	if err != nil {
		return s.notMeasured(err)
	}
	defer e.Close()
	fuel, err := e.Fuel(ctx)
	if err != nil {
		return s.notMeasured(err)
	}
	if asJSON {
		return s.writeJSON(map[string]any{"message_type": "fuel", "per_call": fuel.PerCall, "per_row": fuel.PerRow})
	}
	_, err = fmt.Fprintf(s.out, "fuel per call %.0f, and per row %.4g\n", fuel.PerCall, fuel.PerRow)
	return err
}

// notMeasured tells why an extension that passed its checks was not measured: it
// may take rows of a certain kind only, or parameters without a default.
func (s *state) notMeasured(err error) error {
	var limit *exitErr
	if errors.As(ofSandbox(err), &limit) || errors.Is(err, context.Canceled) {
		return err
	}
	fmt.Fprintf(s.err, "not measured: %v\n", err)
	return nil
}
