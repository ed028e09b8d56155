package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// secrets are kept outside of any project, so that no store, backup or commit
// holds them: a file for each, which only its owner can read.
type secrets struct {
	dir string
	env func(name string) (string, bool)
}

func (s *state) secrets() secrets {
	dir := s.env("WNB_SECRETS")
	if base, err := os.UserConfigDir(); dir == "" && err == nil {
		dir = filepath.Join(base, "wnb", "secrets")
	}
	return secrets{dir: dir, env: s.lookupEnv}
}

var secretName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func checkSecretName(name string) error {
	if !secretName.MatchString(name) {
		return usage(fmt.Errorf("%q cannot be the name of a secret: use letters, digits, _ and -, at most 64", name))
	}
	return nil
}

// get is the text of a secret: from the environment, else from its file.
func (s secrets) get(_ context.Context, name string) (string, error) {
	if err := checkSecretName(name); err != nil {
		return "", err
	}
	if v, ok := s.env("WNB_SECRET_" + name); ok {
		return v, nil
	}
	if s.dir == "" {
		return "", fs.ErrNotExist
	}
	data, err := os.ReadFile(filepath.Join(s.dir, name))
	return string(data), err
}

func (s secrets) set(name, text string) error {
	if s.dir == "" {
		return errors.New("there is no home folder to keep secrets in; name one in WNB_SECRETS")
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(s.dir, ".new-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(s.dir, name))
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}

func (s secrets) names() ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) || s.dir == "" {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		if secretName.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names, err
}

func (s *state) secretCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "secret",
		Short: "Keep passwords and tokens that cells use and never show",
		Long: `Keep passwords and tokens that cells use and never show. A cell gets one with
secret("NAME"), and only builtins can read it. Its text is taken out of everything
that a cell prints, shows, logs or stores.

Secrets are files of yours in the user's configuration folder (WNB_SECRETS names
another one), outside of any project. WNB_SECRET_NAME in the environment comes first.`,
		Example: `  wnb secret set API_TOKEN < token.txt
  wnb secret list`,
		Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(s.secretSetCommand(), s.secretListCommand(), s.secretRemoveCommand())
	return cmd
}

func (s *state) secretSetCommand() *cobra.Command {
	return &cobra.Command{
		Use: "set NAME", Short: "Set a secret, read from the terminal or stdin", Args: wanted(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := checkSecretName(args[0]); err != nil {
				return err
			}
			text, err := s.readSecret(args[0])
			if err != nil {
				return err
			}
			if text == "" {
				return usage(errors.New("the secret is empty"))
			}
			return s.secrets().set(args[0], text)
		},
	}
}

// readSecret asks on a terminal, without showing what is typed; elsewhere it
// reads all of stdin but for the last line end.
func (s *state) readSecret(name string) (string, error) {
	if f, ok := s.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprintf(s.err, "%s: ", name)
		text, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(s.err)
		return string(text), err
	}
	data, err := io.ReadAll(bufio.NewReader(s.in))
	return strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r"), err
}

func (s *state) secretListCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the names of the secrets", Args: wanted(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			names, err := s.secrets().names()
			if err != nil {
				return err
			}
			for _, name := range names {
				if asJSON {
					err = json.NewEncoder(s.out).Encode(map[string]string{"message_type": "secret", "name": name})
				} else {
					_, err = fmt.Fprintln(s.out, name)
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON lines")
	return cmd
}

func (s *state) secretRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use: "remove NAME", Aliases: []string{"rm"}, Short: "Remove a secret", Args: wanted(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := checkSecretName(args[0]); err != nil {
				return err
			}
			dir := s.secrets().dir
			err := os.Remove(filepath.Join(dir, args[0]))
			if errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("there is no secret %s in %s", args[0], dir)
			}
			return err
		},
	}
}
