package fault

import (
	"fmt"
	"time"

	"simrun/sim/disk"
)

// Claims is what a system claims to survive beyond the least, which every system
// claims: any number of nodes crash and restart with what they synced, messages
// are lost, delayed, duplicated and reordered, links are cut for a while, nodes
// pause. The zero value claims no more than that. A system that is right in synchronous
// networks alone claims less: see Synchronous. A plan within the claims
// must do no harm; one beyond shows how the harm looks.
type Claims struct {
	Lost      Extent        // nodes that may be lost for good, and the others go on
	Partial   bool          // links may be lost for good while a majority is still connected, and it goes on
	Torn      bool          // a crash may leave any part of what was not synced
	Wiped     Extent        // nodes that may come back with an empty disk
	Damaged   Extent        // nodes whose stored data may be damaged
	Missing   Extent        // nodes of which a stored file may be gone, or its end: one file of a node, and its other data is not damaged
	Errors    Extent        // nodes whose disk may fail, or be full
	Corrupted bool          // messages may arrive with flipped bits
	Skew      time.Duration // how far any two clocks may be apart; [Forever]: as far as they like
	Drift     int64         // parts in a thousand by which a clock may run fast or slow
	Repeats   bool          // requests of clients may arrive late or twice

	// Synchronous, if it is not 0, takes from the least: every message between nodes must arrive, within this time, and a node that is up
	// must never pause or be slow. So no link may be cut either. Copies may come later, and what a disk takes does not count.
	Synchronous time.Duration

	// Once, too, takes from the least: no message may arrive twice.
	Once bool

	// Forgets, too, takes from the least: who crashes forgets all, also what it synced, and must learn it again from the others. How long that takes
	// nobody knows before the run, so a plan stays within the claim if the nodes that crash in it, at any time, and those that are lost for good are
	// a minority together.
	Forgets bool
}

// Survives lists what a system claims to survive, for people, beginning with what every system claims.
func (c Claims) Survives() []string {
	list := []string{"crashes and restarts of any nodes with what they synced", "lost, delayed, duplicated and reordered messages", "links that are cut for a while", "nodes that pause"}
	if c.Forgets {
		list[0] = "crashes and restarts of a minority, which forgets all that it had"
	}
	if c.Once {
		list[1] = "lost, delayed and reordered messages"
	}
	if c.Synchronous != 0 {
		list = []string{list[0], fmt.Sprintf("messages that take up to %v", c.Synchronous)}
	}
	for _, e := range []struct {
		of   Extent
		what string
	}{{c.Lost, "lost for good"}, {c.Wiped, "with an empty disk"}, {c.Damaged, "with damaged data"}, {c.Missing, "without one of its files, or the end of one"}, {c.Errors, "with a failing disk"}} {
		if e.of != Nobody {
			list = append(list, e.of.String()+" "+e.what)
		}
	}
	for _, also := range []struct {
		claimed bool
		what    string
	}{
		{c.Partial, "links lost for good, while a majority is connected"}, {c.Torn, "torn and reordered writes"}, {c.Corrupted, "flipped bits in messages"}, {c.Repeats, "requests of clients that arrive late or twice"},
		{c.Skew == Forever, "any difference between clocks"},
		{c.Skew != 0 && c.Skew != Forever, fmt.Sprintf("clocks that differ by up to %v", c.Skew)},
		{c.Drift != 0, fmt.Sprintf("clocks that run up to %d.%d %% fast or slow", c.Drift/10, c.Drift%10)},
	} {
		if also.claimed {
			list = append(list, also.what)
		}
	}
	return list
}

// Extent is how many nodes of a cluster something may hit in a run.
type Extent uint8

const (
	Nobody Extent = iota
	OneNode
	AMinority // as many as leave a majority
	Everybody
)

// String says it to people: "a minority".
func (e Extent) String() string {
	return [...]string{Nobody: "nobody", OneNode: "one node", AMinority: "a minority", Everybody: "all nodes"}[e]
}

// Of returns the number of nodes among n.
func (e Extent) Of(n int) int {
	switch e {
	case OneNode:
		return min(1, n)
	case AMinority:
		return (n - 1) / 2
	case Everybody:
		return n
	}
	return 0
}

// Breach is how a plan goes beyond what a system claims to survive.
type Breach struct {
	Fault Fault
	Why   string // one sentence
}

// Breaches lists the faults of a plan, for n nodes, that go beyond the claims,
// in order of the plan. Whom a fault hits that names a role is not known
// before it begins, so that the worst is assumed.
func (c Claims) Breaches(plan []Fault, n int) []Breach {
	var list []Breach
	var hit tallies
	var d delays
	for _, f := range plan {
		why := c.late(f, &d)
		if why == "" {
			why = c.breach(f, n, &hit)
		}
		if why != "" {
			list = append(list, Breach{f, why})
		}
	}
	return list
}

// breach says why a fault, after those that were counted, goes too far; "" if it does not.
func (c Claims) breach(f Fault, n int, hit *tallies) string {
	if f.For == Forever {
		if why := c.forGood(f, n, &hit.lost); why != "" {
			return why
		}
	}
	switch f.Kind {
	case Crash, CrashLoop:
		if c.Forgets {
			if f.For == Forever { // which counts already
				return ""
			}
			return hit.lost.beyond(f.Target, n, AMinority, "crash or are lost for good")
		}
		if f.Keep == disk.Wiped {
			return hit.wiped.beyond(f.Target, n, c.Wiped, "come back with an empty disk")
		}
		if partial(f.Keep) && !c.Torn {
			return "a crash leaves a part of what was not synced"
		}
	case Rot, Misdirect:
		if hit.missing.any() {
			return "data is damaged, and a file is missing or cut as well"
		}
		return hit.damaged.beyond(f.Target, n, c.Damaged, "have damaged data")
	case CutFile, LoseFile:
		switch {
		case c.Missing != Nobody && hit.damaged.any():
			return "a file is missing or cut, and data is damaged as well"
		case c.Missing != Nobody && hit.missing.any():
			return "a second file is missing or cut"
		}
		return hit.missing.beyond(f.Target, n, c.Missing, "miss a file, or the end of one")
	case IOError, DiskFull, ShortIO:
		return hit.failing.beyond(f.Target, n, c.Errors, "have a failing disk")
	case Duplicate:
		if c.Once {
			return "messages arrive twice"
		}
	case Corrupt:
		if !c.Corrupted {
			return "messages arrive with flipped bits"
		}
	case Skew, Strobe:
		if abs(f.By) > c.Skew/2 && c.Skew != Forever {
			return fmt.Sprintf("a clock is off by %v, and two clocks may be %v apart", abs(f.By), c.Skew)
		}
	case Drift:
		if abs(f.Ratio.Num)*1000 > c.Drift*f.Ratio.Den {
			return fmt.Sprintf("a clock drifts by %v, and %d/1000 is claimed", f.Ratio, c.Drift)
		}
	}
	return ""
}

// delays is how long the faults of a plan may hold a message back together: the longest of the latencies, of which one is in force at a
// time, and all reorderings.
type delays struct{ latency, held time.Duration }

// late says why a fault, after those that were counted, is too much for a system that counts on a synchronous network; "" if it is not.
func (c Claims) late(f Fault, d *delays) string {
	if c.Synchronous == 0 {
		return ""
	}
	next := *d
	switch f.Kind {
	case Partition, Isolate, Cut, Clog, SwizzleClog, Loss, Bandwidth:
		return fmt.Sprintf("messages are lost or wait, and each must arrive within %v", c.Synchronous)
	case Pause, Slow:
		return "nodes pause or are slow, and none may"
	case Latency:
		next.latency = max(d.latency, f.By, f.Max)
	case Reorder:
		next.held += f.By
	}
	if sum := next.latency + next.held; sum > c.Synchronous {
		return fmt.Sprintf("a message may take %v, and each must arrive within %v", sum, c.Synchronous)
	}
	*d = next
	return ""
}

// forGood judges a fault that never ends.
func (c Claims) forGood(f Fault, n int, lost *tally) string {
	switch f.Kind {
	case Crash, Pause, StallSync, DiskFull, Isolate:
		return lost.beyond(f.Target, n, c.Lost, "are lost for good")
	case Cut:
		if dead, ok := deadEnds(f.Target, n); ok {
			return lost.beyond(dead, n, c.Lost, "are lost for good")
		}
		fallthrough
	case Partition, Clog:
		if !c.Partial {
			return "links are lost for good"
		}
		if f.Kind == Partition && f.Shape == Chain && n > 5 {
			return fmt.Sprintf("no node of a chain of %d sees a majority, for good", n)
		}
	}
	return ""
}

// deadEnds returns the nodes that a cut leaves without a way in, or without a
// way out, if it is of this form: all > n3, or n3 > all, or n3 <> rest.
func deadEnds(t Target, n int) (Target, bool) {
	spans := readLinks(t)
	if len(spans) != 1 {
		return "", false
	}
	from, to := spans[0].from, spans[0].to
	for _, ends := range [][2]terms{{from, to}, {to, from}} {
		k := ends[0][0].kind
		if len(ends[0]) == 1 && (k == all || k == rest) {
			return Target(ends[1].String()), true
		}
	}
	return "", false
}

// partial reports whether a crash leaves neither nothing nor all of what was not synced.
func partial(s disk.Survival) bool {
	return s == disk.Prefix || s == disk.Torn || s == disk.Reordered || s == disk.Chosen
}

// tallies count, by what the faults of a plan do, the nodes that they hit.
type tallies struct{ lost, wiped, damaged, missing, failing tally }

// any reports whether anybody was hit.
func (t *tally) any() bool { return t.known != 0 || t.unknown > 0 }

// tally counts the nodes that something hits in a plan.
type tally struct {
	known   Set
	unknown int // at most so many that are named by role or drawn
}

// beyond adds whom a target hits, and says why that are too many; "" if not.
func (t *tally) beyond(target Target, n int, most Extent, what string) string {
	for _, w := range readNodes(target) {
		switch w.kind {
		case node:
			t.known |= SetOf(Node(w.n)) & All(n)
		case anyOf:
			t.unknown += w.n
		case minority:
			t.unknown += (n - 1) / 2
		case majority:
			t.unknown += n/2 + 1
		case all, rest:
			t.known = All(n)
		default:
			t.unknown++
		}
	}
	hit := min(n, t.known.Len()+t.unknown)
	if hit <= most.Of(n) {
		return ""
	}
	return fmt.Sprintf("%d of %d nodes %s, and %d may", hit, n, what, most.Of(n))
}

func abs[T ~int64](d T) T {
	if d < 0 {
		return -d
	}
	return d
}
