package frame_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/wnb-dev/wnb/cells/frame"
)

const cities = `city,year,visitors,rain
Ghent,2023,120,801.5
Ghent,2024,140,
Basel,2023,95,778.25
Basel,2024,,810
`

func read() *frame.Frame {
	f, err := frame.ReadCSV(context.Background(), "cities.csv", strings.NewReader(cities), frame.CSVOptions{})
	if err != nil {
		log.Fatal(err)
	}
	return f
}

func ExampleReadCSV() {
	fmt.Print(read())
	_, err := frame.ReadCSV(context.Background(), "bad.csv", strings.NewReader("a,b\n1,2\n3\n"), frame.CSVOptions{})
	fmt.Println(err)
	// Output:
	// city     year  visitors     rain
	// string  int64     int64  float64
	// ──────  ─────  ────────  ───────
	// Ghent    2023       120   801.50
	// Ghent    2024       140     null
	// Basel    2023        95   778.25
	// Basel    2024      null   810.00
	// 4 rows × 4 columns
	// bad.csv: line 3: found 1 columns, expected 2
}

func ExampleBinary() {
	f := read()
	visitors, err := f.Column("visitors")
	if err != nil {
		log.Fatal(err)
	}
	many, err := frame.Binary(frame.Gt, visitors, 100)
	if err != nil {
		log.Fatal(err)
	}
	busy, err := f.Filter(many) // null counts as false
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(busy)
	// Output:
	// city     year  visitors     rain
	// string  int64     int64  float64
	// ──────  ─────  ────────  ───────
	// Ghent    2023       120    801.5
	// Ghent    2024       140     null
	// 2 rows × 4 columns
}

func ExampleGroups_Agg() {
	groups, err := read().GroupBy("city")
	if err != nil {
		log.Fatal(err)
	}
	summary, err := groups.Agg(context.Background(), []frame.Agg{
		{Fn: "count", As: "rows"}, {Col: "visitors", Fn: "mean"}, {Col: "rain", Fn: "max", As: "wettest"},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(summary)
	// Output:
	// city     rows  visitors_mean  wettest
	// string  int64        float64  float64
	// ──────  ─────  ─────────────  ───────
	// Basel       2           95.0    810.0
	// Ghent       2          130.0    801.5
	// 2 rows × 4 columns
}

func ExampleFrame_Join() {
	countries, err := frame.New(frame.NewString("city", []string{"Basel", "Turin"}), frame.NewString("country", []string{"CH", "IT"}))
	if err != nil {
		log.Fatal(err)
	}
	joined, err := read().Join(context.Background(), countries, []string{"city"}, "outer", "")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(joined)
	// Output:
	// city     year  visitors     rain  country
	// string  int64     int64  float64  string
	// ──────  ─────  ────────  ───────  ───────
	// Ghent    2023       120   801.50  null
	// Ghent    2024       140     null  null
	// Basel    2023        95   778.25  CH
	// Basel    2024      null   810.00  CH
	// Turin    null      null     null  IT
	// 5 rows × 5 columns
}

func ExampleFrame_Float64Matrix() {
	f := read()
	_, _, err := f.Float64Matrix([]string{"year", "rain"})
	fmt.Println(err)
	_, _, err = f.Float64Matrix([]string{"yaer"})
	fmt.Println(err)
	// Output:
	// column "rain", row 1 is null; fill_null or drop_nulls
	// no column "yaer"; did you mean "year"? (available: "city", "rain", "visitors", "year")
}

func ExampleFrame_WriteCSV() {
	f, err := read().Select("city", "rain")
	if err != nil {
		log.Fatal(err)
	}
	if err := f.WriteCSV(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
	// Output:
	// city,rain
	// Ghent,801.5
	// Ghent,
	// Basel,778.25
	// Basel,810.0
}
