package coord

import (
	"slices"

	"simrun/models/coord/api"
)

// resource is what locks guard: a store that knows nothing of locks and sessions, and refuses a request with a token that is smaller than one
// that it has seen (Kleppmann, "How to do distributed locking", 2016). It lives in the replicated state for convenience.
type resource struct {
	cells []cell // in the order in which they came
}

// cell is a value of the resource.
type cell struct {
	name   string
	value  int64
	token  uint64 // the greatest that came with a request of a writer, or of a holder of a lock that nobody shares
	shared uint64 // the greatest that came with a request of a reader
}

func (r *resource) cell(name string) *cell {
	i := slices.IndexFunc(r.cells, func(c cell) bool { return c.name == name })
	if i < 0 {
		r.cells = append(r.cells, cell{name: name})
		i = len(r.cells) - 1
	}
	return &r.cells[i]
}

// clone returns a copy that does not change with r.
func (r *resource) clone() resource { return resource{slices.Clone(r.cells)} }

// item is what a read of a value sees: 0 if nothing was written.
func (r *resource) item(op int, name string) api.Item {
	seen := api.Item{Op: uint64(op), Path: name}
	for _, c := range r.cells {
		if c.name == name {
			seen.Value, seen.Version = c.value, c.token
		}
	}
	return seen
}

// access reads or writes the resource with a token. A writer excludes all that came before, a reader the writers alone.
func (m *machine) access(i int, o api.Op, a *api.Answer) api.Refusal {
	c, shared := m.resource.cell(o.Path), o.Kind == api.OpShare
	stale := o.Number < c.token && !m.env.Bug(bugNoFencing) || !shared && o.Number < c.shared && !m.env.Bug(bugReadersNotFenced)
	if stale {
		m.env.Sometimes(markFenced)
		return api.StaleToken
	}
	m.facts = append(m.facts, &factAccess{o.Path, o.Number, m.revision, shared})
	if o.Kind != api.OpStore {
		m.facts = append(m.facts, &factEntered{o.Path, o.Number, uint64(o.Value), m.revision})
	}
	if shared {
		c.shared = max(c.shared, o.Number)
	} else {
		c.token = max(c.token, o.Number)
	}
	if o.Kind == api.OpStore {
		c.value = o.Value
	}
	a.Items = append(a.Items, m.resource.item(i, o.Path))
	return api.NotRefused
}
