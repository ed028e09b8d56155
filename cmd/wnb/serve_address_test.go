package main

import "testing"

func TestReachable(t *testing.T) {
	for address, want := range map[string]string{
		"127.0.0.1:8888": "127.0.0.1:8888",
		"[::1]:8888":     "[::1]:8888",
		"10.0.0.7:8888":  "10.0.0.7:8888",
		"0.0.0.0:8888":   "127.0.0.1:8888",
		"[::]:8888":      "127.0.0.1:8888",
	} {
		if got := reachable(address); got != want {
			t.Errorf("%s is reached at %s, want %s", address, got, want)
		}
	}
}
