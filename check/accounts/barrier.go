package accounts

import (
	"fmt"
	"slices"

	"simrun/check"
	"simrun/history"
)

// DoubleBarrier asks whether clients pass a barrier in step: whoever enters a round does so when all have come, and whoever leaves it does so when all who were inside are
// leaving (ZooKeeper's recipes: a double barrier).
//
//	enter 4 → 3                    the client entered round 3, when 4 had come
//	leave → [3, "all-left"]        it left round 3 when nobody was inside any more
//	leave → [3, "others-remain"]   it left, and did not wait until then
//	leave → [3, "session-ended"]   its registration had ended before it left
//
// A client whose registration ended while it was inside counts as having left: the barrier can't wait for a client that is gone. So does one of which no leave
// completed, since its registration may have ended too. An enter that failed was withdrawn, and one with an unknown result may have come to any round.
var DoubleBarrier = Checker{
	Name:       "double-barrier",
	Summary:    `rounds that all enter and leave in step: enter n → round, leave → [round, "all-left", "others-remain" or "session-ended"]`,
	operations: []string{"enter", "leave"},
	accepts: func(op history.Operation) error {
		if n, ok := op.Input.AsInt(); op.F == "enter" && (!ok || n < 1) {
			return expected(false, "enter argument", "how many must come", op.Input)
		}
		if op.Outcome != history.OK {
			return nil
		}
		if op.F == "enter" {
			_, ok := op.Output.AsInt()
			return expected(ok, "enter result", "a round", op.Output)
		}
		_, how, ok := leaving(&op)
		return expected(ok && (how == allLeft || how == othersRemain || how == sessionEnded), "leave result", "[round, how]", op.Output)
	},
	count: countRounds,
}

// How a client left.
const (
	allLeft      = "all-left"
	othersRemain = "others-remain"
	sessionEnded = "session-ended"
)

// leaving is the round of a leave, and how it ended.
func leaving(op *history.Operation) (round int64, how string, ok bool) {
	r, h, pair := op.Output.AsPair()
	round, number := r.AsInt()
	how, text := h.AsString()
	return round, how, pair && number && text
}

// stay is a client in a round.
type stay struct {
	process      history.Process
	enter, leave *history.Operation // that completed; nil: none
}

// inside reports whether the client was inside at an event, for sure.
func (s *stay) inside(at int) bool {
	if s.enter == nil || s.enter.Complete > at || s.leave == nil {
		return false
	}
	_, how, _ := leaving(s.leave)
	return how != sessionEnded && s.leave.Invoke > at
}

// rounds are the stays of all clients.
type rounds struct {
	l     *ledger
	stays map[int64][]*stay
	open  []*history.Operation // enters with an unknown result
}

// stay is that of a process in a round.
func (r *rounds) stay(round int64, p history.Process) *stay {
	all := r.stays[round]
	if i := slices.IndexFunc(all, func(s *stay) bool { return s.process == p }); i >= 0 {
		return all[i]
	}
	s := &stay{process: p}
	r.stays[round] = append(all, s)
	return s
}

func countRounds(l *ledger) Report {
	report := Report{Verdict: check.Verdict{Outcome: check.Valid}}
	r := &rounds{l: l, stays: map[int64][]*stay{}}
	entered, left, gone := 0, 0, 0
	for i := range l.ops {
		switch op := &l.ops[i]; {
		case op.F == "enter" && op.Outcome == history.Info:
			r.open = append(r.open, op)
		case op.Outcome != history.OK:
		case op.F == "enter":
			entered++
			round, _ := op.Output.AsInt()
			r.stay(round, op.Process).enter = op
		default:
			left++
			round, how, _ := leaving(op)
			if how == sessionEnded {
				gone++
			}
			r.stay(round, op.Process).leave = op
		}
	}
	for i := range l.ops {
		op := &l.ops[i]
		if op.Outcome != history.OK {
			continue
		}
		if round, _ := op.Output.AsInt(); op.F == "enter" {
			report.blame(r.tooFew(op, round))
			report.blame(r.stillInside(op, "entered", round, round-1))
		} else if round, how, _ := leaving(op); how != othersRemain {
			report.blame(r.stillInside(op, "left", round, round))
		}
	}
	report.Figures = []Figure{{Name: "entered", Count: entered}, {Name: "left", Count: left}, {Name: "gone", Count: gone}}
	return report
}

// blame makes the history a violation, of which the first reason is kept; "" is none.
func (r *Report) blame(reason string, core ...int) {
	if reason != "" && r.Outcome != check.Violation {
		r.Outcome, r.Reason, r.Core = check.Violation, reason, core
	}
}

// tooFew says that an enter ended before enough had begun; "" if it did not.
func (r *rounds) tooFew(op *history.Operation, round int64) (reason string, core int) {
	come := int64(0)
	for _, s := range r.stays[round] {
		if s.enter != nil && s.enter.Invoke < op.Complete {
			come++
		}
	}
	for _, o := range r.open {
		if o.Invoke < op.Complete {
			come++
		}
	}
	if n, _ := op.Input.AsInt(); come < n {
		return fmt.Sprintf("%s entered round %d when %d of %d had come", r.l.by(op), round, come, n), op.Invoke
	}
	return "", 0
}

// stillInside says that an operation ended while another client was inside a round, and it should have waited; "" if none was.
func (r *rounds) stillInside(op *history.Operation, did string, round, of int64) (reason string, core int) {
	all := r.stays[of]
	i := slices.IndexFunc(all, func(s *stay) bool { return s.process != op.Process && s.inside(op.Complete) })
	if i < 0 {
		return "", 0
	}
	return fmt.Sprintf("%s %s round %d while %s was inside round %d", r.l.by(op), did, round, r.l.by(all[i].enter), of), op.Invoke
}
