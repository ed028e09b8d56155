package scorer_test

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log"

	"github.com/wnb-dev/wnb/cells/scorer"
)

// quantile.wasm is the quantile loss, with its manifest.
//
//go:embed testdata/quantile.wasm
var quantile []byte

func Example() {
	engine, err := scorer.Open(scorer.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close()

	ctx := context.Background()
	module, err := engine.Install(ctx, quantile, scorer.Limits{}) // validate, meter, compile, self-check
	if err != nil {
		log.Fatal(err)
	}
	metric, err := module.NewMetric(map[string]any{"alpha": 0.9})
	if err != nil {
		log.Fatal(err)
	}
	defer metric.Close()

	loss, err := metric.Score(ctx, []float64{1, 2, 3}, []float64{0, 2, 5})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s %.4f, %d units of fuel\n", module.Manifest().Name, loss, metric.Fuel())

	_, err = module.NewMetric(map[string]any{"alpha": 2})
	fmt.Println(err)

	_, err = engine.Compile(ctx, quantile[:100], scorer.Limits{})
	var refused *scorer.ValidationError
	fmt.Println(errors.As(err, &refused), err)
	// Output:
	// quantile 0.3667, 148 units of fuel
	// extension quantile: parameter "alpha" is 2, the maximum is 0.99
	// true invalid module: section header, offset 0x38: section export says 63 bytes, 42 are left
}
