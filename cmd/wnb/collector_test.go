package main

import "testing"

func TestRoomPercent(t *testing.T) {
	for name, tt := range map[string]struct {
		live uint64
		want int
	}{
		"start":            {0, 400}, // of the least heap, 4 MiB
		"small":            {1 << 20, 400},
		"half of the room": {8 << 20, 200},
		"as the room":      {16 << 20, 100},
		"large":            {8 << 30, 100},
	} {
		t.Run(name, func(t *testing.T) {
			if got := roomPercent(tt.live); got != tt.want {
				t.Errorf("%d bytes may grow by %d %%, want %d", tt.live, got, tt.want)
			}
		})
	}
}
