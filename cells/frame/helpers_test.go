package frame

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares text with testdata/name.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// must passes a value on and ends the test on an error.
func must[T any](t interface {
	Helper()
	Fatalf(string, ...any)
}) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatalf("unexpected error: %v", err)
		}
		return v
	}
}

// series makes a column of Go values.
func series(t testing.TB, name string, values ...any) *Series {
	t.Helper()
	s, err := FromAny(name, values)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// frameOf makes a frame of columns.
func frameOf(t testing.TB, cols ...*Series) *Frame {
	t.Helper()
	f, err := New(cols...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// table is a frame as plain values: a header of "name dtype", then rows.
func table(f *Frame) [][]any {
	var head []any
	for _, c := range f.cols {
		head = append(head, c.name+" "+c.dtype.String())
	}
	out := [][]any{head}
	for i := range f.rows {
		out = append(out, f.Row(i))
	}
	return out
}

func diffValues(t testing.TB, got *Series, dtype DType, want ...any) {
	t.Helper()
	if got.DType() != dtype {
		t.Errorf("dtype %s, want %s", got.DType(), dtype)
	}
	if diff := cmp.Diff(want, got.Values(), cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
}

func diffTable(t testing.TB, got *Frame, want [][]any) {
	t.Helper()
	if diff := cmp.Diff(want, table(got), cmpopts.EquateNaNs()); diff != "" {
		t.Errorf("frame (-want +got):\n%s", diff)
	}
}

// wantError checks that the message holds every part.
func wantError(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not hold %q", err, part)
		}
	}
}

func readCSV(t testing.TB, text string, opts CSVOptions) *Frame {
	t.Helper()
	f, err := ReadCSV(context.Background(), "test.csv", strings.NewReader(text), opts)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
