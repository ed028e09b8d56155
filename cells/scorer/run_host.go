package scorer

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/tetratelabs/wazero/api"
)

// instanceKey is the context key of the instance that calls the host.
type instanceKey struct{}

// stop ends a guest from inside a host function, which wazero offers no other
// way for than a panic; wazero recovers it and call unwraps it.
type stop struct{ err error }

func (s *stop) Error() string { return s.err.Error() }
func (s *stop) Unwrap() error { return s.err }

// hostFunc is a host function: it gets its arguments in stack, leaves its result
// there, and an error ends the guest.
type hostFunc func(in *instance, stack []uint64) error

// hostFuncs are the functions of allowedImports, and the meter's.
var hostFuncs = map[string]hostFunc{
	"wnb." + refuelName: func(in *instance, s []uint64) error {
		if int64(s[0]) == memorySignal {
			in.noMemory = true
			return nil
		}
		left, err := in.tank.refill(int64(s[0]))
		s[0] = uint64(left)
		return err
	},
	"wnb.log":                                  hostLog,
	"wnb.fail":                                 hostFail,
	"env.abort":                                hostAbort,
	"wasi_snapshot_preview1.sched_yield":       errno(0),
	"wasi_snapshot_preview1.proc_exit":         func(_ *instance, s []uint64) error { return &ExitError{Code: uint32(s[0])} },
	"wasi_snapshot_preview1.args_get":          errno(0),
	"wasi_snapshot_preview1.args_sizes_get":    wasiNoSizes,
	"wasi_snapshot_preview1.clock_time_get":    wasiClock,
	"wasi_snapshot_preview1.environ_get":       errno(0),
	"wasi_snapshot_preview1.environ_sizes_get": wasiNoSizes,
	"wasi_snapshot_preview1.fd_write":          wasiWrite,
	"wasi_snapshot_preview1.random_get":        wasiRandom,
	"wasi_snapshot_preview1.poll_oneoff":       wasiPoll,
}

// guarded turns f into what wazero calls.
func (f hostFunc) guarded() api.GoModuleFunc {
	return func(ctx context.Context, _ api.Module, stack []uint64) {
		if err := f(ctx.Value(instanceKey{}).(*instance), stack); err != nil {
			panic(&stop{err})
		}
	}
}

// timed looks at the deadline before f: fuel says little about time that guests
// spend in the host.
func (f hostFunc) timed() hostFunc {
	return func(in *instance, stack []uint64) error {
		if err := in.tank.poll(); err != nil {
			return err
		}
		return f(in, stack)
	}
}

// bytes gives a range of the guest's memory. Pointers and lengths of 32 bits
// come in slots of 64 whose upper half means nothing.
func (in *instance) bytes(what string, ptr, size uint64) ([]byte, error) {
	b, ok := in.mem.Read(uint32(ptr), uint32(size))
	if !ok {
		return nil, &ABIError{fmt.Sprintf("%s: %d bytes at %#x are outside of the memory of %d bytes", what, uint32(size), uint32(ptr), in.mem.Size())}
	}
	return b, nil
}

func hostLog(in *instance, s []uint64) error {
	b, err := in.bytes("wnb.log", s[1], s[2])
	if err == nil {
		in.job.log(int(int32(s[0])), b)
	}
	return err
}

func hostFail(in *instance, s []uint64) error {
	b, err := in.bytes("wnb.fail", s[1], s[2])
	if err != nil {
		return err
	}
	return &ExtError{Code: int32(s[0]), Msg: printable(b, in.job.mod.limits.LogMessage)}
}

// hostAbort reads AssemblyScript's strings: UTF-16, with the length in bytes in
// front of the pointer.
func hostAbort(in *instance, s []uint64) error {
	text := func(ptr uint32) string {
		if ptr < 4 {
			return ""
		}
		head, ok := in.mem.Read(ptr-4, 4)
		if !ok {
			return ""
		}
		b, ok := in.mem.Read(ptr, min(binary.LittleEndian.Uint32(head), uint32(in.job.mod.limits.LogMessage)))
		if !ok {
			return ""
		}
		units := make([]uint16, len(b)/2)
		for i := range units {
			units[i] = binary.LittleEndian.Uint16(b[2*i:])
		}
		return string(utf16.Decode(units))
	}
	msg := fmt.Sprintf("%s (%s:%d:%d)", text(uint32(s[0])), text(uint32(s[1])), uint32(s[2]), uint32(s[3]))
	return &ExtError{Code: -1, Msg: printable([]byte(msg), in.job.mod.limits.LogMessage)}
}

// printable escapes in a message of a guest what a terminal would obey, and cuts
// it to limit bytes.
func printable(b []byte, limit int) string {
	b = b[:min(len(b), limit)]
	var out strings.Builder
	for _, r := range strings.ToValidUTF8(string(b), "\uFFFD") {
		piece := string(r)
		if r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			piece = fmt.Sprintf("\\u%04x", r)
		}
		if out.Len()+len(piece) > limit {
			break
		}
		out.WriteString(piece)
	}
	return out.String()
}
