package builtin

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// nothing stands for no rows of a table and no rectangle of a plot.
const nothing = "none"

// Parse reads the value of an input as -p NAME=TEXT gives it: a number, a
// text, true or false, the rows of a table as 0,3,5, the rectangle of a plot as
// x0..x1,y0..y1, and none for no rows and no rectangle. Bounds and choices are
// left to the cell.
func (in *Input) Parse(text string) (any, error) {
	v, ok := in.parse(strings.TrimSpace(text), text)
	if !ok {
		return nil, in.fail("%q does not fit; give %s", text, in.written())
	}
	return v, nil
}

func (in *Input) parse(trimmed, text string) (any, bool) {
	switch in.Kind {
	case inputSlider, inputNumber, inputButton:
		return parseNumber(trimmed)
	case inputCheckbox:
		return parseTruth(trimmed)
	case inputTable:
		return parseRows(trimmed)
	case inputPlot:
		return parseBrush(trimmed)
	case inputChoice:
		if v, ok := in.checkChoice(text); ok {
			return v, true
		}
	}
	return text, utf8.ValidString(text)
}

// written says how a value is written after -p.
func (in *Input) written() string {
	switch in.Kind {
	case inputTable:
		return "rows, counted from 0, such as 0,3,5, or none"
	case inputCheckbox, inputPlot:
		return in.fits()
	case inputText, inputChoice:
		return "a text in UTF-8"
	}
	return in.numberFits()
}

func parseNumber(text string) (any, bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	x, err := strconv.ParseFloat(text, 64)
	return x, err == nil && finite(x)
}

func parseTruth(text string) (any, bool) {
	switch strings.ToLower(text) {
	case "true", "yes", "on", "1":
		return true, true
	case "false", "no", "off", "0":
		return false, true
	}
	return nil, false
}

func parseRows(text string) (any, bool) {
	rows := []any{}
	if text == "" || text == nothing {
		return rows, true
	}
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.ParseInt(strings.TrimSpace(part), 10, 64)
		if err != nil {
			return nil, false
		}
		rows = append(rows, n)
	}
	return rows, true
}

func parseBrush(text string) (any, bool) {
	if text == "" || text == nothing {
		return nil, true
	}
	x, y, ok := strings.Cut(text, ",")
	if !ok {
		return nil, false
	}
	area := map[string]any{}
	for axis, part := range map[string]string{"x": x, "y": y} {
		low, high, ok := strings.Cut(part, "..")
		a, okA := parseNumber(strings.TrimSpace(low))
		b, okB := parseNumber(strings.TrimSpace(high))
		if !ok || !okA || !okB {
			return nil, false
		}
		area[axis] = []any{a, b}
	}
	return checkBrush(area)
}

// FormatInput writes a value as Parse reads it.
func FormatInput(v any) string {
	switch v := v.(type) {
	case nil:
		return nothing
	case string:
		return v
	case []any:
		if len(v) == 0 {
			return nothing
		}
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = FormatInput(v[i])
		}
		return strings.Join(parts, ",")
	case map[string]any:
		return edges(v["x"]) + "," + edges(v["y"])
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return fmt.Sprint(v)
}

func edges(v any) string {
	pair, ok := v.([]any)
	if !ok || len(pair) != 2 {
		return nothing
	}
	return FormatInput(pair[0]) + ".." + FormatInput(pair[1])
}

// FormatAnswer writes a recorded answer as FormatInput does; what is none is
// left as it is.
func FormatAnswer(answer string) string {
	v, err := DecodeInput([]byte(answer))
	if err != nil {
		return answer
	}
	return FormatInput(v)
}

// Describe says in one line what an input is and takes: "slider, a whole number
// from 1 to 10; default 3". known is the second result of DeclaredInput.
func (in *Input) Describe(known bool) string {
	switch {
	case in.Kind == inputTable || in.Kind == inputPlot:
		return in.Kind + "; " + in.written()
	case !known:
		return in.Kind
	}
	return fmt.Sprintf("%s, %s; default %s", in.Kind, in.fits(), EncodeInput(in.Default))
}
