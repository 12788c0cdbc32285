package coord

import "slices"

// resource is what locks guard: a store that knows nothing of locks and sessions, and refuses a request with a token that is smaller than one
// that it has seen (Kleppmann, "How to do distributed locking", 2016). It lives in the replicated state for convenience.
type resource struct {
	cells []cell // in the order in which they came
}

// cell is a value of the resource.
type cell struct {
	name  string
	value int64
	token uint64 // the greatest that came with a request
}

func (r *resource) cell(name string) *cell {
	i := slices.IndexFunc(r.cells, func(c cell) bool { return c.name == name })
	if i < 0 {
		r.cells = append(r.cells, cell{name: name})
		i = len(r.cells) - 1
	}
	return &r.cells[i]
}

// item is what a read of a value sees: 0 if nothing was written.
func (r *resource) item(op int, name string) item {
	seen := item{op: uint64(op), path: name}
	for _, c := range r.cells {
		if c.name == name {
			seen.value, seen.version = c.value, c.token
		}
	}
	return seen
}

// access reads or writes the resource with a token.
func (m *machine) access(i int, o op, a *answer) refusal {
	c := m.resource.cell(o.path)
	if o.number < c.token && !m.env.Bug(bugNoFencing) {
		m.env.Sometimes(markFenced)
		return staleToken
	}
	m.env.Report(&factAccess{o.path, o.number, m.revision})
	if o.kind == opLoad {
		m.env.Report(&factEntered{o.path, o.number, uint64(o.value), m.revision})
	}
	c.token = max(c.token, o.number)
	if o.kind == opStore {
		c.value = o.value
	}
	a.items = append(a.items, m.resource.item(i, o.path))
	return notRefused
}
