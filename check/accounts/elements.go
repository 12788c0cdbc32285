package accounts

import (
	"fmt"
	"math"
	"slices"

	"simrun/history"
)

// Broadcast asks whether every value that was acknowledged is at every replica in the end, and none that nobody sent. The values of a replica are a set: one that was sent
// twice is there once.
//
//	broadcast 7     read → [7, 8]     final → [7, 8]
var Broadcast = Checker{
	Name:       "broadcast",
	Summary:    "what is acknowledged reaches every replica: broadcast, read → all, final → all; replicas are equal in the end",
	operations: []string{"broadcast", "read", final},
	accepts:    listed,
	count:      inTheEnd(countElements),
}

// GSet asks the same of a set that only grows: add, read, final.
var GSet = Checker{
	Name:       "g-set",
	Summary:    "a set that grows: add, read → all, final → all; replicas are equal in the end, and have all that was acknowledged",
	operations: []string{"add", "read", final},
	accepts:    listed,
	count:      inTheEnd(countElements),
}

// ORSet asks of a set with removals what an observed-remove set promises (Shapiro, Preguiça, Baquero and Zawirski, "A comprehensive study of Convergent
// and Commutative Replicated Data Types", INRIA 7506, 2011, §3.3.5): a removal removes what its replica had seen added, so that
// an addition wins against a removal at the same time.
//
// An element is there in the end if an addition of it was acknowledged which began after all removals of it had ended. It is not there if all its
// additions were acknowledged, and each by a replica that removed it later. Otherwise it may or may not be. An addition is done at one replica, that of its result: a client
// that asks several may have it done twice.
var ORSet = Checker{
	Name:       "or-set",
	Summary:    "a set whose additions win: add, remove, read → all, final → all; replicas are equal in the end",
	operations: []string{"add", "remove", "read", final},
	accepts:    listed,
	count:      inTheEnd(countElements),
}

// fate is what is known of an element. Positions are those of events in the history.
type fate struct {
	value   history.Value
	offered int                // the first invocation of an addition that may have taken effect; -1: there is none
	added   *history.Operation // that was acknowledged, the one that began last
	unsure  bool               // an addition has an unknown result, or was done by a replica that is not known
	removed int                // the end of the removal that ended last; [math.MaxInt]: one never did; -1: there is none
	at      map[string]*fateAt // by replica that acknowledged
	order   []*fateAt
}

// fateAt is what a replica acknowledged.
type fateAt struct{ added, removed int } // the last end of an addition, the last beginning of a removal; -1: none

func (f *fate) of(node string) *fateAt {
	at := f.at[node]
	if at == nil {
		at = &fateAt{-1, -1}
		f.at[node] = at
		f.order = append(f.order, at)
	}
	return at
}

// must reports whether the element is there in the end.
func (f *fate) must() bool { return f.added != nil && f.added.Invoke > f.removed }

// may reports whether the element can be there in the end.
func (f *fate) may() bool {
	return f.offered >= 0 && (f.unsure || slices.ContainsFunc(f.order, func(at *fateAt) bool { return at.added >= 0 && at.removed < at.added }))
}

func (f *fate) note(op *history.Operation) {
	switch {
	case op.Outcome == history.Fail:
	case op.F == "remove" && op.Outcome == history.Info:
		f.removed = math.MaxInt
	case op.F == "remove":
		f.removed = max(f.removed, op.Complete)
		at := f.of(op.Node)
		at.removed = max(at.removed, op.Invoke)
	default:
		if f.offered < 0 {
			f.offered = op.Invoke
		}
		if op.Outcome == history.Info {
			f.unsure = true
			return
		}
		f.added, f.unsure = op, f.unsure || op.Node == ""
		at := f.of(op.Node)
		at.added = max(at.added, op.Complete)
	}
}

// fatesOf collects what is known of the elements, in order of their first operation.
func fatesOf(l *ledger) (order []*fate, by map[history.Value]*fate) {
	by = map[history.Value]*fate{}
	for i := range l.ops {
		op := &l.ops[i]
		if op.F == "read" || op.F == final {
			continue
		}
		f := by[op.Input]
		if f == nil {
			f = &fate{value: op.Input, offered: -1, removed: -1, at: map[string]*fateAt{}}
			by[op.Input] = f
			order = append(order, f)
		}
		f.note(op)
	}
	return order, by
}

func countElements(e *ending) {
	order, by := fatesOf(e.l)
	acknowledged := 0
	for _, f := range order {
		if f.added != nil {
			acknowledged++
		}
	}
	for _, op := range e.reads() {
		e.elements(op, order, by)
	}
	e.figure("acknowledged", acknowledged)
	e.figure("final reads", len(e.finals))
}

// elements judges a read of all elements.
func (e *ending) elements(op *history.Operation, order []*fate, by map[history.Value]*fate) {
	all, _ := op.Output.AsList()
	seen := make(map[history.Value]bool, len(all))
	for _, v := range all {
		f := by[v]
		switch {
		case seen[v]:
			e.blame(fmt.Sprintf("%s is there twice in the %s by %s", quoted(v), reading(op), e.l.by(op)), op.Invoke)
		case f == nil || f.offered < 0 || f.offered > op.Complete:
			e.blame(fmt.Sprintf("%s is in the %s by %s, and nobody had added it", quoted(v), reading(op), e.l.by(op)), op.Invoke)
		case op.F == final && !f.may():
			e.blame(fmt.Sprintf("%s is in the final read by %s, though each replica that acknowledged it removed it later", quoted(v), e.l.by(op)), op.Invoke)
		}
		seen[v] = true
	}
	if op.F != final {
		return
	}
	for _, f := range order {
		if f.must() && !seen[f.value] {
			e.blame(fmt.Sprintf("%s was acknowledged to %s, and is missing in the final read by %s", quoted(f.value), e.l.by(f.added), e.l.by(op)), f.added.Invoke, op.Invoke)
		}
	}
}

// reading is what a read is called.
func reading(op *history.Operation) string {
	if op.F == final {
		return "final read"
	}
	return op.F
}
