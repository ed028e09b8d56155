package toolchain

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/wnb-dev/wnb/cells/scorer"
)

// manifest is what follows from the function, with what the comments of the
// source say, with what Source.Manifest says. Each wins over what is before it.
func (s *Source) manifest(f form, text string) (*scorer.Manifest, error) {
	man := &scorer.Manifest{ABI: 1, Kind: f.variant.kind(), Name: s.Name}
	if f.variant == raw {
		man.Kind = s.rawKind(text, man.Kind)
	}
	switch man.Kind {
	case scorer.KindMetric:
		man.Metric = &scorer.MetricSpec{GreaterIsBetter: true, Input: "label", Outputs: 1}
		if f.variant == scoreProba {
			man.Metric.Input, man.Metric.Outputs = "proba", 0
		}
	case scorer.KindScorer:
		man.Scorer = &scorer.ScorerSpec{Outputs: 1}
	}
	if part, ok := s.directives(text); ok {
		if err := man.Merge([]byte(part)); err != nil {
			line := 1 + strings.Count(part[:strings.IndexAny(part, "{")+1], "\n")
			return nil, s.at(line, 1, "comment %s: %v", directive, err)
		}
	}
	if len(s.Manifest) > 0 {
		if err := man.Merge(s.Manifest); err != nil {
			return nil, err
		}
	}
	if err := s.settle(man, f); err != nil {
		return nil, err
	}
	return man, man.Check()
}

// rawKind is the kind of a source whose function does not tell it, since what is
// true of a kind unless the source says otherwise depends on it.
func (s *Source) rawKind(text string, otherwise scorer.Kind) scorer.Kind {
	said := struct{ Kind scorer.Kind }{otherwise}
	for _, part := range [][]byte{s.comments(text), s.Manifest} {
		_ = json.Unmarshal(part, &said) // what is wrong with it is said when it is merged
	}
	if s.Kind != "" {
		return s.Kind
	}
	return said.Kind
}

// comments is what the comments of the source say, or nothing.
func (s *Source) comments(text string) []byte {
	part, _ := s.directives(text)
	return []byte(part)
}

// settle sets what the function alone decides.
func (s *Source) settle(man *scorer.Manifest, f form) error {
	if f.variant != raw {
		if kind := f.variant.kind(); man.Kind != kind {
			return fmt.Errorf("the manifest says kind %q, and the function makes it a %s: %s", man.Kind, kind, f.text)
		}
		if man.Metric != nil {
			man.Metric.Weights = f.variant == scoreWeighted
			if man.Metric.Streaming {
				return errors.New("the manifest says streaming, which is for modules that export wnb_metric_begin, _update and _end themselves (WAT); a function gets all rows at once: ask for more limits.memory_mib")
			}
		}
		if man.Scorer != nil {
			man.Scorer.Layout = "row"
		}
	}
	if s.Kind != "" && man.Kind != s.Kind {
		return fmt.Errorf("the manifest says kind %q, and a %s is asked for", man.Kind, s.Kind)
	}
	return checkNames(man)
}

var plainName = regexp.MustCompile(`^[a-z][A-Za-z0-9_]{0,63}$`)

// reserved are the words that no variable can have as its name in at least one
// of the languages.
var reserved = strings.Fields(`abstract alignas alignof any as async auto await become bool boolean box break case catch char class
	const constructor continue crate debugger declare default defer delete do double dyn else enum export extends extern fallthrough false final
	finally float fn for from func function get go goto if impl implements import in inline instanceof int interface is let long loop
	macro map match mod move mut namespace new null number object of override package priv private protected pub public range readonly
	ref register restrict return select self set short signed sizeof static string struct super switch symbol this throw trait true try
	type typedef typeof undefined union unknown unsafe unsigned unsized use var virtual void volatile where while with yield`)

// checkNames sees to it that parameters can be fields in every language.
func checkNames(man *scorer.Manifest) error {
	for _, name := range slices.Sorted(maps.Keys(man.Params)) {
		if !plainName.MatchString(name) {
			return fmt.Errorf("parameter %q: a name starts with a small letter, and goes on with letters, digits and _", name)
		}
		if slices.Contains(reserved, name) {
			return fmt.Errorf("parameter %q: this is a word of one of the languages; use another name", name)
		}
	}
	if len(man.Params) > 100 {
		return errors.New("more than 100 parameters")
	}
	return nil
}
