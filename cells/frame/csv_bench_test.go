package frame

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
)

// csvText50MB is about 50 MB: an id, six floats, an int, two strings of which
// one is quoted.
func csvText50MB() []byte {
	var b bytes.Buffer
	b.WriteString("id,f0,f1,f2,f3,f4,f5,n,city,note\n")
	r := rand.New(rand.NewPCG(1, 2))
	for i := 0; b.Len() < 50<<20; i++ {
		fmt.Fprintf(&b, "%d", i)
		for range 6 {
			fmt.Fprintf(&b, ",%.6f", r.NormFloat64())
		}
		fmt.Fprintf(&b, ",%d,city %d,\"note, %d\"\n", r.IntN(1000), r.IntN(500), r.IntN(50))
	}
	return b.Bytes()
}

func BenchmarkReadCSV(b *testing.B) {
	data := csvText50MB()
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprintf("threads=%d", threads), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ReadCSV(context.Background(), "bench", bytes.NewReader(data), CSVOptions{Threads: threads}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkWriteCSV(b *testing.B) {
	f := benchFrame(b)
	var out bytes.Buffer
	for b.Loop() {
		out.Reset()
		if err := f.WriteCSV(context.Background(), &out); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(out.Len()))
	}
}

func benchFrame(b *testing.B) *Frame {
	data := csvText50MB()
	f, err := ReadCSV(context.Background(), "bench", bytes.NewReader(data[:bytes.LastIndexByte(data[:10<<20], '\n')+1]), CSVOptions{})
	if err != nil {
		b.Fatal(err)
	}
	return f
}

func BenchmarkHash(b *testing.B) {
	f := benchFrame(b)
	encoded, err := f.AppendBinary(nil)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(encoded)))
	for b.Loop() {
		f.Hash()
	}
}

func BenchmarkSort(b *testing.B) {
	f := benchFrame(b)
	for b.Loop() {
		if _, err := f.Sort(context.Background(), []string{"city", "f0"}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGroupBy(b *testing.B) {
	f := benchFrame(b)
	for b.Loop() {
		g, err := f.GroupBy("city", "note")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := g.Agg(context.Background(), []Agg{{Col: "f0", Fn: "mean"}, {Col: "n", Fn: "sum"}}); err != nil {
			b.Fatal(err)
		}
	}
}
