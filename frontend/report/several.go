package report

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/wnb-dev/wnb/cells/plot"
	"github.com/wnb-dev/wnb/notebooks"
	"github.com/wnb-dev/wnb/notebooks/export"
	"github.com/wnb-dev/wnb/storage"
)

// maxColumns is how many runs stand side by side in a table of the report; the
// summary lists all of them.
const maxColumns = 12

// maxCurves is how many metric curves a report draws.
const maxCurves = 6

// Several is the page of several runs: the best one, a summary, the params that
// differ, metrics side by side, curves and the figures that the runs logged.
func Several(ctx context.Context, store Store, runs []*storage.Run, now time.Time) (export.Page, error) {
	c := Compare(runs)
	b := &builder{ctx: ctx, store: store, comparison: c}
	b.summary()
	b.differences()
	b.sideBySide()
	err := firstError(b.bars, b.curves, b.figures)
	page := export.Page{
		Title: title(runs), Subtitle: b.answer(), Doc: &b.doc, Headline: b.headline(), Generated: now,
	}
	for _, r := range runs {
		page.Provenance = append(page.Provenance, export.Field{Name: r.Name, Value: r.ID, Note: string(r.Status) + ", " + r.Start.UTC().Format(time.RFC3339)})
	}
	return page, err
}

func firstError(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func title(runs []*storage.Run) string {
	experiment := runs[0].Experiment
	for _, r := range runs {
		if r.Experiment != experiment {
			return fmt.Sprintf("%d runs", len(runs))
		}
	}
	return fmt.Sprintf("%s, %d runs", experiment, len(runs))
}

// builder writes the document of a report.
type builder struct {
	ctx        context.Context
	store      Store
	comparison Comparison
	doc        notebooks.Document
}

// best is the best run by the lead metric, and its value.
func (b *builder) best() (run *storage.Run, metric string, value float64) {
	lead := b.comparison.Lead()
	row, ok := b.comparison.Metric(lead)
	if !ok {
		return nil, "", 0
	}
	return b.comparison.Runs[row.Best], lead, row.Values[row.Best]
}

func (b *builder) answer() string {
	run, metric, value := b.best()
	if run == nil {
		return "None of these runs logged a metric."
	}
	var with []string
	for _, p := range b.differing() {
		if v, ok := run.Param(p.Key); ok && v != "" && !strings.Contains(p.Key, ".") {
			with = append(with, p.Key+" "+v)
		}
	}
	text := fmt.Sprintf("Best %s: %s in run %s", metric, Number(value), run.Name)
	if len(with) > 0 {
		text += " (" + strings.Join(with[:min(len(with), 4)], ", ") + ")"
	}
	return text + "."
}

func (b *builder) headline() []export.Field {
	run, metric, value := b.best()
	if run == nil {
		return nil
	}
	return []export.Field{
		{Name: "best " + metric, Value: Number(value), Note: run.Name},
		{Name: "runs", Value: fmt.Sprint(len(b.comparison.Runs))},
		{Name: "params that differ", Value: fmt.Sprint(len(b.differing()))},
	}
}

// differing are the params that differ: those that people chose, and of those
// that fits logged by themselves the ones that every run has.
func (b *builder) differing() []ParamRow {
	var chosen, logged []ParamRow
	for _, p := range b.comparison.Params {
		switch {
		case !p.Differ:
		case !strings.Contains(p.Key, "."):
			chosen = append(chosen, p)
		case !slices.Contains(p.Set, false) && !strings.HasSuffix(p.Key, "_sha256"):
			logged = append(logged, p)
		}
	}
	return append(chosen, logged...)
}

// prose adds Markdown to the document.
func (b *builder) prose(text string) {
	b.doc.Cells = append(b.doc.Cells, notebooks.Cell{Lang: notebooks.Markdown, Source: strings.TrimSpace(text)})
}

// figure adds a picture to the document.
func (b *builder) figure(spec plot.Spec) error {
	fig, err := plot.New(spec)
	if err != nil {
		return err
	}
	svg, err := fig.SVG()
	if err != nil {
		return err
	}
	b.show(notebooks.Output{Type: notebooks.DisplayData, Data: map[string][]byte{"image/svg+xml": svg, "text/plain": []byte(fig.Alt())}})
	return nil
}

func (b *builder) show(out notebooks.Output) {
	b.doc.Cells = append(b.doc.Cells, notebooks.Cell{Lang: notebooks.Starlark, Attrs: notebooks.Attrs{{Key: notebooks.HideCode, Flag: true}}, Outputs: []notebooks.Output{out}})
}

func (b *builder) summary() {
	lead := b.comparison.Lead()
	differing := b.differing()
	header := []string{"run", "status", "started"}
	align := []string{"---", "---", "---"}
	for _, p := range differing[:min(len(differing), 6)] {
		header, align = append(header, p.Key), append(align, "---")
	}
	if lead != "" {
		header, align = append(header, lead), append(align, "---:")
	}
	var rows [][]string
	for i, r := range b.comparison.Runs {
		row := []string{r.Name, string(r.Status), r.Start.UTC().Format("01-02 15:04")}
		for _, p := range differing[:min(len(differing), 6)] {
			row = append(row, p.Values[i])
		}
		if m, ok := b.comparison.Metric(lead); ok {
			row = append(row, value(m, i))
		}
		rows = append(rows, row)
	}
	b.prose("## Runs\n\n" + Table(header, align, rows))
}

// value is a metric of one run, the best one bold.
func value(m MetricRow, column int) string {
	if !m.Set[column] {
		return "–"
	}
	text := Number(m.Values[column])
	if column == m.Best && len(m.Values) > 1 {
		return "**" + text + "**"
	}
	return text
}

// columns are the runs that stand side by side.
func (b *builder) columns() []*storage.Run {
	return b.comparison.Runs[:min(len(b.comparison.Runs), maxColumns)]
}

func (b *builder) names(first string) (header, align []string) {
	header, align = []string{first}, []string{"---"}
	for _, r := range b.columns() {
		header, align = append(header, r.Name), append(align, "---:")
	}
	return header, align
}

func (b *builder) differences() {
	differing := b.differing()
	if len(differing) == 0 || len(b.comparison.Runs) < 2 {
		return
	}
	header, align := b.names("param")
	var rows [][]string
	for _, p := range differing {
		row := []string{p.Key}
		for i := range b.columns() {
			row = append(row, p.Values[i])
		}
		rows = append(rows, row)
	}
	b.prose("## Params that differ\n\n" + Table(header, align, rows))
}

func (b *builder) sideBySide() {
	if len(b.comparison.Metrics) == 0 {
		return
	}
	header, align := b.names("metric")
	var rows [][]string
	for _, m := range b.comparison.Metrics {
		row := []string{m.Key}
		for i := range b.columns() {
			row = append(row, value(m, i))
		}
		rows = append(rows, row)
	}
	b.prose("## Metrics\n\n" + Table(header, align, rows))
}

// bars compares the lead metric.
func (b *builder) bars() error {
	lead := b.comparison.Lead()
	row, ok := b.comparison.Metric(lead)
	if !ok || len(b.comparison.Runs) < 2 {
		return nil
	}
	bar := plot.Bar{Options: plot.Options{Title: lead + " by run"}, Horizontal: true, ValueLabels: true, Series: []plot.Values{{Name: lead}}}
	for i, r := range b.comparison.Runs[:min(len(b.comparison.Runs), 30)] {
		if !math.IsNaN(row.Values[i]) && !math.IsInf(row.Values[i], 0) {
			bar.Categories = append(bar.Categories, r.Name)
			bar.Series[0].Values = append(bar.Series[0].Values, row.Values[i])
		}
	}
	if len(bar.Categories) == 0 {
		return nil
	}
	return b.figure(bar)
}

// curves draws the metrics that were logged at more than one step.
func (b *builder) curves() error {
	drawn := 0
	for _, m := range b.comparison.Metrics {
		if drawn == maxCurves {
			return nil
		}
		line, err := b.curve(m.Key)
		if err != nil || line == nil {
			if err != nil {
				return err
			}
			continue
		}
		if drawn++; drawn == 1 {
			b.prose("## Curves")
		}
		if err := b.figure(*line); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) curve(key string) (*plot.Line, error) {
	line := &plot.Line{Options: plot.Options{Title: key, XLabel: "step"}}
	for _, r := range b.columns()[:min(len(b.columns()), 7)] {
		if _, ok := r.Metric(key); !ok {
			continue
		}
		points, err := b.store.MetricHistory(b.ctx, r.ID, key)
		if err != nil {
			return nil, err
		}
		if len(points) < 2 {
			continue
		}
		slices.SortStableFunc(points, func(p, q storage.Metric) int { return int(p.Step - q.Step) })
		s := plot.XY{Name: r.Name}
		for _, p := range points {
			s.X, s.Y = append(s.X, float64(p.Step)), append(s.Y, p.Value)
		}
		line.Series = append(line.Series, s)
	}
	if len(line.Series) == 0 {
		return nil, nil
	}
	return line, nil
}

// figures shows the pictures that the runs logged.
func (b *builder) figures() error {
	started := false
	for _, r := range b.columns() {
		artifacts, err := b.store.Artifacts(b.ctx, r.ID, "")
		if err != nil {
			return err
		}
		for _, a := range artifacts {
			if a.Kind != storage.KindFigure || !strings.HasPrefix(a.MediaType, "image/") {
				continue
			}
			content, err := b.store.ReadBlob(b.ctx, a.Blob.SHA256)
			if err != nil {
				return fmt.Errorf("figure %s of run %s: %w", a.Path, r.Name, err)
			}
			if !started {
				b.prose("## Figures")
				started = true
			}
			b.prose(fmt.Sprintf("%s, run %s", escape(a.Path), escape(r.Name)))
			b.show(notebooks.Output{Type: notebooks.DisplayData, Data: map[string][]byte{a.MediaType: content, "text/plain": []byte(a.Path)}})
		}
	}
	return nil
}
