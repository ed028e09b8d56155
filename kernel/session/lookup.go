package session

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel/protocol"
)

// publishView gives completion and inspection what the worker knows.
func (s *Session) publishView() {
	names := s.names()
	for name, v := range starlark.Universe {
		if !names.Has(name) {
			names[name] = v
		}
	}
	cells := map[string]string{}
	for id, own := range s.state.cells {
		if own.result != nil {
			for name := range own.result.Values {
				cells[name] = id
			}
		}
	}
	s.mu.Lock()
	s.view = view{names, cells}
	s.mu.Unlock()
}

func (s *Session) look() view {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.view
}

var (
	dotted   = regexp.MustCompile(`((?:[\pL_][\pL\pN_]*\.)*)([\pL_][\pL\pN_]*)?$`)
	inIndex  = regexp.MustCompile(`([\pL_][\pL\pN_.]*)\[\[?(?:[^\[\]"']*,\s*|"[^"]*",\s*|'[^']*',\s*)*(["'])([^"']*)$`)
	inMethod = regexp.MustCompile(`([\pL_][\pL\pN_.]*)\.([\pL_][\pL\pN_]*)\((?:[^()"']|"[^"]*"|'[^']*')*(["'])([^"']*)$`)
	inString = regexp.MustCompile(`(["'])([^"'\n]*)$`)
	inCall   = regexp.MustCompile(`([\pL_][\pL\pN_.]*)\($`)
)

// complete offers column names inside df["... and df.sort("..., files inside other strings,
// attributes after a dot, and names; inside a call also keyword arguments.
func (s *Session) complete(r protocol.CompleteRequest) protocol.CompleteReply {
	at := protocol.Offset(r.Code, r.CursorPos)
	before := r.Code[:at]
	line := before[strings.LastIndexByte(before, '\n')+1:]
	var matches []string
	var prefix string
	if m := inIndex.FindStringSubmatch(line); m != nil {
		prefix = m[3]
		matches = s.columns(m[1])
	} else if m := inMethod.FindStringSubmatch(line); m != nil && !strings.HasPrefix(m[2], "to_") && s.columns(m[1]) != nil {
		prefix = m[4]
		matches = s.columns(m[1])
	} else if m := inString.FindStringSubmatch(line); m != nil && strings.Count(line, m[1])%2 == 1 {
		prefix = m[2][strings.LastIndexByte(m[2], '/')+1:]
		matches = s.files(m[2])
	} else {
		m := dotted.FindStringSubmatch(line)
		prefix = m[2]
		if m[1] != "" {
			matches = s.attributes(strings.TrimSuffix(m[1], "."))
		} else {
			matches = append(s.keywords(before), s.namesFor()...)
		}
	}
	matches = slices.DeleteFunc(matches, func(m string) bool { return !strings.HasPrefix(m, prefix) })
	end := protocol.CursorPos(r.Code, at)
	return protocol.CompleteReply{
		Matches:     slices.Compact(matches),
		CursorStart: end - utf8.RuneCountInString(prefix), CursorEnd: end,
	}
}

// value finds what a dotted path stands for, without running anything.
func (s *Session) value(path string) (starlark.Value, bool) {
	parts := strings.Split(path, ".")
	v, ok := s.look().names[parts[0]]
	for _, name := range parts[1:] {
		has, isHas := v.(starlark.HasAttrs)
		if !ok || !isHas {
			return nil, false
		}
		next, err := has.Attr(name)
		if err != nil || next == nil {
			return nil, false
		}
		v = next
	}
	return v, ok
}

func (s *Session) columns(path string) []string {
	v, ok := s.value(path)
	if !ok {
		return nil
	}
	if d, ok := v.(*starlark.Dict); ok {
		var keys []string
		for _, k := range d.Keys() {
			if text, ok := starlark.AsString(k); ok {
				keys = append(keys, text)
			}
		}
		return keys
	}
	if f, ok := v.(*builtin.Frame); ok {
		return f.Frame().Columns()
	}
	return nil
}

func (s *Session) attributes(path string) []string {
	v, ok := s.value(path)
	if !ok {
		return nil
	}
	if has, ok := v.(starlark.HasAttrs); ok {
		names := slices.Clone(has.AttrNames())
		sort.Strings(names)
		return names
	}
	return nil
}

func (s *Session) namesFor() []string {
	names := s.look().names.Keys()
	names = append(names, "and", "break", "continue", "def", "elif", "else", "for", "if", "in", "lambda", "load", "not", "or", "pass", "return", "while")
	sort.Strings(names)
	return names
}

// keywords are the parameters of the call that the cursor is in.
func (s *Session) keywords(before string) []string {
	depth := 0
	for i := len(before) - 1; i >= 0; i-- {
		switch before[i] {
		case ')', ']', '}':
			depth++
		case '(', '[', '{':
			if depth--; depth < 0 {
				return s.parameters(before[:i+1])
			}
		}
	}
	return nil
}

func (s *Session) parameters(before string) []string {
	m := inCall.FindStringSubmatch(before)
	if m == nil {
		return nil
	}
	v, ok := s.value(m[1])
	if !ok {
		return nil
	}
	var out []string
	for _, p := range builtin.Parameters(v) {
		out = append(out, p+"=")
	}
	return out
}

// files are the entries of the folder that a path so far names, below the
// notebook's folder.
func (s *Session) files(typed string) []string {
	folder := typed[:strings.LastIndexByte(typed, '/')+1]
	root, err := os.OpenRoot(s.opts.World.Dir)
	if err != nil {
		return nil
	}
	defer root.Close()
	dir, err := root.Open(filepath.Clean("./" + folder))
	if err != nil {
		return nil
	}
	defer dir.Close()
	entries, err := dir.ReadDir(1000)
	if err != nil && len(entries) == 0 {
		return nil
	}
	var out []string
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") {
			continue
		}
		if e.IsDir() {
			name += "/"
		}
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

var nameAfter = regexp.MustCompile(`^[\pL\pN_]*`)

// inspect describes the name under the cursor, or the function of the call that
// the cursor is in.
func (s *Session) inspect(r protocol.InspectRequest) protocol.InspectReply {
	at := protocol.Offset(r.Code, r.CursorPos)
	path := dotted.FindString(r.Code[:at]) + nameAfter.FindString(r.Code[at:])
	v, ok := s.value(strings.TrimSuffix(path, "."))
	if !ok {
		before := strings.TrimRight(r.Code[:at], " ")
		if m := inCall.FindStringSubmatch(before); m != nil {
			path = m[1]
			v, ok = s.value(path)
		}
	}
	reply := protocol.InspectReply{}
	if !ok {
		return reply
	}
	text := builtin.Help(v)
	if _, callable := v.(starlark.Callable); !callable && v.Type() != "module" {
		text = fmt.Sprintf("%s: %s\n%s", path, v.Type(), lang.Shorten(v, 400))
		if cell := s.look().cells[path]; cell != "" {
			text += "\ndefined by cell " + cell
		}
	}
	reply.Found, reply.Data = true, bundle(map[string][]byte{"text/plain": []byte(text)})
	return reply
}

// isComplete tells whether code can run as it stands: not if a bracket, a quote
// or a block is open.
func isComplete(code string) protocol.IsCompleteReply {
	lines := strings.Split(code, "\n")
	last := lines[len(lines)-1]
	_, err := lang.Compile("entry", code)
	indent := last[:len(last)-len(strings.TrimLeft(last, " "))]
	trimmed := strings.TrimSpace(last)
	switch {
	case err != nil && openEnded(err):
		if strings.HasSuffix(trimmed, ":") {
			indent += "    "
		}
		return protocol.IsCompleteReply{Status: protocol.Incomplete, Indent: indent}
	case err != nil:
		return protocol.IsCompleteReply{Status: protocol.Invalid}
	case trimmed != "" && indent != "":
		return protocol.IsCompleteReply{Status: protocol.Incomplete, Indent: indent}
	}
	return protocol.IsCompleteReply{Status: protocol.Complete}
}

func openEnded(err error) bool {
	text := err.Error()
	for _, sign := range []string{"the cell ends before", "the block after this colon is empty", "unexpected EOF", "does not end", "the line ends where"} {
		if strings.Contains(text, sign) {
			return true
		}
	}
	return false
}

// debug answers the two questions that variable explorers ask without a debug
// session.
func (s *Session) debug(r protocol.DebugRequest) protocol.DebugReply {
	switch r.Command {
	case "inspectVariables":
		return s.debugReply(r, protocol.InspectVariablesBody{Variables: s.variables()})
	case "richInspectVariables":
		var args protocol.RichInspectVariablesArguments
		if err := json.Unmarshal(r.Arguments, &args); err != nil {
			return protocol.RefuseDebug(r, r.Seq+1, err.Error())
		}
		v, ok := s.look().names[args.VariableName]
		if !ok {
			return protocol.RefuseDebug(r, r.Seq+1, args.VariableName+" is not defined")
		}
		data, err := builtin.Render(context.Background(), v)
		if err != nil {
			return protocol.RefuseDebug(r, r.Seq+1, err.Error())
		}
		return s.debugReply(r, protocol.RichInspectVariablesBody{Data: bundle(data)})
	case "debugInfo":
		return s.debugReply(r, protocol.DebugInfoBody{})
	}
	return protocol.RefuseDebug(r, r.Seq+1, "wnb has no debugger")
}

func (s *Session) debugReply(r protocol.DebugRequest, body any) protocol.DebugReply {
	reply, err := protocol.NewDebugReply(r, r.Seq+1, body)
	if err != nil {
		return protocol.RefuseDebug(r, r.Seq+1, err.Error())
	}
	return reply
}

// variables are the values of cells and entries, not the builtins.
func (s *Session) variables() []protocol.Variable {
	v := s.look()
	var out []protocol.Variable
	for _, name := range v.names.Keys() {
		if _, ok := starlark.Universe[name]; ok || builtinNames()[name] || name == "params" {
			continue
		}
		value := v.names[name]
		out = append(out, protocol.Variable{
			Name: name, Value: lang.Shorten(value, 200), Type: value.Type(),
			Shape: builtin.Shape(value), Size: builtin.Bytes(value), Cell: v.cells[name],
		})
	}
	return out
}

func builtinNames() map[string]bool {
	out := map[string]bool{}
	for _, name := range builtin.Pure().Keys() {
		out[name] = true
	}
	return out
}
