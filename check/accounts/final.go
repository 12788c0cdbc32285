package accounts

import (
	"cmp"
	"fmt"
	"slices"

	"simrun/check"
	"simrun/history"
)

// final is the operation of the questions about replicas that agree in the end: a read that a client does at one replica when all else is over, and
// the replicas have had the time to exchange what they know. An operation with an unknown result that ended before has happened by then, or never will; one that was
// still running may happen between two final reads. The other reads may see less. This is what Maelstrom's workloads of the same
// names ask, with their final reads, and what Shapiro, Preguiça, Baquero and Zawirski call strong eventual consistency ("Conflict-free Replicated
// Data Types", SSS 2011): replicas that know the same updates are equal.
const final = "final"

// ending is an account of a history that ends with final reads.
type ending struct {
	l      *ledger
	finals []*history.Operation // that completed
	Report
}

// inTheEnd answers a question about final reads: judge says of each what is wrong with it. All must be equal too, whatever the order of a list. Where
// something changed after a final read had begun, it was not final, and nothing is decided.
func inTheEnd(judge func(e *ending)) func(l *ledger) Report {
	return func(l *ledger) Report {
		e := &ending{l: l}
		for i := range l.ops {
			if op := &l.ops[i]; op.F == final && op.Outcome == history.OK {
				e.finals = append(e.finals, op)
			}
		}
		e.Outcome = check.Valid
		if len(e.finals) == 0 {
			e.Outcome, e.Reason = check.Unknown, "no final read completed"
		}
		if late := e.late(); late != nil {
			how := "ended"
			if late.Complete < 0 {
				how = "began"
			}
			e.Outcome, e.Reason = check.Unknown, fmt.Sprintf("the %s by %s %s after a final read had begun", late.F, l.by(late), how)
			return e.Report
		}
		judge(e)
		for _, op := range e.finals {
			if first := e.finals[0]; !sameContent(op.Output, first.Output) {
				e.differ(first, op)
			}
		}
		return e.Report
	}
}

// differ blames final reads that are not equal, unless an operation may have happened between them.
func (e *ending) differ(a, b *history.Operation) {
	reason := fmt.Sprintf("the replicas differ: the final read by %s is %s, and that by %s is %s", e.l.by(a), quoted(a.Output), e.l.by(b), quoted(b.Output))
	running := e.running()
	if running == nil {
		e.blame(reason, a.Invoke, b.Invoke)
	} else if e.Outcome == check.Valid {
		e.Outcome, e.Reason = check.Unknown, fmt.Sprintf("%s; but the %s by %s was still running when the final reads began", reason, running.F, e.l.by(running))
	}
}

// running is an update with an unknown result that had not ended when the first final read began; nil if there is none.
func (e *ending) running() *history.Operation {
	begun := e.finals[0].Invoke
	for i := range e.l.ops {
		op := &e.l.ops[i]
		if end, ended := e.l.gaveUp[op.Process]; !slices.Contains(looks, op.F) && op.Outcome == history.Info && op.Invoke < begun && (!ended || end > begun) {
			return op
		}
	}
	return nil
}

// late is an update that began, or was acknowledged, after a final read had begun; nil if there is none.
func (e *ending) late() *history.Operation {
	if len(e.finals) == 0 {
		return nil
	}
	begun := e.finals[0].Invoke // the operations are in the order in which they began
	for i := range e.l.ops {
		op := &e.l.ops[i]
		if !slices.Contains(looks, op.F) && op.Outcome != history.Fail && max(op.Invoke, op.Complete) > begun {
			return op
		}
	}
	return nil
}

// looks are the operations that change nothing.
var looks = []string{"read", "get", "poll", "assign", "committed", final}

// sameContent reports whether two replicas have the same: the elements of a list come in any order, and nothing is the empty list.
func sameContent(a, b history.Value) bool {
	if a == b {
		return true
	}
	x, y := sorted(a), sorted(b)
	return x != nil && y != nil && slices.Equal(x, y)
}

// sorted are the elements of a list in order, none of nothing; nil if it is no list.
func sorted(v history.Value) []history.Value {
	list, ok := v.AsList()
	if v.IsNull() {
		return []history.Value{}
	}
	if !ok {
		return nil
	}
	slices.SortFunc(list, history.Value.Compare)
	return list
}

// ambiguous says that nothing can be told of a value, since two operations may have written it.
func (e *ending) ambiguous(v history.Value, first, again *history.Operation) {
	if e.Outcome == check.Valid {
		e.Outcome = check.Unknown
		e.Reason = fmt.Sprintf("%s was sent twice, by %s and by %s, and this question needs values that differ", quoted(v), e.l.by(first), e.l.by(again))
	}
}

// blame makes the history a violation, of which the first reason is kept.
func (e *ending) blame(reason string, core ...int) {
	if e.Outcome != check.Violation {
		e.Outcome, e.Reason, e.Core = check.Violation, reason, core
	}
}

// reads are the reads that completed, final ones too, in the order in which they did.
func (e *ending) reads() (list []*history.Operation) {
	for i := range e.l.ops {
		if op := &e.l.ops[i]; (op.F == "read" || op.F == final) && op.Outcome == history.OK {
			list = append(list, op)
		}
	}
	slices.SortFunc(list, byComplete)
	return list
}

// byComplete compares operations by when they completed.
func byComplete(a, b *history.Operation) int { return cmp.Compare(a.Complete, b.Complete) }

// figure counts what is of interest.
func (e *ending) figure(name string, n int) {
	e.Figures = append(e.Figures, Figure{Name: name, Count: n})
}

// listed accepts reads that return lists.
func listed(op history.Operation) error {
	if (op.F == "read" || op.F == final) && op.Outcome == history.OK {
		return expected(isList(op.Output), op.F+" result", "a list", op.Output)
	}
	return nil
}

// counted accepts additions of an integer from least on, and reads that return one.
func counted(least int64) func(op history.Operation) error {
	return func(op history.Operation) error {
		if op.F == "add" {
			n, ok := op.Input.AsInt()
			return expected(ok && n >= least && max(n, -n) <= maxDelta, "add argument", fmt.Sprintf("an integer from %d to %d", max(least, -maxDelta), int64(maxDelta)), op.Input)
		}
		if op.Outcome == history.OK {
			_, ok := op.Output.AsInt()
			return expected(ok, op.F+" result", "an integer", op.Output)
		}
		return nil
	}
}
