package kernel_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The model says what a notebook of simple cells gives, and which of its cells
// must run, without any part of the kernel. A cell is known by a number, which is
// in the names that it defines: v7 or f7.

type modelKind int

const (
	sums        modelKind = iota // a value of values
	readsParam                   // of a param
	readsFile                    // of a file, which may be missing or hold no number
	asksFile                     // whether there is a file
	asksAndRead                  // and what is in it, if there is
	asksEnv                      // of a variable
	sometimes                    // a value under a condition
	fails                        // under a condition
	makes                        // a function, which captures values
	calls                        // a function of another cell
	mapsOver                     // one with pmap
	shows                        // prints and logs
	writes                       // a file
	readsBack                    // a file that another cell writes
	modelKinds
)

// modelSize is how many params, files and variables there are.
const modelSize = 3

type modelCell struct {
	id, number int
	kind       modelKind
	k, m       int
	subject    int   // which param, file, variable, function or file of a cell
	reads      []int // cells that define values
	decoration int   // comments and blank space
	timeout    bool
}

func (c *modelCell) sum() string {
	terms := []string{strconv.Itoa(c.k)}
	for _, n := range c.reads {
		terms = append(terms, fmt.Sprintf("v%d", n))
	}
	return strings.Join(terms, " + ")
}

// code is the source without comments.
func (c *modelCell) code() string {
	v := fmt.Sprintf("v%d = ", c.number)
	file := fmt.Sprintf("io.read_text('in%d.txt')", c.subject)
	exists := fmt.Sprintf("io.exists('in%d.txt')", c.subject)
	switch c.kind {
	case sums:
		return v + fmt.Sprintf("(%s) %% %d", c.sum(), c.m)
	case readsParam:
		return v + fmt.Sprintf("(params.p%d + %s) %% %d", c.subject, c.sum(), c.m)
	case readsFile:
		return v + fmt.Sprintf("(int(%s) + %s) %% %d", file, c.sum(), c.m)
	case asksFile:
		return v + fmt.Sprintf("(1 if %s else 0) + %s", exists, c.sum())
	case asksAndRead:
		return v + fmt.Sprintf("(len(%s) if %s else %d) + %s", file, exists, c.m, c.sum())
	case asksEnv:
		return v + fmt.Sprintf("len(env('E%d', default='none')) + %s", c.subject, c.sum())
	case sometimes:
		return fmt.Sprintf("if (%s) %% 2 == 0:\n    %s%d", c.sum(), v, c.m)
	case fails:
		return fmt.Sprintf("if (%s) %% %d == 0:\n    fail('no')\n%s(%s) %% %d", c.sum(), c.m, v, c.sum(), c.m)
	case makes:
		return fmt.Sprintf("def f%d(x):\n    return (x * %d + %s) %% %d", c.number, c.k, c.sum(), c.m)
	case calls:
		return v + fmt.Sprintf("f%d(%s)", c.subject, c.sum())
	case mapsOver:
		return v + fmt.Sprintf("sum(pmap(f%d, [%s, %d, %d]))", c.subject, c.sum(), c.k, c.m)
	case shows:
		return fmt.Sprintf("print(%s)\ntrack.log_metric('m%d', %s)\n%d", c.sum(), c.number, c.sum(), c.number)
	case writes:
		return fmt.Sprintf("frame({'a': [%s]}).to_csv('out%d.csv')", c.sum(), c.number)
	}
	return v + fmt.Sprintf("len(io.read_text('out%d.csv')) + %s", c.subject, c.sum())
}

// text is the cell as it stands in the notebook.
func (c *modelCell) text() string {
	head := fmt.Sprintf("%%%% c%d", c.id)
	if c.timeout {
		head += " timeout=1h"
	}
	code := c.code()
	switch c.decoration % 4 {
	case 1:
		code = "# a comment\n" + code + "  # another"
	case 2:
		code = "\n" + strings.ReplaceAll(code, "\n    ", "\n        ") + "\n\n"
	case 3:
		code = strings.ReplaceAll(strings.ReplaceAll(code, " + ", "+"), "'", `"`)
	}
	return head + "\n" + code + "\n"
}

// A modelValue is a number or a function, and what tells it from others.
type modelValue struct {
	number int
	call   func(x int) int
	print  string
}

func numberValue(n int) modelValue { return modelValue{number: n, print: strconv.Itoa(n)} }

// A modelWorld is what cells can see.
type modelWorld struct {
	params [modelSize]int
	files  [modelSize]string // "" is a file that is not there
	env    [modelSize]string // "" is a variable that is not set
}

// A model runs notebooks and remembers what it computed.
type model struct {
	computed map[string]bool
}

// A modelRun is one run: what became of each cell, by number.
type modelRun struct {
	world  *modelWorld
	status map[int]string // done, failed, skipped
	values map[int]modelValue
	wrote  map[int]string
	prints map[int]string // of a cell: its code, what it reads and what it was answered
}

// run gives the cells that must run, by number, and what they give.
func (m *model) run(cells []*modelCell, w *modelWorld) (*modelRun, []int) {
	r := &modelRun{world: w, status: map[int]string{}, values: map[int]modelValue{}, wrote: map[int]string{}, prints: map[int]string{}}
	byNumber := map[int]*modelCell{}
	for _, c := range cells {
		byNumber[c.number] = c
	}
	for _, c := range cells {
		r.cell(c, byNumber)
	}
	var must []int
	for _, c := range cells {
		if r.status[c.number] == "skipped" || m.computed[r.prints[c.number]] {
			continue
		}
		must = append(must, c.number)
		if r.status[c.number] == "done" {
			m.computed[r.prints[c.number]] = true
		}
	}
	return r, must
}

// needs are the cells that a cell reads, and the one whose file it reads.
func (c *modelCell) needs() []int {
	list := slices.Clone(c.reads)
	if c.kind == calls || c.kind == mapsOver || c.kind == readsBack {
		list = append(list, c.subject)
	}
	return list
}

func (r *modelRun) cell(c *modelCell, all map[int]*modelCell) {
	if r.status[c.number] != "" {
		return
	}
	print := c.code()
	missing := false
	total := c.k
	for _, n := range c.needs() {
		r.cell(all[n], all)
		if r.status[n] != "done" {
			r.status[c.number] = "skipped"
			return
		}
		v, given := r.values[n]
		missing = missing || !given && all[n].kind != writes
		print += fmt.Sprintf("|%d=%s", n, v.print)
		if slices.Contains(c.reads, n) {
			total += v.number
		}
	}
	r.status[c.number] = "done"
	if missing {
		r.status[c.number] = "failed"
		return
	}
	value, answers, ok := r.compute(c, total)
	r.prints[c.number] = print + answers
	switch {
	case !ok:
		r.status[c.number] = "failed"
	case value != nil:
		r.values[c.number] = *value
	}
}

// compute gives the value of a cell, nil if it gives none, and what it was
// answered.
func (r *modelRun) compute(c *modelCell, total int) (value *modelValue, answers string, ok bool) {
	give := func(n int) *modelValue { v := numberValue(n); return &v }
	w := r.world
	file := w.files[c.subject%modelSize]
	switch c.kind {
	case sums:
		return give(total % c.m), "", true
	case readsParam:
		p := w.params[c.subject]
		return give((p + total) % c.m), fmt.Sprint("|p", p), true
	case readsFile:
		n, err := strconv.Atoi(file)
		return give((n + total) % c.m), "|file " + file, err == nil
	case asksFile:
		there := 0
		if file != "" {
			there = 1
		}
		return give(there + total), fmt.Sprint("|there ", there), true
	case asksAndRead:
		if file == "" {
			return give(c.m + total), "|there 0", true
		}
		return give(len(file) + total), "|file " + file, true
	case asksEnv:
		n := len(w.env[c.subject])
		if n == 0 {
			n = len("none")
		}
		return give(n + total), "|env " + w.env[c.subject], true
	case sometimes:
		if total%2 == 0 {
			return give(c.m), "", true
		}
		return nil, "", true
	case fails:
		return give(total % c.m), "", total%c.m != 0
	}
	return r.computeMore(c, total, give)
}

func (r *modelRun) computeMore(c *modelCell, total int, give func(int) *modelValue) (value *modelValue, answers string, ok bool) {
	f := r.values[c.subject].call
	switch c.kind {
	case makes:
		captured := ""
		for _, n := range c.reads {
			captured += fmt.Sprintf("|v%d=%s", n, r.values[n].print)
		}
		return &modelValue{call: func(x int) int { return (x*c.k + total) % c.m }, print: c.code() + captured}, "", true
	case calls:
		return give(f(total)), "", true
	case mapsOver:
		return give(f(total) + f(c.k) + f(c.m)), "", true
	case writes:
		r.wrote[c.number] = fmt.Sprintf("a\n%d\n", total)
		return nil, "", true
	case readsBack:
		content := r.wrote[c.subject]
		return give(len(content) + total), "|back " + content, true
	}
	return nil, "", true // shows
}
