package check

import (
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
)

// The parts of SARIF 2.1.0 (OASIS) that are written here.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string       `json:"id"`
		Name    string       `json:"name"`
		Short   sarifMessage `json:"shortDescription"`
		Full    sarifMessage `json:"fullDescription"`
		Help    sarifMessage `json:"help"`
		Default sarifConfig  `json:"defaultConfiguration"`
	}
	sarifConfig struct {
		Level string `json:"level"`
	}
	sarifMessage struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifMessage    `json:"message"`
		Locations []sarifLocation `json:"locations"`
		Fixes     []sarifFix      `json:"fixes,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
		EndLine     int `json:"endLine,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
	sarifLogical struct {
		Name string `json:"name"`
		Kind string `json:"kind"`
	}
	sarifFix struct {
		Description sarifMessage  `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion   `json:"deletedRegion"`
		Inserted *sarifContent `json:"insertedContent,omitempty"`
	}
	sarifContent struct {
		Text string `json:"text"`
	}
)

// WriteSARIF writes diagnostics as a log of SARIF 2.1.0, which code hosts show
// beside the code. version is that of wnb.
func WriteSARIF(w io.Writer, ds []Diagnostic, version string) error {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "wnb check", Version: version}
	index := map[string]int{}
	for i, r := range Rules() {
		index[r.Code] = i
		page, _ := Explain(r.Code)
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{
			ID: r.Code, Name: r.Name, Short: sarifMessage{Text: r.Summary}, Full: sarifMessage{Text: firstParagraph(page)}, Help: sarifMessage{Text: r.Summary, Markdown: page},
			Default: sarifConfig{string(r.Severity)},
		})
	}
	for i := range ds {
		run.Results = append(run.Results, ds[i].sarif(index))
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

// firstParagraph is what a page says first, under its heading.
func firstParagraph(page string) string {
	_, text, _ := strings.Cut(page, "\n\n")
	text, _, _ = strings.Cut(text, "\n\n")
	return strings.ReplaceAll(text, "\n", " ")
}

func (d *Diagnostic) sarif(index map[string]int) sarifResult {
	text := d.Message
	if d.Hint != "" {
		text += "\n" + d.Hint
	}
	artifact := sarifArtifact{uri(d.File)}
	// Code hosts want a line also of what has none.
	region := sarifRegion{StartLine: max(d.FileLine, 1), StartColumn: d.Col, EndColumn: d.EndCol}
	at := sarifLocation{Physical: sarifPhysical{Artifact: artifact, Region: region}}
	if d.Cell != "" {
		at.Logical = []sarifLogical{{"cell " + d.Cell, "module"}}
	}
	r := sarifResult{RuleID: d.Code, RuleIndex: index[d.Code], Level: string(d.Severity), Message: sarifMessage{Text: text}, Locations: []sarifLocation{at}}
	if d.Fix != nil && len(d.Fix.Edits) > 0 && d.FileLine > 0 && d.Line > 0 {
		r.Fixes = []sarifFix{{sarifMessage{Text: d.Fix.Title}, []sarifChange{{artifact, d.replacements()}}}}
	}
	return r
}

// replacements are the edits of the fix, in lines of the file.
func (d *Diagnostic) replacements() []sarifReplacement {
	shift := d.FileLine - d.Line
	var out []sarifReplacement
	for _, e := range d.Fix.Edits {
		r := sarifReplacement{Deleted: sarifRegion{e.Line + shift, e.Col, e.EndLine + shift, e.EndCol}}
		if e.Text != "" {
			r.Inserted = &sarifContent{e.Text}
		}
		out = append(out, r)
	}
	return out
}

// uri is a path as a reference: with slashes, special characters escaped.
func uri(path string) string {
	return strings.NewReplacer("%", "%25", " ", "%20", "#", "%23", "?", "%3F").Replace(filepath.ToSlash(path))
}
