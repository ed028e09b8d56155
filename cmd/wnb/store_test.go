package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/wnb-dev/wnb/storage"
)

func TestParseSize(t *testing.T) {
	for _, c := range []struct {
		text string
		want int64 // -1: refused
	}{
		{"0", 0}, {"1024", 1024}, {"10B", 10}, {"500MB", 500e6}, {"5 GB", 5e9}, {"5gb", 5e9}, {"1.5kB", 1500},
		{"10GiB", 10 << 30}, {"1TiB", 1 << 40}, {" 2TB ", 2e12},
		{"", -1}, {"GB", -1}, {"much", -1}, {"-5GB", -1}, {"5PB", -1}, {"1e5", -1}, {"NaN", -1}, {"1.2.3", -1}, {"99999999999TB", -1},
	} {
		t.Run(c.text, func(t *testing.T) {
			got, err := parseSize(c.text)
			if err != nil && errors.Is(err, errSize) {
				got = -1
			}
			if got != c.want {
				t.Errorf("%d, %v, want %d", got, err, c.want)
			}
		})
	}
}

func TestSizeText(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 999: "999 B", 1000: "1.00 kB", 1234: "1.23 kB", 12345: "12.3 kB", 99949: "99.9 kB", 99951: "100 kB", 999499: "999 kB", 999500: "1.00 MB",
		5e9: "5.00 GB", 10 << 30: "10.7 GB", 1234e12: "1234 TB",
	} {
		if got := sizeText(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestParseLimit(t *testing.T) {
	for text, want := range map[string]int64{"none": 0, "0": -1, "0GB": -1, "1kB": 1000} {
		if got, err := parseLimit(text); err != nil || got != want {
			t.Errorf("%s: %d, %v, want %d", text, got, err, want)
		}
	}
}

func TestProgressLine(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var out bytes.Buffer
	p := &progressLine{out: &out, clock: func() time.Time { return now }, start: now}
	for _, c := range []struct {
		after time.Duration
		done  int
		want  string
	}{
		{900 * time.Millisecond, 1, ""},
		{200 * time.Millisecond, 2, "\r\x1b[Kreading: 20 %"},
		{50 * time.Millisecond, 3, ""},
		{50 * time.Millisecond, 10, "\r\x1b[Kreading: 100 %"},
	} {
		now = now.Add(c.after)
		out.Reset()
		p.tell(storage.Progress{Step: "reading", Done: c.done, Total: 10})
		if out.String() != c.want {
			t.Errorf("at %d: %q, want %q", c.done, out.String(), c.want)
		}
	}
	out.Reset()
	p.clear()
	p.clear()
	if out.String() != "\r\x1b[K" {
		t.Errorf("cleared by %q", out.String())
	}
}

func TestLockedStoreHasItsCode(t *testing.T) {
	dir := filepath.Join(t.TempDir(), ".wnb")
	store, err := storage.Open(t.Context(), dir, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	s := &state{store: dir, clock: time.Now, env: func(string) string { return "" }}
	err = s.withStore(context.Background(), func(*storage.Store) error { return fmt.Errorf("gc: %w", storage.ErrBusy) })
	if code := codeOf(err); code != exitLocked {
		t.Errorf("exit code %d for %v, want %d", code, err, exitLocked)
	}
}
