package export

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/wnb-dev/wnb/notebooks"
)

// Markdown writes the page as GitHub-flavoured Markdown. Pictures go through
// image, in order and under names like figure-1.svg; it stores them and gives
// the reference to write. Prose is passed on as the author wrote it; every
// other text is escaped or fenced.
func Markdown(w io.Writer, p Page, image func(name string, data []byte) (ref string, err error)) error {
	title, repeated, _ := titles(p)
	m := &markdown{image: image, policy: newTableReader()}
	m.block("# " + escapeMarkdown(title))
	m.head(p)
	for i, c := range p.cells() {
		if c.Lang == notebooks.Markdown {
			source := c.Source
			if i == 0 && repeated != "" {
				source = withoutFirstHeading(source)
			}
			m.block(strings.Trim(source, "\n"))
			continue
		}
		if err := m.cell(c); err != nil {
			return fmt.Errorf("cell %s: %w", c.ID, err)
		}
	}
	m.fields("Provenance", p.Provenance)
	if _, err := io.WriteString(w, m.b.String()); err != nil {
		return fmt.Errorf("write Markdown: %w", err)
	}
	return nil
}

type markdown struct {
	b       strings.Builder
	image   func(name string, data []byte) (string, error)
	figures int
	policy  *tableReader
}

// block writes a paragraph, separated from the one before by an empty line.
func (m *markdown) block(text string) {
	if text == "" {
		return
	}
	if m.b.Len() > 0 {
		m.b.WriteByte('\n')
	}
	m.b.WriteString(text)
	m.b.WriteByte('\n')
}

// head writes what stands between the title and the document.
func (m *markdown) head(p Page) {
	if p.Subtitle != "" {
		m.block("**" + escapeMarkdown(p.Subtitle) + "**")
	}
	if !p.Generated.IsZero() {
		m.block("Generated " + p.Generated.UTC().Format(time.RFC3339) + ".")
	}
	var notes []string
	if s := p.problem(); s != "" {
		notes = append(notes, "> **"+escapeMarkdown(s)+"**")
	}
	for _, warning := range p.Warnings {
		notes = append(notes, "> Warning: "+escapeMarkdown(warning))
	}
	m.block(strings.Join(notes, "\n>\n"))
	m.headline(p.Headline)
	m.fields("Parameters", p.Params)
	m.fields("Metrics", p.Metrics)
}

// headline writes the big numbers as one row under their names.
func (m *markdown) headline(list []Field) {
	if len(list) == 0 {
		return
	}
	rows := make([][]string, 2)
	for _, f := range list {
		value := "**" + escapeMarkdown(f.Value) + "**"
		if f.Note != "" {
			value += " " + escapeMarkdown(f.Note)
		}
		rows[0] = append(rows[0], escapeMarkdown(f.Name))
		rows[1] = append(rows[1], value)
	}
	m.block(markdownTable(rows, nil))
}

// fields writes named values as a table.
func (m *markdown) fields(caption string, list []Field) {
	if len(list) == 0 {
		return
	}
	t := tableOf(caption, list)
	rows := [][]string{{escapeMarkdown(caption), "Value"}}
	if t.Noted {
		rows[0] = append(rows[0], "Note")
	}
	for _, f := range list {
		r := []string{escapeMarkdown(f.Name), escapeMarkdown(f.Value)}
		if t.Noted {
			r = append(r, escapeMarkdown(f.Note))
		}
		rows = append(rows, r)
	}
	m.block(markdownTable(rows, []bool{false, t.Numeric}))
}

func (m *markdown) cell(c notebooks.Cell) error {
	if !c.Attrs.Has(notebooks.HideCode) && c.Source != "" {
		m.block(fence(fenceLang(c.Lang), c.Source))
	}
	if c.Execution != nil {
		switch c.Execution.Status {
		case notebooks.StatusFailed, notebooks.StatusSkipped:
			m.block("> " + escapeMarkdown("Cell "+c.ID+": "+howItWent(c)))
		}
	}
	list := c.Outputs
	if c.Attrs.Has(notebooks.HideOutput) {
		list = onlyErrors(list)
	}
	for _, out := range mergeStreams(list) {
		if err := m.output(out, c.ID); err != nil {
			return err
		}
	}
	return nil
}

// fenceLang names the language as highlighters know it.
func fenceLang(l notebooks.Lang) string {
	switch l {
	case notebooks.Starlark:
		return "python" // few know Starlark, and it reads the same
	case notebooks.AssemblyScript:
		return "typescript"
	case notebooks.Raw:
		return ""
	}
	return string(l)
}

func (m *markdown) output(out notebooks.Output, label string) error {
	switch out.Type {
	case notebooks.Stream:
		m.text(out.Text)
		return nil
	case notebooks.ErrorOutput:
		m.block("**Error:** " + escapeMarkdown(errorMessage(out)))
		m.text(strings.Join(out.Traceback, "\n"))
		return nil
	}
	for _, mime := range preferred {
		data, ok := out.Data[mime]
		if !ok {
			continue
		}
		if done, err := m.data(mime, data, out, label); done || err != nil {
			return err
		}
	}
	return nil
}

// data writes one representation; false if it has nothing to show.
func (m *markdown) data(mime string, data []byte, out notebooks.Output, label string) (bool, error) {
	switch mime {
	case "image/svg+xml":
		file, err := SanitizeSVG(data, SVGOptions{Standalone: true, Alt: altText(out, label)})
		if err != nil {
			return false, nil // shown by the next representation
		}
		return true, m.picture("svg", file, out, label)
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return true, m.picture(strings.TrimPrefix(mime, "image/"), data, out, label)
	case "text/html":
		text := m.policy.markdown(data)
		m.block(text)
		return text != "", nil
	case "text/markdown":
		m.block(strings.Trim(string(data), "\n"))
	case "application/json":
		m.block(fence("json", indentJSON(data)))
	default:
		m.text(string(data))
	}
	return true, nil
}

func (m *markdown) picture(ext string, data []byte, out notebooks.Output, label string) error {
	m.figures++
	name := fmt.Sprintf("figure-%d.%s", m.figures, ext)
	ref, err := m.image(name, data)
	if err != nil {
		return fmt.Errorf("store %s: %w", name, err)
	}
	m.block("![" + escapeMarkdown(altText(out, label)) + "](<" + strings.NewReplacer("<", "%3C", ">", "%3E", "\n", "%0A", "\r", "%0D").Replace(ref) + ">)")
	if caption, _ := out.Metadata["caption"].(string); caption != "" {
		m.block("*" + escapeMarkdown(caption) + "*")
	}
	return nil
}

// text writes the text of a terminal in a fence.
func (m *markdown) text(s string) {
	if s = strings.Trim(stripANSI(settle(s)), "\n"); s != "" {
		m.block(fence("text", s))
	}
}
