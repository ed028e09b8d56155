package protocol

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
)

const formZMQ = "zeromq message"

// Delimiter stands between the identities and the signature of a ZeroMQ
// message.
const Delimiter = "<IDS|MSG>"

// zmqJSON is how many parts follow the delimiter at least: the signature and
// four JSON objects.
const zmqJSON = 5

// Signer writes and reads messages as ZeroMQ carries them: routing identities,
// the delimiter, a signature, four JSON objects, and the buffers. It is safe
// for concurrent use.
type Signer struct {
	key []byte
}

// NewSigner returns a Signer for the scheme and the key of a connection file.
// The only scheme is hmac-sha256; an empty key means messages without
// signatures, whatever the scheme.
func NewSigner(scheme string, key []byte) (*Signer, error) {
	if scheme != "hmac-sha256" && len(key) > 0 {
		return nil, fmt.Errorf("signature scheme %s is not known, want hmac-sha256", quoted(scheme))
	}
	return &Signer{key: bytes.Clone(key)}, nil
}

// Encode returns the parts of m. The identities are the client's on a ROUTER
// socket and the topic on IOPub.
func (s *Signer) Encode(identities [][]byte, m *Message) [][]byte {
	json := [][]byte{
		appendHeader(nil, &m.Header), appendHeader(nil, &m.Parent), orEmpty(m.Metadata), orEmpty(m.Content),
	}
	parts := make([][]byte, 0, len(identities)+1+zmqJSON+len(m.Buffers))
	parts = append(parts, identities...)
	parts = append(parts, []byte(Delimiter), s.sign(json))
	parts = append(parts, json...)
	return append(parts, m.Buffers...)
}

// sign is the signature in hexadecimal, empty without a key.
func (s *Signer) sign(json [][]byte) []byte {
	if len(s.key) == 0 {
		return []byte{}
	}
	mac := hmac.New(sha256.New, s.key)
	for _, part := range json {
		mac.Write(part)
	}
	return hex.AppendEncode(nil, mac.Sum(nil))
}

// Wire is a message as it came from a ZeroMQ socket.
type Wire struct {
	Identities [][]byte // where an answer must go
	Signature  string   // to be given to a [Replays]; empty where messages are not signed
	*Message            // its Channel is the one that Decode was told
}

// Decode reads the parts of a message that came on ch. The signature is
// checked before anything else is looked at; errors match ErrSignature where it
// is wrong. The message shares the bytes of the parts.
func (s *Signer) Decode(parts [][]byte, ch Channel, lim Limits) (*Wire, error) {
	fail := func(part, format string, args ...any) (*Wire, error) {
		return nil, &FrameError{Form: formZMQ, Part: part, Problem: fmt.Sprintf(format, args...)}
	}
	at := -1
	total := 0
	for i, p := range parts {
		total += len(p)
		if at < 0 && string(p) == Delimiter {
			at = i
		}
	}
	if err := lim.checkBytes(formZMQ, total); err != nil {
		return nil, err
	}
	if at < 0 {
		return fail("delimiter", "none of %d parts is %s", len(parts), Delimiter)
	}
	rest := parts[at+1:]
	if len(rest) < zmqJSON {
		return fail("parts", "%d behind the delimiter, want at least %d", len(rest), zmqJSON)
	}
	if err := lim.checkBuffers(formZMQ, len(rest)-zmqJSON); err != nil {
		return nil, err
	}
	if !hmac.Equal(s.sign(rest[1:zmqJSON]), rest[0]) && len(s.key) > 0 {
		return nil, &FrameError{Form: formZMQ, Part: "signature", Problem: "does not match the key", Err: ErrSignature}
	}
	m, err := dicts{header: rest[1], parent: rest[2], metadata: rest[3], content: rest[4]}.message(formZMQ)
	if err != nil {
		return nil, err
	}
	m.Channel = ch
	if len(rest) > zmqJSON {
		m.Buffers = rest[zmqJSON:len(rest):len(rest)]
	}
	w := &Wire{Identities: parts[:at:at], Message: m}
	if len(s.key) > 0 {
		w.Signature = string(rest[0])
	}
	return w, nil
}

// Replays remembers signatures, so that a recorded message cannot be sent a
// second time. One Replays belongs to all sockets of a kernel; it is safe for
// concurrent use.
type Replays struct {
	mu   sync.Mutex
	size int
	seen map[string]bool
	ring []string // in the order they came; grows up to size
	next int      // where the oldest is, once the ring is full
}

// NewReplays returns a memory of the last n signatures; with n <= 0 of 65536,
// as in jupyter_client.
func NewReplays(n int) *Replays {
	if n <= 0 {
		n = 1 << 16
	}
	return &Replays{size: n, seen: map[string]bool{}}
}

// Check fails with ErrReplayed where the signature came before. Empty
// signatures, of kernels without a key, always pass.
func (r *Replays) Check(signature string) error {
	if signature == "" {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen[signature] {
		return &FrameError{Form: formZMQ, Part: "signature", Problem: "is not new", Err: ErrReplayed}
	}
	r.seen[signature] = true
	if len(r.ring) < r.size {
		r.ring = append(r.ring, signature)
		return nil
	}
	delete(r.seen, r.ring[r.next])
	r.ring[r.next] = signature
	r.next = (r.next + 1) % r.size
	return nil
}
