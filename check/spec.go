package check

import (
	"fmt"
	"reflect"
	"strings"

	"simrun/history"
)

// Spec is the sequential object that a history is checked against. [Define]
// makes one; package specs has the common ones.
type Spec interface {
	Name() string    // "cas-register"
	Summary() string // one line for a person

	behaviour
}

// Object describes a sequential object: its initial state and what each operation
// does to it. Name and Step are required. S is a type that == can compare, or any
// other type if Identity is set. The zero Init is the zero S.
//
// Step gets only what the client knew: F, Key, Input, Output and Outcome of the
// operation are set (and Process, if ByProcess). It returns the next state, and
// false if the operation could not have ended this way in that state. It must be a
// pure function of its arguments and must not change the state that it gets.
//
// The result of an operation whose Outcome is Info is unknown: its Output is Null,
// and Step returns what happens if it takes effect. It must allow whatever an
// operation with a known result could have done. The engines add the case that the
// operation never takes effect, so Step returns false for "not in this state".
//
// Step gets failed operations only if Observes asks for them: by default, as in
// Jepsen, an operation that failed did not happen.
type Object[S any] struct {
	Name    string
	Summary string
	Init    S
	Step    func(state S, op history.Operation) (next S, ok bool)

	// Partition returns the name of the independent object that an operation belongs
	// to: a history is linearizable exactly if its part for each object is (Herlihy
	// and Wing 1990, locality). Nil: Operation.Key.
	Partition func(op history.Operation) string

	// Identity returns a text that identifies a state: two states are the same exactly
	// if their identities are equal. Required if == can't compare S, unless Equal is
	// set. Nil: ==.
	Identity func(state S) string

	// Equal and Hash take the place of Identity where the text of a state would be
	// long: two states are the same exactly if Equal says so, and then have the same
	// Hash. Both or none must be set.
	Equal func(a, b S) bool
	Hash  func(state S) uint64

	// Perform returns a function that does what Step does to an object of its own, which begins as Init and which it
	// changes, so that the order of a long history is verified quickly. Nil: Step does it.
	Perform func() func(op history.Operation) (ok bool)

	// Accepts returns an error if the object does not have such an operation, or not
	// with such an argument or result: one clause for a person ("cas argument:
	// expected [from, to], got 7"). A check returns the error instead of a verdict.
	// Nil: the object accepts every operation.
	Accepts func(op history.Operation) error

	// Observes reports whether an operation that failed without an error still shows
	// something of the state, as a compare-and-set does that returns the value it
	// found instead. Step then gets it with Outcome Fail, and must not change the
	// state. Nil: failed operations are dropped.
	Observes func(op history.Operation) bool

	// Touches lists the values that an operation adds, takes or sees, and reports
	// false if it depends on others too. Setting it promises that values are
	// independent: a legal sequence stays legal without all operations on a value
	// and on values that share an operation with it, if none of these operations
	// depends on others. An unknown result touches nothing. The promise makes the
	// cores of violations smaller. Nil: no promise.
	Touches func(op history.Operation) (values []history.Value, independent bool)

	// Element returns the one element of the object that an operation concerns, and
	// reports false if it concerns all. Setting it promises that elements are
	// independent, so that each can be decided alone in histories without operations
	// on all elements (Horn and Kroening 2015). Nil: every operation concerns all.
	Element func(op history.Operation) (element history.Value, alone bool)

	// Project returns what an operation says about single values. Setting it promises
	// that a legal sequence stays legal if each operation is replaced by what it says
	// about some values, and operations that say nothing about these are left out. A
	// violation that shows in one or two values then has a core of the operations on
	// these. Nil: no promise.
	Project func(op history.Operation) Projection

	// Contradict returns operations that contradict the culprit of a violation, whatever
	// all others did; nil if it knows none. before holds the operations that were invoked
	// before the culprit returned, without the culprit, in order of invocation; those that
	// had not returned by then have an unknown result. Setting it promises that whichever
	// of the members are left out or get an unknown result, if the rest has no order, no
	// order has it, whatever the other operations of the history did in their time. To keep
	// that promise a member may say less than its operation does. Contradict makes cores
	// small where Touches and Project promise too little. Its time must be linear. Nil: no
	// promise.
	Contradict func(culprit history.Operation, before []history.Operation) []Member

	// Rule, if not nil, decides histories in polynomial time in which every value is
	// added at most once.
	Rule *Rule

	// ByProcess sets Operation.Process for Step.
	ByProcess bool

	// DescribeOperation and DescribeState return text for a person: "write 7", "7".
	// Nil: the operation's name, argument and result; the state as fmt prints it.
	DescribeOperation func(op history.Operation) string
	DescribeState     func(state S) string
	// Explain returns what contradicts the culprit of a violation, as the end of a
	// sentence: "9 had replaced 7 by 1.150s". It may return "".
	Explain func(f *Finding) string
}

// Define makes a specification of an object. It panics if Name or Step is
// missing, or if nothing compares states: these are errors of the
// program, not of its input.
func Define[S any](o Object[S]) Spec {
	if o.Name == "" || o.Step == nil {
		panic("check.Define: an object needs a Name and a Step")
	}
	if (o.Equal == nil) != (o.Hash == nil) || o.Equal != nil && o.Identity != nil {
		panic(fmt.Sprintf("check.Define: %q needs Equal and Hash together, and then no Identity", o.Name))
	}
	if o.Identity == nil && o.Equal == nil && !reflect.TypeFor[S]().Comparable() {
		panic(fmt.Sprintf("check.Define: states of %q are %v, which == can't compare: set Identity", o.Name, reflect.TypeFor[S]()))
	}
	return &defined[S]{o}
}

// behaviour is what the engines need from a specification, independent of its type of state.
type behaviour interface {
	partition(op *history.Operation) string
	accepts(op *history.Operation) error
	observes(op *history.Operation) bool
	touches(op *history.Operation) (values []history.Value, independent bool)
	project(op *history.Operation) *Projection
	contradict(culprit history.Operation, before func() []history.Operation) []Member
	describe(op *history.Operation) string
	explain(f *Finding) string
	newAutomaton() *automaton
	run() func(op *history.Operation) bool
	rule() *Rule
	element(op *history.Operation) (element history.Value, alone bool)
}

// defined is an [Object] as a [Spec].
type defined[S any] struct{ o Object[S] }

func (d *defined[S]) Name() string    { return d.o.Name }
func (d *defined[S]) Summary() string { return d.o.Summary }

func (d *defined[S]) partition(op *history.Operation) string {
	if d.o.Partition == nil {
		return op.Key
	}
	return d.o.Partition(*op)
}

func (d *defined[S]) accepts(op *history.Operation) error {
	if d.o.Accepts == nil {
		return nil
	}
	return d.o.Accepts(*op)
}

func (d *defined[S]) observes(op *history.Operation) bool {
	return d.o.Observes != nil && d.o.Observes(*op)
}

func (d *defined[S]) touches(op *history.Operation) ([]history.Value, bool) {
	if d.o.Touches == nil {
		return nil, false
	}
	return d.o.Touches(*op)
}

// project returns nil if the object has no projections.
func (d *defined[S]) project(op *history.Operation) *Projection {
	if d.o.Project == nil {
		return nil
	}
	p := d.o.Project(*op)
	return &p
}

func (d *defined[S]) contradict(culprit history.Operation, before func() []history.Operation) []Member {
	if d.o.Contradict == nil {
		return nil
	}
	return d.o.Contradict(culprit, before())
}

func (d *defined[S]) describe(op *history.Operation) string {
	if d.o.DescribeOperation != nil {
		return d.o.DescribeOperation(*op)
	}
	var b strings.Builder
	b.WriteString(op.F)
	if !op.Input.IsNull() {
		b.WriteString(" " + op.Input.String())
	}
	switch {
	case op.Outcome == history.Info:
		b.WriteString(" → ?")
	case op.Outcome == history.Fail:
		b.WriteString(" → failed")
		fallthrough
	case !op.Output.IsNull() && op.Output != op.Input:
		b.WriteString(" → " + op.Output.String())
	}
	return b.String()
}

func (d *defined[S]) explain(f *Finding) string {
	if d.o.Explain == nil {
		return ""
	}
	return d.o.Explain(f)
}

func (d *defined[S]) rule() *Rule { return d.o.Rule }

func (d *defined[S]) element(op *history.Operation) (history.Value, bool) {
	if d.o.Element == nil {
		return history.Null, false
	}
	return d.o.Element(*op)
}

func (d *defined[S]) newAutomaton() *automaton {
	return &automaton{states: newStates(&d.o), classOf: make(map[class]int32), names: make(map[string]int32)}
}

// run returns a function that performs operations on one object, one after the
// other, and reports whether each is allowed.
func (d *defined[S]) run() func(op *history.Operation) bool {
	if d.o.Perform != nil {
		perform := d.o.Perform()
		return func(op *history.Operation) bool { return perform(*op) }
	}
	state := d.o.Init
	return func(op *history.Operation) bool {
		seen := class{op.F, op.Key, op.Input, op.Output, op.Outcome, 0}
		if d.o.ByProcess {
			seen.process = op.Process
		}
		next, ok := d.o.Step(state, seen.operation())
		if ok {
			state = next
		}
		return ok
	}
}
