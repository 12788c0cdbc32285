package specs

import (
	"simrun/check"
	"simrun/check/rules"
	"simrun/check/rules/pqueue"
	"simrun/check/rules/queue"
	"simrun/check/rules/register"
	"simrun/check/rules/set"
	"simrun/check/rules/stack"
	"simrun/history"
)

// registerRule decides registers in which every value is written once.
var registerRule = &check.Rule{
	Read:    readRegister,
	Initial: &history.Null,
	Streams: true,
	Weaken: func(op history.Operation) history.Operation {
		_, to, _ := op.Input.AsPair()
		op.F, op.Input, op.Output = "write", to, history.Null
		return op
	},
	Check: register.Check,
}

func readRegister(op *history.Operation) check.Reading {
	open := op.Outcome == history.Info
	switch op.F {
	case "read", "get":
		if open {
			return check.Reading{Use: check.Skip}
		}
		return check.Reading{Use: check.Take, Kind: register.Read, Value: op.Output}
	case "write", "put":
		return check.Reading{Use: check.Take, Kind: register.Write, Value: op.Input}
	case "cas":
		from, to, _ := op.Input.AsPair()
		if op.Outcome == history.Fail {
			return check.Reading{Use: check.Take, Kind: register.FailedCAS, Value: op.Output, From: from, HasFrom: true}
		}
		if swapped, told := op.Output.AsBool(); told && !swapped {
			return check.Reading{Use: check.Foreign} // it does not say which value it found
		}
		return check.Reading{Use: check.Take, Kind: register.CAS, Value: to, From: from, HasFrom: true}
	}
	return check.Reading{Use: check.Foreign}
}

// kvRule is registerRule for keys without appends and deletes.
var kvRule = &check.Rule{
	Read: func(op *history.Operation) check.Reading {
		r := readRegister(op)
		r.Value, r.From = present(r.Value), present(r.From)
		return r
	},
	Initial: &history.Null,
	Streams: true,
	Weaken:  registerRule.Weaken,
	Check:   register.Check,
}

// setRule decides sets to which every value is added once, without reads of the
// whole set.
var setRule = &check.Rule{
	Read: func(op *history.Operation) check.Reading {
		r := check.Reading{Use: check.Take, Value: op.Input}
		did, told := op.Output.AsBool()
		switch {
		case op.F == "contains" && op.Outcome == history.Info:
			r.Use = check.Skip
		case op.F == "contains" && did, op.F == "add" && told && !did:
			r.Kind = set.Contains
		case op.F == "contains", op.F == "remove" && told && !did:
			r.Kind = set.Missing
		case op.F == "add":
			r.Kind = set.Insert // each value is added once, so it was not in the set
		case op.F == "remove" && (told || op.Outcome == history.Info):
			r.Kind = set.Remove
		default:
			r.Use = check.Foreign // read, and a remove that doesn't say whether it removed the value
		}
		return r
	},
	Check: func(ops []rules.Op, _ int32) rules.Result { return set.Check(ops) },
}

// takes are a rule's kinds of operation for an object whose null result means empty.
type takes struct{ add, remove, peek, empty rules.Kind }

// noPeek is the kind of peek for a rule without one.
const noPeek rules.Kind = 255

// takesRule decides queues, stacks and priority queues in which every value is added once.
func takesRule(add, remove string, k takes, ranked bool, decide func([]rules.Op) rules.Result) *check.Rule {
	return &check.Rule{
		Read: func(op *history.Operation) check.Reading {
			open := op.Outcome == history.Info
			r := check.Reading{Use: check.Take, Value: op.Output}
			switch {
			case op.F == add:
				r.Kind, r.Value = k.add, op.Input
			case op.F == remove && (open || !op.Output.IsNull()):
				r.Kind = k.remove
			case open:
				r.Use = check.Skip
			case op.Output.IsNull():
				r.Kind = k.empty
			case k.peek == noPeek:
				r.Use = check.Foreign
			default:
				r.Kind = k.peek
			}
			return r
		},
		Ranked: ranked,
		Check:  func(ops []rules.Op, _ int32) rules.Result { return decide(ops) },
	}
}

var (
	queueRule    = takesRule("enqueue", "dequeue", takes{queue.Enqueue, queue.Dequeue, queue.Peek, queue.Empty}, false, queue.Check)
	stackRule    = takesRule("push", "pop", takes{stack.Push, stack.Pop, noPeek, stack.Empty}, false, stack.Check)
	priorityRule = takesRule("insert", "poll", takes{pqueue.Insert, pqueue.Poll, pqueue.Peek, pqueue.Empty}, true, pqueue.Check)
)
