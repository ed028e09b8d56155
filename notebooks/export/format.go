package export

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/wnb-dev/wnb/notebooks"
)

// howItWent says in a few words how a cell ran: "0.04 s · cached",
// "skipped: `fit` failed".
func howItWent(c notebooks.Cell) string {
	var words []string
	if e := c.Execution; e != nil {
		if e.Duration > 0 && e.Status != notebooks.StatusSkipped {
			words = append(words, seconds(e.Duration))
		}
		switch {
		case e.Status == notebooks.StatusDone || e.Status == "":
		case e.Reason != "" && e.Status == notebooks.StatusCached:
			words = append(words, "cached, "+e.Reason)
		case e.Reason != "":
			words = append(words, string(e.Status)+": "+e.Reason)
		default:
			words = append(words, string(e.Status))
		}
	}
	switch {
	case c.Attrs.Has(notebooks.Disabled):
		words = append(words, "disabled")
	case c.Lang == notebooks.Python:
		words = append(words, "kept, not run")
	}
	return strings.Join(words, " · ")
}

func seconds(d time.Duration) string {
	switch {
	case d < 5*time.Millisecond:
		return "< 0.01 s"
	case d < time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
}

// thousands writes a count with a comma between thousands.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

var decimal = regexp.MustCompile(`^[-+\x{2212}]?[0-9][0-9,]*(\.[0-9]*)?$`)

// pads gives for each value the digits it lacks to end where the value with
// the most decimals ends. Right-aligned with them (invisibly) behind, decimal
// points stand under each other. ok is false unless all
// values are numbers.
func pads(fields []Field) (list []string, ok bool) {
	longest := 0
	list = make([]string, len(fields))
	for _, f := range fields {
		if !decimal.MatchString(f.Value) {
			return list, false
		}
		longest = max(longest, len(fraction(f.Value)))
	}
	if longest == 0 {
		return list, true
	}
	full := "." + strings.Repeat("0", longest-1)
	for i, f := range fields {
		list[i] = full[len(fraction(f.Value)):]
	}
	return list, true
}

// fraction is the decimal point and what follows.
func fraction(v string) string {
	if i := strings.IndexByte(v, '.'); i >= 0 {
		return v[i:]
	}
	return ""
}
