package specs

import (
	"fmt"
	"slices"

	"simrun/check"
	"simrun/history"
)

// explainLock returns why the culprit can't have got the lock, or can't have released
// it, or must have got it.
func explainLock(f *check.Finding) string {
	switch c := f.Culprit; {
	case c.F == "acquire" && refused(c):
		return freeLock(f)
	case c.F == "acquire":
		if s := heldLock(f, owner{}); s != "" {
			return s
		}
		return staleToken(f)
	case c.F == "release" && refused(c):
		for _, op := range holding(f) {
			if holderOf(op) == holderOf(c) {
				return fmt.Sprintf("%s had acquired the lock by %s, and nobody had released it since", holderOf(c).called(f), f.By(op))
			}
		}
	case c.F == "release":
		if s := heldLock(f, holderOf(c)); s != "" {
			return s
		}
		return notHeld(f)
	}
	return ""
}

// refused reports whether an operation on a lock said that it did nothing.
func refused(op history.Operation) bool {
	did, told := op.Output.AsBool()
	return told && !did
}

// changes reports whether an operation may have acquired or released the lock.
func changes(op history.Operation, what string) bool {
	return op.F == what && !refused(op) && op.Outcome != history.Fail
}

// holding returns the acquisitions that certainly held all through the culprit: the holder did nothing later that may have released the lock.
func holding(f *check.Finding) []history.Operation {
	latest := lastReleases(f.Earlier(), holderOf)
	var held []history.Operation
	for _, op := range append(slices.Clone(f.Others), f.Earlier()...) { // those of the core first
		if changes(op, "acquire") && op.Before(f.Culprit) && latest[holderOf(op)] <= op.Invoke {
			held = append(held, op)
		}
	}
	return held
}

// heldLock says who held the lock, other than one.
func heldLock(f *check.Finding, but owner) string {
	for _, op := range holding(f) {
		if who := holderOf(op); who != but {
			return fmt.Sprintf("%s held the lock: acquired by %s, and not released since", who.called(f), f.By(op))
		}
	}
	return ""
}

// notHeld says that whoever released the lock had not acquired it, or had released it before.
func notHeld(f *check.Finding) string {
	who, acquired, released := holderOf(f.Culprit), 0, 0
	for _, op := range f.Earlier() {
		switch {
		case holderOf(op) != who:
		case changes(op, "acquire"):
			acquired++
		case changes(op, "release") && op.Outcome == history.OK && op.Complete < f.Culprit.Complete:
			released++
		}
	}
	switch {
	case acquired == 0:
		return who.called(f) + " had not acquired the lock"
	case released >= acquired:
		return fmt.Sprintf("%s had acquired the lock %s and released it %s already", who.called(f), times(acquired), times(released))
	}
	return ""
}

// freeLock says that nobody can have held the lock.
func freeLock(f *check.Finding) string {
	if s := nobody(f, "acquired the lock", func(op history.Operation) bool { return op.F == "acquire" && !refused(op) }); s != "" {
		return s
	}
	held := make(map[owner]int) // how often each may hold it
	for _, op := range f.Earlier() {
		switch {
		case changes(op, "acquire"):
			held[holderOf(op)]++
		case changes(op, "release") && op.Before(f.Culprit):
			held[holderOf(op)]--
		}
	}
	for _, n := range held {
		if n > 0 {
			return ""
		}
	}
	return "whoever had acquired the lock had released it before"
}

// staleToken says that a token is not greater than one given out before.
func staleToken(f *check.Finding) string {
	token, isToken := f.Culprit.Output.AsInt()
	for _, op := range f.Others {
		before, ok := op.Output.AsInt()
		if isToken && ok && op.F == "acquire" && before >= token && op.Before(f.Culprit) {
			return fmt.Sprintf("%s had got token %d by %s, and tokens must grow", f.Who(op), before, f.By(op))
		}
	}
	return ""
}

// holderOf returns in whose name an operation acts.
func holderOf(op history.Operation) owner {
	if !op.Input.IsNull() {
		return owner{name: op.Input}
	}
	return owner{process: op.Process + 1}
}

// called names a holder for a sentence.
func (o owner) called(f *check.Finding) string {
	if o.process > 0 {
		return f.Who(history.Operation{Process: o.process - 1})
	}
	return o.name.String()
}
