package scorer

import (
	"encoding/binary"
)

// What Go's runtime imports of WASI, with nothing behind it: no arguments, no
// environment, no files, a clock that only reads and sleeps move, and random
// numbers that are the same in every instance.

const (
	wasiBadFile    = 8
	wasiInvalid    = 28
	clockStep      = 1_000_000                 // ns per read of the clock
	clockStart     = 1_640_995_200_000_000_000 // 2022-01-01, in ns
	maxRandom      = 1 << 16
	maxWrite       = 1 << 16
	maxVectors     = 64
	subscription   = 48 // bytes
	event          = 32
	clockTag       = 0
	absoluteTime   = 1
	randomSeed     = 42
	splitMixGamma  = 0x9e3779b97f4a7c15
	splitMixFirst  = 0xbf58476d1ce4e5b9
	splitMixSecond = 0x94d049bb133111eb
)

// errno is a function that does nothing but give code.
func errno(code uint64) hostFunc {
	return func(_ *instance, s []uint64) error {
		s[0] = code
		return nil
	}
}

func wasiNoSizes(in *instance, s []uint64) error {
	for _, ptr := range s[:2] {
		b, err := in.bytes("sizes", ptr, 4)
		if err != nil {
			return err
		}
		clear(b)
	}
	s[0] = 0
	return nil
}

func wasiClock(in *instance, s []uint64) error {
	b, err := in.bytes("clock_time_get", s[2], 8)
	if err != nil {
		return err
	}
	in.clock += clockStep
	now := in.clock
	if uint32(s[0]) == 0 {
		now += clockStart
	}
	binary.LittleEndian.PutUint64(b, now)
	s[0] = 0
	return nil
}

// wasiWrite sends what goes to standard output and error to the log. It takes so
// much of it at once that the deadline is looked at often: guests write the rest
// when they are told that less was written.
func wasiWrite(in *instance, s []uint64) error {
	fd := uint32(s[0])
	if fd != 1 && fd != 2 {
		s[0] = wasiBadFile
		return nil
	}
	n := uint64(uint32(s[2]))
	if n > maxVectors {
		s[0] = wasiInvalid
		return nil
	}
	vectors, err := in.bytes("fd_write", s[1], n*8)
	if err != nil {
		return err
	}
	written := uint32(0)
	for ; len(vectors) > 0; vectors = vectors[8:] {
		ptr, size := binary.LittleEndian.Uint32(vectors), binary.LittleEndian.Uint32(vectors[4:])
		size = min(size, maxWrite-written)
		b, err := in.bytes("fd_write", uint64(ptr), uint64(size))
		if err != nil {
			return err
		}
		in.output[fd-1].write(in.job, b)
		written += size
	}
	count, err := in.bytes("fd_write", s[3], 4)
	if err != nil {
		return err
	}
	binary.LittleEndian.PutUint32(count, written)
	s[0] = 0
	return nil
}

// wasiRandom gives the numbers of SplitMix64 from a fixed seed.
func wasiRandom(in *instance, s []uint64) error {
	if uint32(s[1]) > maxRandom {
		s[0] = wasiInvalid
		return nil
	}
	b, err := in.bytes("random_get", s[0], s[1])
	if err != nil {
		return err
	}
	for len(b) > 0 {
		in.random += splitMixGamma
		z := in.random
		z = (z ^ z>>30) * splitMixFirst
		z = (z ^ z>>27) * splitMixSecond
		var word [8]byte
		binary.LittleEndian.PutUint64(word[:], z^z>>31)
		b = b[copy(b, word[:]):]
	}
	s[0] = 0
	return nil
}

// wasiPoll sleeps in no time: the clock moves on by what was asked for.
func wasiPoll(in *instance, s []uint64) error {
	n := uint64(uint32(s[2]))
	if n == 0 || n > maxVectors {
		s[0] = wasiInvalid
		return nil
	}
	subs, err := in.bytes("poll_oneoff", s[0], n*subscription)
	if err != nil {
		return err
	}
	events, err := in.bytes("poll_oneoff", s[1], n*event)
	if err != nil {
		return err
	}
	count, err := in.bytes("poll_oneoff", s[3], 4)
	if err != nil {
		return err
	}
	out := make([]byte, 0, n*event)
	for ; len(subs) > 0; subs = subs[subscription:] {
		var e [event]byte
		copy(e[:8], subs[:8]) // user data
		e[10] = subs[8]       // type
		if subs[8] != clockTag {
			e[8] = wasiBadFile
		} else if timeout := binary.LittleEndian.Uint64(subs[24:]); subs[40]&absoluteTime == 0 {
			in.clock += timeout
		} else if timeout > in.clock && timeout < clockStart {
			in.clock = timeout
		}
		out = append(out, e[:]...)
	}
	copy(events, out)
	binary.LittleEndian.PutUint32(count, uint32(n))
	s[0] = 0
	return nil
}
