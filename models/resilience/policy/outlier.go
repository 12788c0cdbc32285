package policy

import "time"

// Outlier takes one host out of a group after so many failures in a row, for a time that grows with each ejection: outlier detection as in Envoy
// (consecutive_5xx, base_ejection_time, max_ejection_time). Whoever picks a host ignores it when all are ejected.
type Outlier struct {
	Failures int           // in a row
	Base     time.Duration // of the first ejection; the n-th takes n times as long, until it has been well for the longest
	Longest  time.Duration // of any ejection

	failed    int
	ejections int
	until     time.Duration
}

// Done says how a call to the host ended.
func (o *Outlier) Done(now time.Duration, ok bool) {
	if ok {
		o.failed = 0
		if now-o.until >= o.Longest {
			o.ejections = 0 // it has been well for long enough to be trusted again
		}
		return
	}
	if o.failed++; o.failed >= o.Failures && !o.Ejected(now) {
		o.failed = 0
		o.ejections++
		o.until = now + min(o.Longest, o.Base*time.Duration(o.ejections))
	}
}

// Ejected reports whether the host should get no calls.
func (o *Outlier) Ejected(now time.Duration) bool { return now < o.until }
