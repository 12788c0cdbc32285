package resilience

import (
	"fmt"
	"time"

	"simrun/sim"
	"simrun/sim/blocking"
)

// goodput counts the calls that ended at a gateway in the last second, done in time or not. A call that got a fallback was not done.
type goodput struct {
	ended [buckets]byKind // the last is the present
	whole int             // buckets that are over

	unused sim.NodeID // a service that gets no calls; 0: all do
}

// byKind counts calls for counters, and lookups in the catalog.
type byKind struct{ counters, pages tally }

// tally is how many calls ended, and how many of them were answered in time.
type tally struct{ calls, answered int }

const (
	buckets   = 10
	bucket    = 100 * time.Millisecond
	goodShare = 95              // percent of the calls that must be answered
	goodAfter = 5 * time.Second // after the faults healed; services that were away for 10 s first look at what came meanwhile
)

func (t *tally) add(u tally) {
	t.calls += u.calls
	t.answered += u.answered
}

// good reports whether as good as all calls were answered.
func (t tally) good() bool { return t.least(goodShare) }

// least reports whether so many percent of the calls were answered.
func (t tally) least(percent int) bool { return 100*t.answered >= percent*t.calls }

func (t tally) String() string { return fmt.Sprintf("answered %d of %d calls", t.answered, t.calls) }

// all is the tally of both kinds.
func (k byKind) all() tally {
	k.counters.add(k.pages)
	return k.counters
}

func (g *goodput) count(kind byte, answered bool) {
	t := &g.ended[buckets-1].counters
	if kind == kindBrowse {
		t = &g.ended[buckets-1].pages
	}
	if t.calls++; answered {
		t.answered++
	}
}

// measure tells the monitors each 100 ms how the last second was.
func (g *gateway) measure(p *blocking.Proc) {
	for {
		p.Sleep(bucket)
		m := &g.goodput
		m.whole++
		m.unused = g.unused(now(p))
		p.Report(lastSecond{m.sum(), m.whole >= buckets, m.unused})
		copy(m.ended[:], m.ended[1:])
		m.ended[buckets-1] = byKind{}
	}
}

func (g *goodput) sum() (sum byKind) {
	for _, k := range g.ended {
		sum.counters.add(k.counters)
		sum.pages.add(k.pages)
	}
	return sum
}

func (g *goodput) total() tally { return g.sum().all() }

// good reports whether the gateway has looked at a whole second, and as good as all calls of it were answered.
func (g *goodput) good() bool { return g.whole >= buckets && g.total().good() }

// lastSecond is a fact of a gateway: how the calls of the last second ended.
type lastSecond struct {
	byKind
	whole  bool       // it was up for all of it
	unused sim.NodeID // a service that gets no calls; 0: all do
}

func (f lastSecond) String() string { return f.all().String() + " in a second" }
