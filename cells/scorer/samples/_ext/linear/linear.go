package main

import "math"

// Predict gives one probability per row.
func Predict(x [][]float64) []float64 {
	out := make([]float64, len(x))
	for i, row := range x {
		sum := params.bias
		for j, v := range row {
			sum += v * (0.01 * float64(j+1))
		}
		out[i] = 1 / (1 + math.Exp(-sum))
	}
	return out
}
