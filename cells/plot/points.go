package plot

import "cmp"

// Points are what a figure draws at places in its plane.
type Points struct {
	X, Y    Floats
	Columns []Column // the data of each point, X and Y included
}

// A Column is one number or one text for each point.
type Column struct {
	Name    string
	Numbers Floats
	Texts   []string // instead of Numbers where it is not nil
}

// Points are the points of a scatter plot or of lines, without missing ones. The
// columns are named by the labels of the figure, or, where those are missing or
// alike, "x", "y", "color" and "series". ok is false for other kinds.
func (f *Figure) Points() (p Points, ok bool) {
	switch spec := f.spec.(type) {
	case Scatter:
		return spec.data(), true
	case Line:
		return spec.data(), true
	}
	return Points{}, false
}

func (sc Scatter) data() Points {
	shown := sc.shown()
	p := Points{X: pick(sc.X, shown), Y: pick(sc.Y, shown)}
	p.Columns = []Column{{Name: cmp.Or(sc.XLabel, "x"), Numbers: p.X}, {Name: cmp.Or(sc.YLabel, "y"), Numbers: p.Y}}
	color := cmp.Or(sc.ColorLabel, "color")
	switch {
	case sc.Category != nil:
		p.Columns = append(p.Columns, Column{Name: color, Texts: pick(sc.Category, shown)})
	case sc.Value != nil:
		p.Columns = append(p.Columns, Column{Name: color, Numbers: pick(sc.Value, shown)})
	}
	p.distinct("x", "y", "color")
	return p
}

func (l Line) data() Points {
	var p Points
	var names []string
	for i, s := range l.Series {
		for k := range s.Y {
			if x, y := s.at(k); isFinite(x) && isFinite(y) {
				p.X, p.Y = append(p.X, x), append(p.Y, y)
				names = append(names, nameOr(s.Name, "series", i))
			}
		}
	}
	p.Columns = []Column{{Name: cmp.Or(l.XLabel, "x"), Numbers: p.X}, {Name: cmp.Or(l.YLabel, "y"), Numbers: p.Y}}
	if len(l.Series) > 1 {
		p.Columns = append(p.Columns, Column{Name: "series", Texts: names})
	}
	p.distinct("x", "y", "series")
	return p
}

// distinct gives the columns other names if two have the same.
func (p *Points) distinct(names ...string) {
	seen := map[string]bool{}
	for _, c := range p.Columns {
		seen[c.Name] = true
	}
	if len(seen) == len(p.Columns) {
		return
	}
	for i := range p.Columns {
		p.Columns[i].Name = names[i]
	}
}

func pick[S ~[]T, T any](values S, rows []int) S {
	out := make(S, len(rows))
	for i, r := range rows {
		out[i] = values[r]
	}
	return out
}
