package specs

import (
	"simrun/check"
	"simrun/history"
)

// contradictLock finds who certainly held the lock that the culprit acquired, or says that
// nobody can have acquired what it released or found held.
func contradictLock(culprit history.Operation, before []history.Operation) []check.Member {
	members := []check.Member{{At: check.Culprit, As: culprit}}
	mine := holderOf(culprit)
	switch {
	case culprit.Outcome != history.OK:
	case culprit.F == "acquire" && !refused(culprit):
		if at := lastHeld(culprit, before, holderOf, nil); at >= 0 {
			return append(members, certain(before, at)...)
		}
		if token, isToken := culprit.Output.AsInt(); isToken {
			for i, op := range before {
				if other, ok := op.Output.AsInt(); ok && op.F == "acquire" && other >= token && op.Before(culprit) {
					return append(members, certain(before, i)...)
				}
			}
		}
	case culprit.F == "acquire" && !anyAcquired(before, nil), culprit.F == "release" && !refused(culprit) && !anyAcquired(before, &mine):
		return members
	}
	return nil
}

// anyAcquired reports whether a holder, or anybody, may have acquired the lock.
func anyAcquired(before []history.Operation, who *owner) bool {
	for _, op := range before {
		if changes(op, "acquire") && (who == nil || holderOf(op) == *who) {
			return true
		}
	}
	return false
}

// lastHeld returns the acquisition that gave the lock to somebody who certainly had it all
// through the culprit, or -1. ended says whether something other than a release may
// have ended it; nil: nothing can.
func lastHeld(culprit history.Operation, before []history.Operation, holder func(history.Operation) owner, ended func(history.Operation) bool) int {
	latest := lastReleases(before, holder)
	for i := len(before) - 1; i >= 0; i-- {
		op := before[i]
		if op.F == "acquire" && op.Outcome == history.OK && !refused(op) && op.Before(culprit) && latest[holder(op)] <= op.Invoke && (ended == nil || !ended(op)) {
			return i
		}
	}
	return -1
}

// lastReleases returns, by holder, the event by which it may have released the lock last.
func lastReleases(ops []history.Operation, holder func(history.Operation) owner) map[owner]int {
	latest := make(map[owner]int)
	for _, op := range ops {
		if changes(op, "release") {
			latest[holder(op)] = max(latest[holder(op)], completed(op))
		}
	}
	return latest
}

// contradictLease is contradictLock for a lock whose leases end.
func contradictLease(culprit history.Operation, before []history.Operation) []check.Member {
	if culprit.F != "acquire" || culprit.Outcome != history.OK || refused(culprit) {
		return nil
	}
	over := make(map[int64]bool) // by grant
	for _, op := range before {
		if grant, ok := op.Input.AsInt(); ok && op.F == expire {
			over[grant] = true
		}
	}
	at := lastHeld(culprit, before, holderOfLease, func(op history.Operation) bool { return over[grantOf(op)] })
	if at < 0 {
		return nil
	}
	return append([]check.Member{{At: check.Culprit, As: culprit}}, certain(before, at)...)
}

// contradictPermits finds the last acquisitions that leave too few permits for the
// culprit, since when nothing can have been released.
func contradictPermits(culprit history.Operation, before []history.Operation) []check.Member {
	if culprit.F != "acquire" || culprit.Outcome != history.OK || refused(culprit) {
		return nil
	}
	members := []check.Member{{At: check.Culprit, As: culprit}}
	left, released := int64(1), -1
	for i, op := range before {
		switch {
		case op.F == setPermits:
			left = permitsOf(op)
			members = append(members, certain(before, i)...)
		case changes(op, "release"):
			released = max(released, completed(op))
		}
	}
	left -= permitsOf(culprit)
	for i := len(before) - 1; i >= 0 && left >= 0; i-- {
		if op := before[i]; changes(op, "acquire") && op.Before(culprit) && op.Invoke > released {
			members = append(members, certain(before, i)...)
			left -= permitsOf(op)
		}
	}
	if left >= 0 {
		return nil
	}
	return members
}

// contradictBank finds a read of the same accounts with another sum, if no transfer can
// have changed the sum.
func contradictBank(culprit history.Operation, before []history.Operation) []check.Member {
	if culprit.F != "read" || culprit.Outcome != history.OK {
		return nil
	}
	members := []check.Member{{At: check.Culprit, As: culprit}}
	inside := make(map[history.Value]bool)
	for name, v := range culprit.Output.Members() {
		if balance, _ := v.AsInt(); balance < 0 {
			return members
		}
		inside[history.String(name)] = true
	}
	sum, other := sumOf(culprit.Output), -1
	for i, op := range before {
		t, isTransfer := transferOf(op.Input)
		switch {
		case op.F == "transfer" && isTransfer && inside[t.from] != inside[t.to]:
			return nil
		case op.F == "read" && op.Outcome == history.OK && other < 0 && sumOf(op.Output) != sum && sameAccounts(op.Output, inside):
			other = i
		}
	}
	if other < 0 {
		return nil
	}
	return append(members, certain(before, other)...)
}
