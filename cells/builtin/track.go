package builtin

import (
	"fmt"
	"math"
	"path"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
)

// trackModule logs to the run, with MLflow's names.
func trackModule() *module {
	return newModule("track",
		&Func{"log_param", "key, value", "Logs a parameter of the run. It cannot change later.", `track.log_param("features", 11)`, logParam},
		&Func{"log_params", "params", "Logs every entry of a dict as a parameter.", `track.log_params({"C": 1.0})`, logParams},
		&Func{"log_metric", "key, value, step=0", "Logs a number. The same key can be logged again at another step.", `track.log_metric("accuracy", 0.71)`, logMetric},
		&Func{"log_metrics", "metrics, step=0", "Logs every entry of a dict as a metric.", `track.log_metrics({"accuracy": 0.71, "f1": 0.34})`, logMetrics},
		&Func{"set_tag", "key, value", "Sets a tag of the run. It replaces an earlier value.", `track.set_tag("stage", "train")`, setTag},
		&Func{"set_tags", "tags", "Sets every entry of a dict as a tag.", `track.set_tags({"stage": "train"})`, setTags},
		&Func{"log_text", "text, path", "Keeps text as an artifact of the run.", `track.log_text(report, "report.txt")`, logText},
		&Func{"log_table", "frame, path", "Keeps a frame as an artifact of the run, as a CSV file: the path ends in .csv.", `track.log_table(df, "tables/scores.csv")`, logTable},
		&Func{"log_figure", "figure, path", "Keeps a figure as an artifact. The path ends in .svg, .png or .pdf.", `track.log_figure(plot.hist([1, 2, 2]), "hist.svg")`, logFigure},
		&Func{"log_artifact", "path, artifact_path=None", "Keeps a file as an artifact, under its own name or in the folder artifact_path.", `track.log_artifact("notes.txt")`, logArtifact},
		&Func{"log_model", `model, name="model"`, "Keeps a fitted model as an artifact of the run: name/model.wnbm, which ml.load_model reads, and name/model.json, which describes it.", `track.log_model(model)`, logModel},
		&Func{"autolog", "on=True", "Turns the logging of every fit on or off, for the rest of the running cell. It is on at the start.", "track.autolog(False)", autolog},
	)
}

func record(c *call, effects ...cells.Effect) (starlark.Value, error) {
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	for _, e := range effects {
		if err := h.Record(e); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func logParam(c *call) (starlark.Value, error) {
	var key string
	var value starlark.Value
	if err := c.unpack("key", &key, "value", &value); err != nil {
		return nil, err
	}
	return record(c, cells.Param{Key: key, Value: text(value)})
}

// entries goes through a dict with string keys, in its order.
func entries(what string, d *starlark.Dict, visit func(key string, v starlark.Value) error) error {
	for _, item := range d.Items() {
		key, ok := starlark.AsString(item[0])
		if !ok {
			return fmt.Errorf("%s: the key %s is not a string", what, item[0])
		}
		if err := visit(key, item[1]); err != nil {
			return err
		}
	}
	return nil
}

func logParams(c *call) (starlark.Value, error) {
	var params *starlark.Dict
	if err := c.unpack("params", &params); err != nil {
		return nil, err
	}
	var effects []cells.Effect
	err := entries(c.fn.name, params, func(key string, v starlark.Value) error {
		effects = append(effects, cells.Param{Key: key, Value: text(v)})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return record(c, effects...)
}

// metric checks that a value can be logged as a number.
func metric(c *call, key string, v starlark.Value, step int64) (cells.Metric, error) {
	x, ok := starlark.AsFloat(v)
	if !ok {
		return cells.Metric{}, lang.WithHint("log text with track.set_tag or track.log_param", "metric %q: %s is not a number", key, lang.Shorten(v, 60))
	}
	h, err := c.host()
	if err != nil {
		return cells.Metric{}, err
	}
	return cells.Metric{Key: key, Value: x, Step: step, Time: h.Now()}, nil
}

func logMetric(c *call) (starlark.Value, error) {
	var key string
	var value starlark.Value
	var step int64
	if err := c.unpack("key", &key, "value", &value, "step?", &step); err != nil {
		return nil, err
	}
	m, err := metric(c, key, value, step)
	if err != nil {
		return nil, err
	}
	if math.IsNaN(m.Value) {
		if err := warnText(c, fmt.Sprintf("metric %q is not a number (NaN)", key)); err != nil {
			return nil, err
		}
	}
	return record(c, m)
}

func logMetrics(c *call) (starlark.Value, error) {
	var metrics *starlark.Dict
	var step int64
	if err := c.unpack("metrics", &metrics, "step?", &step); err != nil {
		return nil, err
	}
	var effects []cells.Effect
	err := entries(c.fn.name, metrics, func(key string, v starlark.Value) error {
		m, err := metric(c, key, v, step)
		effects = append(effects, m)
		return err
	})
	if err != nil {
		return nil, err
	}
	return record(c, effects...)
}

func setTag(c *call) (starlark.Value, error) {
	var key string
	var value starlark.Value
	if err := c.unpack("key", &key, "value", &value); err != nil {
		return nil, err
	}
	return record(c, cells.Tag{Key: key, Value: text(value)})
}

func setTags(c *call) (starlark.Value, error) {
	var tags *starlark.Dict
	if err := c.unpack("tags", &tags); err != nil {
		return nil, err
	}
	var effects []cells.Effect
	err := entries(c.fn.name, tags, func(key string, v starlark.Value) error {
		effects = append(effects, cells.Tag{Key: key, Value: text(v)})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return record(c, effects...)
}

// keep stores content as an artifact of the run.
func keep(c *call, name, kind, mediaType string, content []byte) (starlark.Value, error) {
	if name == "" || path.IsAbs(name) || path.Clean(name) != name || strings.HasPrefix(name, "..") || strings.Contains(name, `\`) {
		return nil, fmt.Errorf("%s: %q is not an artifact path; write a relative path with slashes, such as figures/curve.svg", c.fn.name, name)
	}
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	blob, err := h.PutBlob(c.context(), content)
	if err != nil {
		return nil, err
	}
	return nil, h.Record(cells.Artifact{Path: name, Kind: kind, MediaType: mediaType, Blob: blob})
}

// mediaTypes goes by the ending of a path. The list is our own, so that the
// same run has the same artifacts on every machine.
var mediaTypes = map[string]string{
	".txt": "text/plain", ".log": "text/plain", ".md": "text/markdown", ".csv": "text/csv", ".html": "text/html",
	".json": "application/json", ".pdf": "application/pdf",
	".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
}

const binary = "application/octet-stream"

func mediaType(name string) string {
	if t, ok := mediaTypes[strings.ToLower(path.Ext(name))]; ok {
		return t
	}
	return binary
}

func logText(c *call) (starlark.Value, error) {
	var content starlark.Value
	var name string
	if err := c.unpack("text", &content, "path", &name); err != nil {
		return nil, err
	}
	kind := mediaType(name)
	if kind == binary {
		kind = "text/plain"
	}
	return keep(c, name, "text", kind, []byte(text(content)))
}

func logTable(c *call) (starlark.Value, error) {
	var table *Frame
	var name string
	if err := c.unpack("frame", &table, "path", &name); err != nil {
		return nil, err
	}
	if mediaType(name) != "text/csv" {
		return nil, lang.WithHint("let the path end in .csv", "track.log_table: %q does not say that it is a CSV file", name)
	}
	content, err := table.csv(c)
	if err != nil {
		return nil, err
	}
	return keep(c, name, "table", "text/csv", content)
}

func logArtifact(c *call) (starlark.Value, error) {
	var file, folder string
	if err := c.unpack("path", &file, "artifact_path??", &folder); err != nil {
		return nil, err
	}
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	content, err := h.ReadFile(c.context(), file)
	if err != nil {
		return nil, err
	}
	name := path.Join(folder, path.Base(strings.ReplaceAll(file, `\`, "/")))
	return keep(c, name, "artifact", mediaType(name), content)
}

func autolog(c *call) (starlark.Value, error) {
	on := true
	if err := c.unpack("on?", &on); err != nil {
		return nil, err
	}
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	h.Autolog(on)
	return nil, nil
}
