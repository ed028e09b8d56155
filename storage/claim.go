package storage

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"sync"
	"time"
)

// Claim waits until nobody else, in this process or another, has a claim to the key, which is 64 lower-case hex digits.
// It makes sure that a result is computed once at a time. The claim ends with release or with the process. It is a
// lease too ([Blobs.Lease]).
func (s *Blobs) Claim(ctx context.Context, key string) (release func() error, err error) {
	if !isSHA256(key) {
		return nil, fmt.Errorf("claim to %q: a key is 64 lower-case hex digits", shorten(key))
	}
	for p := (patience{most: 20 * time.Millisecond}); ; {
		claimed, err := s.claims.try(ctx, key)
		if err == nil && claimed {
			return sync.OnceValue(func() error { return s.claims.release(key) }), nil
		}
		if err == nil {
			err = p.wait(ctx)
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("waiting for another computation of %s: %w", key, context.Cause(ctx))
		}
		if err != nil {
			return nil, explain(s.dir, err)
		}
	}
}

// Lease keeps the blobs that are put, or found by [Blobs.HasBlob], from now on until release or the end of the process,
// also when nothing refers to them. Without a lease they stay for an hour, or half an hour.
func (s *Blobs) Lease(ctx context.Context) (release func() error, err error) {
	name := make([]byte, 32)
	if _, err := rand.Read(name); err != nil {
		return nil, fmt.Errorf("reading random bytes: %w", err)
	}
	return s.Claim(ctx, hex.EncodeToString(name))
}
