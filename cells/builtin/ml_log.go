package builtin

import (
	"encoding/json"
	"fmt"

	"go.starlark.net/starlark"
)

// modelFormat is the version of the description that log_model keeps beside a
// model.
const modelFormat = 1

func logModel(c *call) (starlark.Value, error) {
	var m *Model
	name := "model"
	if err := c.unpack("model", &m, "name?", &name); err != nil {
		return nil, err
	}
	content, err := m.bytes()
	if err != nil {
		return nil, err
	}
	description, err := m.description()
	if err != nil {
		return nil, err
	}
	if _, err := keep(c, name+"/model.wnbm", "model", binary, content); err != nil {
		return nil, err
	}
	return keep(c, name+"/model.json", "model", "application/json", description)
}

// description is what the model is, as JSON with sorted keys.
func (m *Model) description() ([]byte, error) {
	d := map[string]any{
		"format":         "wnbm",
		"format_version": modelFormat,
		"estimator":      m.fitted.Name(),
		"classes":        m.fitted.Classes(),
		"features":       m.fitted.FeatureNames(),
	}
	if m.estimator != nil {
		params := map[string]any{}
		for _, p := range m.estimator.params() {
			params[p.Name] = p.Value
		}
		d["params"] = params
		d["spec"] = m.estimator.String()
		d["rows"] = m.rows
		d["target"] = m.target
	}
	out, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("track.log_model: %w", err)
	}
	return append(out, '\n'), nil
}
