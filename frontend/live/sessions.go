package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// session ties a path to a kernel. Guarded by the manager.
type session struct {
	id, path, name, kind string
	hub                  *hub
}

func (s *session) model() SessionModel {
	return SessionModel{ID: s.id, Path: s.path, Name: s.name, Type: s.kind, Kernel: s.hub.model()}
}

// alive tells whether the kernel of the session is still in the registry.
func (m *Manager) alive(s *session) bool { return slices.Contains(m.kernels, s.hub) }

// Sessions lists the sessions, oldest first, without those whose kernel is gone.
func (m *Manager) Sessions() []SessionModel {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sessions = slices.DeleteFunc(m.sessions, func(s *session) bool { return !m.alive(s) })
	models := make([]SessionModel, len(m.sessions))
	for i, s := range m.sessions {
		models[i] = s.model()
	}
	return models
}

// Session fails with ErrNotFound.
func (m *Manager) Session(id string) (SessionModel, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, err := m.sessionByID(id)
	if err != nil {
		return SessionModel{}, err
	}
	return s.model(), nil
}

// sessionByID finds a session whose kernel is there.
func (m *Manager) sessionByID(id string) (*session, error) {
	for _, s := range m.sessions {
		if s.id == id && m.alive(s) {
			return s, nil
		}
	}
	return nil, fmt.Errorf("session %s: %w", id, ErrNotFound)
}

func (m *Manager) sessionByPath(path string) *session {
	for _, s := range m.sessions {
		if s.path == path && m.alive(s) {
			return s
		}
	}
	return nil
}

// CreateSession returns the session of the path where there is one (created is
// false), or makes it and, unless the kernel is given by id, starts its kernel.
func (m *Manager) CreateSession(ctx context.Context, spec SessionSpec) (model SessionModel, created bool, err error) {
	spec.Path = cleanPath(spec.Path)
	if spec.Path == "" || spec.Type == "" {
		return SessionModel{}, false, fmt.Errorf("%w: a session needs a path and a type", ErrInvalid)
	}
	found, release, err := m.claim(ctx, spec.Path)
	if err != nil || found != nil {
		return m.sessionModel(found), false, err
	}
	defer release()
	h, err := m.kernelFor(ctx, spec.Kernel, spec.Path)
	if err != nil {
		return SessionModel{}, false, err
	}
	s := &session{id: m.cfg.NewID(), path: spec.Path, name: spec.Name, kind: spec.Type, hub: h}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sessions = append(m.sessions, s)
	return s.model(), true, nil
}

func (m *Manager) sessionModel(s *session) SessionModel {
	if s == nil {
		return SessionModel{}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return s.model()
}

// claim finds the session of the path, or gives the right to make it: two tabs
// that open a document at the same time get one kernel.
func (m *Manager) claim(ctx context.Context, path string) (*session, func(), error) {
	for {
		m.mu.Lock()
		if m.closed {
			m.mu.Unlock()
			return nil, nil, ErrClosed
		}
		if s := m.sessionByPath(path); s != nil {
			m.mu.Unlock()
			return s, nil, nil
		}
		busy, taken := m.creating[path]
		if !taken {
			done := make(chan struct{})
			m.creating[path] = done
			m.mu.Unlock()
			return nil, func() { m.release(path, done) }, nil
		}
		m.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}

func (m *Manager) release(path string, done chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.creating, path)
	close(done)
}

// kernelFor gives the kernel that a session wants. A running kernel without a
// document becomes that of this one.
func (m *Manager) kernelFor(ctx context.Context, ref KernelRef, path string) (*hub, error) {
	if ref.ID == "" {
		return m.start(ctx, ref.Name, path)
	}
	h, err := m.hub(ref.ID)
	if err != nil {
		return nil, err
	}
	if h.documentPath() == "" {
		return h, h.setDocument(ctx, path, true)
	}
	return h, nil
}

// PatchSession changes a session. With a new path, the new document gets the
// outputs of the cells that it knows nothing of.
func (m *Manager) PatchSession(ctx context.Context, id string, p SessionPatch) (SessionModel, error) {
	m.mu.Lock()
	s, err := m.sessionByID(id)
	if err != nil {
		m.mu.Unlock()
		return SessionModel{}, err
	}
	path, old := s.path, s.hub
	m.mu.Unlock()
	if p.Path != nil {
		path = cleanPath(*p.Path)
	}
	if path == "" {
		return SessionModel{}, fmt.Errorf("%w: the path of a session cannot be empty", ErrInvalid)
	}
	h := old
	if p.Kernel != nil && (p.Kernel.ID != "" || p.Kernel.Name != "") {
		if h, err = m.kernelFor(ctx, *p.Kernel, path); err != nil {
			return SessionModel{}, err
		}
	} else if err := h.setDocument(ctx, path, true); err != nil {
		return SessionModel{}, err
	}
	model := m.patch(s, path, h, p)
	if h != old && !m.used(old) {
		err = m.Delete(ctx, old.id)
		if errors.Is(err, ErrNotFound) {
			err = nil
		}
	}
	return model, err
}

func (m *Manager) patch(s *session, path string, h *hub, p SessionPatch) SessionModel {
	m.mu.Lock()
	defer m.mu.Unlock()
	s.path, s.hub = path, h
	if p.Name != nil {
		s.name = *p.Name
	}
	if p.Type != nil {
		s.kind = *p.Type
	}
	return s.model()
}

// used tells whether a session has the kernel.
func (m *Manager) used(h *hub) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.ContainsFunc(m.sessions, func(s *session) bool { return s.hub == h })
}

// DeleteSession ends the session and its kernel, unless another session uses
// that. It fails with ErrKernelGone where there is no kernel; the session is
// gone then, too.
func (m *Manager) DeleteSession(ctx context.Context, id string) error {
	m.mu.Lock()
	i := slices.IndexFunc(m.sessions, func(s *session) bool { return s.id == id })
	if i < 0 {
		m.mu.Unlock()
		return fmt.Errorf("session %s: %w", id, ErrNotFound)
	}
	s := m.sessions[i]
	m.sessions = slices.Delete(m.sessions, i, i+1)
	alive := m.alive(s)
	m.mu.Unlock()
	if !alive {
		return fmt.Errorf("session %s: %w", id, ErrKernelGone)
	}
	if m.used(s.hub) {
		return nil
	}
	err := m.Delete(ctx, s.hub.id)
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("session %s: %w", id, ErrKernelGone)
	}
	return err
}
