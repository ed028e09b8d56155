package frame

import "strings"

// nearest is the candidate that name was likely meant to be: equal without
// regard to case, blanks and punctuation, or a slip in at most a third of its
// letters. Of equals the first; "" if none is near.
func nearest(name string, candidates []string) string {
	best, bestSlips := "", len([]rune(name))/3+1
	for _, c := range candidates {
		if d := slips(plain(name), plain(c)); d < bestSlips {
			best, bestSlips = c, d
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

// slips is the number of letters to insert, delete, change or swap with their
// neighbour (Damerau-Levenshtein, optimal string alignment).
func slips(a, b []rune) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			changed := d[i-1][j-1]
			if a[i-1] != b[j-1] {
				changed++
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, changed)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}
