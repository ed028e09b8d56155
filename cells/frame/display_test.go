package frame

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
)

func displayed(t *testing.T) *Frame {
	return frameOf(t,
		series(t, "name", "Ann", nil, "<b>Bob</b> & \"co\"", "東京 é\u0301", "two\nlines\t\u202e", "", strings.Repeat("long ", 20)),
		series(t, "n", 1, -20, nil, 12345678, 0, 5, 6),
		series(t, "price", 1.5, nil, 1234.5678, -0.25, math.NaN(), math.Inf(1), 0.0),
		series(t, "p", 0.00001234, 0.5, nil, 1e-300, 0.0, 1e20, -3.0),
		series(t, "whole", 3.0, 4.0, 5.0, nil, 7.0, 8.0, 9.0),
		series(t, "ok", true, false, nil, true, true, false, nil),
		series(t, "none", nil, nil, nil, nil, nil, nil, nil))
}

func wideFrame(t *testing.T) *Frame {
	var cols []*Series
	for j := range 30 {
		cols = append(cols, NewInt64("column_"+string(rune('A'+j)), identity64(1143)))
	}
	return frameOf(t, cols...)
}

func identity64(n int) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = int64(i)
	}
	return out
}

func TestDisplay(t *testing.T) {
	f, wide := displayed(t), wideFrame(t)
	golden(t, "plain.txt", f.Text(DisplayOptions{Width: 200}))
	golden(t, "plain.html", f.HTML(DisplayOptions{}))
	golden(t, "wide.txt", wide.Text(DisplayOptions{MaxRows: 5}))
	golden(t, "wide.html", wide.HTML(DisplayOptions{MaxRows: 4, MaxColumns: 3}))
	golden(t, "narrow.txt", wide.Text(DisplayOptions{MaxRows: 1, MaxColumns: 1, Width: 5}))
	golden(t, "empty.txt", f.Head(0).Text(DisplayOptions{})+"---\n"+(&Frame{}).Text(DisplayOptions{}))
	golden(t, "empty.html", f.Head(0).HTML(DisplayOptions{})+(&Frame{}).HTML(DisplayOptions{}))
	golden(t, "series.txt", f.cols[0].Text(DisplayOptions{MaxRows: 4}))
	golden(t, "series.html", f.cols[0].HTML(DisplayOptions{MaxRows: 4}))
}

func TestTextKeepsToTheWidth(t *testing.T) {
	for _, width := range []int{30, 60, 100, 137} {
		for _, line := range strings.Split(wideFrame(t).Text(DisplayOptions{Width: width, MaxColumns: -1}), "\n") {
			if textWidth(line) > width && !strings.HasPrefix(line, "1,143 rows") {
				t.Errorf("width %d: a line of %d: %q", width, textWidth(line), line)
			}
		}
	}
}

// The table is well-formed, and cells cannot add elements or attributes to it.
func TestHTMLIsWellFormed(t *testing.T) {
	hostile := []string{`<script>alert(1)</script>`, `" onload="x`, `</td></table>`, "&amp;", "\x00\xff", "]]>", `'><img src=x>`}
	f := frameOf(t, NewString(hostile[0], hostile), NewString(hostile[1], hostile))
	d := xml.NewDecoder(strings.NewReader(f.HTML(DisplayOptions{}) + f.cols[0].HTML(DisplayOptions{})))
	allowed := " table caption thead tbody tr th td "
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if !strings.Contains(allowed, " "+start.Name.Local+" ") {
			t.Errorf("element %s", start.Name.Local)
		}
		for _, a := range start.Attr {
			if a.Name.Local != "class" && a.Name.Local != "scope" {
				t.Errorf("attribute %s of %s", a.Name.Local, start.Name.Local)
			}
		}
	}
}
