package host

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStderrKeepsWhatSaysWhy(t *testing.T) {
	const stack = "goroutine 1 [running]:\nmain.main()\n\t/src/main.go:3 +0x1d\n\n"
	for _, tt := range []struct {
		name, in string
		fatal    string
		tail     []string
	}{
		{name: "nothing"},
		{name: "last lines", in: "1\n2\n3\n4\n", tail: []string{"2", "3", "4"}},
		{name: "no end of line", in: "only", tail: []string{"only"}},
		{name: "panic", in: "before\npanic: ouch\n\n" + stack + "exit status 2\n", fatal: "panic: ouch", tail: []string{"before", "exit status 2"}},
		{name: "stack of a panic that was caught", in: "panic in the handler of x: y\n" + stack + "later\n",
			tail: []string{"panic in the handler of x: y", "later"}},
		{name: "memory", in: "runtime: out of memory: cannot allocate 8192-byte block (4096 in use)\nfatal error: out of memory\n\nruntime stack:\nruntime.throw()\n",
			fatal: "runtime: out of memory: cannot allocate 8192-byte block (4096 in use)"},
		{name: "not text", in: "\xff\xfe\r\n", tail: []string{"�"}},
		{name: "long line", in: strings.Repeat("x", 3*lineBytes) + "\n", tail: []string{strings.Repeat("x", lineBytes)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for cut := range min(len(tt.in)+1, 200) { // wherever the writes are cut
				s := &stderrLog{}
				for _, part := range []string{tt.in[:cut], tt.in[cut:]} {
					if n, err := s.Write([]byte(part)); n != len(part) || err != nil {
						t.Fatal(n, err)
					}
				}
				s.flush()
				fatal, tail := s.said()
				if fatal != tt.fatal {
					t.Fatalf("cut at %d: got %q, want %q", cut, fatal, tt.fatal)
				}
				if diff := cmp.Diff(tt.tail, tail); diff != "" {
					t.Fatalf("cut at %d: %s", cut, diff)
				}
			}
		})
	}
}

func TestMemoryReasons(t *testing.T) {
	const runtime = "runtime: out of memory: cannot allocate 1073741824-byte block (67108864 in use)"
	for _, tt := range []struct {
		name string
		d    death
		want string
	}{
		{"with numbers", death{fatal: runtime, limit: 1 << 28}, "out of memory: used 64 MiB and wanted 1 GiB more, the limit is 256 MiB"},
		{"with numbers, no limit", death{fatal: runtime}, "out of memory: used 64 MiB and wanted 1 GiB more"},
		{"without", death{fatal: "fatal error: runtime: cannot allocate memory", limit: 3 << 29}, "out of memory: wanted more than the limit of 1.5 GiB"},
		{"without, no limit", death{fatal: "fatal error: runtime: out of memory"}, "out of memory: the system has no more"},
		{"number too large", death{fatal: "runtime: out of memory: cannot allocate 99999999999999999999-byte block (1 in use)"},
			"out of memory: used 1 B and wanted 99999999999999999999 B more"},
		{"our own kill comes first", death{fatal: runtime, killed: "killed"}, "killed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.d.reason(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestLimitsTravelThroughTheEnvironment(t *testing.T) {
	want := Limits{SoftMemory: 1 << 40, HardMemory: 1<<64 - 1}
	s := Spec{Env: []string{"A=1", envHard + "=5"}, Limits: want}
	env := map[string]string{}
	for _, e := range s.environ() {
		name, value, _ := strings.Cut(e, "=")
		env[name] += value
	}
	got, err := limitsFrom(func(name string) string { return env[name] })
	if diff := cmp.Diff(want, got); diff != "" || err != nil || env["A"] != "1" {
		t.Error(diff, err, env)
	}
	if _, err := limitsFrom(func(string) string { return "-1" }); err == nil {
		t.Error("-1 was taken for a number of bytes")
	}
}
