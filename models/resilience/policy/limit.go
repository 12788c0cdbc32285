package policy

import "time"

// Limit is a token bucket: it allows calls at a rate, and after a quiet time so many at once. It keeps no count of tokens but the time at which the bucket
// would be full again: the generic cell rate algorithm of ITU-T I.371.
type Limit struct {
	Every time.Duration // between calls, on average
	Burst int           // calls at once, at least 1

	full time.Duration
}

// Allow reports whether a call may be made now, and takes its token.
func (l *Limit) Allow(now time.Duration) bool {
	full := max(l.full, now) + l.Every
	if full-now > l.Every*time.Duration(l.Burst) {
		return false
	}
	l.full = full
	return true
}
