package plot

import "testing"

func BenchmarkSVG(b *testing.B)  { benchmark(b, (*Figure).SVG) }
func BenchmarkPDF(b *testing.B)  { benchmark(b, (*Figure).PDF) }
func BenchmarkPNG(b *testing.B)  { benchmark(b, func(f *Figure) ([]byte, error) { return f.PNG(96) }) }
func BenchmarkHash(b *testing.B) { benchmark(b, func(f *Figure) ([]byte, error) { return f.Encode() }) }

func benchmark(b *testing.B, render func(*Figure) ([]byte, error)) {
	counts := make([][]int, 6)
	for i := range counts {
		counts[i] = []int{1, 20, 300, 4, 50, 6}
	}
	for _, c := range []struct {
		name string
		spec Spec
	}{
		{"hist", Hist{Series: []Values{{Values: normal(1143, 0, 1, 1)}}}},
		{"confusion", ConfusionMatrix{Classes: []string{"3", "4", "5", "6", "7", "8"}, Counts: counts}},
		{"scatter 1k", Scatter{X: normal(1143, 0, 1, 1), Y: normal(1143, 0, 1, 2)}},
		{"scatter 100k", Scatter{X: normal(100_000, 0, 1, 1), Y: normal(100_000, 0, 1, 2)}},
		{"line 200k", Line{Series: []XY{{Y: walk(200_000)}}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			fig := must(b, c.spec)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := render(fig); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
