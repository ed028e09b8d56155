package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/notebooks"
)

// input is what a named input was set to, as JSON.
func (j *job) input(name string) (value string, ok bool) {
	value, ok = j.inputs[name]
	return value, ok
}

// inputsOf are the named inputs of a notebook. Cells are compiled for that.
func inputsOf(doc *notebooks.Document) []kernel.Input {
	return kernel.Compile(doc, builtin.Pure()).Inputs
}

// setInputs takes the values that are of named inputs out of those of -p and -P.
// It gives the names of all inputs; none if all values are of params.
func (j *job) setInputs(set map[string]string, file map[string]any) (names []string, err error) {
	declared := map[string]bool{}
	for _, p := range j.doc.Front.Params {
		declared[p.Name] = true
	}
	isParam := func(name string) bool { return declared[name] }
	others := slices.DeleteFunc(slices.Concat(slices.Collect(maps.Keys(set)), slices.Collect(maps.Keys(file))), isParam)
	if len(others) == 0 && j.origin == nil {
		return nil, nil
	}
	j.inputs = map[string]string{}
	for _, in := range inputsOf(j.doc) {
		names = append(names, in.Name)
		v, ok, err := j.inputValue(in, set, file)
		if err != nil {
			return nil, err
		}
		if ok {
			j.inputs[in.Name] = builtin.EncodeInput(v)
		}
		delete(set, in.Name)
		delete(file, in.Name)
	}
	return names, nil
}

// inputValue is what an input is set to: by -p, else by -P, else by the run that
// is repeated. Where its bounds stand in the source, they are checked here, before
// anything runs.
func (j *job) inputValue(in kernel.Input, set map[string]string, file map[string]any) (v any, ok bool, err error) {
	decl, known := builtin.DeclaredInput(in.InputCall)
	text, isSet := set[in.Name]
	typed, inFile := file[in.Name]
	if !isSet && !inFile && j.origin != nil {
		text, isSet = j.origin.Param(in.Name)
	}
	switch {
	case isSet:
		v, err = decl.Parse(text)
	case inFile:
		v, err = fromYAML(in.Name, typed)
	default:
		return nil, false, nil
	}
	if err == nil && known {
		v, err = decl.Check(v)
	}
	return v, true, err
}

// fromYAML brings a value of a YAML file to the types of inputs.
func fromYAML(name string, v any) (any, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("input %s: %w", name, err)
	}
	return builtin.DecodeInput(text)
}

// inputHelp lists the named inputs of a notebook.
func (s *state) inputHelp(name string, doc *notebooks.Document) {
	inputs := inputsOf(doc)
	if len(inputs) == 0 {
		return
	}
	fmt.Fprintf(s.out, "\nInputs of %s:\n", name)
	for _, in := range inputs {
		decl, known := builtin.DeclaredInput(in.InputCall)
		fmt.Fprintf(s.out, "  -p %-20s %s\n", in.Name+"=VALUE", decl.Describe(known))
	}
}
