package policy

import "time"

// Hedge sends a call a second time, to another replica, when the first has not answered after a while in which most do. It adds at most one call. See Dean and
// Barroso, "The Tail at Scale", Communications of the ACM 56 (2), 2013: hedged requests.
type Hedge struct {
	Delay time.Duration // about the 95th percentile of the answers' times

	sent bool
}

// Wait is how long to wait for an answer before the second call is due, of a call that began so long ago and may take so long; false if no second call is due
// in that time.
func (h *Hedge) Wait(elapsed, rest time.Duration) (time.Duration, bool) {
	wait := max(0, h.Delay-elapsed)
	if h.sent || wait >= rest {
		return rest, false
	}
	return wait, true
}

// Sent notes that the second call was made.
func (h *Hedge) Sent() { h.sent = true }
