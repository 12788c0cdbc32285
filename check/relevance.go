package check

import "slices"

// dropIrrelevant drops open operations that can't help the others: any order with
// such an operation is also legal without it.
//
// An operation is irrelevant if each state that the operations left can reach
// simulates the state after the operation: whatever can follow the operation can also
// follow without it, perhaps with fewer open operations. The largest such relation is
// found by refinement, which needs all states that the operations can reach in any
// order and number, so it is only done if these are few.
//
// An operation also counts as relevant if it would help once a kept operation were
// relaxed. Otherwise it could be dropped because of a kept operation that later seems
// superfluous because the first was dropped.
func (c *core) dropIrrelevant() {
	if !slices.Contains(c.fate, relaxed) {
		return
	}
	if r, ok := c.simulation(); ok {
		c.dropIdle(r, c.classesAfter)
	}
}

// dropIdle drops the open operations that are idle in r for the classes of operations
// that can take effect after them.
func (c *core) dropIdle(r *simulation, classesAfter func(at int) []int32) {
	returned := -1
	for i, o := range c.ops {
		if c.fate[i] != relaxed {
			continue
		}
		if n := c.returnedBefore(o.call); n != returned {
			returned = n
			r.refine(classesAfter(o.call))
		}
		if r.idle(c.class(i)) {
			c.fate[i] = dropped
		}
	}
}

// returnedBefore counts the kept operations that returned before an event.
func (c *core) returnedBefore(at int) int {
	n := 0
	for i, o := range c.ops {
		if c.fate[i] == kept && o.ret < at {
			n++
		}
	}
	return n
}

// classesAfter returns the classes of operations that can take effect after an
// event, if any kept operation may also be relaxed.
func (c *core) classesAfter(at int) []int32 {
	var classes []int32
	seen := make(map[int32]bool)
	add := func(cl int32) {
		if !seen[cl] {
			seen[cl] = true
			classes = append(classes, cl)
		}
	}
	for i, o := range c.ops {
		if c.fate[i] != dropped {
			add(c.auto.open(o.class))
		}
		if c.fate[i] == kept && o.ret > at {
			add(o.class)
		}
	}
	return classes
}

// keptClassesAfter returns the classes of operations that can take effect after an event.
func (c *core) keptClassesAfter(at int) []int32 {
	var classes []int32
	for i, o := range c.ops {
		if cl := c.class(i); (c.fate[i] == relaxed || c.fate[i] == kept && o.ret > at) && !slices.Contains(classes, cl) {
			classes = append(classes, cl)
		}
	}
	return classes
}

// Largest sizes for which a simulation is computed: each round of refinement takes
// time proportional to classes × states².
const (
	maxSimulated        = 64
	maxSimulatedClasses = 256
	maxSimulatedOps     = 2000
)

// simulation relates states of an automaton: by[p][q] holds if whatever can
// follow p can follow q, with the same operations or without some open ones.
type simulation struct {
	auto    *automaton
	states  []int32
	index   map[int32]int
	classes []int32
	by      [][]bool
}

func (c *core) simulation() (*simulation, bool) {
	if len(c.ops) > maxSimulatedOps {
		return nil, false
	}
	r := &simulation{auto: c.auto, index: make(map[int32]int)}
	classes := c.classesAfter(-1)
	if len(classes) > maxSimulatedClasses {
		return nil, false
	}
	for _, s := range c.start {
		r.add(s)
	}
	for n := 0; n < len(r.states); n++ {
		for _, cl := range classes {
			if next := r.auto.step(r.states[n], cl); next != refused {
				r.add(next)
			}
		}
		if len(r.states) > maxSimulated {
			return nil, false
		}
	}
	return r, true
}

func (r *simulation) add(state int32) {
	if _, ok := r.index[state]; !ok {
		r.index[state] = len(r.states)
		r.states = append(r.states, state)
	}
}

// refine finds the largest simulation under operations of some classes, starting
// from all pairs.
func (r *simulation) refine(classes []int32) {
	r.classes = classes
	r.by = make([][]bool, len(r.states))
	for p := range r.by {
		r.by[p] = make([]bool, len(r.states))
		for q := range r.by[p] {
			r.by[p][q] = true
		}
	}
	for changed := true; changed; {
		changed = false
		for p := range r.by {
			for q := range r.by[p] {
				if r.by[p][q] && !r.follows(p, q) {
					r.by[p][q], changed = false, true
				}
			}
		}
	}
}

// follows reports whether q can follow each step of p.
func (r *simulation) follows(p, q int) bool {
	for _, cl := range r.classes {
		next := r.auto.step(r.states[p], cl)
		if next == refused {
			continue
		}
		after := r.by[r.index[next]]
		if same := r.auto.step(r.states[q], cl); same != refused && after[r.index[same]] {
			continue
		}
		if !r.auto.isOpen(cl) || !after[q] {
			return false
		}
	}
	return true
}

// idle reports whether an operation of the class can be left out of any order.
func (r *simulation) idle(cl int32) bool {
	for q, s := range r.states {
		if next := r.auto.step(s, cl); next != refused && !r.by[r.index[next]][q] {
			return false
		}
	}
	return true
}
