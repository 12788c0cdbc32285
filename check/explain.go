package check

import (
	"fmt"
	"strings"

	"simrun/history"
)

// Finding is the core of a violation, as [Object.Explain] gets it.
type Finding struct {
	// Culprit is the operation that completed last: before it returned, there was an order.
	Culprit history.Operation
	// Others is the rest of the core, in order of invocation.
	Others []history.Operation
	// Optional lists operations that may have taken effect at any time after their
	// invocation, or never.
	Optional []history.Operation

	describe func(op *history.Operation) string
	who      func(history.Process) string
	untimed  bool
}

// By returns when an operation had completed: "1.150s", or "event 84" in a history without times.
func (f *Finding) By(op history.Operation) string {
	if f.untimed {
		return fmt.Sprintf("event %d", op.Complete)
	}
	return op.Return.Clock()
}

// Who returns the name of the client of an operation: "process 3".
func (f *Finding) Who(op history.Operation) string { return f.who(op.Process) }

// Say returns who did what, and when: "process 3 read 7 from 1.204s to 1.209s".
func (f *Finding) Say(op history.Operation) string {
	if f.untimed {
		return fmt.Sprintf("%s %s from event %d to %d", f.Who(op), f.describe(&op), op.Invoke, op.Complete)
	}
	return fmt.Sprintf("%s %s from %s to %s", f.Who(op), f.describe(&op), op.Call.Clock(), op.Return.Clock())
}

// processName is the name of a process unless Options.Who gives another.
func processName(p history.Process) string { return fmt.Sprintf("process %d", p) }

// explain returns a sentence that says why a core has no order.
func (c *check) explain(co *core) string {
	f := &Finding{describe: c.spec.describe, who: c.opts.Who, untimed: c.opts.Untimed}
	if f.who == nil {
		f.who = processName
	}
	for i, o := range co.ops {
		op := c.ops[o.op]
		switch {
		case co.fate[i] == relaxed:
			f.Optional = append(f.Optional, op)
		case co.fate[i] == dropped:
		case f.Culprit.F == "":
			f.Culprit = op
		case op.Complete > f.Culprit.Complete:
			f.Others = append(f.Others, f.Culprit)
			f.Culprit = op
		default:
			f.Others = append(f.Others, op)
		}
	}
	if s := c.spec.explain(f); s != "" {
		return f.Say(f.Culprit) + ", but " + s
	}
	return f.generally()
}

// maxSaid is how many operations a sentence names at most.
const maxSaid = 5

// generally returns the sentence for a specification that has no better explanation.
func (f *Finding) generally() string {
	if len(f.Others) == 0 {
		return f.Say(f.Culprit) + ", which nothing explains"
	}
	var said []string
	for i, op := range f.Others {
		if i == maxSaid && len(f.Others) > maxSaid+1 {
			said = append(said, fmt.Sprintf("%d more", len(f.Others)-maxSaid))
			break
		}
		said = append(said, f.Say(op))
	}
	return f.Say(f.Culprit) + ", which no order allows together with: " + strings.Join(said, "; ")
}
