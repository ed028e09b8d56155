package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// crashing is a notebook that keeps results of all kinds while it runs.
const crashing = "---\nwnb: 1\nparams:\n  n: 1\n---\n" + `
'''starlark {#rows}
rows = [i * params.n for i in range(8000)]
'''

'''starlark {#frame}
df = frame({"a": rows, "b": [str(x) for x in rows]})
df.head(2)
'''

'''starlark {#write}
df.to_csv("out.csv")
'''

'''starlark {#read after=write}
back = io.read_csv("out.csv")
back.shape
'''

'''starlark {#squares}
def square(x):
    track.log_metric("x", x, step=x)
    return x * x + params.n
squares = pmap(square, range(12))
sum(squares)
'''

'''starlark {#fit}
data = samples.make_classification(n_samples=200, n_features=4, seed=params.n)
m = ml.LogisticRegression(max_iter=20).fit(data.drop("target"), data["target"])
track.log_model(m)
'''

'''starlark {#check}
print(sum(rows), df["a"].sum(), back["a"].sum(), sum(squares))
m.score(data.drop("target"), data["target"])
'''
`

// rounds is how often a run is killed: 20 times, and 200 with WNB_LONG=1.
func rounds() int {
	if os.Getenv("WNB_LONG") != "" {
		return 200
	}
	return 20
}

// TestAKilledRunNeverSpoilsTheCache kills runs wherever they happen to be. What
// they left must never change the result of a later run.
func TestAKilledRunNeverSpoilsTheCache(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "n.wnb"), strings.ReplaceAll(crashing, "'''", "```"))
	random := rand.New(rand.NewPCG(1, 2))
	for round := range rounds() { // each with another param, so that there is work to do
		start := time.Now()
		want := outputsOf(t, t.TempDir(), dir, round)
		whole := time.Since(start)
		cmd := command(dir, "run", "n.wnb", "-p", fmt.Sprintf("n=%d", round))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		kill := time.AfterFunc(time.Duration(random.Int64N(int64(whole))), func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait() // it was killed, or faster
		kill.Stop()
		if d := cmp.Diff(want, outputsOf(t, dir, dir, round)); d != "" {
			t.Fatalf("round %d: after a kill (-fresh +cached):\n%s", round, d)
		}
	}
	if out, err := command(dir, "store", "verify").CombinedOutput(); err != nil {
		t.Errorf("store verify: %v\n%s", err, out)
	}
}

func command(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command("wnb", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "WNB_STORE=")
	return cmd
}

// outputsOf runs the notebook of a folder with a store and gives what each cell
// shows.
func outputsOf(t *testing.T, store, dir string, n int) map[string]string {
	t.Helper()
	cmd := command(dir, "run", "n.wnb", "--json", "--store", filepath.Join(store, ".wnb"), "-p", fmt.Sprintf("n=%d", n))
	var talk strings.Builder
	cmd.Stderr = &talk
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("wnb run: %v\n%s%s", err, talk.String(), out)
	}
	shown := map[string]string{}
	for line := range strings.Lines(string(out)) {
		var cell struct {
			Cell    string
			Outputs json.RawMessage
		}
		if err := json.Unmarshal([]byte(line), &cell); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if cell.Cell != "" {
			shown[cell.Cell] = string(cell.Outputs)
		}
	}
	written, err := os.ReadFile(filepath.Join(dir, "out.csv"))
	if err != nil {
		t.Fatal(err)
	}
	shown["out.csv"] = string(written)
	return shown
}
