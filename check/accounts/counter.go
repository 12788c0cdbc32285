package accounts

import (
	"fmt"
	"math"
	"math/big"

	"simrun/check"
	"simrun/history"
)

// GCounter asks whether the replicas of a counter that only grows have, in the end, the sum of all additions that were
// acknowledged, and of any of those with an unknown result.
//
//	add 3     read → 7     final → 12
//
// A read before the end may miss additions, but counts none that had not begun.
var GCounter = Checker{
	Name:       "g-counter",
	Summary:    "a counter that grows: add n, read → sum, final → sum of what was acknowledged; replicas are equal in the end",
	operations: []string{"add", "read", final},
	accepts:    counted(0),
	count:      inTheEnd(countSums),
}

// PNCounter asks the same of a counter to which negative numbers may be added.
var PNCounter = Checker{
	Name:       "pn-counter",
	Summary:    "a counter that goes up and down: add ±n, read → sum, final → sum of what was acknowledged; replicas are equal in the end",
	operations: []string{"add", "read", final},
	accepts:    counted(math.MinInt64 + 1),
	count:      inTheEnd(countSums),
}

const (
	maxDelta = 1 << 40 // of an addition, so that sums don't overflow
	maxDoubt = 1 << 20 // sum of the additions with an unknown result, up to which it is known which sums they have
)

func countSums(e *ending) {
	var s sums
	var low, high int64 // of the additions that have begun, those below zero and those above
	begun := 0          // operations that low and high count
	for i := range e.l.ops {
		if op := &e.l.ops[i]; op.F == "add" {
			s.add(op)
		}
	}
	for _, op := range e.reads() {
		for ; begun < len(e.l.ops) && e.l.ops[begun].Invoke < op.Complete; begun++ {
			if b := &e.l.ops[begun]; b.F == "add" && b.Outcome != history.Fail {
				n, _ := b.Input.AsInt()
				low, high = low+min(n, 0), high+max(n, 0)
			}
		}
		if n, _ := op.Output.AsInt(); n < low || n > high {
			e.blame(fmt.Sprintf("the %s by %s is %d, and what had been added by then is between %d and %d", reading(op), e.l.by(op), n, low, high), op.Invoke)
		}
	}
	known := s.prepare()
	for _, op := range e.finals {
		if n, _ := op.Output.AsInt(); !s.reaches(n) {
			reason := fmt.Sprintf("the final read by %s is %d, and what was acknowledged adds up to %d", e.l.by(op), n, s.acknowledged)
			if len(s.doubtful) > 0 {
				reason += "; no choice of the additions with an unknown result makes up for the difference"
			}
			e.blame(reason, op.Invoke)
		}
	}
	if !known && e.Outcome == check.Valid {
		e.Outcome, e.Reason = check.Unknown, "the additions with an unknown result are too large to tell which sums they have"
	}
	e.figure("additions", s.additions)
	e.figure("unknown additions", len(s.doubtful))
	e.figure("final reads", len(e.finals))
}

// sums are the values that a counter can have in the end.
type sums struct {
	additions    int
	acknowledged int64   // the sum of them
	doubtful     []int64 // with an unknown result

	least, most int64    // acknowledged and all negative, or all positive, doubtful ones
	reach       *big.Int // bit n: least + n can be; nil if that is not known
}

func (s *sums) add(op *history.Operation) {
	n, _ := op.Input.AsInt()
	switch op.Outcome {
	case history.OK:
		s.additions++
		s.acknowledged += n
	case history.Info:
		s.doubtful = append(s.doubtful, n)
	}
}

// prepare works out which sums can be; false if there is too much doubt.
func (s *sums) prepare() bool {
	s.least, s.most = s.acknowledged, s.acknowledged
	for _, n := range s.doubtful {
		s.least, s.most = s.least+min(n, 0), s.most+max(n, 0)
	}
	if s.most-s.least > maxDoubt {
		return false
	}
	s.reach = big.NewInt(1)
	for _, n := range s.doubtful { // counted from the least: a negative one left out, a positive one taken
		s.reach.Or(s.reach, new(big.Int).Lsh(s.reach, uint(max(n, -n))))
	}
	return true
}

func (s *sums) reaches(n int64) bool {
	return n >= s.least && n <= s.most && (s.reach == nil || s.reach.Bit(int(n-s.least)) == 1)
}
