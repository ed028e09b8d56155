package scorer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// writing is a guest that runs before, writes texts to standard output (1) or
// error (2), and then runs after.
func writing(before string, fds []int, texts []string, after string) *asm {
	a := newAsm()
	write := a.importFunc("wasi_snapshot_preview1", "fd_write", "iiii>i")
	exit := a.importFunc("wasi_snapshot_preview1", "proc_exit", "i>")
	a.datas = [][]byte{[]byte(strings.Join(texts, ""))}
	at := 16 // where the assembler puts it
	var b strings.Builder
	for i, text := range texts {
		fmt.Fprintf(&b, "i32.const 8192 i32.const %d i32.store 2 0 i32.const 8196 i32.const %d i32.store 2 0 ", at, len(text))
		fmt.Fprintf(&b, "i32.const %d i32.const 8192 i32.const 1 i32.const 8200 call %d drop ", fds[i], write)
		at += len(text)
	}
	addMetric(a, "", before+" "+b.String()+strings.ReplaceAll(after, "exit", fmt.Sprintf("i32.const 2 call %d unreachable", exit)))
	return a
}

func TestOutputIsLoggedByLines(t *testing.T) {
	const long = "0123456789abcdefghijklmnopqrstuvwxyz" // longer than a message may be
	for _, tc := range []struct {
		name  string
		code  string
		fds   []int
		texts []string
		want  []string
		says  string
	}{
		{"pieces of a line", "f64.const 1", []int{1, 1, 1}, []string{"a", "b", "c\n"}, []string{"abc"}, ""},
		{"several lines at once", "f64.const 1", []int{1}, []string{"a\n\nb\n"}, []string{"a", "b"}, ""},
		{"the last has no end", "f64.const 1", []int{1, 1}, []string{"a\nb", "c"}, []string{"a", "bc"}, ""},
		{"two files", "f64.const 1", []int{1, 2, 1, 2}, []string{"a", "x", "b\n", "y\n"}, []string{"ab", "xy"}, ""},
		{"a line without end", "f64.const 1", []int{1, 1}, []string{long, "y\n"}, []string{long[:32], long[32:] + "y"}, ""},
		{"as long as the limit", "f64.const 1", []int{1}, []string{long[:32] + "\n"}, []string{long[:32]}, ""},
		{"another file", "f64.const 1", []int{3}, []string{"a\n"}, nil, ""},
		{"trap with a reason", "unreachable", []int{2, 2}, []string{"fatal error: ", "no sleep\n\ngoroutine 1\n"}, []string{"fatal error: no sleep", "goroutine 1"}, "trap: unreachable: fatal error: no sleep"},
		{"exit with a reason", "exit", []int{2}, []string{"panic: no\x1b\n"}, []string{"panic: no\\u001b"}, "exited with code 2 instead of returning: panic: no\\u001b"},
		{"trap without one", "unreachable", []int{2}, []string{"all is well\n"}, []string{"all is well"}, "trap: unreachable"},
		{"not a reason on standard output", "unreachable", []int{1}, []string{"panic: no\n"}, []string{"panic: no"}, "trap: unreachable"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			e := openTest(t, Config{Log: func(_ string, _ int, msg string) { got = append(got, msg) }})
			j := metricTest(t, compileTest(t, e, writing("", tc.fds, tc.texts, tc.code).bytes(), Limits{LogMessage: 32}), nil)
			_, err := j.Score(context.Background(), []float64{1}, []float64{1})
			if !slices.Equal(got, tc.want) {
				t.Errorf("logged %q, want %q", got, tc.want)
			}
			var call *CallError
			if tc.says == "" && err != nil || tc.says != "" && (!errors.As(err, &call) || call.Err.Error() != tc.says) {
				t.Errorf("%v, want %q", err, tc.says)
			}
		})
	}
}

// What a call said is no reason for how a later one ends.
func TestReasonsEndWithTheCall(t *testing.T) {
	a := writing("local.get 2 f64.load 3 0 f64.const 0 f64.lt if - unreachable end", []int{2}, []string{"panic: recovered\n"}, "f64.const 1")
	j := metricTest(t, compileTest(t, openTest(t, Config{}), a.bytes(), Limits{}), nil)
	if _, err := j.Score(context.Background(), []float64{1}, []float64{1}); err != nil {
		t.Fatal(err)
	}
	_, err := j.Score(context.Background(), []float64{-1}, []float64{1})
	var trap *TrapError
	if !errors.As(err, &trap) || trap.Said != "" {
		t.Errorf("%v, want a trap without a reason", err)
	}
}

// A self-check evaluates a vector four times, and tells once what it logs.
func TestSelfChecksAreHeardOnce(t *testing.T) {
	var got []string
	e := openTest(t, Config{Log: func(_ string, _ int, msg string) { got = append(got, msg) }})
	m := compileTest(t, e, writing("", []int{1}, []string{"a\n"}, "f64.const 1").bytes(), Limits{})
	if err := m.SelfCheck(context.Background()); err != nil || !slices.Equal(got, []string{"a"}) {
		t.Errorf("logged %q, %v", got, err)
	}
}

// A guest that writes all its memory many times over is told that less was written:
// the deadline is looked at in between.
func TestWritesAreTakenInParts(t *testing.T) {
	a := newAsm()
	write := a.importFunc("wasi_snapshot_preview1", "fd_write", "iiii>i")
	var b strings.Builder
	b.WriteString("i32.const 1023 memory.grow 0 drop i32.const 0 i32.const 10 i32.const 67108864 memory.fill ")
	for i := range maxVectors {
		fmt.Fprintf(&b, "i32.const %d i32.const 0 i32.store 2 0 i32.const %d i32.const 67108864 i32.store 2 0 ", 1024+8*i, 1028+8*i)
	}
	fmt.Fprintf(&b, "i32.const 1 i32.const 1024 i32.const %d i32.const 2048 call %d drop i32.const 2048 i32.load 2 0 f64.convert_i32_u", maxVectors, write)
	addMetric(a, "", b.String())
	j := metricTest(t, compileTest(t, openTest(t, Config{}), a.bytes(), Limits{}), nil)
	if got, err := j.Score(context.Background(), []float64{1}, []float64{1}); err != nil || got != maxWrite {
		t.Errorf("%v bytes, %v; want %d", got, err, maxWrite)
	}
}

func TestEscapesCountForTheLimit(t *testing.T) {
	for limit := range 20 {
		if got := printable([]byte("ab\x1b\x1bé\x1bc"), limit); len(got) > limit {
			t.Errorf("limit %d: %q has %d bytes", limit, got, len(got))
		}
	}
	if got := printable([]byte("a\x1bé\n"), 100); got != "a\\u001bé\n" {
		t.Errorf("%q", got)
	}
}
