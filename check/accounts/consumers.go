package accounts

import (
	"fmt"
	"slices"

	"simrun/history"
)

// external blames a poll that goes back, or leaves out an offset that is known, after the poll before it of the same process, which was assigned
// and has not been assigned anew in between.
func (l *logs) external() {
	assigned := map[history.Process]map[string]int64{} // the last offset that a process polled, by key; nil: it was not assigned
	for i := range l.e.l.ops {
		op := &l.e.l.ops[i]
		switch {
		case op.F == "assign" && op.Outcome == history.OK:
			assigned[op.Process] = map[string]int64{}
		case op.F == "assign": // nobody knows where it polls now
			delete(assigned, op.Process)
		case op.F == "poll" && op.Outcome == history.OK:
			if last := assigned[op.Process]; last != nil {
				l.follows(op, last)
			}
		}
	}
}

// follows compares a poll with the last offsets that its process has polled, and moves these on.
func (l *logs) follows(op *history.Operation, last map[string]int64) {
	records, _ := recordsOf(op.Output)
	begun := map[string]bool{} // keys of which this poll has shown a record
	for _, r := range records {
		before, known := last[r.key]
		last[r.key] = max(before, r.offset)
		if begun[r.key] || !known {
			begun[r.key] = true
			continue
		}
		begun[r.key] = true
		if r.offset <= before {
			l.e.blame(fmt.Sprintf("the poll by %s begins at offset %d of %s, and the process had polled offset %d", l.e.l.by(op), r.offset, r.key, before), op.Invoke)
			continue
		}
		if i, _ := slices.BinarySearch(l.known[r.key], before+1); l.known[r.key][i] != r.offset {
			l.e.blame(fmt.Sprintf("the poll by %s begins at offset %d of %s, the process had polled up to %d, and %d is left out", l.e.l.by(op), r.offset, r.key, before, l.known[r.key][i]), op.Invoke)
		}
	}
}

// ahead blames an assignment past all that polls which had begun by then returned: nobody can have committed it.
func (l *logs) ahead() {
	var assigns []*history.Operation // in the order in which they ended
	for i := range l.e.l.ops {
		if op := &l.e.l.ops[i]; op.F == "assign" && op.Outcome == history.OK {
			assigns = append(assigns, op)
		}
	}
	slices.SortFunc(assigns, byComplete)
	highest := map[string]int64{} // next after what was polled
	polls := l.e.l.ops
	for _, op := range assigns {
		for ; len(polls) > 0 && polls[0].Invoke < op.Complete; polls = polls[1:] {
			if polls[0].F != "poll" || polls[0].Outcome != history.OK {
				continue
			}
			records, _ := recordsOf(polls[0].Output)
			for _, r := range records {
				highest[r.key] = max(highest[r.key], r.offset+1)
			}
		}
		for key, v := range op.Output.Members() {
			if at, _ := v.AsInt(); at > highest[key] {
				l.e.blame(fmt.Sprintf("%s was assigned offset %d of %s, and nobody had polled so far", l.e.l.by(op), at, key), op.Invoke)
			}
		}
	}
}
