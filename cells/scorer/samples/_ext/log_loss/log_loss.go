package main

import "math"

// smallest probability that a row is scored with: a certain mistake would cost infinity.
const smallest = 1e-15

// Score is the log-loss.
func Score(yTrue, yPred []float64) float64 {
	sum := 0.0
	for i, y := range yTrue {
		p := 1 / (1 + math.Exp(-(params.slope*yPred[i] + params.offset)))
		if p < smallest {
			p = smallest
		}
		if p > 1-smallest {
			p = 1 - smallest
		}
		sum -= y*math.Log(p) + (1-y)*math.Log(1-p)
	}
	return sum / float64(len(yTrue))
}
