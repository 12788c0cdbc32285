package check

import "simrun/history"

// groups joins values into groups (union-find with path halving).
type groups struct {
	parent map[history.Value]history.Value
}

func newGroups() groups { return groups{make(map[history.Value]history.Value)} }

// leader returns the value that represents v's group.
func (g groups) leader(v history.Value) history.Value {
	for {
		up, ok := g.parent[v]
		if !ok {
			return v
		}
		if top, ok := g.parent[up]; ok {
			g.parent[v] = top
		}
		v = up
	}
}

// join puts values into one group.
func (g groups) join(values []history.Value) {
	for _, v := range values {
		if a, b := g.leader(v), g.leader(values[0]); a != b {
			g.parent[a] = b
		}
	}
}
