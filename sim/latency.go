package sim

import (
	"fmt"
	"math/bits"
	"slices"
	"time"

	"simrun/history/nearest"
	"simrun/sim/fault"
	"simrun/sim/rng"
)

// Latency is a distribution of delays. All of it is integer arithmetic, so that a
// draw means the same on every machine.
type Latency struct {
	Dist Dist     `json:"dist"`
	Min  Duration `json:"min"`
	Max  Duration `json:"max,omitempty"`
}

// Dist is the shape of a distribution of delays.
type Dist = fault.Dist

const (
	Constant    = fault.Constant    // always Min
	Uniform     = fault.Uniform     // from Min to Max, all alike
	Exponential = fault.Exponential // Min and an exponential delay with a mean of a fifth of the span, cut at Max
	LongTailed  = fault.LongTailed  // two modes: uniform in the first tenth of the span, and for one message in twenty uniform in the last half
)

// draw maps a random value to a delay.
func (l *Latency) draw(v rng.Value) time.Duration {
	lo, hi := int64(l.Min), int64(l.Max)
	span := hi - lo
	switch l.Dist {
	case Uniform:
		return time.Duration(v.Between(lo, hi))
	case Exponential:
		return time.Duration(min(hi, lo+exponential(v, span/5)))
	case LongTailed:
		if v.Chance(1, 20) {
			return time.Duration(v.Next().Between(hi-span/2, hi))
		}
		return time.Duration(v.Next().Between(lo, lo+span/10))
	}
	return time.Duration(lo)
}

// valid says what is wrong with l, or returns nil.
func (l *Latency) valid(what string) error {
	known := make([]string, len(fault.Dists))
	for i, d := range fault.Dists {
		known[i] = string(d)
	}
	switch {
	case !slices.Contains(known, string(l.Dist)):
		return nearest.Unknown("distribution of "+what, string(l.Dist), known)
	case l.Min < 0 || l.Min > MaxDuration || l.Max > MaxDuration:
		return fmt.Errorf("%s from %v to %v: expected 0 to %v", what, l.Min, l.Max, MaxDuration)
	case l.Dist != Constant && l.Max < l.Min:
		return fmt.Errorf("%s: max %v is below min %v", what, l.Max, l.Min)
	}
	return nil
}

// exponential maps a uniform value to an exponentially distributed one with the
// given mean: -mean ln(v / 2^64).
func exponential(v rng.Value, mean int64) int64 {
	const ln2 = 0xb17217f7 // ln 2 in 32 fractional bits
	nats := uint64(ln2) * (minusLog2(uint64(v)) >> 8) >> 24
	hi, lo := bits.Mul64(nats, uint64(mean))
	return int64(hi<<32 | lo>>32)
}

// minusLog2 returns 64 - log2(x), with 32 fractional bits: the leading zeros of x
// count, and a table with linear interpolation does the rest.
func minusLog2(x uint64) uint64 {
	zeros := bits.LeadingZeros64(x)
	x <<= zeros // of 0 this leaves 0, and the answer is 65
	i, rest := x<<1>>56, x<<9>>32
	a, b := uint64(logTable[i]), uint64(logTable[i+1])
	return uint64(zeros+1)<<32 - (a + (b-a)*rest>>32)
}

// logTable holds log2(1 + i/256) in 32 fractional bits; the last is 1 less the least bit.
var logTable = func() (t [257]uint32) {
	for i := range 256 {
		t[i] = log2(uint64(256+i) << 55)
	}
	t[256] = 1<<32 - 1
	return
}()

// log2 returns the 32 fractional bits of the logarithm of x in [2^63, 2^64), one by
// one: a square above 2 yields a one.
func log2(x uint64) (l uint32) {
	for range 32 {
		hi, lo := bits.Mul64(x, x)
		if l <<= 1; hi>>63 == 1 {
			l |= 1
			x = hi
		} else {
			x = hi<<1 | lo>>63
		}
	}
	return l
}
