package frame

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestReadCSV(t *testing.T) {
	inf := math.Inf(1)
	tests := []struct {
		name, text string
		opts       CSVOptions
		want       [][]any
	}{
		{"types", "a,b,c,d\n1,1.5,x,true\n2,2,y,FALSE\n", CSVOptions{},
			[][]any{{"a int64", "b float64", "c string", "d bool"}, {int64(1), 1.5, "x", true}, {int64(2), 2.0, "y", false}}},
		{"no final line end", "a\n1", CSVOptions{}, [][]any{{"a int64"}, {int64(1)}}},
		{"CRLF and BOM", "\xef\xbb\xbfa,b\r\n1,x\r\n\r\n2,y\r\n", CSVOptions{},
			[][]any{{"a int64", "b string"}, {int64(1), "x"}, {int64(2), "y"}}},
		{"BOM before a quote", "\xef\xbb\xbf\"a,1\",b\n1,2\n", CSVOptions{}, [][]any{{"a,1 int64", "b int64"}, {int64(1), int64(2)}}},
		{"quotes", "a,b\n\"x, \"\"y\"\"\",\"two\nlines\"\n\"p\"q,5\" pipe\n", CSVOptions{},
			[][]any{{"a string", "b string"}, {`x, "y"`, "two\nlines"}, {"pq", `5" pipe`}}},
		{"quoted CRLF is kept", "a\n\"x\r\ny\"\n", CSVOptions{}, [][]any{{"a string"}, {"x\r\ny"}}},
		{"carriage return inside a line", "a,b\nx\r,y\n", CSVOptions{}, [][]any{{"a string", "b string"}, {"x\r", "y"}}},
		{"quoted numbers", "a,b\n\"1\",\"\"\n\"\",\"2.5\"\n", CSVOptions{},
			[][]any{{"a int64", "b float64"}, {int64(1), nil}, {nil, 2.5}}},
		{"missing", "a,b,c\n1,NA,x\n,2.5,null\nN/A,NaN,\n", CSVOptions{},
			[][]any{{"a int64", "b float64", "c string"}, {int64(1), nil, "x"}, {nil, 2.5, nil}, {nil, nil, nil}}},
		{"quoted missing is text in text", "a\nx\n\"\"\n\"NA\"\nNA\n", CSVOptions{}, [][]any{{"a string"}, {"x"}, {""}, {"NA"}, {nil}}},
		{"only quoted empties", "a,b\n\"\",1\n,2\n", CSVOptions{}, [][]any{{"a string", "b int64"}, {"", int64(1)}, {nil, int64(2)}}},
		{"all null", "a,b\n,1\n,2\n", CSVOptions{}, [][]any{{"a float64", "b int64"}, {nil, int64(1)}, {nil, int64(2)}}},
		{"header only", "a,b\n", CSVOptions{}, [][]any{{"a float64", "b float64"}}},
		{"leading zeros", "a\n007\n-08\n", CSVOptions{}, [][]any{{"a int64"}, {int64(7)}, {int64(-8)}}},
		{"leading zeros kept", "a\n007\n", CSVOptions{DTypes: map[string]DType{"a": String}}, [][]any{{"a string"}, {"007"}}},
		{"int64 limits", "a,b\n9223372036854775807,9223372036854775808\n-9223372036854775808,1\n", CSVOptions{},
			[][]any{{"a int64", "b float64"}, {int64(math.MaxInt64), 9223372036854775808.0}, {int64(math.MinInt64), 1.0}}},
		{"floats", "a\n1e3\n-.5\n5.\n+2\ninf\n-Infinity\n1e999\n0.1234567890123456789\n", CSVOptions{},
			[][]any{{"a float64"}, {1000.0}, {-0.5}, {5.0}, {2.0}, {inf}, {-inf}, {inf}, {0.1234567890123456789}}},
		{"not numbers", "a,b,c,d\n0x10,1_000,1e,.\n", CSVOptions{},
			[][]any{{"a string", "b string", "c string", "d string"}, {"0x10", "1_000", "1e", "."}}},
		{"minus zero", "a,b\n-0,1\n5,2\n", CSVOptions{}, [][]any{{"a float64", "b int64"}, {math.Copysign(0, -1), int64(1)}, {5.0, int64(2)}}},
		{"minus zero as int", "a\n-0\n", CSVOptions{DTypes: map[string]DType{"a": Int64}}, [][]any{{"a int64"}, {int64(0)}}},
		{"blanks around numbers", "a,b\n 1 , x\n2, y\n", CSVOptions{}, [][]any{{"a int64", "b string"}, {int64(1), " x"}, {int64(2), " y"}}},
		{"bool and number", "a\ntrue\n1\n", CSVOptions{}, [][]any{{"a string"}, {"true"}, {"1"}}},
		{"repeated and empty names", "a,a,a.1,,a\n1,2,3,4,5\n", CSVOptions{},
			[][]any{{"a int64", "a.2 int64", "a.1 int64", "Unnamed: 3 int64", "a.3 int64"}, {int64(1), int64(2), int64(3), int64(4), int64(5)}}},
		{"no header", "1,x\n2,y\n", CSVOptions{NoHeader: true}, [][]any{{"column_1 int64", "column_2 string"}, {int64(1), "x"}, {int64(2), "y"}}},
		{"names without header", "1,x\n", CSVOptions{NoHeader: true, Names: []string{"n", "s"}}, [][]any{{"n int64", "s string"}, {int64(1), "x"}}},
		{"names replace the header", "a,b\n1,x\n", CSVOptions{Names: []string{"n", "s"}}, [][]any{{"n int64", "s string"}, {int64(1), "x"}}},
		{"names of an empty file", "", CSVOptions{NoHeader: true, Names: []string{"n"}}, [][]any{{"n float64"}}},
		{"columns in the order asked for", "a,b,c\n1,2,3\n", CSVOptions{Columns: []string{"c", "a"}}, [][]any{{"c int64", "a int64"}, {int64(3), int64(1)}}},
		{"tabs", "a\tb\n1\tx,y\n", CSVOptions{Sep: "\t"}, [][]any{{"a int64", "b string"}, {int64(1), "x,y"}}},
		{"own missing texts", "a,b\n-999,?\n1,NA\n", CSVOptions{NAValues: []string{"-999", "?"}},
			[][]any{{"a int64", "b float64"}, {nil, nil}, {int64(1), nil}}},
		{"only own missing texts", "a\nNA\n?\n", CSVOptions{NAValues: []string{"?"}, NoDefaultNA: true}, [][]any{{"a string"}, {"NA"}, {nil}}},
		{"comments", "# \"quoted\",\"open\na,b\n#,\"\n1,#x\n#\n", CSVOptions{Comment: "#"}, [][]any{{"a int64", "b string"}, {int64(1), "#x"}}},
		{"fixed float", "a\n1\n2\n", CSVOptions{DTypes: map[string]DType{"a": Float64}}, [][]any{{"a float64"}, {1.0}, {2.0}}},
		{"trailing separator", "a,b\n1,", CSVOptions{}, [][]any{{"a int64", "b float64"}, {int64(1), nil}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			diffTable(t, readCSV(t, test.text, test.opts), test.want)
		})
	}
}

func TestReadCSVErrors(t *testing.T) {
	dtypes := func(d DType) CSVOptions { return CSVOptions{DTypes: map[string]DType{"a": d}} }
	tests := []struct {
		name, text string
		opts       CSVOptions
		want       []string
	}{
		{"empty", "", CSVOptions{}, []string{"test.csv: ", "empty"}},
		{"only empty lines", "\n\r\n", CSVOptions{}, []string{"empty"}},
		{"short record", "a,b\n1,2\n\"x\ny\",2\n3\n", CSVOptions{}, []string{"test.csv: line 5: found 1 columns, expected 2"}},
		{"long record", "a,b\n1,2,3\n", CSVOptions{}, []string{"line 2: found 3 columns, expected 2"}},
		{"many wrong records", "a,b\n" + strings.Repeat("1\n", 9), CSVOptions{},
			[]string{"line 2", "wrong in 9 records: line 2 has 1, line 3 has 1", "line 6 has 1 and 4 more"}},
		{"open quote", "a,b\n1,\"x\n2,y\n", CSVOptions{}, []string{"line 2: a quote opens here and is never closed"}},
		{"open quote in the header", "a,\"b\n1,2\n", CSVOptions{}, []string{"line 1: a quote opens"}},
		{"invalid UTF-8", "a\nx\n\xff\n", CSVOptions{}, []string{"line 3: invalid UTF-8"}},
		{"invalid UTF-8 in the header", "a\xff\nx\n", CSVOptions{}, []string{"line 1: invalid UTF-8"}},
		{"NUL", "a\nx\ny\x00\n", CSVOptions{}, []string{"line 3: a NUL byte"}},
		{"UTF-16", "\xff\xfea\x00", CSVOptions{}, []string{"line 1: the text is UTF-16"}},
		{"fixed int", "b,a\nx,1\ny,1.5\n", dtypes(Int64), []string{`line 3: column "a": "1.5" is not int64`}},
		{"fixed float", "b,a\nx,abc\n", dtypes(Float64), []string{`line 2: column "a": "abc" is not float64`}},
		{"fixed bool", "a\n1\n", dtypes(Bool), []string{`"1" is not bool`}},
		{"unknown fixed column", "b\n1\n", dtypes(Bool), []string{`test.csv: no column "a" (available: "b")`}},
		{"missing columns", "b,a\n1,2\n", CSVOptions{Columns: []string{"z", "a", "x"}}, []string{`no columns "x", "z" (available: "a", "b")`}},
		{"column twice", "a\n1\n", CSVOptions{Columns: []string{"a", "a"}}, []string{`"a" is asked for twice`}},
		{"too few names", "a,b\n1,2\n", CSVOptions{Names: []string{"x"}}, []string{"line 1: found 2 columns, but 1 names"}},
		{"long separator", "a\n", CSVOptions{Sep: "::"}, []string{`sep is "::"`}},
		{"bad comment", "a\n", CSVOptions{Comment: ","}, []string{`comment is ","`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := ReadCSV(context.Background(), "test.csv", strings.NewReader(test.text), test.opts)
			wantError(t, err, test.want...)
			var csvError *CSVError
			var columnError *ColumnError
			if !errors.As(err, &csvError) && !errors.As(err, &columnError) {
				t.Errorf("%T is neither a *CSVError nor a *ColumnError", err)
			}
		})
	}
}

func TestReadCSVFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.csv")
	if err := os.WriteFile(path, []byte("a\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := ReadCSVFile(context.Background(), path, CSVOptions{})
	if err != nil {
		t.Fatal(err)
	}
	diffTable(t, f, [][]any{{"a int64"}, {int64(1)}})
	_, err = ReadCSVFile(context.Background(), path+"x", CSVOptions{})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	_, err = ReadCSVFile(context.Background(), filepath.Dir(path), CSVOptions{})
	wantError(t, err, filepath.Dir(path))
	defer goleak.VerifyNone(t)
	done, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := parseCSVChunks(done, "x", []byte("a\n1\n2\n3\n"), CSVOptions{Threads: 4}, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err = ReadCSVFile(done, path, CSVOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// Room is made by the bytes of a text, not by lines times columns.
func TestReadCSVOfManyColumnsAndEmptyLines(t *testing.T) {
	text := strings.Repeat("1,", 20_000) + "1" + strings.Repeat("\n", 1_000_000) + "2" + strings.Repeat(",2", 20_000)
	f := readCSV(t, text, CSVOptions{NoHeader: true})
	if rows, columns := f.Shape(); rows != 2 || columns != 20_001 {
		t.Errorf("shape %d × %d", rows, columns)
	}
	if text := f.Text(DisplayOptions{MaxColumns: -1}); !strings.Contains(text, "20,001 columns") {
		t.Errorf("text %s", text)
	}
}

// csvTexts draws texts that look like CSV.
func csvTexts() *rapid.Generator[string] {
	field := rapid.SampledFrom([]string{"1", "-0", "2.5", "1e400", "99999999999999999999", "true", "x", "", "NA", `""`, `"NA"`,
		`"a,b"`, `"two` + "\n" + `lines"`, `"q""q"`, `5"`, `"p"q`, "é", " 1", "\r"})
	return rapid.Custom(func(t *rapid.T) string {
		width := rapid.IntRange(1, 4).Draw(t, "width")
		var b strings.Builder
		b.WriteString(strings.Join([]string{"a", "b", "c", "d"}[:width], ",") + "\n")
		kinds := rapid.SliceOfN(field, width, width).Draw(t, "usual")
		for range rapid.IntRange(0, 30).Draw(t, "rows") {
			for j := range width {
				if j > 0 {
					b.WriteByte(',')
				}
				if rapid.IntRange(0, 5).Draw(t, "odd") == 0 {
					b.WriteString(field.Draw(t, "field"))
				} else {
					b.WriteString(kinds[j])
				}
			}
			b.WriteString(rapid.SampledFrom([]string{"\n", "\r\n", "\n\n"}).Draw(t, "end"))
		}
		return b.String()
	})
}

// The frame does not depend on where the text is cut nor on the threads.
func TestReadCSVChunks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := csvTexts().Draw(t, "text")
		whole, wantErr := parseCSVChunks(context.Background(), "x", []byte(text), CSVOptions{Threads: 1}, 1<<20)
		size := rapid.IntRange(1, 40).Draw(t, "chunk")
		got, err := parseCSVChunks(context.Background(), "x", []byte(text), CSVOptions{Threads: 3}, size)
		if (err == nil) != (wantErr == nil) || (err != nil && err.Error() != wantErr.Error()) {
			t.Fatalf("chunks of %d: error %v, want %v", size, err, wantErr)
		}
		if err == nil && !got.Equal(whole) {
			t.Fatalf("chunks of %d:\n%v\nwant\n%v", size, got, whole)
		}
	})
}

func TestCSVRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := frames(t, "frame", rapid.StringOf(rapid.SampledFrom([]rune("a1,\"\n\r é#NA\ufeff"))))
		cols := f.cols
		for i, c := range cols { // NaN has no text of its own
			if c.dtype == Float64 {
				cols[i] = c.mapFloats(func(v float64) float64 {
					if v != v {
						return 0
					}
					return v
				})
			}
		}
		f = must[*Frame](t)(New(cols...))
		var text bytes.Buffer
		if err := f.WriteCSV(context.Background(), &text); err != nil {
			t.Fatal(err)
		}
		dtypes := map[string]DType{}
		for _, c := range f.cols {
			dtypes[c.name] = c.dtype
		}
		got, err := ReadCSV(context.Background(), "x", bytes.NewReader(text.Bytes()), CSVOptions{DTypes: dtypes})
		if err != nil {
			t.Fatalf("%v in\n%s", err, &text)
		}
		if !got.Equal(f) {
			t.Fatalf("text\n%s\ngives\n%v\nwant\n%v", &text, got, f)
		}
	})
}

func TestWriteCSV(t *testing.T) {
	f := frameOf(t, series(t, "n", 1, nil, -3), series(t, "x", 0.1, 1e300, nil), series(t, `a "name"`, "x,y", "", nil), series(t, "ok", true, nil, false))
	var out strings.Builder
	if err := f.WriteCSV(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	if want := "n,x,\"a \"\"name\"\"\",ok\n1,0.1,\"x,y\",true\n,1e+300,\"\",\n-3,,,false\n"; out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
	bad := frameOf(t, series(t, "s", "x", "\xff"))
	wantError(t, bad.WriteCSV(context.Background(), &out), `column "s", row 1`, "UTF-8")
	wantError(t, (&Frame{}).WriteCSV(context.Background(), &out), "no columns")
	wantError(t, f.WriteCSV(context.Background(), failingWriter{}), "disk full")
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func FuzzReadCSV(f *testing.F) {
	for _, seed := range []string{"a,b\n1,x\n", "a\n\"x\ny\"\n", "\xef\xbb\xbfa;b\r\n1;\r\n", "a,a\n,\n", "#c\na\n\"", "a\n5\"\n1e9999", "\r\na,\"b\"c\n\n-0,true"} {
		f.Add(seed, byte(','), false)
		f.Add(seed, byte(';'), true)
	}
	f.Fuzz(func(t *testing.T, text string, sep byte, noHeader bool) {
		opts := CSVOptions{Sep: string(rune(sep)), NoHeader: noHeader, Comment: "#", Threads: 1}
		frame, err := ReadCSV(context.Background(), "fuzz", strings.NewReader(text), opts)
		small, smallErr := parseCSVChunks(context.Background(), "fuzz", []byte(text), opts, 3)
		if err != nil {
			if smallErr == nil || smallErr.Error() != err.Error() {
				t.Fatalf("whole: %v; in chunks: %v", err, smallErr)
			}
			return
		}
		if smallErr != nil || !small.Equal(frame) {
			t.Fatalf("in chunks: %v %v\nwhole: %v", smallErr, small, frame)
		}
	})
}
