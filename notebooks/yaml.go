package notebooks

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	yamlparser "github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// The YAML of a notebook is small. Larger or deeper text is refused, since the
// time of the YAML parser grows with the square of lines and indicators, and
// its stack with the depth.
const (
	maxYAMLBytes      = 32 << 10
	maxYAMLLines      = 2000
	maxYAMLIndicators = 4000
	maxYAMLDepth      = 100
	yamlIndicators    = "\"%@&*!,"
)

// A yamlError is a mistake at a line and column of a YAML text, both from 1.
type yamlError struct {
	line, col int
	msg       string
}

func (e *yamlError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.msg) }

func yamlFail(node ast.Node, format string, args ...any) *yamlError {
	line, col := nodePosition(node)
	return &yamlError{line: line, col: col, msg: fmt.Sprintf(format, args...)}
}

func nodePosition(node ast.Node) (line, col int) {
	if pair, ok := node.(*ast.MappingValueNode); ok {
		node = pair.Key
	}
	if node == nil || node.GetToken() == nil || node.GetToken().Position == nil {
		return 1, 1
	}
	at := node.GetToken().Position
	return at.Line, at.Column
}

// parseYAML parses one YAML document; nil for an empty one. Only values read
// with yamlValue are interpreted.
func parseYAML(text string) (node ast.Node, failure *yamlError) {
	if failure := checkYAMLSize(text); failure != nil {
		return nil, failure
	}
	// The YAML library has been seen to panic on hostile text; a document
	// from outside must not take the process down.
	defer func() {
		if r := recover(); r != nil {
			node, failure = nil, &yamlError{line: 1, msg: fmt.Sprintf("YAML that cannot be read: %v", r)}
		}
	}()
	file, err := yamlparser.ParseBytes([]byte(text), 0)
	if err != nil {
		return nil, translateYAMLError(err)
	}
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if node != nil {
			return nil, yamlFail(doc.Body, "a second YAML document")
		}
		node = doc.Body
	}
	if _, ok := node.(*ast.CommentGroupNode); ok {
		return nil, nil
	}
	return node, nil
}

func translateYAMLError(err error) *yamlError {
	out := &yamlError{line: 1, msg: err.Error()}
	var detail yaml.Error
	if errors.As(err, &detail) {
		out.msg = detail.GetMessage()
		if tok := detail.GetToken(); tok != nil && tok.Position != nil {
			out.line, out.col = tok.Position.Line, tok.Position.Column
		}
	}
	return out
}

// checkYAMLSize refuses text that is too much for the YAML parser.
func checkYAMLSize(text string) *yamlError {
	indicators := 0
	for _, c := range []byte(yamlIndicators) {
		indicators += strings.Count(text, string(c))
	}
	for _, limit := range []struct {
		is, most int
		what     string
	}{
		{len(text), maxYAMLBytes, "bytes"},
		{strings.Count(text, "\n"), maxYAMLLines, "lines"},
		{indicators, maxYAMLIndicators, "characters " + yamlIndicators},
	} {
		if limit.is > limit.most {
			return &yamlError{line: 1, msg: fmt.Sprintf("YAML with %d %s; at most %d are read", limit.is, limit.what, limit.most)}
		}
	}
	return checkYAMLDepth(text)
}

// checkYAMLDepth bounds open brackets, indentation and what opens several
// levels on one line.
func checkYAMLDepth(text string) *yamlError {
	open, number := 0, 0
	indents := map[int]bool{}
	for line := range strings.SplitSeq(text, "\n") {
		number++
		open += countAny(line, "[", "{") - countAny(line, "]", "}")
		indents[len(line)-len(strings.TrimLeft(line, " "))] = true
		levels := countAny(line, "[", "{", "- ", "? ", ": ")
		if open > maxYAMLDepth || levels > 10*maxYAMLDepth || len(indents) > 10*maxYAMLDepth {
			return &yamlError{line: number, msg: "YAML that is nested too deeply"}
		}
	}
	return nil
}

func countAny(line string, words ...string) int {
	n := 0
	for _, word := range words {
		n += strings.Count(line, word)
	}
	return n
}

// yamlPairs gives the entries of a mapping in file order; ok is false when
// node is not a mapping.
func yamlPairs(node ast.Node) (pairs []*ast.MappingValueNode, ok bool) {
	switch node := node.(type) {
	case *ast.MappingNode:
		return node.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{node}, true
	}
	return nil, false
}

// yamlKey gives the text of a mapping key.
func yamlKey(pair *ast.MappingValueNode) string {
	if key, ok := pair.Key.(*ast.StringNode); ok {
		return key.Value
	}
	return strings.TrimSpace(pair.Key.GetToken().Value)
}

// bigInteger is what the YAML parser leaves as text, since it fits no integer.
var bigInteger = regexp.MustCompile(`^[-+]?[1-9][0-9]{18,}$`)

// yamlValue gives a node's value: int64, float64, bool, string, nil, []any or
// map[string]any.
func yamlValue(node ast.Node) (any, *yamlError) {
	switch node := node.(type) {
	case nil, *ast.NullNode:
		return nil, nil
	case *ast.StringNode:
		if node.Token.Type == token.StringType && bigInteger.MatchString(node.Value) {
			return nil, yamlFail(node, "%s does not fit into 64 bits; quote it if it is a text", node.Value)
		}
		return node.Value, nil
	case *ast.LiteralNode:
		return node.Value.Value, nil
	case *ast.BoolNode:
		return node.Value, nil
	case *ast.IntegerNode:
		if v, ok := node.Value.(int64); ok {
			return v, nil
		}
		if v, ok := node.Value.(uint64); ok && v <= math.MaxInt64 {
			return int64(v), nil
		}
		return nil, yamlFail(node, "%s does not fit into 64 bits", node.Token.Value)
	case *ast.FloatNode:
		return node.Value, nil
	case *ast.InfinityNode:
		return node.Value, nil
	case *ast.NanNode:
		return math.NaN(), nil
	case *ast.SequenceNode:
		return yamlList(node)
	case *ast.MappingNode, *ast.MappingValueNode:
		return yamlMap(node)
	}
	return nil, yamlFail(node, "YAML %s is not supported here", strings.ToLower(node.Type().String()))
}

func yamlList(node *ast.SequenceNode) (any, *yamlError) {
	list := make([]any, 0, len(node.Values))
	for _, item := range node.Values {
		value, err := yamlValue(item)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	return list, nil
}

func yamlMap(node ast.Node) (any, *yamlError) {
	pairs, _ := yamlPairs(node)
	out := make(map[string]any, len(pairs))
	for _, pair := range pairs {
		if pair.Key.IsMergeKey() {
			return nil, yamlFail(pair, "YAML merge keys are not supported here")
		}
		key := yamlKey(pair)
		if _, twice := out[key]; twice {
			return nil, yamlFail(pair, "key %s is given twice", key)
		}
		value, err := yamlValue(pair.Value)
		if err != nil {
			return nil, err
		}
		out[key] = value
	}
	return out, nil
}

// yamlText gives a scalar as the text it was written as; ok is false for
// lists and maps.
func yamlText(node ast.Node) (text string, ok bool) {
	switch node := node.(type) {
	case *ast.StringNode:
		return node.Value, true
	case *ast.LiteralNode:
		return node.Value.Value, true
	case *ast.NullNode:
		return "", true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return tokenText(node.GetToken()), true
	}
	return "", false
}

func tokenText(tok *token.Token) string { return strings.TrimSpace(tok.Value) }
