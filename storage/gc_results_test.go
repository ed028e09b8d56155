package storage

import (
	"fmt"
	"strings"
	"testing"
)

// TestLimit has four results of 100 bytes. The blob of the first two is the same.
func TestLimit(t *testing.T) {
	for _, c := range []struct {
		name  string
		limit int64
		kept  string
		bytes int64 // of blobs removed
	}{
		{"no limit", 0, "3210", 0},
		{"enough", 360, "3210", 0},
		{"one byte less", 359, "321", 0}, // the blob of the first is also the second's
		{"without its sharer", 349, "32", 50},
		{"one", 100, "3", 50},
		{"not even one", 99, "", 50},
		{"none", -1, "", 50},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, t.TempDir(), Options{Clock: tick()})
			shared := put(t, s, strings.Repeat("s", 50))
			logged := put(t, s, strings.Repeat("l", 60))
			age(t, s.Blobs, shared, logged)
			create(t, s, NewRun{Artifacts: []Artifact{{Path: "a", Blob: logged}}})
			for i, r := range []Result{
				{Entry: []byte(strings.Repeat("0", 10)), Blobs: []Blob{shared}},
				{Entry: []byte(strings.Repeat("1", 100)), Blobs: []Blob{shared}},
				{Entry: []byte(strings.Repeat("2", 40)), Blobs: []Blob{logged}},
				{Entry: []byte(strings.Repeat("3", 100))},
			} {
				r.Key = keyOf(fmt.Sprint(i))
				putResult(t, s, r)
			}
			planned := gc(t, s, GCOptions{DryRun: true, MaxBytes: c.limit})
			report := gc(t, s, GCOptions{MaxBytes: c.limit})
			planned.DryRun = false
			if planned != report {
				t.Errorf("planned %+v, done %+v", planned, report)
			}
			kept := ""
			for _, i := range []string{"3", "2", "1", "0"} {
				if len(results(t, s, keyOf(i))) > 0 {
					kept += i
				}
			}
			if kept != c.kept || report.Blobs.Bytes != c.bytes || !there(t, s.Blobs, logged) {
				t.Errorf("kept %s, want %s; removed %+v, want %d bytes", kept, c.kept, report.Blobs, c.bytes)
			}
		})
	}
}

func TestEnforceLimit(t *testing.T) {
	s := open(t, t.TempDir(), Options{Clock: tick()})
	blob := put(t, s, strings.Repeat("b", 1000))
	age(t, s.Blobs, blob)
	for i := range 10 { // 2000 bytes, 11000 if the blob counted for each
		putResult(t, s, Result{Key: keyOf(fmt.Sprint(i)), Entry: []byte(strings.Repeat(fmt.Sprint(i), 100)), Blobs: []Blob{blob}})
	}
	for _, c := range []struct {
		limit   int64
		dropped int
	}{{0, 0}, {2000, 0}, {1999, 2}, {1999, 0}, {99, 8}} {
		report, err := s.EnforceLimit(t.Context(), c.limit)
		if err != nil || report.Results.Count != c.dropped {
			t.Errorf("limit %d: dropped %+v, want %d; %v", c.limit, report.Results, c.dropped, err)
		}
	}
	if there(t, s.Blobs, blob) {
		t.Error("the blob of the dropped results is still there")
	}
}

func TestUsedMeanwhileIsNotDropped(t *testing.T) {
	s := open(t, t.TempDir(), Options{Clock: tick()})
	putResult(t, s, Result{Key: keyOf("a"), Entry: []byte("a")})
	r := putResult(t, s, Result{Key: keyOf("b"), Entry: []byte("b")})
	victims, err := s.beyond(t.Context(), -1)
	if err != nil || len(victims) != 2 {
		t.Fatal(victims, err)
	}
	if err := s.UseResults(t.Context(), []int64{r.ID}); err != nil {
		t.Fatal(err)
	}
	dropped, err := s.dropUnused(t.Context(), victims)
	if err != nil || len(dropped) != 1 || dropped[0].key != keyOf("a") {
		t.Errorf("dropped %v, %v", dropped, err)
	}
}
