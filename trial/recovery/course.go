package recovery

import (
	"slices"
	"time"

	"simrun/history"
	"simrun/sim"
)

// Course is how one run came through a fault, seen by its clients.
//
// An operation is answered if it completed, or failed because of what the system holds, such as a compare-and-set that found another value. The goodput is the
// number of answers in a time.
type Course struct {
	First   sim.Time // from the onset until the first answer to an operation that was invoked after it; Never
	Back    sim.Time // from the onset until the first answer from which on each second has at least 95 % of the answers of the worst second before; Never
	Failed  int      // operations invoked after the onset, or open then, that got no answer
	Missing int      // answers that did not come, at the goodput before
	Before  int      // answers in the measured stretch before the onset
	Silent  bool     // a second of that stretch had no answer, so that nothing says what to come back to; then Back is Never
	Answers []int    // in each [Bucket] of the course, from [Lead] before the onset on
}

const (
	// Never is a time that did not come while the run was watched.
	Never sim.Time = -1

	Bucket = sim.Time(100 * time.Millisecond)
	Lead   = sim.Time(time.Second)

	second  = sim.Time(time.Second)
	step    = sim.Time(10 * time.Millisecond) // of Back
	end     = Onset + Watched
	percent = 95
)

// CourseOf measures a history whose fault begins at [Onset].
func CourseOf(events []history.Event) Course {
	c := Course{First: Never, Answers: make([]int, (Lead+Watched)/Bucket)}
	invoked := map[history.Process]sim.Time{}
	var answers []sim.Time
	for i := range events {
		e := &events[i]
		if e.Type == history.Invoke {
			invoked[e.Process] = e.Time
			continue
		}
		switch {
		case answered(e):
			answers = append(answers, e.Time)
			if invoked[e.Process] >= Onset && c.First == Never {
				c.First = e.Time - Onset
			}
		case e.Time >= Onset && invoked[e.Process] < end-second: // the last second ends operations that had no time
			c.Failed++
		}
	}
	after := 0
	for _, t := range answers {
		switch {
		case t >= warmUp && t < Onset:
			c.Before++
		case t >= Onset && t < end:
			after++
		}
		if t >= Onset-Lead && t < end {
			c.Answers[(t-(Onset-Lead))/Bucket]++
		}
	}
	c.Missing = max(0, c.Before*int(Watched/second)/int((Onset-warmUp)/second)-after)
	c.Back, c.Silent = back(answers)
	return c
}

// answered reports whether an event is the answer to an operation.
func answered(e *history.Event) bool {
	return e.Type == history.OK || e.Type == history.Fail && e.Error == ""
}

// back looks for the earliest time after the onset from which on each second has enough of the answers, which are in order of time; 0 if that is the onset.
// What the worst second before the fault had is enough, since no fault is to blame for it. If that had none, it is silent.
func back(answers []sim.Time) (_ sim.Time, silent bool) {
	in := func(t sim.Time) int { return before(answers, t+second) - before(answers, t) }
	worst := in(warmUp)
	for t := warmUp; t <= Onset-second; t += step {
		worst = min(worst, in(t))
	}
	if worst == 0 {
		return Never, true
	}
	for t := end - second; t >= Onset; t -= step {
		if 100*in(t) >= percent*worst {
			continue
		}
		if t == end-second {
			return Never, false
		}
		return answers[before(answers, t+step)] - Onset, false
	}
	return 0, false
}

// before is the number of answers before a time.
func before(answers []sim.Time, t sim.Time) int {
	n, _ := slices.BinarySearch(answers, t)
	return n
}
