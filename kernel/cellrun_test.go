package kernel_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/kernel"
)

// A result is the same after it went to another process as data.
func TestCellRunsComeBack(t *testing.T) {
	r := newRig(t, newMemoryStore(), `
%% make
x = [1, 2]
print("made")
track.log_metric("m", float("nan"))
%% use
x[0] + len(params)
%% bad on_error=continue
fail("no")
`)
	r.run()
	for _, res := range r.run().Results { // the second run, so that some are kept ones
		first := cellRun(t, res)
		var read kernel.CellRun
		if err := json.Unmarshal([]byte(first), &read); err != nil {
			t.Fatal(err)
		}
		back, err := read.Result(res.Cell)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, cellRun(t, back)); diff != "" {
			t.Errorf("cell %s (-told +back):\n%s", res.Cell.ID, diff)
		}
		if res.Gave() && len(back.Values) != len(res.Values) {
			t.Errorf("cell %s: %d of %d values have a hash", res.Cell.ID, len(back.Values), len(res.Values))
		}
	}
}

func cellRun(t *testing.T, res *kernel.Result) string {
	t.Helper()
	run, err := res.CellRun()
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(run)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
