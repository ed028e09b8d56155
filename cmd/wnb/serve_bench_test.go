package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

func (s *serving) newKernel() string {
	s.t.Helper()
	return s.call("POST", "/api/kernels", map[string]string{"name": "wnb"}, http.StatusCreated)["id"].(string)
}

func (c *socket) info() {
	c.t.Helper()
	c.until(c.send(protocol.Shell, protocol.KernelInfoRequest{}, "{}"), idle)
}

// BenchmarkServe measures the server as its clients see it: real processes, a
// real websocket.
func BenchmarkServe(b *testing.B) {
	s := serve(b, newServed(b))
	b.Run("start_to_idle", func(b *testing.B) {
		for b.Loop() {
			id := s.newKernel()
			s.connect(id, "start", protocol.V1).info()
			b.StopTimer()
			s.call("DELETE", "/api/kernels/"+id, nil, http.StatusNoContent)
			b.StartTimer()
		}
	})
	kernel := s.newKernel()
	c := s.connect(kernel, "bench", protocol.V1)
	c.info()
	b.Run("round_trip", c.roundTrips)
	_, document := s.session("n.wnb")
	d := s.connect(document, "bench-document", protocol.V1)
	d.info()
	b.Run("round_trip_document", d.roundTrips) // outputs are noted, and the file is looked at
	b.Run("100k_lines", func(b *testing.B) {
		n := 0
		for b.Loop() {
			n++
			c.run("lines", fmt.Sprintf("for i in range(100000):\n    print(\"a line of text\")\n_n = %d", n))
		}
		b.ReportMetric(float64(n)*100_000/b.Elapsed().Seconds(), "lines/s")
	})
	b.Run("interrupt", func(b *testing.B) {
		n := 0
		for b.Loop() {
			b.StopTimer()
			n++
			loop := c.execute("loop", fmt.Sprintf("print(\"go\", %d)\nwhile True:\n    pass", n))
			c.until(loop, printed("go"))
			b.StartTimer()
			s.call("POST", "/api/kernels/"+kernel+"/interrupt", nil, http.StatusNoContent)
			c.until(loop, idle)
		}
	})
	restart := func(b *testing.B) {
		s.call("POST", "/api/kernels/"+kernel+"/restart", nil, http.StatusOK)
		c = s.connect(kernel, "again", protocol.V1)
		c.info()
	}
	b.Run("restart_to_idle", func(b *testing.B) {
		for b.Loop() {
			restart(b)
		}
	})
	b.Run("restart_while_running", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			c.until(c.execute("loop", "print(\"go\")\nwhile True:\n    pass"), printed("go"))
			b.StartTimer()
			restart(b)
		}
	})
}

// roundTrips executes 1 + 1 again and again.
func (c *socket) roundTrips(b *testing.B) {
	var times []time.Duration
	n := 0
	for b.Loop() {
		n++
		start := time.Now()
		c.run("cell", fmt.Sprintf("1 + %d", n))
		times = append(times, time.Since(start))
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Nanoseconds()), "p50-ns")
	b.ReportMetric(float64(times[len(times)*99/100].Nanoseconds()), "p99-ns")
}

// BenchmarkServeMemory reports what processes hold: an idle server with a
// kernel, and the server after a cell wrote 100 MB.
func BenchmarkServeMemory(b *testing.B) {
	for b.Loop() {
		s := serve(b, newServed(b))
		kernel := s.newKernel()
		c := s.connect(kernel, "memory", protocol.V1)
		c.info()
		b.ReportMetric(float64(rss(b, s.cmd.Process.Pid)+rss(b, child(b, s.cmd.Process.Pid)))/(1<<20), "idle-MiB")
		c.run("big", "line = \"x\" * 999\nfor i in range(100000):\n    print(line)")
		b.ReportMetric(float64(rss(b, s.cmd.Process.Pid))/(1<<20), "after-100MB-MiB")
		s.stop()
	}
}

func child(tb testing.TB, parent int) int {
	tb.Helper()
	out, err := exec.Command("pgrep", "-P", strconv.Itoa(parent)).Output()
	if err != nil {
		tb.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.Fields(string(out))[0])
	if err != nil {
		tb.Fatal(err)
	}
	return pid
}

// rss is the resident memory of a process in bytes.
func rss(tb testing.TB, pid int) int64 {
	tb.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		tb.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if kib, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, err := strconv.ParseInt(strings.Fields(kib)[0], 10, 64)
			if err != nil {
				tb.Fatal(err)
			}
			return n << 10
		}
	}
	tb.Fatal("no VmRSS")
	return 0
}

// TestSoak keeps 64 kernels busy with 10 requests a second each and wants every
// reply. It runs for WNB_SOAK, such as 60s; its last result is in BENCHMARKS.md.
func TestSoak(t *testing.T) {
	length, err := time.ParseDuration(os.Getenv("WNB_SOAK"))
	if err != nil {
		t.Skip("set WNB_SOAK to a duration, such as 60s, for the soak test")
	}
	const kernels, rate = 64, 10
	s := serve(t, newServed(t))
	var wait sync.WaitGroup
	var mu sync.Mutex
	var times []time.Duration
	end := time.Now().Add(length)
	for k := range kernels {
		c := s.connect(s.newKernel(), fmt.Sprintf("soak%d", k), protocol.V1)
		c.info()
		wait.Go(func() {
			tick := time.NewTicker(time.Second / rate)
			defer tick.Stop()
			for i := 0; time.Now().Before(end); i++ {
				<-tick.C
				start := time.Now()
				if got := c.run("cell", fmt.Sprintf("%d + %d", i, k)); got != strconv.Itoa(i+k) {
					t.Errorf("kernel %d, request %d: %q", k, i, got)
					return
				}
				mu.Lock()
				times = append(times, time.Since(start))
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	slices.Sort(times)
	t.Logf("%d replies, none lost; p50 %v, p99 %v", len(times), times[len(times)/2], times[len(times)*99/100])
}
