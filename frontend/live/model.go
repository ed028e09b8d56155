package live

import (
	"encoding/json"
	"errors"
	"path"
	"time"
)

// Errors to test with errors.Is.
var (
	// ErrNotFound marks a kernel or session that does not exist (404).
	ErrNotFound = errors.New("not found")
	// ErrKernelGone marks a session whose kernel is gone already (410), and what
	// a kernel did not take since its process has ended.
	ErrKernelGone = errors.New("the kernel is gone")
	// ErrKernelName marks a kernel name that is not known (501).
	ErrKernelName = errors.New("unknown kernel name")
	// ErrInvalid marks a request that misses something (400).
	ErrInvalid = errors.New("invalid request")
	// ErrClosed marks a manager that is closed or closing (503).
	ErrClosed = errors.New("the server is shutting down")
	// ErrSlow ends a client that did not read what was sent. Its socket must
	// be cut abruptly, so that it reconnects and gets the rest.
	ErrSlow = errors.New("the client reads too slowly")
	// ErrReplaced ends a client whose session has opened another socket.
	ErrReplaced = errors.New("another socket of the same session took over")
)

// KernelModel is a running kernel as Jupyter describes it.
type KernelModel struct {
	ID             string
	Name           string
	LastActivity   time.Time
	ExecutionState string // one of the states of package protocol
	Connections    int
	Reason         string // why the kernel died; empty where it did not
}

// MarshalJSON writes the model of Jupyter's REST interface.
func (k KernelModel) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		ID             string `json:"id"`
		Name           string `json:"name"`
		LastActivity   string `json:"last_activity"`
		ExecutionState string `json:"execution_state"`
		Connections    int    `json:"connections"`
		Reason         string `json:"reason,omitempty"`
	}{k.ID, k.Name, k.LastActivity.UTC().Format("2006-01-02T15:04:05.000000Z"),
		k.ExecutionState, k.Connections, k.Reason})
}

// SessionModel ties a document to its kernel.
type SessionModel struct {
	ID     string
	Path   string
	Name   string
	Type   string // "notebook", "console", "file"
	Kernel KernelModel
}

// MarshalJSON writes the model of Jupyter's REST interface, with the field
// notebook that older clients read.
func (s SessionModel) MarshalJSON() ([]byte, error) {
	type notebook struct {
		Path string `json:"path"`
		Name string `json:"name"`
	}
	var nb *notebook
	if s.Type == "notebook" {
		nb = &notebook{s.Path, path.Base(s.Path)}
	}
	return json.Marshal(struct {
		ID       string      `json:"id"`
		Path     string      `json:"path"`
		Name     string      `json:"name"`
		Type     string      `json:"type"`
		Kernel   KernelModel `json:"kernel"`
		Notebook *notebook   `json:"notebook,omitempty"`
	}{s.ID, s.Path, s.Name, s.Type, s.Kernel, nb})
}

// KernelRef says which kernel a session wants: a running one by id, else a new
// one by name. Both empty stand for a new one of the default name.
type KernelRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// SessionSpec asks for a session. Path and Type are required.
type SessionSpec struct {
	Path   string    `json:"path"`
	Name   string    `json:"name"`
	Type   string    `json:"type"`
	Kernel KernelRef `json:"kernel"`
}

// SessionPatch changes a session; what is nil stays. A kernel id wins over a
// kernel name, and a change of the kernel shuts the old one down.
type SessionPatch struct {
	Path   *string    `json:"path"`
	Name   *string    `json:"name"`
	Type   *string    `json:"type"`
	Kernel *KernelRef `json:"kernel"`
}
