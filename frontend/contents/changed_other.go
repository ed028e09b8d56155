//go:build !linux

package contents

import (
	"io/fs"
	"time"
)

// changedAt is when the content of the file was changed last.
func changedAt(info fs.FileInfo) time.Time { return info.ModTime() }
