package frame

import "strings"

// nearest is the candidate that name was likely meant to be: equal without
// regard to case, blanks and punctuation, or at most a third of its letters
// away. Of equals the first; "" if none is near.
func nearest(name string, candidates []string) string {
	best, bestDistance := "", len([]rune(name))/3+1
	for _, c := range candidates {
		d := distance(plain(name), plain(c))
		if d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

func plain(name string) []rune {
	keep := func(r rune) rune {
		if strings.ContainsRune(" _-.", r) {
			return -1
		}
		return r
	}
	return []rune(strings.ToLower(strings.Map(keep, name)))
}

// distance is the number of letters to insert, delete or change (Levenshtein).
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, ra := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, rb := range b {
			cost := 1
			if ra == rb {
				cost = 0
			}
			next := min(row[j]+1, row[j+1]+1, diagonal+cost)
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}
