package session

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/cache"
	"github.com/wnb-dev/wnb/kernel/protocol"
)

func TestTimesOfACell(t *testing.T) {
	for name, tt := range map[string]struct {
		took time.Duration
		from *cache.Entry
		want protocol.GraphCell
	}{
		"it ran":                       {1500 * time.Microsecond, nil, protocol.GraphCell{RunMS: 1.5}},
		"taken from the cache":         {2 * time.Millisecond, &cache.Entry{Duration: 38 * time.Second}, protocol.GraphCell{RunMS: 2, Cached: true, SavedMS: 37998}},
		"a run would have been faster": {2 * time.Millisecond, &cache.Entry{Duration: time.Millisecond}, protocol.GraphCell{RunMS: 2, Cached: true}},
	} {
		var got protocol.GraphCell
		addTimes(&got, &kernel.Result{Duration: tt.took, From: tt.from})
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}
