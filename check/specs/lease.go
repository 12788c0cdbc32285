package specs

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"simrun/check"
	"simrun/history"
	"simrun/internal/brief"
)

// Lease is a lock that its holder loses when the time is over for which it was granted,
// unless it was renewed (Gray and Cheriton 1989).
//
//	acquire {"holder": "a", "lease": "10s"}          "a" holds the lock now, for 10 s from some time during this operation
//	acquire {"holder": "a", "lease": "10s"} → 34     with a fencing token, greater than every earlier one
//	acquire {"holder": "a", "lease": "10s"} → false  somebody held the lock
//	renew {"holder": "a", "lease": "10s"}            "a" still held it, and holds it for 10 s more; → false: it did not
//	release "a"                                      → false: "a" did not hold it, or no longer
//
// The holder may be left out: then it is the calling process. A lease is a text such as
// "10s", or a number of nanoseconds. [Leased] puts the ends of leases into a history; all
// times must come from one clock.
var Lease = check.Define(check.Object[leased]{
	Name:    "lease",
	Summary: `a lock that expires: acquire {"holder", "lease": "10s"} [→ fencing token], renew, release`,
	Step: func(l leased, op history.Operation) (leased, bool) {
		if op.F == expire {
			return leased{token: l.token}, op.Input == history.Int(l.grant)
		}
		who := holderOfLease(op)
		held := l.holder == who
		switch refused := refused(op); {
		case op.F == "acquire" && refused:
			return l, l.holder != owner{}
		case op.F == "acquire":
			next := leased{who, grantOf(op), l.token}
			free := l.holder == owner{}
			if token, ok := op.Output.AsInt(); ok {
				free = free && token > l.token
				next.token = token
			}
			return next, free
		case refused:
			return l, !held
		case op.F == "renew":
			return leased{who, grantOf(op), l.token}, held
		}
		return leased{token: l.token}, held
	},
	Accepts:           acceptsLease,
	ByProcess:         true,
	DescribeOperation: describeLease,
	Contradict:        contradictLease,
	Explain:           explainLease,
	DescribeState: func(l leased) string {
		return locked{holder: l.holder}.text()
	},
})

// leased is the state of a lock with leases.
type leased struct {
	holder owner
	grant  int64 // which lease the holder has
	token  int64 // the greatest that acquire returned so far
}

// expire is the operation by which a lease ends. Its argument is the grant.
const expire = "expire"

// grants reports whether an operation is for a lease.
func grants(f string) bool { return f == "acquire" || f == "renew" }

// member returns a member of an object, or null.
func member(v history.Value, name string) history.Value {
	for n, value := range v.Members() {
		if n == name {
			return value
		}
	}
	return history.Null
}

func holderOfLease(op history.Operation) owner {
	name := op.Input
	for range op.Input.Members() {
		name = member(op.Input, "holder")
		break
	}
	if name.IsNull() {
		return owner{process: op.Process + 1}
	}
	return owner{name: name}
}

func grantOf(op history.Operation) int64 {
	n, _ := member(op.Input, "grant").AsInt()
	return n
}

// leaseOf returns how long a lease is.
func leaseOf(argument history.Value) (history.Time, error) {
	v := member(argument, "lease")
	if ns, ok := v.AsInt(); ok && ns > 0 {
		return history.Time(ns), nil
	}
	text, _ := v.AsString()
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return history.Time(d), nil
	}
	return 0, fmt.Errorf(`expected {"holder": name, "lease": "10s"}, got %s`, brief.Middle(argument.String(), maxShown))
}

func acceptsLease(op history.Operation) error {
	if op.F == expire {
		return nil
	}
	if err := has(op.F, "acquire", "renew", "release"); err != nil {
		return err
	}
	if grants(op.F) {
		if _, err := leaseOf(op.Input); err != nil {
			return fmt.Errorf("%s argument: %w", op.F, err)
		}
		if member(op.Input, "grant").IsNull() {
			return fmt.Errorf("the ends of leases are not in the history yet: specs.Leased puts them there")
		}
	}
	token, isToken := op.Output.AsInt()
	switch {
	case isFlag(op.Output) || isEcho(op):
		return nil
	case op.F == "acquire" && isToken:
		return want(token > 0, "fencing token", "a positive integer", op.Output)
	}
	return fmt.Errorf("%s result: expected true, false or nothing (or a fencing token of acquire), got %s", op.F, brief.Middle(op.Output.String(), maxShown))
}

// isEcho reports whether an operation returned its argument, without the grant that it has now.
func isEcho(op history.Operation) bool {
	return op.Output == op.Input || grants(op.F) && op.Output == without(op.Input, "grant")
}

func without(v history.Value, name string) history.Value {
	members := make(map[string]history.Value)
	for n, value := range v.Members() {
		if n != name {
			members[n] = value
		}
	}
	return history.Object(members)
}

func describeLease(op history.Operation) string {
	if op.F == expire {
		return expire
	}
	if grants(op.F) {
		op.Input = without(op.Input, "grant")
	}
	return describe(op)
}

// Leased puts the ends of leases into a history for [Lease]: an operation "expire" for each
// acquire and renew that may have been granted. It is invoked when the lease can end at the
// earliest, which is its length after the invocation, and never completes: it may take
// effect at any later time. It belongs to a process of its own. from says of each event
// where it was before, or -1. Ends that are in the history already are put in anew.
func Leased(events []history.Event) (with []history.Event, from []int, err error) {
	ops, err := history.Pair(events)
	if err != nil {
		return nil, nil, err
	}
	next := history.Process(0)
	for i := range events {
		next = max(next, events[i].Process+1)
	}
	grants, ends, err := endsOfLeases(ops)
	if err != nil {
		return nil, nil, err
	}
	for i, e := range events {
		if e.F == expire {
			continue // from an earlier time
		}
		for len(ends) > 0 && ends[0].Time <= e.Time {
			ends[0].Process = next
			with, from = append(with, ends[0]), append(from, -1)
			next, ends = next+1, ends[1:]
		}
		if grant, ok := grants[i]; ok {
			e.Value = grant
		}
		with, from = append(with, e), append(from, i)
	}
	for i := range with {
		with[i].Index = i
	}
	return with, from, nil
}

// endsOfLeases returns the arguments of operations with their grants, by position of the
// invocation, and the ends of their leases in order of time.
func endsOfLeases(ops []history.Operation) (grantedBy map[int]history.Value, ends []history.Event, err error) {
	grantedBy = make(map[int]history.Value)
	for _, op := range ops {
		if !grants(op.F) {
			continue
		}
		lasts, err := leaseOf(op.Input)
		if err != nil {
			return nil, nil, &history.Error{Index: op.Invoke, Reason: fmt.Sprintf("lease: %s argument: %v", op.F, err)}
		}
		grant := history.Int(int64(op.Invoke) + 1)
		members := map[string]history.Value{"grant": grant}
		for name, value := range op.Input.Members() {
			if name != "grant" {
				members[name] = value
			}
		}
		grantedBy[op.Invoke] = history.Object(members)
		if op.Outcome != history.Fail && !refused(op) {
			ends = append(ends, history.Event{Time: op.Call + lasts, Type: history.Invoke, F: expire, Key: op.Key, Value: grant})
		}
	}
	slices.SortStableFunc(ends, func(a, b history.Event) int { return cmp.Compare(a.Time, b.Time) })
	return grantedBy, ends, nil
}

// explainLease returns why the culprit can't have got the lock, or can't have kept it.
func explainLease(f *check.Finding) string {
	c := f.Culprit
	if refused(c) || c.F == expire {
		return ""
	}
	latest := lastReleases(f.Earlier(), holderOfLease)
	for _, op := range append(slices.Clone(f.Others), f.Earlier()...) { // those of the core first
		who := holderOfLease(op)
		lasts, err := leaseOf(op.Input)
		if !grants(op.F) || op.Outcome != history.OK || refused(op) || err != nil || !op.Before(c) || op.Call+lasts <= c.Return ||
			latest[who] > op.Invoke || c.F != "acquire" && who == holderOfLease(c) {
			continue
		}
		return fmt.Sprintf("%s had got it by %s for %v, and can't have lost it by %s", who.called(f), f.By(op), lasts, f.By(c))
	}
	if c.F == "acquire" {
		return staleToken(f)
	}
	who := holderOfLease(c)
	if mine := might(f, func(op history.Operation) bool { return changes(op, "acquire") && holderOfLease(op) == who }); len(mine) > 0 {
		return ""
	}
	return who.called(f) + " had not acquired the lock"
}
