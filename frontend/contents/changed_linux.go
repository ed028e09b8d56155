package contents

import (
	"io/fs"
	"syscall"
	"time"
)

// changedAt is when the file was changed last, in any way. Unlike the time of
// its content it cannot be set, as by programs that copy files with their times.
func changedAt(info fs.FileInfo) time.Time {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return time.Unix(stat.Ctim.Unix())
	}
	return info.ModTime()
}
