package server

import (
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"
)

// throttle counts wrong tokens by address. It slows down who guesses, and keeps
// the log readable; a right token is never refused for the wrong ones before it.
type throttle struct {
	now func() time.Time

	mu   sync.Mutex
	from map[netip.Prefix]*wrongTokens
}

type wrongTokens struct {
	count int
	last  time.Time
	until time.Time // no further one is looked at in earnest
}

const (
	freeTries    = 10          // wrong tokens before an address is told to wait
	firstWait    = time.Second // doubled with each further one
	longestWait  = 5 * time.Minute
	forgetWrong  = 15 * time.Minute // without a wrong token
	mostThrottle = 4096             // addresses that are remembered
)

func newThrottle(now func() time.Time) *throttle {
	return &throttle{now: now, from: map[netip.Prefix]*wrongTokens{}}
}

// wrong counts a wrong token, and says how long its sender has to wait; 0 for not
// at all.
func (t *throttle) wrong(r *http.Request) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	now, sender := t.now(), senderOf(r)
	have := t.from[sender]
	if have == nil || now.Sub(have.last) > forgetWrong {
		t.makeRoom(now)
		have = &wrongTokens{}
		t.from[sender] = have
	}
	have.last = now
	if now.Before(have.until) {
		return have.until.Sub(now)
	}
	if have.count++; have.count <= freeTries {
		return 0
	}
	wait := longestWait
	if doubled := have.count - freeTries - 1; doubled < 16 {
		wait = min(firstWait<<doubled, longestWait)
	}
	have.until = now.Add(wait)
	return wait
}

// makeRoom forgets what is old, and where that is not enough, the older half.
func (t *throttle) makeRoom(now time.Time) {
	if len(t.from) < mostThrottle {
		return
	}
	maps.DeleteFunc(t.from, func(_ netip.Prefix, have *wrongTokens) bool { return now.Sub(have.last) > forgetWrong })
	if len(t.from) < mostThrottle {
		return
	}
	byAge := slices.SortedFunc(maps.Keys(t.from), func(a, b netip.Prefix) int { return t.from[a].last.Compare(t.from[b].last) })
	for _, sender := range byAge[:len(byAge)/2] {
		delete(t.from, sender)
	}
}

// senderOf is the address of a client; of IPv6 the part that one customer has.
func senderOf(r *http.Request) netip.Prefix {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{} // a Unix socket: all are one
	}
	bits := 32
	if addr = addr.Unmap().WithZone(""); addr.Is6() {
		bits = 64
	}
	prefix, err := addr.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return prefix
}

// tooMany says how long to wait, in whole seconds.
func tooMany(w http.ResponseWriter, wait time.Duration) (message string) {
	seconds := strconv.Itoa(int((wait + time.Second - 1) / time.Second))
	w.Header().Set("Retry-After", seconds)
	return "Too many wrong tokens came from this address: wait " + seconds + " s, or send the right one, which is in the URL that the server printed when it started"
}
