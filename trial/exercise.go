package trial

import (
	"fmt"
	"slices"
	"strings"

	"simrun/check"
	"simrun/history"
	"simrun/internal/count"
	"simrun/sim"
)

// Exercise says how much a run exercised its system.
type Exercise struct {
	Ops      int `json:"operations"` // that clients began
	Answered int `json:"answered"`   // of them, those that succeeded
	Changes  int `json:"changes"`    // completed operations that changed the state, in the order that was found, or transactions that wrote; -1 if none was found
	sim.Activity
}

// LittleOps is how many operations must at least have succeeded, and how many changed the state, for a valid verdict to say much.
const LittleOps = 10

// WhyLittle says of the valid runs of many seeds why the verdict of some means little.
const WhyLittle = "fewer than 10 operations succeeded or changed the state, or no fault fired"

// exerciseOf counts what a judged run exercised.
func exerciseOf(p promise, r *sim.Result, j *Judgement) Exercise {
	ops := CountOps(r.History)
	e := Exercise{Ops: ops.Total(), Answered: ops.OK, Changes: -1, Activity: r.Activity}
	switch c := j.Checks[0]; {
	case c.Outcome != check.Valid:
	case p.spec != nil:
		e.Changes = changes(p.spec, r.History, c.Witness)
	case p.level != nil:
		e.Changes = writers(r.History)
	}
	return e
}

// writers counts the transactions that committed and did not only read.
func writers(events []history.Event) (n int) {
	for i := range events {
		if e := &events[i]; e.Type == history.OK && e.Process != history.Nemesis && writes(e.Value) {
			n++
		}
	}
	return n
}

func writes(transaction history.Value) bool {
	list, _ := transaction.AsList()
	return slices.ContainsFunc(list, func(v history.Value) bool {
		parts, _ := v.AsList()
		return len(parts) > 0 && parts[0] != history.String("r")
	})
}

// changes counts the operations of an order of linearization that changed the state.
func changes(spec check.Spec, events []history.Event, order []int) (n int) {
	ops, err := history.Pair(events)
	if err != nil {
		return 0
	}
	at := make(map[int]int, len(ops)) // by index of the invocation
	for i := range ops {
		at[ops[i].Invoke] = i
	}
	m := check.NewMachine(spec)
	states := map[string]int32{}
	for _, invoke := range order {
		op := &ops[at[invoke]]
		object := m.Object(op)
		next, ok := m.Step(states[object], m.Class(op))
		if ok && next != states[object] {
			n++
			states[object] = next
		}
	}
	return n
}

// String says it to a person, but for the faults: "312 operations changed the state, 3 leaders, 4 restarts"; "" if
// nothing is known.
func (e Exercise) String() string {
	var parts []string
	if e.Changes >= 0 {
		parts = append(parts, fmt.Sprintf("%s changed the state", count.Of(e.Changes, "operation")))
	}
	for _, p := range []struct {
		n    int
		what string
	}{{e.Leaders, "leader"}, {e.Restarts, "restart"}} {
		if p.n > 0 {
			parts = append(parts, count.Of(p.n, p.what))
		}
	}
	return strings.Join(parts, ", ")
}

// Little says why a valid verdict of the run means little; "" if it does not.
func (e Exercise) Little() string {
	switch {
	case e.Ops == 0:
		return "clients asked for nothing"
	case e.Answered == 0:
		return fmt.Sprintf("none of %s succeeded", count.Of(e.Ops, "operation"))
	case e.Answered < LittleOps:
		return fmt.Sprintf("only %d of %s succeeded", e.Answered, count.Of(e.Ops, "operation"))
	case e.Changes == 0:
		return "no operation changed the state"
	case e.Changes > 0 && e.Changes < LittleOps:
		return fmt.Sprintf("only %s changed the state", count.Of(e.Changes, "operation"))
	case e.Faults > 0 && e.Fired == 0:
		return "none of its faults fired"
	}
	return ""
}
