package builtin

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"slices"
	"strings"

	"github.com/wnb-dev/wnb/cells/train"
)

// mostShown is how many settings a rendered search lists.
const mostShown = 20

// Render shows the settings, the best first.
func (f *Found) Render(context.Context) (map[string][]byte, error) {
	head, rows, more := f.ranking()
	return map[string][]byte{
		"text/plain": []byte(f.text(head, rows, more)),
		"text/html":  []byte(f.html(head, rows, more)),
	}, nil
}

// caption says what was searched, and by what.
func (f *Found) caption() string {
	results := f.fitted.Results()
	return fmt.Sprintf("%s of %s: %d settings, %d folds, scored by %s", f.search.name, f.search.estimator.title(), len(results), len(results[0].Scores), f.fitted.Scoring())
}

// ranking are the settings to show, by rank: rank, parameters, mean, standard
// deviation; and how many are left out.
func (f *Found) ranking() (head []string, rows [][]string, more int) {
	results := f.fitted.Results()
	slices.SortStableFunc(results, func(a, b train.SearchResult) int { return cmp.Compare(a.Rank, b.Rank) })
	names := f.paramNames()
	head = []string{"rank"}
	for _, name := range names {
		head = append(head, ownName(name))
	}
	head = append(head, "mean", "std")
	for _, r := range results[:min(len(results), mostShown)] {
		row := []string{fmt.Sprint(r.Rank)}
		for _, name := range names {
			text := ""
			for _, p := range r.Params {
				if p.Name == name {
					text = pythonText(p.Value)
				}
			}
			row = append(row, text)
		}
		rows = append(rows, append(row, fmt.Sprintf("%.4f", r.Mean), fmt.Sprintf("%.4f", r.Std)))
	}
	return head, rows, max(0, len(results)-mostShown)
}

func (f *Found) text(head []string, rows [][]string, more int) string {
	widths := make([]int, len(head))
	for _, row := range append([][]string{head}, rows...) {
		for j, cell := range row {
			widths[j] = max(widths[j], len([]rune(cell)))
		}
	}
	var b strings.Builder
	b.WriteString(f.caption() + "\n")
	for i, row := range append([][]string{head}, rows...) {
		mark := " "
		if i == 1 {
			mark = "*"
		}
		b.WriteString(mark)
		for j, cell := range row {
			fmt.Fprintf(&b, "  %*s", widths[j], cell)
		}
		b.WriteByte('\n')
	}
	if more > 0 {
		fmt.Fprintf(&b, "… %d more, see cv_results\n", more)
	}
	return b.String()
}

func (f *Found) html(head []string, rows [][]string, more int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<table class=\"wnb-frame wnb-search\">\n<caption>%s</caption>\n<thead><tr>", html.EscapeString(f.caption()))
	for _, cell := range head {
		fmt.Fprintf(&b, "<th>%s</th>", html.EscapeString(cell))
	}
	b.WriteString("</tr></thead>\n<tbody>\n")
	for i, row := range rows {
		tag := "<tr>"
		if i == 0 {
			tag = `<tr class="wnb-best">`
		}
		b.WriteString(tag)
		for j, cell := range row {
			text := html.EscapeString(cell)
			if i == 0 && j == 0 {
				text = "<strong>" + text + " (best)</strong>"
			}
			fmt.Fprintf(&b, `<td class="num">%s</td>`, text)
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody>\n</table>")
	if more > 0 {
		fmt.Fprintf(&b, "\n<p>… %d more, see <code>cv_results</code></p>", more)
	}
	return b.String()
}
