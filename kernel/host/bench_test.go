package host

import (
	"slices"
	"testing"
	"time"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

func BenchmarkSpawnToFirstReply(b *testing.B) {
	for b.Loop() {
		k, err := Start(b.Context(), Spec{})
		if err != nil {
			b.Fatal(err)
		}
		until(b, k, sendRequest(b, k, protocol.Shell, protocol.KernelInfoRequest{}), protocol.TypeKernelInfoReply)
		b.StopTimer()
		finish(b, k)
		b.StartTimer()
	}
}

func BenchmarkRoundTrip(b *testing.B) {
	k := start(b, Spec{})
	var all []time.Duration
	for b.Loop() {
		began := time.Now()
		until(b, k, execute(b, k, "print x"), protocol.TypeExecuteReply)
		all = append(all, time.Since(began))
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "p99-µs")
}

func Benchmark100kStreamMessages(b *testing.B) {
	const n = 100_000
	k := start(b, Spec{})
	for b.Loop() {
		req := execute(b, k, "flood 100000")
		got := 0
		for m := range k.Receive() {
			if m.Header.MsgType == protocol.TypeStream {
				got++
			}
			if m.Header.MsgType == protocol.TypeExecuteReply && m.Parent.MsgID == req.Header.MsgID {
				break
			}
		}
		if got != n {
			b.Fatalf("got %d messages, want %d", got, n)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

// From the request to the next kernel's first answer.
func BenchmarkRestart(b *testing.B) {
	s := supervise(b, Spec{}, Restarts{})
	upTo(b, s, protocol.Starting)
	for b.Loop() {
		sendRequest(b, s, protocol.Control, protocol.ShutdownRequest{Restart: true})
		upTo(b, s, protocol.Starting)
		until(b, s, execute(b, s, "print x"), protocol.TypeExecuteReply)
	}
}
