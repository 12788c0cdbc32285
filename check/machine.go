package check

import "simrun/history"

// Machine executes the operations of a specification one after the other, for
// questions other than linearizability. It numbers states and operations as it meets
// them, and computes each step once.
//
// Every object begins in state 0. A Machine is not safe for concurrent use.
type Machine struct {
	spec Spec
	auto *automaton
}

// NewMachine returns a machine that has met no state but the initial one.
func NewMachine(spec Spec) *Machine { return &Machine{spec, spec.newAutomaton()} }

// Object returns the name of the independent object that an operation belongs to.
func (m *Machine) Object(op *history.Operation) string { return m.spec.partition(op) }

// Class returns a number for everything that the specification may see of an
// operation: operations of the same class are interchangeable.
func (m *Machine) Class(op *history.Operation) int32 { return m.auto.class(op) }

// Step returns the state of an object after an operation of the class, or false
// if the specification doesn't allow it.
func (m *Machine) Step(state, class int32) (next int32, ok bool) {
	next = m.auto.step(state, class)
	return next, next != refused
}

// States returns the number of states that the machine has met; they are numbered from 0.
func (m *Machine) States() int { return m.auto.states.len() }

// Describe returns what an operation did, for a person: "write 7".
func Describe(spec Spec, op history.Operation) string { return spec.describe(&op) }

// TookEffect reports whether an order must explain an operation: it completed, or
// it failed and shows something of the state ([Object.Observes]).
func TookEffect(spec Spec, op history.Operation) bool { return mustHappen(spec, &op) }

// Explainable returns the operations of a history that an order may hold, in
// order of invocation. It leaves out operations that failed and show nothing of the
// state. It returns the same errors as [Linearizable].
func Explainable(spec Spec, events []history.Event) ([]history.Operation, error) {
	ops, err := history.Pair(events)
	if err != nil {
		return nil, err
	}
	if _, err := split(spec, ops); err != nil {
		return nil, err
	}
	kept := ops[:0]
	for i := range ops {
		if ops[i].Outcome != history.Fail || mustHappen(spec, &ops[i]) {
			kept = append(kept, ops[i])
		}
	}
	return kept, nil
}
