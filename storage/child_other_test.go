//go:build !linux

package storage

import "context"

var systemParts map[string]func(ctx context.Context, dir string) error
