package live

import (
	"fmt"
	"testing"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// BenchmarkFanOut prints 100,000 lines, each a message of its own, to two
// clients.
func BenchmarkFanOut(b *testing.B) {
	const lines = 100_000
	r := newRig(b, nil)
	s := r.session("a.wnb")
	one, two := r.tab(s.Kernel.ID, "one"), r.tab(s.Kernel.ID, "two")
	one.quiet, two.quiet = true, true
	for b.Loop() {
		req := one.submit("c", fmt.Sprintf("flood %d a line of text", lines))
		one.finish(req)
		two.until(protocol.TypeStatus, protocol.Idle)
	}
	b.ReportMetric(float64(b.N)*lines/b.Elapsed().Seconds(), "lines/s")
}

// BenchmarkRequest is one execution without output, there and back.
func BenchmarkRequest(b *testing.B) {
	r := newRig(b, nil)
	one := r.tab(r.session("a.wnb").Kernel.ID, "one")
	one.quiet = true
	for b.Loop() {
		one.run("c", "value 1")
	}
}
