package kernel_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/wnb-dev/wnb/kernel"
)

// sequences are how many notebooks with their edits one check of the property
// looks at: 2,000 in 100 checks, and 100,000 with WNB_LONG=1.
func sequences() int {
	switch {
	case os.Getenv("WNB_LONG") != "":
		return 1000
	case raceEnabled:
		return 2
	}
	return 20
}

// TestRandomNotebooksAreNeverStale edits random notebooks and the world around
// them. After each edit a run with the cache must leave what a run from scratch
// leaves, give what the model gives, and run exactly the cells that the model
// says must run.
func TestRandomNotebooksAreNeverStale(t *testing.T) {
	cached, fresh := t.TempDir(), t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		for range sequences() {
			p := &play{rt: rt, t: t, model: &model{computed: map[string]bool{}}, cached: cached, fresh: fresh, store: newMemoryStore()}
			p.world = modelWorld{params: [modelSize]int{1, 2, 3}}
			p.clear()
			p.begin()
			p.step("at first")
			for i := range rapid.IntRange(1, 6).Draw(rt, "edits") {
				what := p.edit()
				p.step(fmt.Sprintf("edit %d: %s", i+1, what))
			}
		}
	})
}

// play is one notebook that is edited and run.
type play struct {
	rt            *rapid.T
	t             *testing.T
	cells         []*modelCell
	last          int // the highest number so far
	world         modelWorld
	model         *model
	store         *memoryStore
	cached, fresh string // folders
}

func (p *play) draw(what string, n int) int { return rapid.IntRange(0, n-1).Draw(p.rt, what) }

// clear empties the folders.
func (p *play) clear() {
	for _, dir := range []string{p.cached, p.fresh} {
		names, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil {
			p.t.Fatal(err)
		}
		for _, name := range names {
			if err := os.Remove(name); err != nil {
				p.t.Fatal(err)
			}
		}
	}
}

func (p *play) begin() {
	for range 3 + p.draw("cells", 10) {
		p.add()
	}
}

// numbers are the cells of some kinds.
func (p *play) numbers(is func(k modelKind) bool) []int {
	var list []int
	for _, c := range p.cells {
		if is(c.kind) {
			list = append(list, c.number)
		}
	}
	return list
}

func givesNumber(k modelKind) bool { return k != makes && k != shows && k != writes }

// add adds a cell that reads cells which are there.
func (p *play) add() {
	p.last++
	c := &modelCell{id: p.last, number: p.last, kind: modelKind(p.draw("kind", int(modelKinds)))}
	c.k, c.m, c.subject = 1+p.draw("k", 4), 2+p.draw("m", 5), p.draw("subject", modelSize)
	subjects := map[modelKind]modelKind{calls: makes, mapsOver: makes, readsBack: writes}
	if of, ok := subjects[c.kind]; ok {
		list := p.numbers(func(k modelKind) bool { return k == of })
		if len(list) == 0 {
			c.kind = sums
		} else {
			c.subject = list[p.draw("of", len(list))]
		}
	}
	values := p.numbers(givesNumber)
	for range p.draw("reads", 3) {
		if len(values) > 0 {
			c.reads = append(c.reads, values[p.draw("read", len(values))])
		}
	}
	slices.Sort(c.reads)
	c.reads = slices.Compact(c.reads)
	p.cells = append(p.cells, c)
}

// edit changes something and says what.
func (p *play) edit() string {
	c := p.cells[p.draw("which", len(p.cells))]
	switch p.draw("edit", 14) {
	case 0, 1:
		c.k = 1 + p.draw("new k", 4)
		return fmt.Sprintf("k of cell %d", c.number)
	case 2:
		c.m = 2 + p.draw("new m", 5)
		return fmt.Sprintf("m of cell %d", c.number)
	case 3:
		c.decoration++
		return fmt.Sprintf("blank space of cell %d", c.number)
	case 4:
		p.world.params[p.draw("param", modelSize)] = 1 + p.draw("value", 4)
		return "a param"
	case 5, 6:
		p.world.files[p.draw("file", modelSize)] = []string{"", "1", "2", "17", "x"}[p.draw("content", 5)]
		return "a file"
	case 7:
		p.world.env[p.draw("variable", modelSize)] = []string{"", "a", "bc"}[p.draw("value", 3)]
		return "a variable"
	case 8:
		c.id = 1000*(1+p.draw("name", 3)) + c.number
		return fmt.Sprintf("the name of cell %d", c.number)
	case 9:
		i, j := p.draw("one", len(p.cells)), p.draw("other", len(p.cells))
		p.cells[i], p.cells[j] = p.cells[j], p.cells[i]
		return "the order"
	case 10:
		p.add()
		return "a new cell"
	case 11:
		return p.drop(c)
	case 12:
		c.timeout = !c.timeout
		return fmt.Sprintf("an attribute of cell %d", c.number)
	}
	return p.spoil()
}

// drop takes a cell out that nobody needs.
func (p *play) drop(c *modelCell) string {
	for _, other := range p.cells {
		if slices.Contains(other.needs(), c.number) {
			return "nothing"
		}
	}
	if len(p.cells) > 1 {
		p.cells = slices.DeleteFunc(p.cells, func(other *modelCell) bool { return other == c })
	}
	return "a cell less"
}

// spoil changes or removes a file that a cell wrote.
func (p *play) spoil() string {
	list := p.numbers(func(k modelKind) bool { return k == writes })
	if len(list) == 0 {
		return "nothing"
	}
	name := fmt.Sprintf("out%d.csv", list[p.draw("out", len(list))])
	gone := p.draw("gone", 2) == 0
	for _, dir := range []string{p.cached, p.fresh} {
		path := filepath.Join(dir, name)
		err := os.Remove(path)
		if !gone && err == nil {
			err = os.WriteFile(path, []byte("spoiled"), 0o600)
		}
		if err != nil && !os.IsNotExist(err) {
			p.t.Fatal(err)
		}
	}
	return name
}

// step runs the notebook both ways, and the model.
func (p *play) step(at string) {
	r := p.rig()
	got := r.run()
	fresh := r.options(p.fresh, newMemoryStore())
	want := picture(p.t, p.fresh, r.compile(fresh).Run(p.t.Context(), fresh))
	if d := cmp.Diff(want, picture(p.t, p.cached, got)); d != "" {
		p.rt.Fatalf("%s: a run from scratch leaves something else (-fresh +cached):\n%s\nof\n%s", at, d, r.cells)
	}
	run, must := p.model.run(p.cells, &p.world)
	p.checkRan(at, r, got, must)
	for i, c := range p.cells {
		p.checkCell(at, r, c, got.Results[i], run)
	}
}

func (p *play) checkRan(at string, r *rig, got *kernel.Outcome, must []int) {
	var want []string
	for _, n := range must {
		i := slices.IndexFunc(p.cells, func(c *modelCell) bool { return c.number == n })
		want = append(want, fmt.Sprintf("c%d", p.cells[i].id))
	}
	if d := cmp.Diff(strings.Join(want, " "), strings.Join(ran(got), " ")); d != "" {
		p.rt.Fatalf("%s: other cells ran than must (-must +ran):\n%s\nof\n%s", at, d, r.cells)
	}
}

func (p *play) checkCell(at string, r *rig, c *modelCell, res *kernel.Result, run *modelRun) {
	status := strings.Replace(string(res.Status), "cached", "done", 1)
	if want := run.status[c.number]; status != want {
		p.rt.Fatalf("%s: cell %d is %s, want %s (%v)\nof\n%s", at, c.number, status, want, res.Err, r.cells)
	}
	v, given := run.values[c.number]
	got := res.Values["v"+strconv.Itoa(c.number)]
	if v.call != nil || got == nil {
		if given && v.call == nil && status == "done" {
			p.rt.Fatalf("%s: cell %d gives no value\nof\n%s", at, c.number, r.cells)
		}
		return
	}
	loaded, err := got.Get(p.t.Context())
	if err != nil || loaded.String() != v.print {
		p.rt.Fatalf("%s: cell %d gives %v (%v), want %s\nof\n%s", at, c.number, loaded, err, v.print, r.cells)
	}
}

// rig is the notebook in the world as they are now.
func (p *play) rig() *rig {
	r := &rig{t: p.t, dir: p.cached, store: p.store, version: "v1", jobs: 1 + p.draw("jobs", 3), env: map[string]string{}, params: map[string]any{}}
	for _, c := range p.cells {
		r.cells += c.text()
	}
	for i := range modelSize {
		r.params["p"+strconv.Itoa(i)] = int64(p.world.params[i])
		if v := p.world.env[i]; v != "" {
			r.env["E"+strconv.Itoa(i)] = v
		}
		for _, dir := range []string{p.cached, p.fresh} {
			path := filepath.Join(dir, fmt.Sprintf("in%d.txt", i))
			err := os.Remove(path)
			if content := p.world.files[i]; content != "" {
				err = os.WriteFile(path, []byte(content), 0o600)
			}
			if err != nil && !os.IsNotExist(err) {
				p.t.Fatal(err)
			}
		}
	}
	return r
}
