package network

import (
	"math/bits"
	"time"

	"simrun/sim/fault"
	"simrun/sim/rng"
)

// Delay is a distribution of delays. All of it is integer arithmetic, so that a
// draw means the same on every machine. The zero value means no delay.
type Delay struct {
	Dist     fault.Dist    // "" is [fault.Constant]
	Min, Max time.Duration // a constant is Min; an exponential delay has a mean of a fifth of the span above Min, and is cut at Max
}

// Draw maps a random value to a delay. A long-tailed one is uniform in the first tenth of the span, and for one message in
// twenty uniform in the last half.
func (l *Delay) Draw(v rng.Value) time.Duration {
	lo, hi := int64(l.Min), int64(l.Max)
	span := hi - lo
	switch l.Dist {
	case fault.Uniform:
		return time.Duration(v.Between(lo, hi))
	case fault.Exponential:
		return time.Duration(min(hi, lo+exponential(v, span/5)))
	case fault.LongTailed:
		if v.Chance(1, 20) {
			return time.Duration(v.Next().Between(hi-span/2, hi))
		}
		return time.Duration(v.Next().Between(lo, lo+span/10))
	}
	return time.Duration(lo)
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
