package lang

import (
	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// An outline is what has to be known of a program to describe the functions
// that it makes: where each def and lambda stands, its code, and the names that
// it uses. It is made from the text when it is asked for first.
type outline struct {
	byPlace map[place]*function
	byCode  map[string]*function // the first of each code
	places  []place              // of all nodes, in the order of walkPlaces
	level   int                  // how many functions the node that is added stands in
}

// A place is a position in the scanned text.
type place struct{ line, col int32 }

func placeOf(p syntax.Position) place { return place{p.Line, p.Col} }

// A function is a def or a lambda of a program.
type function struct {
	name      string
	code      string // canonical, with hidden names for the defaults
	place     place
	body, end int    // its body's part of outline.places
	uses      []*use // what it takes from outside, sorted by name
}

func (p *Program) outline() *outline {
	p.outlineOnce.Do(func() {
		f := p.parse()
		o := &outline{byPlace: map[place]*function{}, byCode: map[string]*function{}}
		if err := resolve.File(f, anyName, starlark.Universe.Has); err != nil {
			panic(p.ID + " resolved before, and does not now: " + err.Error())
		}
		for _, s := range f.Stmts {
			o.add(s)
		}
		p.outlined = o
	})
	return p.outlined
}

// add notes the places and functions of a node.
func (o *outline) add(n syntax.Node) {
	syntax.Walk(n, func(n syntax.Node) bool {
		if n == nil {
			return true
		}
		placesOf(n, func(p *syntax.Position) { o.places = append(o.places, placeOf(*p)) })
		if l := literalOf(n); l != nil {
			o.function(l)
			return false
		}
		return true
	})
}

// maxInner is how deep functions may stand in each other to be described: the
// code of an outer one holds that of those inside.
const maxInner = 50

func (o *outline) function(l *literal) {
	o.level++
	defer func() { o.level-- }()
	f := &function{name: l.name, place: placeOf(*l.pos)}
	for _, n := range l.head {
		o.add(n)
	}
	f.body = len(o.places)
	for _, n := range l.body {
		o.add(n)
	}
	f.end = len(o.places)
	if o.level > maxInner {
		return
	}
	f.code, f.uses = l.code(), l.uses()
	o.byPlace[f.place] = f
	if o.byCode[f.code] == nil {
		o.byCode[f.code] = f
	}
}
