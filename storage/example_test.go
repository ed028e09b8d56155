package storage_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wnb-dev/wnb/storage"
)

func Example() {
	dir, err := os.MkdirTemp("", "wnb")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	s, err := storage.Open(ctx, filepath.Join(dir, ".wnb"), storage.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()

	report, err := s.PutBlob(ctx, strings.NewReader("all is well"))
	if err != nil {
		log.Fatal(err)
	}
	run, err := s.CreateRun(ctx, storage.NewRun{Experiment: "wine", Params: []storage.Param{{Key: "C", Value: "1.0"}}})
	if err != nil {
		log.Fatal(err)
	}
	for step, loss := range []float64{0.9, 0.5, 0.4} {
		err := s.Log(ctx, run.ID, storage.Batch{
			Metrics:   []storage.Metric{{Key: "loss", Value: loss, Step: int64(step)}},
			Artifacts: []storage.Artifact{{Path: "report.txt", Blob: report, Kind: storage.KindText}},
		})
		if err != nil {
			log.Fatal(err)
		}
	}
	if err := s.FinishRun(ctx, run.ID, storage.Finished, time.Time{}); err != nil {
		log.Fatal(err)
	}

	latest, err := s.Run(ctx, "latest")
	if err != nil {
		log.Fatal(err)
	}
	loss, _ := latest.Metric("loss")
	fmt.Println(latest.Experiment, latest.Status, latest.Params, loss.Step, loss.Value)
	fmt.Println(s.Log(ctx, run.ID, storage.Batch{Params: []storage.Param{{Key: "C", Value: "2.0"}}}) != nil)
	// Output:
	// wine FINISHED [{C 1.0}] 2 0.4
	// true
}
