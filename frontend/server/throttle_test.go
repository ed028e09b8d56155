package server

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"
)

// ticking is a clock that stands still until it is moved.
type ticking struct {
	mu sync.Mutex
	at time.Time
}

func (c *ticking) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *ticking) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func newTicking() *ticking { return &ticking{at: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)} }

func TestThrottle(t *testing.T) {
	clock := newTicking()
	th := newThrottle(clock.now)
	from := func(addr string) *http.Request { return &http.Request{RemoteAddr: addr} }
	steps := []struct {
		addr  string
		times int
		after time.Duration // the clock is moved by this before
		want  time.Duration // to wait after the last one
	}{
		{"1.2.3.4:5", freeTries, 0, 0},
		{"1.2.3.4:6", 1, 0, time.Second},   // another port is the same sender
		{"1.2.3.4:6", 100, 0, time.Second}, // impatience costs nothing more
		{"1.2.3.4:6", 1, 600 * time.Millisecond, 400 * time.Millisecond},
		{"1.2.3.4:6", 1, 400 * time.Millisecond, 2 * time.Second},
		{"[::ffff:1.2.3.4]:6", 1, 2 * time.Second, 4 * time.Second},
		{"1.2.3.5:6", 1, 0, 0},                           // somebody else
		{"1.2.3.4:6", 1, forgetWrong + 5*time.Second, 0}, // forgotten
		{"[2001:db8::1]:1", freeTries + 1, 0, time.Second},
		{"[2001:db8::2]:1", 1, time.Second, 2 * time.Second}, // the same customer
		{"[2001:db8:0:1::2]:1", 1, 0, 0},
		{"@", freeTries + 1, 0, time.Second},
	}
	for i, s := range steps {
		clock.move(s.after)
		var got time.Duration
		for range s.times {
			got = th.wrong(from(s.addr))
		}
		if got != s.want {
			t.Errorf("step %d, %s: wait %v, want %v", i, s.addr, got, s.want)
		}
	}
	var longest time.Duration
	for range 100 {
		longest = th.wrong(from("9.9.9.9:9"))
		clock.move(longest)
	}
	if longest != longestWait {
		t.Errorf("the longest wait is %v, want %v", longest, longestWait)
	}
}

func TestThrottleIsBounded(t *testing.T) {
	clock := newTicking()
	th := newThrottle(clock.now)
	for i := range 3 * mostThrottle {
		th.wrong(&http.Request{RemoteAddr: fmt.Sprintf("10.%d.%d.%d:1", i>>16, i>>8&255, i&255)})
		clock.move(time.Millisecond)
		if len(th.from) > mostThrottle {
			t.Fatalf("after %d addresses, %d are remembered", i+1, len(th.from))
		}
	}
	clock.move(forgetWrong + time.Minute)
	th.wrong(&http.Request{RemoteAddr: "1.1.1.1:1"})
	if len(th.from) != 1 {
		t.Errorf("%d are remembered that should be forgotten", len(th.from)-1)
	}
}

// Wrong tokens are told to wait, in headers, queries and the form alike; the
// right one always works.
func TestWrongTokensAreThrottled(t *testing.T) {
	clock := newTicking()
	r := newRig(t, func(o *Options) { o.Clock = clock.now })
	wrong := http.Header{"Authorization": {"token guess"}}
	for i := range freeTries {
		if got := r.raw("GET", "/api/kernels", "", wrong); got.status != http.StatusForbidden {
			t.Fatalf("try %d: %d", i+1, got.status)
		}
	}
	form := func(password string) reply {
		body := url.Values{"_xsrf": {"x"}, "password": {password}}.Encode()
		return r.raw("POST", "/login", body, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Cookie": {"_xsrf=x"}})
	}
	for name, try := range map[string]func() reply{
		"header": func() reply { return r.raw("GET", "/api/kernels", "", wrong) },
		"query":  func() reply { return r.raw("GET", "/api/kernels?token=guess", "", nil) },
		"page":   func() reply { return r.raw("GET", "/tree?token=guess", "", nil) },
		"form":   func() reply { return form("guess") },
	} {
		got := try()
		if got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") != "1" {
			t.Errorf("%s: %d, Retry-After %q", name, got.status, got.header.Get("Retry-After"))
		}
	}
	if got := r.call("GET", "/api/kernels", ""); got.status != http.StatusOK {
		t.Errorf("the right token: %d", got.status)
	}
	if got := form(token); got.status != http.StatusFound {
		t.Errorf("the right token in the form: %d", got.status)
	}
	if got := r.raw("GET", "/login", "", nil); got.status != http.StatusOK {
		t.Errorf("the form itself: %d", got.status)
	}
	clock.move(time.Hour)
	if got := r.raw("GET", "/api/kernels", "", wrong); got.status != http.StatusForbidden {
		t.Errorf("an hour later: %d", got.status)
	}
}
