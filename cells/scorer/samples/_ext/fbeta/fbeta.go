package main

// Score is F-beta of labels 0 and 1: 0 if there is nothing to find and nothing found.
func Score(yTrue, yPred []float64) float64 {
	var hit, missed, wrong int
	for i, y := range yTrue {
		switch found := yPred[i] > 0.5; {
		case y > 0.5 && found:
			hit++
		case y > 0.5:
			missed++
		case found:
			wrong++
		}
	}
	b := params.beta * params.beta
	all := (1+b)*float64(hit) + b*float64(missed) + float64(wrong)
	if all == 0 {
		return 0
	}
	return (1 + b) * float64(hit) / all
}
