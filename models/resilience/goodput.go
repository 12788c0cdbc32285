package resilience

import (
	"fmt"
	"time"

	"simrun/sim/blocking"
)

// goodput counts the calls that ended at a gateway in the last second, answered in time or not.
type goodput struct {
	ended [buckets]tally // the last is the present
	whole int            // buckets that are over
}

// tally is how many calls ended, and how many of them were answered in time.
type tally struct{ calls, answered int }

const (
	buckets   = 10
	bucket    = 100 * time.Millisecond
	goodShare = 95              // percent of the calls that must be answered
	goodAfter = 5 * time.Second // after the faults healed; services that were away for 10 s first look at what came meanwhile
)

func (g *goodput) count(answered bool) {
	t := &g.ended[buckets-1]
	if t.calls++; answered {
		t.answered++
	}
}

// measure tells the monitor each 100 ms how the last second was.
func (g *goodput) measure(p *blocking.Proc) {
	for {
		p.Sleep(bucket)
		g.whole++
		p.Report(lastSecond{g.total(), g.good()})
		copy(g.ended[:], g.ended[1:])
		g.ended[buckets-1] = tally{}
	}
}

func (g *goodput) total() (sum tally) {
	for _, t := range g.ended {
		sum.calls += t.calls
		sum.answered += t.answered
	}
	return sum
}

// good reports whether the gateway has looked at a whole second, and as good as all calls of it were answered.
func (g *goodput) good() bool {
	sum := g.total()
	return g.whole >= buckets && 100*sum.answered >= goodShare*sum.calls
}

// lastSecond is a fact of a gateway: how the calls of the last second ended.
type lastSecond struct {
	tally
	good bool
}

func (f lastSecond) String() string {
	return fmt.Sprintf("answered %d of %d calls in a second", f.answered, f.calls)
}
