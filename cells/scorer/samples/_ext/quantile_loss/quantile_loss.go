package main

// Score is the mean pinball loss.
func Score(yTrue, yPred []float64) float64 {
	over, under := params.alpha, params.alpha-1
	sum := 0.0
	for i, y := range yTrue {
		if d := y - yPred[i]; d > 0 {
			sum += over * d
		} else {
			sum += under * d
		}
	}
	return sum / float64(len(yTrue))
}
