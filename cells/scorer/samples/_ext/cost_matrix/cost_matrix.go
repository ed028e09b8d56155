package main

// Score is the mean cost; weights may be nil.
func Score(yTrue, yPred, weights []float64) float64 {
	costs := [2][2]float64{{params.true_negative, params.false_positive}, {params.false_negative, params.true_positive}}
	var sum, total float64
	for i, y := range yTrue {
		real, found := 0, 0
		if y > 0.5 {
			real = 1
		}
		if yPred[i] > 0.5 {
			found = 1
		}
		w := 1.0
		if weights != nil {
			w = weights[i]
		}
		sum += w * costs[real][found]
		total += w
	}
	return sum / total
}
