package accounts

import (
	"cmp"
	"fmt"
	"slices"

	"simrun/check"
	"simrun/history"
)

// DoubleBarrier asks whether clients pass a barrier in step: whoever enters a round does so when all have come, and whoever leaves it does so when all who were inside are
// leaving (ZooKeeper's recipes: a double barrier).
//
//	enter 4 → 3                    the client entered round 3, when all 4 clients had come
//	leave → [3, "all-left"]        it left round 3 when nobody was inside any more
//	leave → [3, "others-remain"]   it left, and did not wait until then
//	leave → [3, "session-ended"]   its registration had ended before it left, so that it did not have to wait either
//
// Violations are: an enter that ended before as many had come as it names; one that ended while another client was inside the round before; a leave with "all-left" that
// ended while another client was inside the round.
//
// A client is inside from the end of its enter until its next leave of that round begins.
// A client whose registration ended while it was inside counts as having left: the barrier can't wait for a client that is gone. So does one of which no leave
// completed, since its registration may have ended too. A client comes when its first enter that
// returns the round begins. An enter that failed was withdrawn, and one with an unknown result may have come to any round.
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

// A stay is that of a client that was inside a round until it began to leave, for sure.
type stay struct{ enter, leave *history.Operation }

// round is what is known of a round.
type round struct {
	come  []int      // when the first enter of each client began, ascending
	stays []*stay    // by the end of the enter
	last  [][2]*stay // for each of the stays, the two of it and those before it that end last, of two clients
}

// settle makes a round ready for questions.
func (r *round) settle() {
	slices.SortFunc(r.stays, func(a, b *stay) int { return byComplete(a.enter, b.enter) })
	var last [2]*stay
	for _, s := range r.stays {
		same := last[0] != nil && last[0].enter.Process == s.enter.Process
		switch {
		case s.endsAfter(last[0]) && same:
			last[0] = s
		case s.endsAfter(last[0]):
			last = [2]*stay{s, last[0]}
		case s.endsAfter(last[1]) && !same:
			last[1] = s
		}
		r.last = append(r.last, last)
	}
}

func (s *stay) endsAfter(other *stay) bool {
	return other == nil || s.leave.Invoke > other.leave.Invoke
}

// inside returns the stay of a client other than that of an operation, which was inside when the operation ended; nil if there is none.
func (r *round) inside(op *history.Operation) *stay {
	if r == nil {
		return nil
	}
	n, _ := slices.BinarySearchFunc(r.stays, op.Complete, func(s *stay, at int) int { return cmp.Compare(s.enter.Complete, at) })
	if n == 0 {
		return nil
	}
	for _, s := range r.last[n-1] {
		if s != nil && s.enter.Process != op.Process && s.leave.Invoke > op.Complete {
			return s
		}
	}
	return nil
}

// rounds are all that is known of a barrier.
type rounds struct {
	l       *ledger
	by      map[int64]*round
	order   []*round
	entered map[visit]*history.Operation // the enter of who is inside, by an account in order of time
	come    map[visit]bool
	open    []int // when the enters with an unknown result began, ascending
}

// visit is a client in a round.
type visit struct {
	round   int64
	process history.Process
}

func (r *rounds) round(n int64) *round {
	if r.by[n] == nil {
		r.by[n] = &round{}
		r.order = append(r.order, r.by[n])
	}
	return r.by[n]
}

// enter notes that a client entered a round.
func (r *rounds) enter(op *history.Operation) {
	n, _ := op.Output.AsInt()
	who := visit{n, op.Process}
	if r.entered[who] == nil {
		r.entered[who] = op
	}
	if !r.come[who] {
		r.come[who] = true
		r.round(n).come = append(r.round(n).come, op.Invoke)
	}
}

// leave notes that a client left a round, and returns how.
func (r *rounds) leave(op *history.Operation) (how string) {
	n, how, _ := leaving(op)
	who := visit{n, op.Process}
	if enter := r.entered[who]; enter != nil && how != sessionEnded {
		r.round(n).stays = append(r.round(n).stays, &stay{enter, op})
	}
	delete(r.entered, who)
	return how
}

func countRounds(l *ledger) Report {
	report := Report{Verdict: check.Verdict{Outcome: check.Valid}}
	r := &rounds{l: l, by: map[int64]*round{}, entered: map[visit]*history.Operation{}, come: map[visit]bool{}}
	entered, left, gone := 0, 0, 0
	for i := range l.ops { // the operations of a process follow each other
		switch op := &l.ops[i]; {
		case op.F == "enter" && op.Outcome == history.Info:
			r.open = append(r.open, op.Invoke)
		case op.Outcome != history.OK:
		case op.F == "enter":
			entered++
			r.enter(op)
		default:
			left++
			if r.leave(op) == sessionEnded {
				gone++
			}
		}
	}
	for _, round := range r.order {
		round.settle()
	}
	for i := range l.ops {
		if op := &l.ops[i]; op.Outcome == history.OK {
			r.judge(op, &report)
		}
	}
	report.Figures = []Figure{{Name: "entered", Count: entered}, {Name: "left", Count: left}, {Name: "gone", Count: gone}}
	return report
}

// blame makes the history a violation, of which the first reason is kept.
func (r *Report) blame(reason string, core ...int) {
	if r.Outcome != check.Violation {
		r.Outcome, r.Reason, r.Core = check.Violation, reason, core
	}
}

// judge looks at when an operation ended.
func (r *rounds) judge(op *history.Operation, report *Report) {
	if op.F == "leave" {
		if n, how, _ := leaving(op); how == allLeft { // who left in another way did not wait
			r.alone(op, "left", n, n, report)
		}
		return
	}
	n, _ := op.Output.AsInt()
	came, _ := slices.BinarySearch(r.by[n].come, op.Complete)
	unsure, _ := slices.BinarySearch(r.open, op.Complete)
	if want, _ := op.Input.AsInt(); int64(came+unsure) < want {
		report.blame(fmt.Sprintf("%s entered round %d when %d of %d had come", r.l.by(op), n, came+unsure, want), op.Invoke)
	}
	r.alone(op, "entered", n, n-1, report)
}

// alone blames an operation that ended while another client was inside a round, and should have waited.
func (r *rounds) alone(op *history.Operation, did string, n, of int64, report *Report) {
	s := r.by[of].inside(op)
	if s == nil {
		return
	}
	report.blame(fmt.Sprintf("%s %s round %d while %s was inside round %d: it had entered at %s, and began to leave at %s", r.l.by(op), did, n, r.l.name(s.enter.Process), of,
		r.l.when(s.enter.Return), r.l.when(s.leave.Call)), op.Invoke, s.enter.Invoke, s.leave.Invoke)
}
