package notebooks

import (
	"bytes"
	"fmt"
	"testing"
)

// BenchmarkParse reads and prints a notebook of 1,000 cells, 80 kB.
func BenchmarkParse(b *testing.B) {
	var src bytes.Buffer
	src.WriteString(head)
	for i := range 500 {
		fmt.Fprintf(&src, "\ntext %d\n\n```starlark {#a%d out=x}\nx = %d\nlonger_line = of(code, here)\n```\n", i, i, i)
	}
	b.SetBytes(int64(src.Len()))
	for b.Loop() {
		doc, err := Parse("x", src.Bytes())
		if err != nil {
			b.Fatal(err)
		}
		if len(doc.Print()) != src.Len() {
			b.Fatal("not in canonical form")
		}
	}
}
