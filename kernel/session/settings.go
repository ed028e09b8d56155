package session

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/kernel/protocol"
	"github.com/wnb-dev/wnb/notebooks"
)

// TypeSettings is a message of wnb's own, from the server: how the notebook is
// run. Its content is a Settings, all of it: what is missing is as at the start.
const TypeSettings = "wnb_settings"

// Settings are what a person sets beside the notebook.
type Settings struct {
	// Params are values of declared parameters. One that does not fit its
	// parameter is left out.
	Params map[string]json.RawMessage `json:"params"`
	// Inputs are values of named inputs. The cell that declares one says what
	// does not fit.
	Inputs map[string]json.RawMessage `json:"inputs"`
	// Mode is empty for that of the start.
	Mode Mode `json:"mode"`
}

// features are what the page of wnb asks before it changes settings of a kernel
// that runs.
func features() []string { return []string{"wnb params", "wnb mode", "wnb inputs"} }

// enqueueSettings leaves settings to the worker. Those that wait already count
// no more: the newest hold.
func (s *Session) enqueueSettings(m *protocol.Message) {
	var content Settings
	if json.Unmarshal(m.Content, &content) != nil {
		return // the server's own message, which it has checked
	}
	s.mu.Lock()
	s.queue = slices.DeleteFunc(s.queue, func(j job) bool { return j.settings != nil })
	s.queue = append(s.queue, job{msg: m, settings: &content})
	s.mu.Unlock()
	s.stir()
}

// set takes settings. Cells that read what changed are stale; those that depend
// on an input run again also in lazy mode, since somebody who moves it waits for
// them.
func (s *Session) set(settings *Settings) {
	st := &s.state
	st.mode = s.opts.Mode
	if settings.Mode != "" {
		st.mode = settings.Mode
	}
	inputs := map[string]string{}
	for name, v := range decoded(settings.Inputs) {
		inputs[name] = builtin.EncodeInput(v)
	}
	moved := !maps.Equal(inputs, st.inputs)
	st.inputs = inputs
	if params := decoded(settings.Params); !reflect.DeepEqual(params, st.params) {
		st.params = params
		s.renew()
	} else {
		st.refresh()
	}
	if moved {
		st.await()
	}
	s.publishGraph(protocol.Header{})
}

// decoded are values that are set. Null stands for the default.
func decoded(set map[string]json.RawMessage) map[string]any {
	out := map[string]any{}
	for name, raw := range set {
		if v, err := builtin.DecodeInput(raw); err == nil && v != nil {
			out[name] = v
		}
	}
	return out
}

// await notes that somebody waits for the cells whose inputs moved, and for those
// that depend on them.
func (st *state) await() {
	if st.mode == Off {
		return
	}
	order := st.notebook.Graph.Order()
	for _, id := range order {
		own := st.cells[id]
		if own == nil || own.result == nil {
			continue
		}
		own.awaited = own.awaited || st.executor.InputChanged(own.result) != ""
		for _, need := range st.notebook.Graph.Needs(id) {
			if dep := st.cells[need.ID]; need.Name != "" && dep != nil && dep.awaited {
				own.awaited = true
			}
		}
	}
}

// renew gives cells the params as they are declared and set now, and connects
// the cells anew.
func (s *Session) renew() {
	st := &s.state
	values := map[string]any{}
	for _, p := range st.declared {
		if set, ok := st.params[p.Name]; ok {
			if v, err := p.Check(set); err == nil {
				values[p.Name] = v
			}
		}
	}
	if params, err := notebooks.ResolveParams(st.declared, nil, values); err == nil {
		if env, err := builtin.Env(params); err == nil {
			st.use(env, s.kernelOptions())
		}
	}
	st.compile()
	s.publishView()
}
