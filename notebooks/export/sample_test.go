package export_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/wnb-dev/wnb/notebooks"
	"github.com/wnb-dev/wnb/notebooks/export"
)

func flags(keys ...string) notebooks.Attrs {
	var a notebooks.Attrs
	for _, k := range keys {
		a.SetFlag(k)
	}
	return a
}

func took(status notebooks.Status, d time.Duration, reason string) *notebooks.Execution {
	return &notebooks.Execution{Status: status, Duration: d, Reason: reason}
}

func display(mime, data string, more ...string) notebooks.Output {
	out := notebooks.Output{Type: notebooks.DisplayData, Data: map[string][]byte{mime: []byte(data)}}
	for i := 0; i+1 < len(more); i += 2 {
		out.Data[more[i]] = []byte(more[i+1])
	}
	return out
}

func stdout(text string) notebooks.Output {
	return notebooks.Output{Type: notebooks.Stream, Name: "stdout", Text: text}
}

// samplePage is a page as a run of the wine notebook gives it, with one of
// each thing that a page can hold.
func samplePage(tb testing.TB) export.Page {
	tb.Helper()
	cells := []notebooks.Cell{
		{Lang: notebooks.Markdown, Source: "# Wine quality\n\nHow far does a plain classifier get on eleven laboratory values? " +
			"The grades come from *one* tasting panel, so `quality` is an opinion, not a measurement; see " +
			"[Cortez et al.](https://example.org/wine) for how they were collected.\n\n## The data\n\n" +
			"The default is the **synthetic twin**. Pass `-p data=WineQT.csv` for the real file."},
		{ID: "load", Lang: notebooks.Starlark, Execution: took(notebooks.StatusCached, 40*time.Millisecond, ""),
			Source: "# The real file if there is one.\nwine = io.read_csv(params.data) if params.data else samples.wine_quality()\n" +
				"features = [c for c in wine.columns if c not in (\"quality\", \"Id\")]\n" +
				"print(f\"{len(wine):,} wines, {len(features)} features\")\nwine[features].describe()",
			Outputs: []notebooks.Output{stdout("1,143 wines, 11 features\n"), display("text/html", describeTable(), "text/plain", "describe")}},
		{ID: "look", Lang: notebooks.Starlark, Execution: took(notebooks.StatusDone, 210*time.Millisecond, ""),
			Source:  "display(plot.hist(wine[\"quality\"], title=\"Grades are unbalanced\"))",
			Outputs: []notebooks.Output{figure(histSVG(), "Grades are unbalanced: 5 and 6 make up 82 % of the wines")}},
		{ID: "by_grade", Lang: notebooks.SQL, Execution: took(notebooks.StatusDone, 3*time.Millisecond, ""),
			Source:  "SELECT quality, count(*) AS n, avg(alcohol) AS alcohol -- per grade\nFROM wine WHERE color = 'red' GROUP BY quality ORDER BY quality",
			Outputs: []notebooks.Output{display("text/markdown", "| quality | n | alcohol |\n|---:|---:|---:|\n| 3 | 6 | 9.69 |\n| 4 | 33 | 10.26 |\n| 5 | 483 | 9.90 |\n| 6 | 462 | 10.65 |\n| 7 | 143 | 11.48 |\n| 8 | 16 | 11.94 |\n")}},
		{Lang: notebooks.Markdown, Source: "## Training\n\n1. split by grade,\n2. scale,\n3. fit.\n\n> A model that always says 5 is right in 42 % of the cases.\n\n" +
			"| model | accuracy | ~~old~~ |\n|:--|--:|--:|\n| logreg | 0.633 | 0.61 |\n| random forest | 0.712 | 0.7 |\n\n" +
			"```python\ndef f(x):\n    return x + 1  # kept from the paper\n```\n\n![Tasting](https://example.org/tasting.jpg)\n\n### Notes\n\nNone so far."},
		{ID: "fit", Lang: notebooks.Starlark, Execution: took(notebooks.StatusDone, 1234*time.Millisecond, ""),
			Source: "specs = {\n    \"logreg\": ml.LogisticRegression(C=1.0, max_iter=1000),\n    \"random_forest\": ml.RandomForestClassifier(n_estimators=100, seed=params.seed),\n    \"gradient_boosting\": ml.GradientBoostingClassifier(learning_rate=0.1, n_estimators=100, seed=params.seed, subsample=0.8, max_depth=3),\n}\n" +
				"model = ml.Pipeline([ml.StandardScaler(), specs[params.model]]).fit(train[features], train[\"quality\"])",
			Outputs: []notebooks.Output{
				stdout(iterations(200)),
				{Type: notebooks.Stream, Name: "stderr", Text: "\x1b[33mwarning:\x1b[0m lbfgs did not converge in 200 iterations (gradient 3.1e-03)\n"},
			}},
		{ID: "evaluate", Lang: notebooks.Starlark, Attrs: flags(notebooks.HideCode), Execution: took(notebooks.StatusDone, 55*time.Millisecond, ""),
			Source: "display(plot.confusion_matrix(test[\"quality\"], predicted, normalize=\"true\"))\nml.classification_report(test[\"quality\"], predicted)",
			Outputs: []notebooks.Output{
				figure(matrixSVG(), ""),
				display("text/plain", "              precision    recall  f1-score   support\n\n           5       0.70      0.74      0.72        96\n           6       0.58      0.60      0.59        99\n           7       0.52      0.46      0.49        26\n\n    accuracy                           0.63       229\n   macro avg       0.45      0.40      0.41       229\n"),
				{Type: notebooks.DisplayData, Data: map[string][]byte{"image/png": pngImage(tb)}, Metadata: map[string]any{
					"image/png": map[string]any{"width": 240, "height": 80}, "caption": "Residuals as a bitmap"}},
			}},
		{Lang: notebooks.Markdown, Source: "## What did not work"},
		{ID: "importance", Lang: notebooks.Starlark, Execution: took(notebooks.StatusFailed, 12*time.Millisecond, ""),
			Source: "ranked = sorted(model.feature_importances.items(), key=lambda kv: -kv[1])\ndisplay(plot.bar([k for k, _ in ranked], [v for _, v in ranked], tilte=\"Importance\"))",
			Outputs: []notebooks.Output{{Type: notebooks.ErrorOutput, EName: "ValueError", EValue: "plot.bar: unexpected keyword argument tilte (did you mean title?)",
				Traceback: []string{
					"Traceback (most recent call last):\n  cell importance, line 2, column 9",
					"    display(plot.bar([k for k, _ in ranked], [v for _, v in ranked], tilte=\"Importance\"))",
					"            ^~~~~~~~",
					"ValueError: plot.bar: unexpected keyword argument tilte (did you mean title?)"}}}},
		{ID: "keep", Lang: notebooks.Starlark, Execution: took(notebooks.StatusSkipped, 0, "it reads ranked, and importance failed"),
			Source: "track.log_model(model, \"model\")\nregistry.register(model, \"wine_quality\", metadata=ranked)"},
		{ID: "wide", Lang: notebooks.Starlark, Execution: took(notebooks.StatusDone, 75*time.Second, ""), Source: "runs",
			Outputs: []notebooks.Output{display("text/html", wideTable())}},
		{ID: "kappa", Lang: notebooks.Go, Source: "// Off by two costs four times as much as off by one.\nfunc Score(yTrue, yPred []float64) float64 {\n\treturn 1 - observed/expected\n}"},
		{ID: "old", Lang: notebooks.Python, Source: "import pandas as pd\npd.read_csv('x.csv')"},
	}
	return export.Page{
		Title:    "Wine quality",
		Subtitle: "Logistic regression grades 63 % of the wines right; a random forest gains eight points and costs ten times the time.",
		Doc:      &notebooks.Document{Front: notebooks.FrontMatter{Title: "Wine quality, a baseline"}, Cells: cells},
		Headline: []export.Field{
			{Name: "accuracy", Value: "0.633", Note: "± 0.015"}, {Name: "F1, macro", Value: "0.41"},
			{Name: "wines", Value: "1,143"}, {Name: "time", Value: "1.6 s", Note: "0.04 s cached"}},
		Params: []export.Field{{Name: "data", Value: "", Note: "the synthetic twin"}, {Name: "model", Value: "logreg"},
			{Name: "test_size", Value: "0.2"}, {Name: "seed", Value: "42"}},
		Metrics: []export.Field{{Name: "accuracy", Value: "0.6332"}, {Name: "f1_macro", Value: "0.41"},
			{Name: "fit_seconds", Value: "1.234"}, {Name: "n_test", Value: "229"}},
		Provenance: []export.Field{{Name: "run", Value: "8f3a2c91d0b74e6fa1c2d3e4f5a6b7c8"}, {Name: "notebook", Value: "notebooks/wine_quality.wnb, sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
			{Name: "commit", Value: "4c1f2e7 on main, clean"}, {Name: "command", Value: "wnb run notebooks/wine_quality.wnb -p model=logreg -o report.html"},
			{Name: "wnb", Value: "0.1.0 linux/amd64"}},
		Warnings:  []string{"lbfgs did not converge in 200 iterations: raise max_iter or scale the features."},
		Status:    "FAILED: cell importance: unexpected keyword argument tilte",
		Generated: time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC),
	}
}

func figure(svg, caption string) notebooks.Output {
	out := display("image/svg+xml", svg, "text/plain", "Figure", "application/vnd.wnb.figure+json", `{"version":1}`)
	if caption != "" {
		out.Metadata = map[string]any{"caption": caption}
	}
	return out
}

// describeTable is what a frame gives as HTML.
func describeTable() string {
	columns := []string{"fixed acidity", "volatile acidity", "citric acid", "residual sugar", "chlorides", "free sulfur dioxide", "total sulfur dioxide", "density", "pH", "sulphates", "alcohol"}
	var b strings.Builder
	b.WriteString("<table class=\"wnb-frame\">\n<caption>8 rows × 12 columns</caption>\n<thead>\n<tr><th scope=\"col\">statistic</th>")
	for _, c := range columns {
		b.WriteString(`<th scope="col" class="num">` + c + "</th>")
	}
	b.WriteString("</tr>\n<tr class=\"dtypes\"><td>string</td>" + strings.Repeat(`<td class="num">float64</td>`, len(columns)) + "</tr>\n</thead>\n<tbody>\n")
	for i, name := range []string{"count", "mean", "std", "min", "25%", "50%", "75%", "max"} {
		b.WriteString("<tr><td>" + name + "</td>")
		for j := range columns {
			if i == 2 && j == 4 {
				b.WriteString(`<td class="num null">null</td>`)
				continue
			}
			fmt.Fprintf(&b, `<td class="num">%.3f</td>`, float64(i+1)*1.37+float64(j)*0.731)
		}
		b.WriteString("</tr>\n")
	}
	return b.String() + "</tbody>\n</table>\n"
}

func wideTable() string {
	var head, body strings.Builder
	for i := range 40 {
		fmt.Fprintf(&head, "<th>param_%d</th>", i)
		fmt.Fprintf(&body, "<td>%.4f</td>", float64(i)/7)
	}
	return "<table><thead><tr>" + head.String() + "</tr></thead><tbody><tr>" + body.String() + "</tr><tr>" + body.String() + "</tr></tbody></table>"
}

func iterations(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "iteration %3d  loss %.6f\n", i+1, 1/float64(i+2))
	}
	return b.String()
}

func histSVG() string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="640" height="300" viewBox="0 0 640 300" font-family="system-ui, sans-serif" font-size="12">` +
		`<title>Grades are unbalanced</title><text x="40" y="20" style="font-size:14px;font-weight:600;fill:var(--wnb-ink,#1b1f24)">Grades are unbalanced</text>`)
	for i := range 5 {
		y := 260 - i*50
		fmt.Fprintf(&b, `<line x1="40" x2="620" y1="%d" y2="%d" stroke="var(--wnb-grid,#e4e7ec)"/><text x="34" y="%d" text-anchor="end" fill="var(--wnb-muted,#5c6672)">%d</text>`, y, y, y+4, i*125)
	}
	for i, n := range []int{6, 33, 483, 462, 143, 16} {
		h := float64(n) * 0.4
		fmt.Fprintf(&b, `<rect x="%d" y="%.1f" width="80" height="%.1f" fill="#4477AA"/><text x="%d" y="280" text-anchor="middle" fill="var(--wnb-muted,#5c6672)">%d</text>`, 50+i*95, 260-h, h, 90+i*95, i+3)
	}
	return b.String() + `</svg>`
}

func matrixSVG() string {
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="288pt" height="216pt" viewBox="0 0 384 288"><defs><clipPath id="area"><rect x="60" y="10" width="300" height="240"/></clipPath></defs><g clip-path="url(#area)">`)
	for i := range 3 {
		for j := range 3 {
			share := []float64{0.74, 0.22, 0.04, 0.3, 0.6, 0.1, 0.06, 0.48, 0.46}[i*3+j]
			ink := "var(--wnb-ink)"
			if share > 0.5 {
				ink = "#ffffff"
			}
			fmt.Fprintf(&b, `<rect x="%d" y="%d" width="99" height="79" fill="#4477AA" fill-opacity="%.2f"/><text x="%d" y="%d" text-anchor="middle" font-size="13" fill="%s">%.2f</text>`, 60+j*100, 10+i*80, share, 110+j*100, 54+i*80, ink, share)
		}
	}
	return b.String() + `</g></svg>`
}

func pngImage(tb testing.TB) []byte {
	tb.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 24, 8))
	for x := range 24 {
		for y := range 8 {
			img.Set(x, y, color.NRGBA{R: uint8(x * 10), G: 119, B: 170, A: 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}
