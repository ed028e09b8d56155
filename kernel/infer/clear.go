package infer

import "strings"

// Clearly is the one candidate that a name was meant to be beyond doubt; "" if
// there is none. It is the same but for case and underscores, or one slip of a
// letter away, and no other is near. f2_score is not clearly f1_score, and last
// not clearly cast.
func Clearly(name string, candidates []string) string {
	plain := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }
	found := ""
	for _, c := range candidates {
		if plain(c) != plain(name) && !(digits(c) == digits(name) && oneSlip([]rune(name), []rune(c))) {
			continue
		}
		if found != "" {
			return ""
		}
		found = c
	}
	return found
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// The shortest words in which a slip is taken for one: of a letter too many, too
// few or exchanged, and of a wrong letter, which makes other words more easily.
const (
	shortest      = 4
	shortestWrong = 6
)

// oneSlip tells whether one slip makes a of b.
func oneSlip(a, b []rune) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 || len(a) < shortest {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	same := func(a, b []rune) bool { return string(a) == string(b) }
	if len(a) < len(b) {
		return same(a[i:], b[i+1:])
	}
	if i == len(a) {
		return true
	}
	exchanged := i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && same(a[i+2:], b[i+2:])
	return exchanged || len(a) >= shortestWrong && same(a[i+1:], b[i+1:])
}
