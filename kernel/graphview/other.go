package graphview

import (
	"fmt"
	"io"
	"strings"
)

// Mermaid writes the graph as a flowchart of Mermaid, which Markdown viewers
// draw.
func Mermaid(w io.Writer, g Graph) error {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for i := range g.Nodes {
		fmt.Fprintf(&b, "    n%d[\"%s\"]\n", i, mermaidText(labelOf(&g.Nodes[i], "<br/>")))
	}
	for _, l := range g.links() {
		arrow := "-->"
		if l.kind != Value {
			arrow = "-.->"
		}
		fmt.Fprintf(&b, "    n%d %s|\"%s\"| n%d\n", l.from, arrow, mermaidText(l.reading()), l.to)
	}
	for _, class := range []struct{ state, style string }{
		{string(Disabled), "stroke-dasharray:4 3,opacity:0.6"}, {string(Failed), "stroke:#c53030,stroke-width:2px"},
		{string(Stale), "stroke:#b7791f,stroke-width:2px"}, {string(Cached), "stroke:#0f766e,stroke-width:2px"},
	} {
		var ids []string
		for i, n := range g.Nodes {
			if string(n.State) == class.state {
				ids = append(ids, fmt.Sprintf("n%d", i))
			}
		}
		if len(ids) > 0 {
			fmt.Fprintf(&b, "    classDef %s %s\n    class %s %s\n", class.state, class.style, strings.Join(ids, ","), class.state)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// labelOf is a node's name with its marks below.
func labelOf(n *Node, newline string) string {
	text := n.label()
	if marks := n.marks(); len(marks) > 0 {
		text += newline + strings.Join(marks, ", ")
	}
	return text
}

// mermaidText makes text safe between double quotes; the line breaks that
// labelOf makes stay.
func mermaidText(text string) string {
	parts := strings.Split(text, "<br/>")
	for i, part := range parts {
		parts[i] = strings.NewReplacer("#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "\n", " ").Replace(part)
	}
	return strings.Join(parts, "<br/>")
}

// DOT writes the graph in the language of Graphviz.
func DOT(w io.Writer, g Graph) error {
	var b strings.Builder
	b.WriteString("digraph cells {\n    rankdir=LR\n    node [shape=box, style=rounded, fontname=monospace]\n    edge [fontname=monospace, fontsize=10]\n")
	if g.Title != "" {
		fmt.Fprintf(&b, "    label=%s\n    labelloc=t\n", dotText(g.Title))
	}
	for i := range g.Nodes {
		n := &g.Nodes[i]
		style := ""
		if n.State == Disabled {
			style = ", style=\"rounded,dashed\""
		}
		fmt.Fprintf(&b, "    %s [label=%s%s]\n", dotText(n.ID), dotText(labelOf(n, "\n")), style)
	}
	for _, l := range g.links() {
		style := ""
		if l.kind != Value {
			style = ", style=dashed"
		}
		fmt.Fprintf(&b, "    %s -> %s [label=%s%s]\n", dotText(g.Nodes[l.from].ID), dotText(g.Nodes[l.to].ID), dotText(l.reading()), style)
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func dotText(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text) + `"`
}
