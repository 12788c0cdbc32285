package specs

import (
	"fmt"

	"simrun/check"
	"simrun/history"
	"simrun/internal/brief"
)

// Lock has at most one holder at a time. The argument names the holder; without
// one, the holder is the calling process.
//
//	acquire "a"             "a" holds the lock now
//	acquire "a" → 34        with a fencing token, greater than every earlier one (Kleppmann 2016)
//	acquire "a" → false     somebody held the lock
//	release "a"             only the holder can release
//	release "a" → false     "a" did not hold the lock
//
// The lock never expires by itself: see [Lease] for one that does.
var Lock = check.Define(check.Object[locked]{
	Name:    "lock",
	Summary: "one holder at a time: acquire [→ fencing token], release",
	Step: func(l locked, op history.Operation) (locked, bool) {
		who := owner{process: op.Process + 1}
		if !op.Input.IsNull() {
			who = owner{name: op.Input}
		}
		did, told := op.Output.AsBool()
		refused := told && !did
		if op.F == "release" {
			if refused {
				return l, l.holder != who
			}
			return locked{token: l.token}, l.holder == who
		}
		free := l.holder == owner{}
		if refused {
			return l, !free
		}
		next := locked{holder: who, token: l.token}
		if token, ok := op.Output.AsInt(); ok {
			next.token = token
			free = free && token > l.token
		}
		return next, free
	},
	Accepts: func(op history.Operation) error {
		if err := has(op.F, "acquire", "release"); err != nil {
			return err
		}
		token, isToken := op.Output.AsInt()
		switch {
		case isFlag(op.Output) || op.Output == op.Input:
			return nil
		case op.F == "acquire" && isToken:
			return want(token > 0, "fencing token", "a positive integer", op.Output)
		}
		return fmt.Errorf("%s result: expected true, false or nothing (or a fencing token of acquire), got %s", op.F, brief.Middle(op.Output.String(), maxShown))
	},
	ByProcess:     true,
	Contradict:    contradictLock,
	Explain:       explainLock,
	DescribeState: locked.text,
})

// locked is the state of a lock.
type locked struct {
	holder owner
	token  int64 // the greatest that acquire returned so far
}

func (l locked) text() string {
	switch {
	case l.holder == owner{}:
		return "free"
	case l.holder.process > 0:
		return fmt.Sprintf("held by process %d", l.holder.process-1)
	}
	return "held by " + l.holder.name.String()
}

// owner is a name, or a process plus one; the zero owner means that the lock is free.
type owner struct {
	process history.Process
	name    history.Value
}
