package storage_test

import (
	"context"
	"crypto/sha256"
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

// A cell's result is looked up, and computed by one process at a time if it is not there.
func ExampleBlobs_Claim() {
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

	key := fmt.Sprintf("%x", sha256.Sum256([]byte("code and inputs of a cell")))
	for range 2 {
		release, err := s.Claim(ctx, key)
		if err != nil {
			log.Fatal(err)
		}
		found, err := s.Results(ctx, key)
		if err != nil {
			log.Fatal(err)
		}
		if len(found) == 0 {
			fmt.Println("computing")
			table, err := s.PutBlob(ctx, strings.NewReader("a,b\n1,2\n"))
			if err != nil {
				log.Fatal(err)
			}
			if _, err := s.PutResult(ctx, storage.Result{Key: key, Entry: []byte("42"), Blobs: []storage.Blob{table}}); err != nil {
				log.Fatal(err)
			}
		} else {
			fmt.Printf("found %s, %d bytes with its blobs\n", found[0].Entry, found[0].Size)
		}
		if err := release(); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// computing
	// found 42, 10 bytes with its blobs
}
