package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/notebooks"
)

// wnbFiles completes the names of notebooks.
func wnbFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"wnb"}, cobra.ShellCompDirectiveFilterFileExt
}

// choices completes the values of a flag.
func choices(cmd *cobra.Command, flag string, values ...string) {
	completes(cmd, flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

func completes(cmd *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err) // no such flag
	}
}

// paramNames completes NAME=VALUE with the parameters of the notebook that is
// named before, and their values where they are known. The shell drops what does not fit.
func paramNames(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	var words []string
	for _, a := range args {
		if filepath.Ext(a) != ".wnb" {
			continue
		}
		doc, _, err := notebooks.Read(a)
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		for _, p := range doc.Front.Params {
			words = append(words, paramWords(p, typed)...)
		}
	}
	return words, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

func paramWords(p notebooks.Param, typed string) []string {
	if !strings.HasPrefix(typed, p.Name+"=") {
		return []string{cobra.CompletionWithDesc(p.Name+"=", p.Help)}
	}
	values := p.Choices
	if p.Type == notebooks.BoolParam {
		values = []any{true, false}
	}
	var words []string
	for _, v := range values {
		words = append(words, fmt.Sprintf("%s=%v", p.Name, v))
	}
	return words
}
