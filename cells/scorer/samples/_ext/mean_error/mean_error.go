package main

import "math"

// Score is the mean of the absolute errors.
func Score(yTrue, yPred []float64) float64 {
	sum := 0.0
	for i, y := range yTrue {
		sum += math.Abs(y - yPred[i])
	}
	return sum / float64(len(yTrue))
}
