package policy

import "time"

// Backoff is the pause before a retry: drawn from 0 up to a bound that doubles with each retry ("full jitter"), so that those who failed together do not come
// back together. See Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
type Backoff struct {
	Base time.Duration // bound of the first pause
	Cap  time.Duration // of every pause
}

// Bound is the longest pause before retry number n, from 0.
func (b Backoff) Bound(n int) time.Duration {
	bound := b.Base
	for ; n > 0 && bound < b.Cap; n-- {
		if bound > b.Cap/2 {
			return b.Cap // twice as much may be more than a Duration holds
		}
		bound *= 2
	}
	return min(bound, b.Cap)
}

// Pause is the pause before retry number n, from 0, for a number drawn evenly from all.
func (b Backoff) Pause(n int, drawn uint64) time.Duration {
	return time.Duration(drawn % uint64(b.Bound(n)+1))
}
