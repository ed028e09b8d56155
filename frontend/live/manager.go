package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// Manager owns kernels, sessions, clients and outputs. It is safe for
// concurrent use.
type Manager struct {
	cfg    Config
	lib    *library
	ctx    context.Context // of the lives of kernels
	cancel context.CancelFunc
	culled chan struct{} // closed when nothing is culled any more

	mu       sync.Mutex
	closed   bool
	kernels  []*hub // oldest first
	sessions []*session
	creating map[string]chan struct{} // sessions by path, closed when done
}

// New returns a manager without kernels. Close must be called.
func New(cfg Config) *Manager {
	cfg = cfg.orDefaults()
	m := &Manager{cfg: cfg, lib: newLibrary(cfg), culled: make(chan struct{}), creating: map[string]chan struct{}{}}
	m.ctx, m.cancel = context.WithCancel(context.Background())
	go m.cull()
	return m
}

const (
	saveTime  = 10 * time.Second // how long Close saves after its context has ended
	drainTime = 2 * time.Second  // how long it waits for clients that do not read
)

// Close ends all kernels and clients, saves what is not saved, and returns when
// all is done. When ctx ends before, kernels are cut off; outputs are saved
// nevertheless.
func (m *Manager) Close(ctx context.Context) error {
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return nil
	}
	m.closed = true
	hubs := slices.Clone(m.kernels)
	m.mu.Unlock()
	defer m.cancel()
	errs := make([]error, len(hubs))
	var all sync.WaitGroup
	for i, h := range hubs {
		all.Go(func() { errs[i] = h.close(ctx, ErrClosed) })
	}
	all.Wait()
	m.cancel()
	<-m.culled
	save, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTime)
	defer cancel()
	return errors.Join(append(errs, m.lib.shutdown(save))...)
}

// close ends the kernel, lets clients read what there is, and ends them.
func (h *hub) close(ctx context.Context, why error) error {
	err := h.shutdown(ctx)
	h.dismiss(why, true)
	drain, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	stop := context.AfterFunc(drain, func() { h.dismiss(why, false) })
	defer stop()
	h.pumps.Wait()
	h.shelved.Do(func() {
		h.lib.close(h.doc)
		h.follow(h.documentPath(), "")
	})
	return err
}

// Kernels lists the kernels, oldest first.
func (m *Manager) Kernels() []KernelModel {
	m.mu.Lock()
	defer m.mu.Unlock()
	models := make([]KernelModel, len(m.kernels))
	for i, h := range m.kernels {
		models[i] = h.model()
	}
	return models
}

// Kernel fails with ErrNotFound.
func (m *Manager) Kernel(id string) (KernelModel, error) {
	h, err := m.hub(id)
	if err != nil {
		return KernelModel{}, err
	}
	return h.model(), nil
}

func (m *Manager) hub(id string) (*hub, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if h := m.find(id); h != nil {
		return h, nil
	}
	return nil, fmt.Errorf("kernel %s: %w", id, ErrNotFound)
}

func (m *Manager) find(id string) *hub {
	for _, h := range m.kernels {
		if h.id == id {
			return h
		}
	}
	return nil
}

// StartKernel starts a kernel for the document at path, which may be empty. An
// empty name is the default one.
func (m *Manager) StartKernel(ctx context.Context, name, path string) (KernelModel, error) {
	h, err := m.start(ctx, name, path)
	if err != nil {
		return KernelModel{}, err
	}
	return h.model(), nil
}

func (m *Manager) start(ctx context.Context, name, path string) (*hub, error) {
	if name == "" {
		name = m.cfg.Names[0]
	}
	if !slices.Contains(m.cfg.Names, name) {
		return nil, fmt.Errorf("%w %q; there is %q", ErrKernelName, name, m.cfg.Names)
	}
	doc, err := m.lib.open(ctx, cleanPath(path))
	if err != nil {
		return nil, err
	}
	h := newHub(m.ctx, m.cfg.NewID(), name, m.cfg, m.lib, doc)
	k, err := m.cfg.Start(h.ctx, h.path)
	if err != nil {
		h.cancel()
		m.lib.close(doc)
		return nil, fmt.Errorf("start a kernel for %q: %w", path, err)
	}
	h.follow("", h.path)
	go h.run(k)
	m.mu.Lock()
	closed := m.closed
	if !closed {
		m.kernels = append(m.kernels, h)
	}
	m.mu.Unlock()
	if closed {
		return nil, errors.Join(ErrClosed, h.close(ctx, ErrClosed))
	}
	return h, nil
}

// Interrupt stops what runs.
func (m *Manager) Interrupt(ctx context.Context, id string) error {
	h, err := m.hub(id)
	if err != nil {
		return err
	}
	return h.interrupt(ctx)
}

// Restart ends the kernel and starts it anew under the same id; it also
// revives a dead one. It returns when the new one takes messages.
func (m *Manager) Restart(ctx context.Context, id string) (KernelModel, error) {
	h, err := m.hub(id)
	if err != nil {
		return KernelModel{}, err
	}
	if err := h.restart(ctx); err != nil {
		return KernelModel{}, fmt.Errorf("restart kernel %s: %w", id, err)
	}
	return h.model(), nil
}

// Delete ends the kernel and its clients. Outputs stay.
func (m *Manager) Delete(ctx context.Context, id string) error {
	m.mu.Lock()
	h := m.find(id)
	m.kernels = slices.DeleteFunc(m.kernels, func(k *hub) bool { return k == h })
	m.mu.Unlock()
	if h == nil {
		return fmt.Errorf("kernel %s: %w", id, ErrNotFound)
	}
	err := h.shutdown(ctx)
	h.dismiss(ErrKernelGone, false)
	err = errors.Join(err, h.close(ctx, ErrKernelGone))
	path := h.documentPath()
	m.cfg.Ended(id, path, !m.open(path))
	return err
}

// open tells whether the document has a kernel.
func (m *Manager) open(path string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.ContainsFunc(m.kernels, func(h *hub) bool { return h.documentPath() == path })
}

// Attach connects a client to a kernel. A session that was connected before
// gets all that came since; a second client of a session ends the first with
// ErrReplaced. An empty session stands for one of its own.
func (m *Manager) Attach(ctx context.Context, kernelID, sessionID string) (*Client, error) {
	return m.attach(ctx, kernelID, sessionID, -1)
}

// AttachSince is Attach with a replay of all messages behind the one with the
// sequence number seq. Numbers are the field wnb_seq in the metadata of
// messages; they start at 1.
func (m *Manager) AttachSince(ctx context.Context, kernelID, sessionID string, seq int64) (*Client, error) {
	return m.attach(ctx, kernelID, sessionID, max(seq, 0))
}

func (m *Manager) attach(ctx context.Context, kernelID, sessionID string, seq int64) (*Client, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	h, err := m.hub(kernelID)
	if err != nil {
		return nil, err
	}
	return h.attach(sessionID, seq)
}

// cull ends kernels that were not used for long.
func (m *Manager) cull() {
	defer close(m.culled)
	if m.cfg.Cull.Idle <= 0 {
		return
	}
	for {
		select {
		case <-m.ctx.Done():
			return
		case <-m.cfg.After(m.cfg.Cull.Every):
		}
		for _, k := range m.Kernels() {
			if !m.cfg.Cull.ends(k, m.cfg.Now()) {
				continue
			}
			m.cfg.Log.Info("a kernel that nobody used is ended", "kernel", k.ID, "last_activity", k.LastActivity)
			if err := m.Delete(m.ctx, k.ID); err != nil && !errors.Is(err, ErrNotFound) {
				m.cfg.Log.Error("a kernel cannot be ended", "kernel", k.ID, "error", err)
			}
		}
	}
}

func (c Cull) ends(k KernelModel, now time.Time) bool {
	busy := k.ExecutionState != protocol.Idle && k.ExecutionState != protocol.Dead
	return now.Sub(k.LastActivity) > c.Idle && (c.Busy || !busy) && (c.Connected || k.Connections == 0)
}
