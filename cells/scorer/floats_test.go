package scorer

import (
	"bytes"
	"fmt"
	"testing"
)

func TestPutRows(t *testing.T) {
	for width := 1; width <= 9; width++ {
		for _, n := range []int{0, 1, blockRows - 1, blockRows, 2*blockRows + 5} {
			t.Run(fmt.Sprintf("%dx%d", n, width), func(t *testing.T) {
				const from = 3
				columns := make([][]float64, width)
				for c := range columns {
					for i := range from + n + 2 {
						columns[c] = append(columns[c], float64(1000*c+i))
					}
				}
				var rows []float64
				for i := range n {
					for c := range columns {
						rows = append(rows, columns[c][from+i])
					}
				}
				want, got := make([]byte, 8*len(rows)+8), make([]byte, 8*len(rows)+8)
				putFloats(want, rows)
				putRows(got, columns, from, from+n)
				if !bytes.Equal(got, want) {
					t.Error("rows differ, or something was written behind them")
				}
			})
		}
	}
}
