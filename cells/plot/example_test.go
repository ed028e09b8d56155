package plot_test

import (
	"fmt"

	"github.com/wnb-dev/wnb/cells/plot"
)

func ExampleNew() {
	fig, err := plot.New(plot.Hist{
		Options: plot.Options{Title: "Grades are unbalanced"},
		Series:  []plot.Values{{Name: "quality", Values: []float64{5, 5, 6, 5, 6, 7, 6, 5}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	svg, err := fig.Render("grades.svg")
	fmt.Println(fig.Alt())
	fmt.Println(string(svg[:4]), err)
	// Output:
	// Grades are unbalanced. Histogram of 8 values of quality from 5 to 7 in 3 bins.
	// <svg <nil>
}

func ExampleROCPoints() {
	truth := []bool{false, false, true, true}
	score := []float64{0.1, 0.4, 0.35, 0.8}
	fpr, tpr, err := plot.ROCPoints(truth, score)
	if err != nil {
		fmt.Println(err)
		return
	}
	fig, err := plot.New(plot.ROCCurve{Curves: []plot.XY{{Name: "forest", X: fpr, Y: tpr}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(fig.Alt())
	// Output: ROC curve: forest AUC 0.750.
}

func ExampleDecode() {
	fig, err := plot.New(plot.Bar{Categories: []string{"a", "b"}, Series: []plot.Values{{Values: []float64{1, 2}}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	stored, err := fig.Encode()
	if err != nil {
		fmt.Println(err)
		return
	}
	again, err := plot.Decode(stored)
	fmt.Println(again.Hash() == fig.Hash(), err)
	// Output: true <nil>
}
