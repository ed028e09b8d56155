package lang

import "strings"

// A names a type in a sentence: "an int", "a frame".
func A(typ string) string {
	switch {
	case typ == "NoneType":
		return "None"
	case typ != "" && strings.Contains("aeiou", typ[:1]):
		return "an " + typ
	}
	return "a " + typ
}
