package specs

import (
	"math"

	"simrun/check"
	"simrun/history"
)

// container is an object whose elements are added, and taken one at a time.
type container struct {
	add, take string // its operations
	// first reports whether an element that op added certainly goes before the given
	// ones, which are none if the object was found empty.
	first func(given, other *added, op history.Operation) bool
	// order reports that this depends on when the given element was added.
	order bool
}

// added is what is known of the elements of one value.
type added struct {
	value       history.Value
	adds        []int // positions of the operations that add it
	took        []int // of those that certainly took it
	first, last int   // event at which the first was invoked; by which all had completed
}

// tally returns what was added and taken, in order of first addition, and the positions
// of operations that may have taken anything.
func (c container) tally(ops []history.Operation) (all []*added, anything []int) {
	by := make(map[history.Value]*added)
	of := func(v history.Value) *added {
		if by[v] == nil {
			by[v] = &added{value: v, first: math.MaxInt, last: -1}
			all = append(all, by[v])
		}
		return by[v]
	}
	for i, op := range ops {
		switch {
		case op.F == c.add:
			a := of(op.Input)
			a.adds, a.first, a.last = append(a.adds, i), min(a.first, op.Invoke), max(a.last, completed(op))
		case op.F == c.take && op.Outcome == history.Info:
			anything = append(anything, i)
		case op.F == c.take && !op.Output.IsNull():
			a := of(op.Output)
			a.took = append(a.took, i)
		}
	}
	return all, anything
}

// contradict finds why an object can't have given its element to the culprit: it was
// taken more often than it was added, or another one that goes first was there.
func (c container) contradict(culprit history.Operation, before []history.Operation) []check.Member {
	if culprit.F == c.add || culprit.Outcome != history.OK {
		return nil
	}
	members := []check.Member{{At: check.Culprit, As: culprit}}
	all, anything := c.tally(before)
	given := &added{value: culprit.Output, first: math.MaxInt, last: -1}
	for _, a := range all {
		if a.value == culprit.Output {
			given = a
		}
	}
	switch {
	case given.value.IsNull():
	case len(given.adds) == 0:
		return members
	case culprit.F == c.take && len(given.took) >= len(given.adds):
		return append(append(members, certain(before, given.adds...)...), certain(before, given.took...)...)
	}
	for _, other := range all {
		takers := len(other.took) + len(anything)
		there := c.there(culprit, before, given, other)
		if other == given || len(there) <= takers {
			continue
		}
		members = append(members, certain(before, there[:takers+1]...)...)
		members = append(members, c.one(before, given)...)
		members = append(members, possible(before, other.took...)...)
		return append(members, possible(before, anything...)...)
	}
	return nil
}

// there returns the operations that added the other element before the culprit, and that count.
func (c container) there(culprit history.Operation, before []history.Operation, given, other *added) []int {
	var there []int
	for _, i := range other.adds {
		if before[i].Before(culprit) && c.first(given, other, before[i]) {
			there = append(there, i)
		}
	}
	return there
}

// one returns an operation that added the given element, for a contradiction to speak
// of: the first, or, if order matters, the last.
func (c container) one(before []history.Operation, given *added) []check.Member {
	switch {
	case len(given.adds) == 0:
		return nil
	case c.order:
		return certain(before, given.adds[len(given.adds)-1])
	}
	return possible(before, given.adds[0])
}

// In a queue, what was added before the given element goes first; in a stack, what was
// added after it; in a priority queue, what is greater.
var (
	containerQueue = container{add: "enqueue", take: "dequeue", first: func(given, _ *added, op history.Operation) bool {
		return completed(op) < given.first
	}}
	containerStack = container{add: "push", take: "pop", order: true, first: func(given, _ *added, op history.Operation) bool {
		return given.last < op.Invoke
	}}
	containerPriorityQueue = container{add: "insert", take: "poll", first: func(given, other *added, _ history.Operation) bool {
		return given.value.IsNull() || given.value.Compare(other.value) < 0
	}}
)
