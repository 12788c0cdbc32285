// Package accounts compares what clients put into an object with what they got out of it,
// over a whole history. Each question takes linear time, and asks less than
// linearizability: nothing is lost, nothing comes from nowhere. The questions and
// their names are those of Jepsen's checkers.
package accounts

import (
	"fmt"
	"slices"

	"simrun/check"
	"simrun/check/weaker"
	"simrun/history"
	"simrun/history/nearest"
	"simrun/internal/brief"
)

// A Checker answers one question.
type Checker struct {
	Name    string
	Summary string // one line for a person

	operations []string
	accepts    func(op history.Operation) error
	count      func(l *ledger) Report
}

// All lists the questions.
var All = []Checker{SetFull, TotalQueue, BankTotal, BankAccounts, Broadcast, GSet, GCounter, PNCounter, ORSet, LWWMap, Kafka, ClientOrder, DoubleBarrier, Discovery, Configuration, Echo}

// ByName returns the question with a name.
func ByName(name string) (Checker, bool) {
	i := slices.IndexFunc(All, func(c Checker) bool { return c.Name == name })
	if i < 0 {
		return Checker{}, false
	}
	return All[i], true
}

// Report is a verdict with the figures behind it. The core of a violation lists the
// operations that a person should look at; the figures list more.
type Report struct {
	check.Verdict
	Figures []Figure
}

// Figure counts some values, or tells how long something took.
type Figure struct {
	Name    string          `json:"name"`
	Count   int             `json:"count"`
	Of      int             `json:"of,omitempty"`     // the figure is Count for each of these; 0: it is Count
	Values  []history.Value `json:"values,omitempty"` // the first [MaxValues] of them
	Latency *weaker.Latency `json:"latency_ns,omitempty"`
}

// MaxValues is how many values a figure lists.
const MaxValues = 10

// Check answers the question for a history. Who names processes in sentences; nil:
// "process 3". It returns an error if the history is malformed, or holds an operation that
// the question is not about.
func (c Checker) Check(events []history.Event, opts check.Options) (Report, error) {
	ops, err := history.Pair(events)
	if err != nil {
		return Report{}, err
	}
	l := &ledger{spec: c.Name, ops: ops, who: opts.Who, untimed: opts.Untimed, gaveUp: map[history.Process]int{}}
	for i := range events {
		if e := &events[i]; e.Type == history.Info && e.Process != history.Nemesis {
			l.gaveUp[e.Process] = i
		}
	}
	completed := false
	for i := range ops {
		op := &ops[i]
		if err := c.allows(*op); err != nil {
			at := op.Invoke
			if op.Complete >= 0 && slices.Contains(c.operations, op.F) {
				at = op.Complete
			}
			return Report{}, &history.Error{Index: at, Reason: fmt.Sprintf("%s: %v", c.Name, err)}
		}
		completed = completed || op.Outcome == history.OK
	}
	r := c.count(l)
	r.Spec, r.Engine, r.Inevitable = c.Name, "count", -1
	if r.Outcome == check.Valid && !completed && !opts.AllowEmpty {
		r.Outcome, r.Reason = check.Unknown, "nothing to decide: no operation completed"
	}
	slices.Sort(r.Core)
	return r, nil
}

func (c Checker) allows(op history.Operation) error {
	if !slices.Contains(c.operations, op.F) {
		return nearest.Unknown("operation", op.F, c.operations)
	}
	return c.accepts(op)
}

// ledger is a history that is being counted.
type ledger struct {
	spec    string
	ops     []history.Operation
	who     func(history.Process) string
	untimed bool
	gaveUp  map[history.Process]int // the event of the unknown result that ended a process
}

// by says who did something, and when that ended: "process 3 at 1.2s".
func (l *ledger) by(op *history.Operation) string {
	if op.Complete < 0 {
		return l.name(op.Process)
	}
	return l.name(op.Process) + " at " + l.when(op.Return)
}

// name is what sentences call a process.
func (l *ledger) name(p history.Process) string {
	if l.who != nil {
		return l.who(p)
	}
	return fmt.Sprintf("process %d", p)
}

// when says a time: "1.2s", or "event 7" in a history without times, which has the numbers of events in their place.
func (l *ledger) when(at history.Time) string {
	if l.untimed {
		return fmt.Sprintf("event %d", at)
	}
	return at.Clock()
}

// figure counts values.
func figure(name string, values []history.Value) Figure {
	return Figure{Name: name, Count: len(values), Values: values[:min(len(values), MaxValues)]}
}

// quoted is a value for a sentence.
func quoted(v history.Value) string { return brief.Middle(v.String(), 60) }

// expected is an error unless ok.
func expected(ok bool, where, what string, got history.Value) error {
	if ok {
		return nil
	}
	return fmt.Errorf("%s: expected %s, got %s", where, what, quoted(got))
}

// isList reports whether v is a list; null is the empty one.
func isList(v history.Value) bool {
	_, ok := v.AsList()
	return ok || v.IsNull()
}
