package storage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// secretSize is the length of the store's key in bytes.
const secretSize = 32

// SecretKey gives the store's secret key: 32 random bytes, made when it is first asked for. It keys the hashes of values
// that must not be guessed from their hash, such as those of environment variables.
func (s *Blobs) SecretKey(ctx context.Context) ([]byte, error) {
	key, err := s.readSecret()
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	lock, err := lockFile(ctx, filepath.Join(s.dir, "lock"), exclusive)
	if err != nil {
		return nil, explain(s.dir, err)
	}
	defer lock.Close()
	// Another process may have made it while this one waited.
	if key, err := s.readSecret(); !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	key = make([]byte, secretSize)
	if _, err := rand.Read(key); err != nil {
		return nil, fmt.Errorf("reading random bytes: %w", err)
	}
	return key, explain(s.dir, s.writeSecret(key))
}

func (s *Blobs) secretFile() string { return filepath.Join(s.dir, "secret.key") }

func (s *Blobs) readSecret() ([]byte, error) {
	key, err := os.ReadFile(s.secretFile())
	if err == nil && len(key) != secretSize {
		return nil, fmt.Errorf("%s is %w: it has %d bytes, not %d; restore it from a backup, or remove it, and cells that read the environment run again",
			s.secretFile(), ErrCorrupt, len(key), secretSize)
	}
	return key, err
}

func (s *Blobs) writeSecret(key []byte) error {
	name, err := s.writeTemp(func(f *os.File) error {
		_, err := f.Write(key)
		return err
	})
	if err != nil {
		return err
	}
	if err := os.Rename(name, s.secretFile()); err != nil {
		return errors.Join(err, removeIfThere(name))
	}
	return syncDir(s.dir)
}
