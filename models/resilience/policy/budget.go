package policy

// Budget bounds retries by a share of the calls, so that a caller whose calls all fail adds no more than that share to the load. Each call earns part of a
// token, and each retry takes a whole one. See Site Reliability Engineering, chapter 21, "Deciding to Retry", with a ratio of 10 %.
type Budget struct {
	Percent int // of the calls that may be retried
	Burst   int // retries that can be saved up

	earned int // hundredths of a token
}

// Called counts a call, not a retry.
func (b *Budget) Called() { b.earned = min(b.earned+b.Percent, 100*b.Burst) }

// Take reports whether a retry may be made, and takes its token.
func (b *Budget) Take() bool {
	if b.earned < 100 {
		return false
	}
	b.earned -= 100
	return true
}
