package policy

import "time"

// Breaker is a circuit breaker: when too many of the latest calls to a dependency failed it opens and lets none through for a while. Then it is half-open: one
// call at a time probes, and the first that succeeds closes it. See Nygard, "Release It!", chapter 5, Circuit Breaker.
type Breaker struct {
	Window  time.Duration // failures count for one to two windows
	Least   int           // calls in that time below which it does not open
	Percent int           // of calls that fail, at which it opens
	OpenFor time.Duration // before it probes; a probe of which nothing is heard for so long is given up

	state   State
	since   time.Duration // it is in the state; of HalfOpen: the last probe was let through
	current Ticket        // of the calls that count
	probing bool
	bucket  time.Duration // start of counts[1]
	counts  [2]count      // of the window before, and of this one
}

type count struct{ calls, failed int }

// Ticket is what [Breaker.Allow] gives to a call, so that one that ends late counts for nothing.
type Ticket uint64

// State is what a [Breaker] does with calls.
type State uint8

const (
	Closed   State = iota // lets all through
	Open                  // lets none through
	HalfOpen              // lets one through at a time
)

// String returns "closed", "open" or "half-open".
func (s State) String() string { return [...]string{"closed", "open", "half-open"}[s] }

// State is the state at a time.
func (b *Breaker) State(now time.Duration) State {
	if b.state == Open && now-b.since >= b.OpenFor {
		b.enter(HalfOpen, now)
	}
	return b.state
}

// Allow reports whether a call may be made. Each one that it allows is to be followed by [Breaker.Done].
func (b *Breaker) Allow(now time.Duration) (Ticket, bool) {
	switch b.State(now) {
	case Open:
		return 0, false
	case HalfOpen:
		if b.probing && now-b.since < b.OpenFor {
			return 0, false
		}
		b.enter(HalfOpen, now) // the result of an older probe counts no more
		b.probing = true
	}
	return b.current, true
}

// Done says how a call ended. It counts in the state in which the call was allowed, and in no other.
func (b *Breaker) Done(now time.Duration, t Ticket, ok bool) {
	state := b.State(now)
	switch {
	case t != b.current:
	case state == HalfOpen && ok:
		b.enter(Closed, now)
	case state == HalfOpen:
		b.enter(Open, now)
	case state == Closed:
		b.turn(now)
		b.counts[1].calls++
		if !ok {
			b.counts[1].failed++
		}
		calls, failed := b.counts[0].calls+b.counts[1].calls, b.counts[0].failed+b.counts[1].failed
		if calls >= b.Least && 100*failed >= b.Percent*calls {
			b.enter(Open, now)
		}
	}
}

// enter begins a state, in which no call from before counts.
func (b *Breaker) enter(s State, now time.Duration) {
	b.state, b.since, b.probing, b.counts = s, now, false, [2]count{}
	b.current++
}

// turn begins a new window when the present one is over.
func (b *Breaker) turn(now time.Duration) {
	switch over := now - b.bucket; {
	case over >= 2*b.Window:
		b.counts, b.bucket = [2]count{}, now
	case over >= b.Window:
		b.counts, b.bucket = [2]count{b.counts[1], {}}, b.bucket+b.Window
	}
}
