package toolchain

import (
	"slices"
	"strings"

	"github.com/wnb-dev/wnb/cells/scorer"
)

// variant is what a function is called with.
type variant string

const (
	score         variant = "score"
	scoreWeighted variant = "score_weighted"
	scoreProba    variant = "score_proba"
	predict       variant = "predict"       // one output per row
	predictMany   variant = "predict_many"  // several
	transform     variant = "transform"     // bytes
	transformText variant = "transform_str" // text
	raw           variant = "raw"           // the ABI itself
)

func (v variant) kind() scorer.Kind {
	switch v {
	case predict, predictMany:
		return scorer.KindScorer
	case transform, transformText:
		return scorer.KindTransform
	}
	return scorer.KindMetric
}

// form is a function that the glue can call, as authors write it.
type form struct {
	variant variant
	text    string
}

// function is the head of a function in a source, with its types in normal form.
type function struct {
	name      string
	params    []string
	result    string
	line, col int
}

func (f function) same(g function) bool {
	return f.name == g.name && f.result == g.result && slices.Equal(f.params, g.params)
}

// Forms lists the functions that an extension in a language can be, as their
// authors write them; of one kind, or, for "", of all.
func Forms(lang Lang, kind scorer.Kind) []string {
	var texts []string
	for _, f := range formsOf(lang) {
		if kind == "" || f.variant.kind() == kind {
			texts = append(texts, f.text)
		}
	}
	return texts
}

func formsOf(lang Lang) []form {
	if l := languageOf(lang); l != nil {
		return l.forms()
	}
	return nil
}

// pick finds the function that makes a source an extension.
func (s *Source) pick(l language, text string) (form, error) {
	if s.Lang == WAT {
		return form{variant: raw}, nil
	}
	var wanted []form
	heads := map[string]function{} // of the forms
	names := map[string]bool{}
	for _, f := range l.forms() {
		if s.Kind != "" && f.variant.kind() != s.Kind {
			continue
		}
		head, err := l.functions(f.text+" {}", nil)
		if err != nil || len(head) != 1 {
			return form{}, err
		}
		wanted = append(wanted, f)
		heads[f.text] = head[0]
		names[head[0].name] = true
	}
	found, err := l.functions(text, names)
	if err != nil {
		return form{}, err
	}
	if len(found) == 0 {
		return form{}, s.at(1, 1, "no function that can be called; define one of\n%s", list(wanted))
	}
	if len(found) > 1 {
		return form{}, s.at(found[1].line, found[1].col, "%s as well as %s: define one of them only", found[1].name, found[0].name)
	}
	for _, f := range wanted {
		if heads[f.text].same(found[0]) {
			return f, nil
		}
	}
	wanted = slices.DeleteFunc(wanted, func(f form) bool { return heads[f.text].name != found[0].name })
	return form{}, s.at(found[0].line, found[0].col, "%s cannot be called like this; write\n%s", found[0].name, list(wanted))
}

func list(forms []form) string {
	var out []string
	for _, f := range forms {
		out = append(out, "    "+f.text)
	}
	return strings.Join(out, "\n")
}
