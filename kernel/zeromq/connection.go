package zeromq

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// A Connection says where a kernel listens: the connection file of Jupyter
// (jupyter-client.readthedocs.io, "Connection files").
type Connection struct {
	Transport       string `json:"transport"` // tcp
	IP              string `json:"ip"`
	ShellPort       int    `json:"shell_port"`
	IOPubPort       int    `json:"iopub_port"`
	StdinPort       int    `json:"stdin_port"`
	ControlPort     int    `json:"control_port"`
	HeartbeatPort   int    `json:"hb_port"`
	Key             string `json:"key"`
	SignatureScheme string `json:"signature_scheme"` // hmac-sha256
	KernelName      string `json:"kernel_name,omitempty"`
}

// ReadConnection reads a connection file.
func ReadConnection(path string) (Connection, error) {
	var c Connection
	data, err := os.ReadFile(path)
	if err != nil {
		return c, fmt.Errorf("connection file: %w", err)
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return c, fmt.Errorf("connection file %s: %w", path, err)
	}
	if c.Transport != "tcp" {
		return c, fmt.Errorf("connection file %s: transport %q is not supported, only tcp", path, c.Transport)
	}
	for name, port := range map[string]int{"shell": c.ShellPort, "iopub": c.IOPubPort, "stdin": c.StdinPort, "control": c.ControlPort, "hb": c.HeartbeatPort} {
		if port < 1 || port > 65535 {
			err = errors.Join(err, fmt.Errorf("connection file %s: %s_port %d is not a port", path, name, port))
		}
	}
	return c, err
}

func (c Connection) endpoint(port int) string {
	return fmt.Sprintf("%s://%s:%d", c.Transport, c.IP, port)
}
