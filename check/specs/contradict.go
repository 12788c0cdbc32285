package specs

import (
	"math"
	"strings"

	"simrun/check"
	"simrun/history"
)

// completed returns the event by which an operation had taken effect, or MaxInt.
func completed(op history.Operation) int {
	if op.Outcome == history.Info || op.Complete < 0 {
		return math.MaxInt
	}
	return op.Complete
}

// certain returns operations as members of a contradiction, as they are.
func certain(ops []history.Operation, at ...int) []check.Member {
	members := make([]check.Member, len(at))
	for k, i := range at {
		members[k] = check.Member{At: i, As: ops[i]}
	}
	return members
}

// possible returns operations as members of a contradiction that may not have happened.
func possible(ops []history.Operation, at ...int) []check.Member {
	members := certain(ops, at...)
	for k := range members {
		members[k].As.Outcome, members[k].As.Output = history.Info, history.Null
	}
	return members
}

// contradictRegister finds why a register can't have held the value that the culprit
// saw: nobody wrote it, or a write that completed after all that wrote it replaced it.
func contradictRegister(culprit history.Operation, before []history.Operation) []check.Member {
	seen, ok := sawRegister(culprit)
	if !ok {
		return nil
	}
	last, replaced := -1, -1 // write of what was seen; of something else, before the culprit
	written := -1            // the event by which all writes of what was seen had completed
	for i, op := range before {
		switch v, writes := wrote(op); {
		case op.F == "append" || writes && v == seen && op.F == "cas":
			return nil // what it makes depends on others
		case writes && v == seen:
			last, written = i, max(written, completed(op))
		case writes && op.F != "cas" && op.Before(culprit):
			replaced = i
		}
	}
	members := []check.Member{{At: check.Culprit, As: culprit}}
	switch {
	case last < 0 && !seen.IsNull():
		return members
	case replaced < 0 || written > before[replaced].Invoke:
		return nil
	case last < 0:
		return append(members, certain(before, replaced)...)
	}
	return append(members, certain(before, last, replaced)...)
}

// maxScanned bounds the bytes that are searched for what was appended.
const maxScanned = 64 << 20

// contradictKV finds a piece that was appended before a read, that nobody can have
// replaced, and that the read lacks. Without appends it is contradictRegister.
func contradictKV(culprit history.Operation, before []history.Operation) []check.Member {
	appends, replaced := false, -1 // the event by which all that may replace the value had completed
	for _, op := range before {
		if appends = appends || op.F == "append"; op.F != "append" && op.F != "get" && op.F != "read" {
			replaced = max(replaced, completed(op))
		}
	}
	if !appends {
		return contradictRegister(culprit, before)
	}
	seen, isText := culprit.Output.AsString()
	if reads := culprit.F == "get" || culprit.F == "read"; !reads || !isText && !culprit.Output.IsNull() {
		return nil
	}
	known := make(map[string]bool)
	for i, op := range before {
		piece, _ := op.Input.AsString()
		if op.F != "append" || known[piece] || replaced > op.Invoke || !op.Before(culprit) {
			continue
		}
		if known[piece] = true; len(known)*len(seen) > maxScanned {
			return nil
		}
		if !strings.Contains(seen, piece) {
			lacks := culprit
			lacks.Output = history.Null // it saw nothing of the piece
			return append(certain(before, i), check.Member{At: check.Culprit, As: lacks})
		}
	}
	return nil
}
