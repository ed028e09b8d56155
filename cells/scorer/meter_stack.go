package scorer

// stackWeights says for each defined function by how many units of CallDepth a
// call of it counts, or 0 where it need not be counted: functions that cannot
// recurse, as long as the deepest chain of them is short enough.
func (m *module) stackWeights(lim *Limits) []int {
	g := m.callGraph()
	comps := g.components()
	weights := make([]int, len(m.funcs))
	deepest := make([]int, len(comps.members)) // bytes of uncounted frames from here on
	worst := 0
	for c, members := range comps.members { // callees come first
		recursive := len(members) > 1
		own := 0
		for _, v := range members {
			for _, to := range g.edges[v] {
				if comps.of[to] == c {
					recursive = true
				} else {
					deepest[c] = max(deepest[c], deepest[comps.of[to]])
				}
			}
			if v < len(m.funcs) {
				own = m.bodies[v].info.frameBytes()
			}
		}
		if recursive {
			for _, v := range members {
				if v < len(m.funcs) {
					weights[v] = m.bodies[v].info.stackUnits()
				}
			}
		} else {
			deepest[c] += own
		}
		worst = max(worst, deepest[c])
	}
	if worst > lim.CallDepth*stackUnit {
		for v := range weights {
			weights[v] = m.bodies[v].info.stackUnits()
		}
	}
	return weights
}

// frameBytes estimates the native frame of a function from above. The compiler
// keeps a slot for every value that lives across a call; there are at most as
// many as instructions, and at most locals and operands at each call.
func (f *funcInfo) frameBytes() int {
	width := 8
	if f.vector {
		width = 16
	}
	values := min(f.instrs+f.locals, (f.callSites+1)*(f.locals+f.height))
	return 64 + width*values
}

func (f *funcInfo) stackUnits() int { return 1 + f.frameBytes()/stackUnit }

// callGraph has a node for every defined function, then one for every type that
// is called through a table: it leads to all functions of that type that a
// table can hold.
type callGraph struct{ edges [][]int }

func (m *module) callGraph() callGraph {
	n, imported := len(m.funcs), uint32(len(m.imports))
	g := callGraph{edges: make([][]int, n)}
	nodeOf := map[string]int{} // structurally equal types are one
	through := func(t *funcType) int {
		key := typeKey(t)
		node, ok := nodeOf[key]
		if !ok {
			node = len(g.edges)
			nodeOf[key] = node
			g.edges = append(g.edges, nil)
		}
		return node
	}
	for i := range m.bodies {
		info := &m.bodies[i].info
		for _, f := range info.calls {
			if f >= imported {
				g.edges[i] = append(g.edges[i], int(f-imported))
			}
		}
		for _, t := range info.indirect {
			g.edges[i] = append(g.edges[i], through(&m.types[t]))
		}
	}
	for i := range m.funcs {
		if m.declared[imported+uint32(i)] {
			if node, ok := nodeOf[typeKey(&m.types[m.funcs[i]])]; ok {
				g.edges[node] = append(g.edges[node], i)
			}
		}
	}
	return g
}

func typeKey(t *funcType) string {
	b := make([]byte, 0, len(t.in)+len(t.out)+1)
	for _, v := range t.in {
		b = append(b, byte(v))
	}
	b = append(b, '>')
	for _, v := range t.out {
		b = append(b, byte(v))
	}
	return string(b)
}

// components are the strongly connected components, callees before callers.
type components struct {
	of      []int
	members [][]int
}

// components uses Tarjan's algorithm with its own stack: a chain of calls in a
// hostile module may be as long as the module has functions.
func (g callGraph) components() components {
	n := len(g.edges)
	c := components{of: make([]int, n)}
	low, index, next := make([]int, n), make([]int, n), 1
	var open []int
	type visit struct{ node, edge int }
	for root := range n {
		if index[root] != 0 {
			continue
		}
		path := []visit{{root, 0}}
		for len(path) > 0 {
			v := &path[len(path)-1]
			if v.edge == 0 {
				index[v.node], low[v.node] = next, next
				next++
				open = append(open, v.node)
				c.of[v.node] = -1
			}
			if v.edge < len(g.edges[v.node]) {
				to := g.edges[v.node][v.edge]
				v.edge++
				if index[to] == 0 {
					path = append(path, visit{to, 0})
				} else if c.of[to] < 0 {
					low[v.node] = min(low[v.node], index[to])
				}
				continue
			}
			node := v.node
			path = path[:len(path)-1]
			if len(path) > 0 {
				parent := path[len(path)-1].node
				low[parent] = min(low[parent], low[node])
			}
			if low[node] == index[node] {
				c.close(&open, node)
			}
		}
	}
	return c
}

// close pops the component whose first node is root.
func (c *components) close(open *[]int, root int) {
	var members []int
	for {
		last := len(*open) - 1
		v := (*open)[last]
		*open = (*open)[:last]
		c.of[v] = len(c.members)
		members = append(members, v)
		if v == root {
			break
		}
	}
	c.members = append(c.members, members)
}
