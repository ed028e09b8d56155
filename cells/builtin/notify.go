package builtin

import (
	"fmt"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
)

// notifyModule tells people what happened.
func notifyModule() *module {
	return newModule("notify",
		&Func{"send", `text, title="", level="info"`, "Sends a message to the configured channels. A channel that fails is recorded and does not fail the run. level is info, warning or error.",
			`notify.send("training is done")`, notifySend},
	)
}

func notifySend(c *call) (starlark.Value, error) {
	n := cells.Notice{Level: "info"}
	if err := c.unpack("text", &n.Text, "title?", &n.Title, "level?", &n.Level); err != nil {
		return nil, err
	}
	switch n.Level {
	case "info", "warning", "error":
	default:
		return nil, fmt.Errorf("notify.send: level %q is not known; write info, warning or error", n.Level)
	}
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	return nil, h.Notify(c.context(), n)
}
