package samples_test

import (
	"context"
	"fmt"

	"github.com/wnb-dev/wnb/cells/samples"
)

func ExampleWineQuality() {
	wine, err := samples.WineQuality(context.Background(), 1143, 42)
	if err != nil {
		fmt.Println(err)
		return
	}
	counts, err := wine.ValueCounts("quality")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(counts)
	// Output:
	// quality  count
	//   int64  int64
	// ───────  ─────
	//       5    483
	//       6    462
	//       7    143
	//       4     33
	//       8     16
	//       3      6
	// 6 rows × 2 columns
}

func ExampleMakeClassification() {
	f, err := samples.MakeClassification(context.Background(), samples.Classification{
		Samples: 100, Features: 3, Informative: 2, Classes: 2, Sep: 2, Seed: 1,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Columns(), f.NumRows())
	// Output: [x0 x1 x2 target] 100
}
