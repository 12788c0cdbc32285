package history

// Operation is an invocation joined with its completion.
type Operation struct {
	Process  Process
	F        string
	Key      string
	Input    Value // what the invocation carried
	Output   Value // what the completion carried; Null unless Outcome is OK
	Outcome  Type  // OK, Fail or Info; an invocation without completion is Info
	Call     Time  // when it was invoked
	Return   Time  // when it completed; Never if Outcome is Info
	Invoke   int   // index of the invocation in the history
	Complete int   // index of the completion; -1 if Outcome is Info
	Node     string
}

// Before reports whether a completed before b was invoked, by position in the
// history. It is the real-time order that linearizability must keep.
func (a Operation) Before(b Operation) bool { return a.Complete >= 0 && a.Complete < b.Invoke }

// Pair joins the invocations of a history with their completions and returns
// the operations in order of invocation. An invocation that nothing completes
// is as one that an info completes: it stays open for ever. Operations that
// failed are kept, as a specification may learn from them; events of the nemesis
// are left out.
//
// The history must be valid; if it is not, the error is that of [Validate].
func Pair(events []Event) ([]Operation, error) {
	if err := Validate(events); err != nil {
		return nil, err
	}
	n := 0
	for i := range events {
		if events[i].Type == Invoke && events[i].Process != Nemesis {
			n++
		}
	}
	ops := make([]Operation, 0, n)
	current := make(map[Process]int) // operation that a process invoked last
	for i := range events {
		e := &events[i]
		switch {
		case e.Process == Nemesis:
		case e.Type == Invoke:
			current[e.Process] = len(ops)
			ops = append(ops, Operation{
				Process: e.Process, F: e.F, Key: e.Key, Node: e.Node,
				Input: e.Value, Outcome: Info, Call: e.Time, Return: Never, Invoke: i, Complete: -1,
			})
		case e.Type != Info:
			op := &ops[current[e.Process]]
			op.Outcome, op.Return, op.Complete = e.Type, e.Time, i
			if e.Type == OK {
				op.Output = e.Value
			}
			if op.Node == "" {
				op.Node = e.Node
			}
		}
	}
	return ops, nil
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
