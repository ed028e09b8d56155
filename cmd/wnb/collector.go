package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// room is how much a process may allocate between two garbage collections even
// if its heap is small.
const room = 16 << 20

// keepRoom makes the garbage collector wait until at least room bytes are new.
// Left alone it runs whenever the heap has doubled, and the heap of a small
// notebook is so small that a loop over big integers would be collected
// hundreds of times a second, on cores that other cells could use. From room
// bytes on, the heap doubles as always. GOGC, where it is set, has its way.
func keepRoom() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(roomPercent(0))
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	percent := roomPercent(0)
	afterCollections(func() {
		metrics.Read(live)
		if p := roomPercent(live[0].Value.Uint64()); p != percent {
			percent = p
			debug.SetGCPercent(p)
		}
	})
}

// roomPercent is by how much a heap of live bytes may grow. The runtime's least
// heap, 4 MiB, grows with the percentage, which bounds that.
func roomPercent(live uint64) int {
	const most, least = 100 * room / (4 << 20), 100
	if live == 0 {
		return most
	}
	return int(min(max(100*room/live, least), most))
}

// afterCollections calls f after collections, one call at a time.
func afterCollections(f func()) {
	runtime.AddCleanup(new([2]*byte), func(f func()) {
		f()
		afterCollections(f)
	}, f)
}
