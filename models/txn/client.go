package txn

import (
	"simrun/sim"
)

// Status says how a transaction ended. The zero value is that nobody knows.
type Status uint8

const (
	Unknown   Status = iota // it may or may not have taken effect, or will
	Committed               // it took effect, and its reads have what they saw
	Aborted                 // it certainly had no effect, and will have none
)

// Outcome is how a transaction ended.
type Outcome struct {
	Status Status
	Reason string // why it did not commit: a few words
	Did    Txn    // of one that committed: the transaction, with what its reads saw
}

// Abort is the outcome of a transaction that certainly has no effect.
func Abort(reason string) Outcome { return Outcome{Status: Aborted, Reason: reason} }

// Lost is the outcome of a transaction of which nobody knows whether it has an effect.
func Lost(reason string) Outcome { return Outcome{Status: Unknown, Reason: reason} }

// Commit is the outcome of a transaction that took effect.
func Commit(did Txn) Outcome { return Outcome{Status: Committed, Did: did} }

// Run is the whole life of a client of a transactional store, in one of the workloads of this package: it takes one transaction after the other,
// has do run it, and records ok, fail or info. do must not change the transaction that it gets; [Txn.Clone] is a copy to carry out. One that only
// reads has no effect whatever becomes of it, so it fails where its outcome is unknown.
func Run(c *sim.Client, do func(t Txn) Outcome) {
	form := formOf(c.Workload())
	for {
		op, more := c.Next()
		if !more {
			return
		}
		t, ok := form.parse(op)
		if !ok {
			c.Fail("no such operation")
			continue
		}
		record(c, form, op, t, do(t))
	}
}

// record records how a transaction ended.
func record(c *sim.Client, form form, op sim.Op, t Txn, o Outcome) {
	switch {
	case o.Status == Committed && SameMops(o.Did, t):
		c.OK(form.done(op, o.Did))
	case o.Status == Committed: // the answer to something else: a defect of the store, which the history shows if it matters
		c.Info("the answer has other micro-operations")
	case o.Status == Aborted || t.ReadOnly():
		c.Fail(o.Reason)
	default:
		c.Info(o.Reason)
	}
}
