package infer

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/lang"
)

// A signature is the parameters of a function.
type signature struct {
	params   []parameter
	star     string // *args: its name
	any      bool   // **kwargs
	byPlace  int    // how many parameters can be given by position
	unending bool   // any number can
}

type parameter struct {
	name     string
	required bool
}

// signature reads the parameters of a def.
func (a *Analyzer) signature(params []syntax.Expr) *signature {
	s := &signature{byPlace: -1}
	for _, p := range params {
		switch p := p.(type) {
		case *syntax.Ident:
			s.params = append(s.params, parameter{p.Name, true})
		case *syntax.BinaryExpr:
			s.params = append(s.params, parameter{p.X.(*syntax.Ident).Name, false})
		case *syntax.UnaryExpr:
			switch {
			case p.Op == syntax.STARSTAR:
				s.any = true
			case p.X == nil:
				s.byPlace = len(s.params)
			default:
				s.byPlace = len(s.params)
				s.star, s.unending = p.X.(*syntax.Ident).Name, true
			}
		}
	}
	if s.byPlace < 0 {
		s.byPlace = len(s.params)
	}
	return s
}

// parse reads the parameters of a builtin, which are documented as in a def;
// nil if they are not.
func (a *Analyzer) parse(params string) *signature {
	if s, ok := a.parsed[params]; ok {
		return s
	}
	var s *signature
	f, err := (&syntax.FileOptions{}).Parse("signature", "def f("+params+"):\n    pass", 0)
	if err == nil {
		s = a.signature(f.Stmts[0].(*syntax.DefStmt).Params)
	}
	a.parsed[params] = s
	return s
}

// check compares the arguments of a call with the parameters. It tells whether
// they fit. usage is how a builtin is called.
func (w *walker) check(s *signature, name, usage string, args *arguments) bool {
	hint := ""
	if usage != "" {
		hint = "it is called as " + usage
	}
	fits := true
	for _, arg := range args.named {
		if !s.takes(arg.name, name) {
			fits = false
			w.noKeyword(s, name, hint, arg)
		}
	}
	if n := len(args.positional); n > s.byPlace && !s.unending {
		w.tooMany(s, name, hint, args)
		return false
	}
	if missing := s.missing(args); len(missing) > 0 && fits {
		start, end := args.call.Fn.Span()
		w.report(Problem{Kind: MissingArgument, Start: start, End: end, Hint: hint,
			Msg: fmt.Sprintf("%s() lacks %s", name, listed(missing))})
		return false
	}
	return fits
}

// takes tells whether a function has a parameter. Where a builtin documents
// *columns, columns= gives them as a list; random_state is seed.
func (s *signature) takes(keyword, function string) bool {
	has := func(name string) bool {
		return slices.ContainsFunc(s.params, func(p parameter) bool { return p.name == name })
	}
	return s.any || has(keyword) || keyword == s.star && s.star != "" || keyword == "random_state" && has("seed") && strings.HasPrefix(function, "ml.")
}

func (s *signature) names() []string {
	out := make([]string, len(s.params))
	for i, p := range s.params {
		out[i] = p.name
	}
	return out
}

// missing are the parameters that must be given and are not.
func (s *signature) missing(args *arguments) []string {
	if args.open {
		return nil
	}
	var out []string
	for i, p := range s.params {
		place := i
		if i >= s.byPlace {
			place = -1
		}
		if _, given := args.of(p.name, place); p.required && !given {
			out = append(out, "`"+p.name+"`")
		}
	}
	return out
}

func listed(names []string) string {
	if len(names) == 1 {
		return "the argument " + names[0]
	}
	last := len(names) - 1
	return "the arguments " + strings.Join(names[:last], ", ") + " and " + names[last]
}

func (w *walker) noKeyword(s *signature, name, hint string, arg argument) {
	if best := lang.Suggest(arg.name, s.names()); best != "" {
		hint = strings.TrimSuffix(fmt.Sprintf("did you mean `%s`? %s", best, hint), " ")
	}
	start, end := arg.id.Span()
	w.report(Problem{Kind: NoKeyword, Start: start, End: end, Hint: hint, Instead: Clearly(arg.name, s.names()),
		Msg: fmt.Sprintf("%s() has no parameter `%s`", name, arg.name)})
}

func (w *walker) tooMany(s *signature, name, hint string, args *arguments) {
	most := fmt.Sprintf("at most %d", s.byPlace)
	if s.byPlace == 0 {
		most = "no"
	}
	start, _ := args.positional[s.byPlace].expr.Span()
	_, end := args.positional[len(args.positional)-1].expr.Span()
	w.report(Problem{Kind: TooManyArguments, Start: start, End: end, Hint: hint,
		Msg: fmt.Sprintf("%s() takes %s arguments by position, and %d are given", name, most, len(args.positional))})
}

// checkByName checks a call of a function that takes its parameters by name
// only. What it says of a parameter that it does not have is asked of itself.
func (w *walker) checkByName(sig builtin.Signature, fn starlark.Value, args *arguments) {
	s := w.cell.analyzer.parse(sig.Params)
	if len(args.positional) > 0 {
		byName := *s
		byName.byPlace = 0
		w.tooMany(&byName, sig.Name, "give the parameters by name: "+sig.Name+"("+sig.Params+")", args)
	}
	for _, arg := range args.named {
		if s.takes(arg.name, sig.Name) {
			continue
		}
		_, err := starlark.Call(&starlark.Thread{}, fn, nil, []starlark.Tuple{{starlark.String(arg.name), starlark.None}})
		if err == nil || !strings.Contains(err.Error(), "no parameter") {
			continue
		}
		msg, hint := words(err)
		start, end := arg.id.Span()
		w.report(Problem{Kind: NoKeyword, Start: start, End: end, Msg: msg, Hint: hint, Instead: Clearly(arg.name, s.names())})
	}
}
