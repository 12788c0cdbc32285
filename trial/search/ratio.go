package search

import (
	"math/bits"
	"slices"

	"simrun/sim/rng"
)

// Ratio is how many times more one takes than another, in thousandths: 1,500 is one and a half times as much.
type Ratio uint64

// logUnit is 1 in logarithms to base 2, as integers: the mean of ratios is that of their logarithms, and the same on every machine.
const logUnit = 1 << 20

// log2 is the logarithm of n to base 2, in units; n must not be 0. It squares the mantissa: where that reaches 2, the next bit is set.
func log2(n uint64) int64 {
	whole := bits.Len64(n) - 1
	log, m := int64(whole)*logUnit, n<<(63-whole) // 1 ≤ m/2^63 < 2
	for bit := int64(logUnit / 2); bit > 0; bit /= 2 {
		hi, _ := bits.Mul64(m, m) // m²/2^64 = (m/2^63)²·2^62
		if hi>>63 == 1 {
			log += bit
			m = hi
		} else {
			m = hi << 1
		}
	}
	return log
}

// exp2 is the ratio whose logarithm to base 2 is so many units.
func exp2(log int64) Ratio {
	lo, hi := uint64(1), uint64(1)<<50
	for lo < hi { // log2 grows with its argument
		mid := lo + (hi-lo)/2
		if log2(mid) < log+log2(1000) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return Ratio(lo)
}

// Spent is what looking for one bug took, from several starts.
type Spent struct {
	Found  []bool   `json:"found"`  // by start
	Runs   []uint64 `json:"runs"`   // until it was found, or the budget
	Events []uint64 `json:"events"` // of these
}

// Hits is from how many of the starts the bug was found.
func (s *Spent) Hits() (n uint64) {
	for _, f := range s.Found {
		if f {
			n++
		}
	}
	return n
}

// MeanRuns is how many runs it takes to find the bug, in the mean: all runs by all finds, which counts those that did not find it for what they are, as
// the estimate of an exponential distribution that is cut off. 0: it was never found.
func (s *Spent) MeanRuns() uint64 { return mean(sumOf(s.Runs), s.Hits()) }

func mean(total, hits uint64) uint64 {
	if hits == 0 {
		return 0
	}
	return (total + hits/2) / hits
}

func sumOf(list []uint64) (n uint64) {
	for _, x := range list {
		n += x
	}
	return n
}

// Pair is what the swarm and the search spent on one bug.
type Pair struct {
	Swarm  Spent `json:"swarm"`
	Search Spent `json:"search"`
}

// both reports whether both found the bug.
func (p *Pair) both() bool { return p.Swarm.Hits() > 0 && p.Search.Hits() > 0 }

// Ratio is how many times the runs of the search the swarm takes; 0 if one of them never found the bug.
func (p *Pair) Ratio() Ratio {
	if !p.both() {
		return 0
	}
	return exp2(p.log(runsOf, nil))
}

func runsOf(s *Spent) []uint64   { return s.Runs }
func eventsOf(s *Spent) []uint64 { return s.Events }

// log is the logarithm of the ratio of what both spent, over some of the starts (nil: all), by index.
func (p *Pair) log(of func(*Spent) []uint64, starts []int) int64 {
	return logMean(&p.Swarm, of, starts) - logMean(&p.Search, of, starts)
}

// logMean is the logarithm of the mean that finding takes. Without a find among the starts it counts as half of one.
func logMean(s *Spent, of func(*Spent) []uint64, starts []int) int64 {
	total, hits := uint64(0), uint64(0)
	add := func(i int) {
		total += of(s)[i]
		if s.Found[i] {
			hits++
		}
	}
	if starts == nil {
		for i := range s.Found {
			add(i)
		}
	}
	for _, i := range starts {
		add(i)
	}
	return log2(max(1, 2*total)) - log2(max(1, 2*hits))
}

// Interval is an estimate, and the bounds within which it is with 95 %.
type Interval struct {
	Mean Ratio `json:"mean"`
	Low  Ratio `json:"low"`
	High Ratio `json:"high"`
}

// resamples is how often the bootstrap draws.
const resamples = 1000

var bootstrapDraw = rng.Of("search bootstrap")

// MeanOfRuns is the geometric mean of the ratio of runs over the bugs that both found, with an interval by a bootstrap over bugs and starts
// (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, percentiles). It is zero if both found none.
func MeanOfRuns(pairs []Pair) Interval { return geometric(pairs, runsOf) }

// MeanOfEvents is [MeanOfRuns] for the events of these runs.
func MeanOfEvents(pairs []Pair) Interval { return geometric(pairs, eventsOf) }

func geometric(pairs []Pair, of func(*Spent) []uint64) Interval {
	var list []*Pair
	total := int64(0)
	for i := range pairs {
		if p := &pairs[i]; p.both() {
			list = append(list, p)
			total += p.log(of, nil)
		}
	}
	if len(list) == 0 {
		return Interval{}
	}
	v := rng.Draw(1, bootstrapDraw, 0, 0)
	next := func(n int) int {
		v = v.Next()
		return int(v.N(uint64(n)))
	}
	means := make([]int64, resamples)
	for r := range means {
		for range list {
			p := list[next(len(list))]
			starts := make([]int, len(p.Swarm.Found))
			for i := range starts {
				starts[i] = next(len(starts))
			}
			means[r] += p.log(of, starts)
		}
	}
	slices.Sort(means)
	n := int64(len(list))
	return Interval{exp2(total / n), exp2(means[resamples/40] / n), exp2(means[resamples-resamples/40] / n)}
}
