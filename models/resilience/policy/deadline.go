package policy

import (
	"math"
	"time"
)

// Deadline is the time at which the caller gives up. What is done for it later is wasted. Across machines it travels as the rest of the time, since their
// clocks differ: see Site Reliability Engineering, chapter 22, "Deadline propagation".
type Deadline time.Duration

// After is the deadline of a call that may take so long from now. One that is beyond all time is the last moment there is.
func After(now, rest time.Duration) Deadline {
	if rest > math.MaxInt64-now {
		return math.MaxInt64
	}
	return Deadline(now + rest)
}

// Rest is the time that is left, at least 0.
func (d Deadline) Rest(now time.Duration) time.Duration { return max(0, time.Duration(d)-now) }

// Passed reports whether the caller has given up.
func (d Deadline) Passed(now time.Duration) bool { return now >= time.Duration(d) }

// Timeout is how long to wait for one attempt that should not take longer than most: never longer than the caller waits.
func (d Deadline) Timeout(now, most time.Duration) time.Duration { return min(most, d.Rest(now)) }
