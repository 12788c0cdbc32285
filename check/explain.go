package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"simrun/history"
	"simrun/internal/brief"
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

	earlier  func() []history.Operation
	describe func(op *history.Operation) string
	who      func(history.Process) string
	untimed  bool
}

// Earlier returns all operations on the object that were invoked before the culprit
// returned, without the culprit and in order of invocation. Those that failed are there
// too. The core leaves out what has no part in it, so a sentence that says that nobody did
// something must be true of these.
func (f *Finding) Earlier() []history.Operation { return f.earlier() }

// By returns when an operation had completed: "1.150s", or "event 84" in a history without times.
func (f *Finding) By(op history.Operation) string {
	if f.untimed {
		return fmt.Sprintf("event %d", op.Return)
	}
	return op.Return.Clock()
}

// Who returns the name of the client of an operation: "process 3".
func (f *Finding) Who(op history.Operation) string { return f.who(op.Process) }

// Say returns who did what, and when: "process 3 read 7 from 1.204s to 1.209s".
func (f *Finding) Say(op history.Operation) string {
	if f.untimed {
		return fmt.Sprintf("%s %s from event %d to %d", f.Who(op), f.did(op), op.Call, op.Return)
	}
	return fmt.Sprintf("%s %s from %s to %s", f.Who(op), f.did(op), op.Call.Clock(), op.Return.Clock())
}

// did returns what an operation did: "wrote 7".
func (f *Finding) did(op history.Operation) string {
	text := f.describe(&op)
	if rest, ok := strings.CutPrefix(text, op.F); ok {
		text = Past(op.F) + rest
	}
	return brief.Middle(text, maxPart/2)
}

// Past returns the past form of the name of an operation, if it is an English verb that
// histories often have, and else the name: "wrote" for write, "cas" for cas.
func Past(f string) string {
	if past, ok := pastForms[f]; ok {
		return past
	}
	return f
}

var pastForms = map[string]string{
	"acquire": "acquired", "add": "added", "append": "appended", "delete": "deleted", "dequeue": "dequeued", "drain": "drained",
	"enqueue": "enqueued", "generate": "generated", "get": "got", "insert": "inserted", "peek": "peeked", "poll": "polled", "pop": "popped",
	"push": "pushed", "release": "released", "renew": "renewed", "remove": "removed", "transfer": "transferred", "write": "wrote",
}

// processName is the name of a process unless Options.Who gives another.
func processName(p history.Process) string { return fmt.Sprintf("process %d", p) }

// explain returns a sentence that says why a core has no order.
func (c *check) explain(co *core) string {
	f := &Finding{describe: c.spec.describe, who: c.opts.Who, untimed: c.opts.Untimed}
	f.earlier = sync.OnceValue(func() []history.Operation { return c.earlier(c.proof.part, f.Culprit) })
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
		return f.Say(f.Culprit) + ", but " + brief.Middle(s, maxPart)
	}
	return f.generally()
}

// earlier returns the operations of a part that were invoked before the culprit returned.
func (c *check) earlier(i int, culprit history.Operation) []history.Operation {
	var ops []history.Operation
	for _, list := range [][]int32{c.parts[i].ops, c.parts[i].failed} {
		for _, n := range list {
			if op := c.ops[n]; op.Invoke < culprit.Complete && op.Invoke != culprit.Invoke {
				ops = append(ops, op)
			}
		}
	}
	slices.SortFunc(ops, func(a, b history.Operation) int { return cmp.Compare(a.Invoke, b.Invoke) })
	return ops
}

// maxPart bounds the bytes of a part of a sentence, which may quote values of any length.
const maxPart = 140

// generally returns the sentence for a specification that has no better explanation. It
// names as many operations as there is room for.
func (f *Finding) generally() string {
	if len(f.Others) == 0 {
		return f.Say(f.Culprit) + ", which nothing explains"
	}
	s := f.Say(f.Culprit) + ", which no order allows together with: " + f.Say(f.Others[0])
	for i, op := range f.Others[1:] {
		said := "; " + f.Say(op)
		if left := len(f.Others) - 1 - i; len(s)+len(said) > 280 && left > 0 {
			return s + fmt.Sprintf("; %d more", left)
		}
		s += said
	}
	return s
}
