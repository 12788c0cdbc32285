package check

import (
	"fmt"
	"reflect"

	"simrun/history"
)

// An automaton is a specification made finite for one history: it numbers states and
// operations as it meets them, and computes each transition once. The engines see an
// object only through its automaton.
//
// State 0 is the initial state. An automaton is not safe for concurrent use.
type automaton struct {
	states  numbering
	classes []class
	classOf map[class]int32
	opened  []int32 // per class: the class of the same call with an unknown result; -1 until it is needed
	name    []int32 // per class: the number of its operation's name
	names   map[string]int32
	writes  []bool // per name: an operation of this name changed a state
	memo    transitions
	calls   int64 // of the specification's Step, weighted by the size of its input: the expensive part of a search
	most    int64 // calls at which a search gives up; 0: no bound
}

// refused is the state after a step that the specification doesn't allow.
const refused int32 = -1

// numbering gives each state of an object a number.
type numbering interface {
	step(state int32, op *history.Operation) int32
	describe(state int32) string
	len() int
	byProcess() bool
	fresh() numbering
	bytes() int
	keep(live []int32)
}

// class is what Step may see of an operation: operations of the same class are interchangeable.
type class struct {
	f             string
	key           string
	input, output history.Value
	outcome       history.Type
	process       history.Process
}

func (c *class) operation() history.Operation {
	return history.Operation{F: c.f, Key: c.key, Input: c.input, Output: c.output, Outcome: c.outcome, Process: c.process}
}

// class returns the number of an operation's class.
func (a *automaton) class(op *history.Operation) int32 {
	c := class{f: op.F, key: op.Key, input: op.Input, output: op.Output, outcome: op.Outcome}
	if c.outcome == history.Info {
		c.output = history.Null
	}
	if a.states.byProcess() {
		c.process = op.Process
	}
	return a.number(c)
}

func (a *automaton) number(c class) int32 {
	if n, ok := a.classOf[c]; ok {
		return n
	}
	n := int32(len(a.classes))
	a.classOf[c] = n
	a.classes = append(a.classes, c)
	a.opened = append(a.opened, -1)
	name, ok := a.names[c.f]
	if !ok {
		name = int32(len(a.writes))
		a.names[c.f] = name
		a.writes = append(a.writes, false)
	}
	a.name = append(a.name, name)
	return n
}

// open returns the class of the same call with an unknown result.
func (a *automaton) open(cl int32) int32 {
	if a.opened[cl] < 0 {
		c := a.classes[cl]
		c.outcome, c.output = history.Info, history.Null
		a.opened[cl] = a.number(c)
	}
	return a.opened[cl]
}

// keep forgets all states except the initial one and those in live, and renumbers live.
func (a *automaton) keep(live []int32) {
	a.states.keep(live)
	a.memo = transitions{}
}

// isOpen reports whether operations of the class have an unknown result.
func (a *automaton) isOpen(cl int32) bool { return a.classes[cl].outcome == history.Info }

// fresh returns an automaton with the same classes that has met only the initial state.
func (a *automaton) fresh() *automaton {
	b := *a
	b.states, b.memo, b.writes = a.states.fresh(), transitions{}, make([]bool, len(a.writes))
	return &b
}

// spent reports whether a search must give up.
func (a *automaton) spent() bool { return a.most > 0 && a.calls >= a.most }

// step returns the state after an operation of the class, or refused.
func (a *automaton) step(state, cl int32) int32 {
	if next, ok := a.memo.get(state, cl); ok {
		return next
	}
	op := a.classes[cl].operation()
	a.calls += 1 + int64(op.Input.Size()+op.Output.Size())/16
	next := a.states.step(state, &op)
	a.memo.put(state, cl, next)
	if next != state && next != refused {
		a.writes[a.name[cl]] = true
	}
	return next
}

// readOnly reports whether operations of the class change no state that was met so
// far, or are not allowed in it.
func (a *automaton) readOnly(cl int32) bool {
	return a.readOnlyAll([]int32{cl})
}

// readOnlyAll is readOnly of each class.
func (a *automaton) readOnlyAll(classes []int32) bool {
	n := int32(a.states.len()) // steps may meet further states
	for _, cl := range classes {
		for s := range n {
			if next := a.step(s, cl); next != s && next != refused {
				return false
			}
		}
	}
	return true
}

// states numbers the states of an object of type S.
type states[S any] struct {
	object *Object[S]
	all    []S
	number map[any]int32      // of a state or its identity; nil if the object compares states itself
	byHash map[uint64][]int32 // else: the states with a hash
	size   int                // rough size of all states, in bytes
}

func newStates[S any](o *Object[S]) *states[S] {
	t := &states[S]{object: o, number: make(map[any]int32), byHash: make(map[uint64][]int32)}
	t.intern(o.Init)
	return t
}

func (t *states[S]) fresh() numbering { return newStates(t.object) }
func (t *states[S]) len() int         { return len(t.all) }
func (t *states[S]) byProcess() bool  { return t.object.ByProcess }

func (t *states[S]) intern(s S) int32 {
	if t.object.Equal != nil {
		return t.internByHash(s)
	}
	var id any = s
	if t.object.Identity != nil {
		id = t.object.Identity(s)
	}
	if n, ok := t.number[id]; ok {
		return n
	}
	n := int32(len(t.all))
	t.number[id] = n
	t.all = append(t.all, s)
	t.size += stateBytes + 2*textBytes(id)
	return n
}

// textBytes returns the length of the text that identifies a state; 0 if it is not one.
func textBytes(id any) int {
	if sized, ok := id.(interface{ Size() int }); ok {
		return sized.Size()
	}
	if text := reflect.ValueOf(id); text.Kind() == reflect.String {
		return text.Len()
	}
	return 0
}

func (t *states[S]) internByHash(s S) int32 {
	h := t.object.Hash(s)
	for _, n := range t.byHash[h] {
		if t.object.Equal(t.all[n], s) {
			return n
		}
	}
	n := int32(len(t.all))
	t.byHash[h] = append(t.byHash[h], n)
	t.all = append(t.all, s)
	t.size += sharedBytes
	return n
}

// Rough sizes: of a state without the text of its identity, and of one that shares
// memory with the state before it.
const (
	stateBytes  = 128
	sharedBytes = 1024
)

func (t *states[S]) bytes() int { return t.size }

func (t *states[S]) keep(live []int32) {
	old := t.all
	t.all, t.size = nil, 0
	clear(t.number)
	clear(t.byHash)
	t.intern(t.object.Init)
	for i, n := range live {
		live[i] = t.intern(old[n])
	}
}

func (t *states[S]) step(state int32, op *history.Operation) int32 {
	next, ok := t.object.Step(t.all[state], *op)
	if !ok {
		return refused
	}
	return t.intern(next)
}

func (t *states[S]) describe(state int32) string {
	if t.object.DescribeState != nil {
		return t.object.DescribeState(t.all[state])
	}
	return fmt.Sprint(t.all[state])
}
