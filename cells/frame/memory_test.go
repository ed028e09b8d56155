package frame

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Written as memory and number by number, the bytes are the same; read back from
// wherever they stand, the columns are the same.
func TestMemoryIsTheEncoding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkMemory(t, frames(t, "frame", shortTexts()))
	})
}

// Long columns are written in several blocks.
func TestMemoryOfLongColumns(t *testing.T) {
	const rows = 3*blockSize/8 + 5
	floats, ints, bools, codes := make([]float64, rows), make([]int64, rows), make([]bool, rows), make([]int32, rows)
	null := make([]bool, rows)
	for i := range rows {
		floats[i], ints[i], bools[i], codes[i], null[i] = float64(i), int64(-i), i%3 == 0, int32(i%2), i%1000 == 7
	}
	floats[blockSize/8+3] = math.Float64frombits(0xfff8000000000123)
	withNulls := func(s *Series) *Series { return must[*Series](t)(s.WithNulls(null)) }
	f := frameOf(t, NewFloat64("f", floats), withNulls(NewFloat64("fn", floats)), NewInt64("i", ints), withNulls(NewInt64("in", ints)),
		withNulls(NewBool("b", bools)), withNulls(ofCodes("s", codes, []string{"x", "y"}, nil)))
	checkMemory(t, f)
}

func checkMemory(t testingT, f *Frame) {
	var memory, numbers bytes.Buffer
	for w, asMemory := range map[*bytes.Buffer]bool{&memory: littleEndian(), &numbers: false} {
		if err := encodeAs(w, kindFrame, f.rows, f.cols, asMemory); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(memory.Bytes(), numbers.Bytes()) {
		t.Fatalf("as memory it is\n%x\nnumber by number\n%x", memory.Bytes(), numbers.Bytes())
	}
	for at := range 9 {
		room := make([]byte, at+memory.Len()+8)
		data := append(room[:at], memory.Bytes()...)[at:]
		for _, asMemory := range []bool{littleEndian(), false} {
			cols, err := decode(data, kindFrame, asMemory)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.EqualFunc(cols, f.cols, (*Series).Equal) {
				t.Fatalf("read %d bytes further: %v", at, cols)
			}
		}
		if !bytes.Equal(data, memory.Bytes()) {
			t.Fatal("reading changed the bytes")
		}
	}
}

// testingT is a test, or one of many of rapid.
type testingT interface {
	Fatal(...any)
	Fatalf(string, ...any)
}

// A column that was read is that memory: it was not copied.
func TestDecodeDoesNotCopy(t *testing.T) {
	if !littleEndian() {
		t.Skip("this machine has the other order of bytes")
	}
	data := must[[]byte](t)(frameOf(t, NewFloat64("x", []float64{1, 2, 3})).AppendBinary(nil))
	column := must[*Frame](t)(Decode(data)).cols[0].floats
	if got, want := memoryOf(column), data[len(data)-24:]; &got[0] != &want[0] {
		t.Error("the column is a copy")
	}
}

// Benchmark100MB hashes and reads a frame of 12.5 million numbers. Next to each
// it hashes as many plain bytes, which is the ceiling: "of-sha256" is the median
// of the ratio, which a busy machine changes less than the speed.
func Benchmark100MB(b *testing.B) {
	cols := make([]*Series, 10)
	for c := range cols {
		values := make([]float64, 1_250_000)
		for i := range values {
			values[i] = float64(i*(c+1)) / 7
		}
		cols[c] = ofFloats(fmt.Sprint("c", c), values, nil)
	}
	f := frameOf(b, cols...)
	data := must[[]byte](b)(f.AppendBinary(nil))
	for name, work := range map[string]func(){
		"hash":   func() { f.Hash() },
		"decode": func() { must[*Frame](b)(Decode(data)) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			var ratios []float64
			for b.Loop() {
				b.StopTimer()
				ceiling := clock(func() { sha256.Sum256(data) })
				b.StartTimer()
				ratios = append(ratios, ceiling/clock(work))
			}
			slices.Sort(ratios)
			b.ReportMetric(ratios[len(ratios)/2], "of-sha256")
		})
	}
}

func clock(work func()) (seconds float64) {
	start := time.Now()
	work()
	return time.Since(start).Seconds()
}
