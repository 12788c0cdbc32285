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
// the operations in order of invocation. An invocation without a completion is
// treated like one that ended with an info: it stays open forever. Pair keeps
// failed operations, since a specification may use them, and leaves out events
// of the nemesis.
//
// The history must be valid; otherwise Pair returns the error of [Validate].
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

// WithoutIndeterminate returns ops, in the same order, without the operations that
// never completed and whose name idle reports to change no state, such as reads.
// Nobody saw their results, so they constrain nothing; Jepsen drops them too. It
// does not change ops.
func WithoutIndeterminate(ops []Operation, idle func(f string) bool) []Operation {
	kept := make([]Operation, 0, len(ops))
	for i := range ops {
		if ops[i].Outcome != Info || !idle(ops[i].F) {
			kept = append(kept, ops[i])
		}
	}
	return kept
}
