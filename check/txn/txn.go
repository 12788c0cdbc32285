// Package txn decides which isolation levels a history of transactions satisfies, with a certificate either way.
//
// A transaction is an operation txn whose value is a list of micro-operations, as Jepsen's and Elle's:
//
//	["r", key, seen]      a read: a list, or the value of a register; null: nothing was there
//	["append", key, v]    an append to a list
//	["w", key, v]         a write to a register
//
// Values are unique for each key, so each read says whom it read from. For lists the longest read of a key is the order of its
// versions (Kingsbury and Alvaro, "Elle", VLDB 2020). For registers, and for appends that nobody read, the order of versions is
// open where nothing forces it, and is searched for: [Check] says valid only with an order that [Replay] has confirmed, a
// violation only where no order is left, and else unknown.
package txn

import (
	"fmt"

	"simrun/check"
	"simrun/history"
)

// Options steer a check. The zero value is right for most.
type Options struct {
	Level Level // that Verdict.Outcome is about; zero: [StrictSerializable]
	// Budget is the largest number of steps for the level, where versions have to be ordered; strict serializability, which is tried first, has as
	// many, and each other level a tenth of it. 0: [DefaultBudget].
	// Every machine counts the same steps.
	Budget int64

	AllowEmpty bool                         // makes a history in which no transaction committed valid instead of unknown
	Untimed    bool                         // the history has no times, so that sentences name events instead
	Who        func(history.Process) string // returns the name of a process for sentences, such as "c3". Nil: "process 3"
}

// DefaultBudget is the largest number of steps that are spent on the level that was asked for. They take up to half a minute.
const DefaultBudget = 40_000_000

// Verdict says which levels a history satisfies.
type Verdict struct {
	Level     Level // that was asked for
	Results   [levels]Result
	Strongest []Level // satisfied, and not implied by another that is satisfied; in the order of Levels
	Weakest   []Level // broken, and implying no other that is broken
	Anomalies []*Anomaly
	Named     []Named // the transactions of the anomalies, in order of invocation
	Committed int     // transactions that committed, those included whose outcome is unknown and whose writes were seen
	Reason    string  // why nothing can be said at all, if that is so
	Steps     int64
}

// Named is a transaction that sentences name.
type Named struct {
	Name        string // "T5": the fifth that was invoked
	Transaction int    // as index of its invocation in the history
	Complete    int    // index of its completion; -1 if it has none
	Process     string
	Did         string // "read x = [1 2], append 3 to y"
}

// Result is what was found about one level.
type Result struct {
	Outcome check.Outcome
	Reason  string // one sentence: why it is a violation, or why it is unknown
	Steps   int64  // spent to order versions

	Anomaly *Anomaly // of a violation: what shows it
	// Schedule is the certificate of a valid level of the serializable and snapshot-isolation families: when each transaction started and
	// committed. Those of the other levels are valid since an order of versions meets their conditions; nil there.
	Schedule []Point
}

// Point is an event of a schedule. A serial schedule has the commits alone: a transaction reads and writes at once.
type Point struct {
	Transaction int // as index of its invocation in the history
	Start       bool
}

// Outcome is that of the level that was asked for.
func (v *Verdict) Outcome() check.Outcome { return v.Results[v.Level].Outcome }

// Check decides all levels for a history. It returns an error if the history is malformed or holds an operation that is not a transaction.
func Check(events []history.Event, opts Options) (*Verdict, error) {
	ops, err := history.Pair(events)
	if err != nil {
		return nil, err
	}
	if opts.Budget == 0 {
		opts.Budget = DefaultBudget
	}
	h, err := read(ops)
	if err != nil {
		return nil, err
	}
	d := &decision{record: h, opts: opts, say: sayer{record: h, name: opts.Who, untimed: opts.Untimed}}
	v := d.verdict()
	return v, d.internal
}

func unknownAll(v *Verdict, why string) {
	v.Reason = why
	for l := range v.Results {
		v.Results[l] = Result{Outcome: check.Unknown, Reason: why}
	}
}

// name is what sentences call a transaction: T and its number in order of invocation, from 1.
func name(tx int32) string { return fmt.Sprintf("T%d", tx+1) }
