package lang

import (
	"errors"
	"strings"
	"sync"

	"go.starlark.net/syntax"
)

// Homes finds where functions stand in the programs of a notebook and its
// files, by their code. It is safe for concurrent use.
type Homes struct {
	programs []*Program
	once     sync.Once
	byName   map[string][]*Program // those that make a function of this name
}

// NewHomes looks into these programs. If the same code stands in several
// places, the first of the first program is its home. It costs nothing until
// Find is called.
func NewHomes(programs ...*Program) *Homes { return &Homes{programs: programs} }

// A Home is where a function's def or lambda stands.
type Home struct {
	program  *Program
	function *function
}

// Find is the home of a function's code, or nil.
func (h *Homes) Find(code string) *Home {
	h.once.Do(func() {
		h.byName = map[string][]*Program{}
		for _, p := range h.programs {
			if p == nil {
				continue
			}
			for _, name := range p.makes {
				h.byName[name] = append(h.byName[name], p)
			}
		}
	})
	for _, p := range h.byName[nameIn(code)] {
		if f := p.outline().byCode[code]; f != nil {
			return &Home{p, f}
		}
	}
	return nil
}

// nameIn is the name of the function that a code makes.
func nameIn(code string) string {
	rest, ok := strings.CutPrefix(code, "def ")
	if !ok {
		return lambdaName
	}
	name, _, _ := strings.Cut(rest, "(")
	return name
}

// settle gives the nodes of a function's code the places that they have at
// home.
func (h *Home) settle(l *literal) error {
	places := h.program.outline().places[h.function.body:h.function.end]
	set := func(p *syntax.Position, at place) {
		*p = syntax.MakePosition(&h.program.ID, at.line, at.col)
	}
	set(l.pos, h.function.place)
	for _, n := range l.head {
		walkPlaces(n, func(p *syntax.Position) { set(p, h.function.place) })
	}
	i := 0
	for _, n := range l.body {
		walkPlaces(n, func(p *syntax.Position) {
			if i < len(places) {
				set(p, places[i])
			}
			i++
		})
	}
	if i != len(places) {
		return errors.New("the code is not that of its home")
	}
	return nil
}

func walkPlaces(n syntax.Node, visit func(*syntax.Position)) {
	syntax.Walk(n, func(n syntax.Node) bool {
		if n != nil {
			placesOf(n, visit)
		}
		return true
	})
}
