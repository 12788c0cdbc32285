package specs

import (
	"fmt"

	"simrun/check"
	"simrun/history"
	"simrun/internal/brief"
)

// Mutex is held or free, whoever acquires and releases it: one process may release what
// another acquired. See [Lock] for one that only its holder can release.
//
//	acquire          it was free, and is held now
//	acquire → false  it was held
//	release          it was held, and is free now
//	release → false  it was free
var Mutex = check.Define(check.Object[permits]{
	Name:              "mutex",
	Summary:           "held or free, and anybody can release it: acquire, release",
	Init:              permits{1, 1},
	Step:              permits.step,
	Accepts:           acceptsPermits(false),
	DescribeOperation: describe,
	Contradict:        contradictPermits,
	Explain:           explainPermits,
	DescribeState: func(p permits) string {
		if p.free == 0 {
			return "held"
		}
		return "free"
	},
})

// Semaphore has a number of permits: 1, or another that a history begins with
// ([Initial]). Anybody can return a permit that was acquired.
//
//	acquire     acquire 2: two at once     acquire 2 → false: there were not as many
//	release     release 2                  release → false: all had been returned
var Semaphore = check.Define(check.Object[permits]{
	Name:              "semaphore",
	Summary:           "a number of permits (--init 3): acquire [n], release [n]",
	Init:              permits{1, 1},
	Step:              permits.step,
	Accepts:           acceptsPermits(true),
	DescribeOperation: describe,
	Contradict:        contradictPermits,
	Explain:           explainPermits,
	DescribeState:     func(p permits) string { return fmt.Sprintf("%d of %d free", p.free, p.total) },
})

// permits is the state of a semaphore.
type permits struct{ free, total int64 }

// setPermits is the operation that sets how many permits there are, before all others.
const setPermits = "permits"

func (p permits) step(op history.Operation) (permits, bool) {
	n := permitsOf(op)
	switch refused := refused(op); {
	case op.F == setPermits:
		return permits{n, n}, true
	case op.F == "acquire" && refused:
		return p, p.free < n
	case op.F == "acquire":
		return permits{p.free - n, p.total}, p.free >= n
	case refused:
		return p, p.free+n > p.total
	}
	return permits{p.free + n, p.total}, p.free+n <= p.total
}

// permitsOf is how many permits an operation is about.
func permitsOf(op history.Operation) int64 {
	if n, ok := op.Input.AsInt(); ok {
		return n
	}
	return 1
}

// acceptsPermits accepts operations with a number of permits, if it may have one. Of a
// mutex the argument may be anything, such as the name of a client.
func acceptsPermits(counted bool) func(op history.Operation) error {
	return func(op history.Operation) error {
		if counted && op.F == setPermits {
			return nil
		}
		if err := has(op.F, "acquire", "release"); err != nil {
			return err
		}
		n, isInt := op.Input.AsInt()
		switch {
		case counted && !(op.Input.IsNull() || isInt && n >= 1 && n <= maxSum):
			return want(false, op.F+" argument", "a number of permits from 1, or nothing", op.Input)
		case op.Output != op.Input && !isFlag(op.Output):
			return fmt.Errorf("%s result: expected true, false or nothing, got %s", op.F, brief.Middle(op.Output.String(), maxShown))
		}
		return nil
	}
}
