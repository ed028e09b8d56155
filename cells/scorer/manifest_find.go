package scorer

import (
	"bufio"
	"errors"
	"io"
)

// FindManifest gives the contents of the custom section "wnb" of a module that
// need not be valid, nor be smaller than any limit: it tells an extension that the
// host would refuse from a module for something else. It reads as far as it must,
// and the error is that of reading.
func FindManifest(module io.Reader) (manifest []byte, found bool, err error) {
	r := bufio.NewReader(module)
	manifest, found, err = findManifest(r)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil // a module that was cut
	}
	return manifest, found, err
}

func findManifest(r *bufio.Reader) ([]byte, bool, error) {
	var start [8]byte
	if _, err := io.ReadFull(r, start[:]); err != nil || string(start[:4]) != "\x00asm" {
		return nil, false, err
	}
	for {
		id, err := r.ReadByte()
		if err != nil {
			return nil, false, err
		}
		size, err := sectionSize(r)
		if err != nil {
			return nil, false, err
		}
		if id == 0 {
			head, err := io.ReadAll(io.LimitReader(r, min(size, maxManifest+64)))
			if err != nil {
				return nil, false, err
			}
			body := &reader{data: head, end: len(head), fn: -1}
			if body.name() == manifestSection && body.err == nil {
				return head[body.pos:], true, nil
			}
			size -= int64(len(head))
		}
		if _, err := io.CopyN(io.Discard, r, size); err != nil {
			return nil, false, err
		}
	}
}

// sectionSize reads one; behind what is none there is nothing to find.
func sectionSize(r *bufio.Reader) (int64, error) {
	var size int64
	for shift := 0; shift < 35; shift += 7 {
		b, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		size |= int64(b&0x7f) << shift
		if b&0x80 == 0 {
			return size, nil
		}
	}
	return 0, io.EOF
}
