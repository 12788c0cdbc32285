// Package clock is the clock of one node over true time: it may be off, run
// fast or slow, jump, and flip to and fro. All of it in exact integers, so that
// a reading means the same on every machine.
package clock

import (
	"fmt"
	"math"
	"math/bits"
	"time"
)

// MaxDen bounds the denominator of a drift. One part in a thousand million is finer than any
// quartz, and the bound keeps 128-bit products of a day's nanoseconds far from overflow.
const MaxDen = 1_000_000_000

// MaxOffset bounds what steps add up to: a step that would lead beyond goes so far. It is more than
// seventy years, and keeps all sums of local times far from overflow.
const MaxOffset = time.Duration(1) << 61

// Never is the true time of a local moment that does not come within the
// bounds of virtual time.
const Never = time.Duration(math.MaxInt64)

// Clock maps true time, the duration since the start of the run, to local
// time. The zero value shows true time. Local time may run backwards only at a
// step or a strobe; drift never makes it.
type Clock struct {
	since time.Duration // true time of the last change
	local time.Duration // what the clock showed then, without the strobe
	num   int64         // drift num/den: the clock gains num ns in each den ns
	den   int64         // 0 means no drift

	strobe Strobe
	start  time.Duration // true time at which the strobe began
}

// Strobe is a clock that flips between its own time and By beyond it, every
// Every: at first beyond. The zero value means no strobe.
type Strobe struct {
	By    time.Duration
	Every time.Duration
}

// Now returns what the clock shows at true time t, which must not lie before
// the last change.
func (c *Clock) Now(t time.Duration) time.Duration {
	return c.steady(t) + c.flip(t)
}

// steady is the clock without its strobe.
func (c *Clock) steady(t time.Duration) time.Duration {
	gone := t - c.since
	if gone < 0 {
		panic("clock: asked for a time before its last change")
	}
	if c.den == 0 {
		return c.local + gone
	}
	return c.local + muldiv(gone, c.den+c.num, c.den, 0)
}

// flip is what the strobe adds at true time t.
func (c *Clock) flip(t time.Duration) time.Duration {
	if c.strobe.Every == 0 || (t-c.start)/c.strobe.Every%2 == 1 {
		return 0
	}
	return c.strobe.By
}

// When returns the earliest true time, at t or later, at which the clock shows
// at least local, as far as is known at t: a later change makes it void. It
// returns [Never] if that is out of bounds.
func (c *Clock) When(t, local time.Duration) time.Duration {
	if c.Now(t) >= local {
		return t
	}
	own := max(t, c.steadyAt(local))
	if c.strobe.Every == 0 {
		return own
	}
	beyond := max(t, c.steadyAt(local-c.strobe.By))
	return min(c.nextPhase(own, 1), c.nextPhase(beyond, 0))
}

// nextPhase is the earliest true time, at t or later, in a phase of the
// strobe: 0 is beyond, 1 is its own time.
func (c *Clock) nextPhase(t time.Duration, phase time.Duration) time.Duration {
	if t == Never {
		return Never
	}
	n := (t - c.start) / c.strobe.Every
	if n%2 == phase {
		return t
	}
	return c.start + (n+1)*c.strobe.Every
}

// steadyAt is the earliest true time at which the clock without its strobe
// shows local.
func (c *Clock) steadyAt(local time.Duration) time.Duration {
	left := local - c.local
	if left <= 0 {
		return c.since
	}
	if c.den != 0 {
		left = muldiv(left, c.den, c.den+c.num, c.den+c.num-1)
	}
	if left > Never-c.since {
		return Never
	}
	return c.since + left
}

// Step moves the clock by a duration at true time t, forward or back, up to [MaxOffset] from zero.
func (c *Clock) Step(t, by time.Duration) {
	c.rebase(t)
	c.local = max(-MaxOffset, min(MaxOffset, c.local+max(-MaxOffset, min(MaxOffset, by))))
}

// Drift makes the clock gain num nanoseconds in each den nanoseconds from true
// time t on, in place of the drift that it had. Zero num means no drift. It panics
// unless 0 < den <= MaxDen and -den < num <= den: a clock neither stands
// still nor runs more than twice as fast.
func (c *Clock) Drift(t time.Duration, num, den int64) {
	if den <= 0 || den > MaxDen || num <= -den || num > den {
		panic(fmt.Sprintf("clock: drift %d/%d out of bounds", num, den))
	}
	c.rebase(t)
	c.num, c.den = num, den
}

// SetStrobe makes the clock flip from true time t on, in place of the strobe
// that it had; the zero Strobe ends it.
func (c *Clock) SetStrobe(t time.Duration, s Strobe) {
	c.rebase(t)
	c.strobe, c.start = s, t
}

// Set puts the clock right at true time t: no offset, no drift, no strobe.
func (c *Clock) Set(t time.Duration) { *c = Clock{since: t, local: t} }

// Offset is how far the clock is ahead of true time at t.
func (c *Clock) Offset(t time.Duration) time.Duration { return c.Now(t) - t }

// rebase makes t the moment from which the clock counts.
func (c *Clock) rebase(t time.Duration) {
	c.local = c.steady(t)
	c.since = t
}

// muldiv is (a*b + round) / c without overflow in between, [Never] if the result
// is out of bounds. a, round >= 0; b, c > 0.
func muldiv(a time.Duration, b, c, round int64) time.Duration {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	lo, carry := bits.Add64(lo, uint64(round), 0)
	hi += carry
	if hi >= uint64(c) {
		return Never
	}
	q, _ := bits.Div64(hi, lo, uint64(c))
	if q > math.MaxInt64 {
		return Never
	}
	return time.Duration(q)
}
