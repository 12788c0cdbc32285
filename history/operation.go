package history

// Operation is an invocation joined with its completion.
type Operation struct {
	Process  Process
	F        string
	Key      string
	Input    Value // what the invocation carried
	Output   Value // what the completion carried; Null if Outcome is Info
	Outcome  Type  // OK, Fail or Info; an invocation without completion is Info
	Call     Time  // when it was invoked
	Return   Time  // when it completed; Never if Outcome is Info
	Invoke   int   // index of the invocation in the history
	Complete int   // index of the completion; -1 if Outcome is Info
	Node     string
	Error    string // why it failed or stayed open, if known
}

// Before reports whether a completed before b was invoked, by position in the
// history. It is the real-time order that linearizability must keep.
func (a Operation) Before(b Operation) bool { return a.Complete >= 0 && a.Complete < b.Invoke }

// Pair joins the invocations of a history with their completions and returns
// the operations in order of invocation. An invocation that nothing completes
// is like one that an info completes: it stays open forever. Operations that
// failed are kept, as a specification may learn from them; events of the nemesis
// are left out.
//
// The history must be valid; if it is not, the error is that of [Validate].
func Pair(events []Event) ([]Operation, error) {
	n := 0
	for i := range events {
		if events[i].Type == Invoke && events[i].Process != Nemesis {
			n++
		}
	}
	ops := make([]Operation, 0, n)
	v := newValidator("event")
	for i := range events {
		if err := v.nextOf(events, i); err != nil {
			return nil, err
		}
		e := &events[i]
		switch {
		case e.Process == Nemesis:
		case e.Type == Invoke:
			ops = append(ops, Operation{
				Process: e.Process, F: e.F, Key: e.Key, Node: e.Node,
				Input: e.Value, Outcome: Info, Call: e.Time, Return: Never, Invoke: i, Complete: -1,
			})
		default:
			ops[v.processes.of(e.Process).op].complete(e)
		}
	}
	return ops, nil
}

func (op *Operation) complete(e *Event) {
	op.Error = e.Error
	if op.Node == "" {
		op.Node = e.Node
	}
	if e.Type != Info {
		op.Outcome, op.Return, op.Complete, op.Output = e.Type, e.Time, e.Index, e.Value
	}
}

// WithoutIndeterminate returns ops without those that never completed and that
// idle says change no state, such as reads: nobody learnt what they saw, so they
// constrain nothing. Jepsen drops them likewise. The order is kept; ops is not changed.
func WithoutIndeterminate(ops []Operation, idle func(f string) bool) []Operation {
	kept := make([]Operation, 0, len(ops))
	for i := range ops {
		if ops[i].Outcome != Info || !idle(ops[i].F) {
			kept = append(kept, ops[i])
		}
	}
	return kept
}
