//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package scorer

import "syscall"

// reservation is a guest's memory: address space for all of its limit, of which
// as much can be touched as the guest has grown to. Growing copies nothing, and
// what a guest used goes back to the system when it ends, not when the collector runs.
type reservation struct{ all []byte }

func reserve(limit uint64) (*reservation, error) {
	if limit == 0 {
		return &reservation{}, nil
	}
	b, err := syscall.Mmap(-1, 0, int(limit), syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return nil, err
	}
	return &reservation{all: b}, nil
}

// Reallocate implements experimental.LinearMemory.
func (r *reservation) Reallocate(size uint64) []byte {
	if size > uint64(len(r.all)) {
		return nil
	}
	if size > 0 && syscall.Mprotect(r.all[:size], syscall.PROT_READ|syscall.PROT_WRITE) != nil {
		return nil
	}
	return r.all[:size:size]
}

// Free implements experimental.LinearMemory.
func (r *reservation) Free() {
	if r.all != nil {
		_ = syscall.Munmap(r.all) // fails only for a range that is not mapped
		r.all = nil
	}
}
