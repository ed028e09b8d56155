//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package scorer

// reservation is a guest's memory on systems without mmap: its whole limit is
// allocated, so that growing copies nothing.
type reservation struct{ all []byte }

func reserve(limit uint64) (*reservation, error) {
	return &reservation{all: make([]byte, limit)}, nil
}

// Reallocate implements experimental.LinearMemory.
func (r *reservation) Reallocate(size uint64) []byte {
	if size > uint64(len(r.all)) {
		return nil
	}
	return r.all[:size:size]
}

// Free implements experimental.LinearMemory.
func (r *reservation) Free() { r.all = nil }
