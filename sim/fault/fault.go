// Package fault holds what can go wrong, as data: a plan is a list of faults,
// each written as one line of text that a person can read and write.
//
//	at 1.2s partition n1,n2 | n3,n4,n5 for 800ms
//	at 2s crash leader
//	on 3rd ack isolate leader for 2s
//
// The [Grammar] is table-driven: a [Kind] says which clauses it takes. What
// depends on the moment, like who the leader is, is decided by [Fault.Resolve]
// when the fault begins, and gives faults that name nodes alone.
package fault

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"simrun/sim/disk"
)

// Forever as [Fault.For] means for good: beyond the fault phase, through recovery.
const Forever = time.Duration(math.MaxInt64)

// Bounds of the durations in a plan. They keep every sum of them far from overflow, however many
// faults add up; no run lasts longer than a day.
const (
	MaxSpan = 24 * time.Hour      // of any but a jump of a clock
	MaxJump = 100_000 * time.Hour // more than eleven years
)

// Fault is one line of a plan. It is comparable: equal faults have equal text.
// The zero value means no fault. Which fields count is said by its kind.
type Fault struct {
	At  time.Duration // when it begins; with On, before which no event counts
	On  Event         // what it waits for; "" if only for its time
	Nth int           // which occurrence of the event counts; 0 and 1 are the first

	Kind   Kind
	Target Target // who or which links are hit
	Shape  Shape  // of a partition without groups; then Target is its centre, or ""

	By    time.Duration // an amount of time: of a step, a delay, a shortest latency
	Max   time.Duration // the longest latency
	Every time.Duration // the period of what repeats
	Ratio Ratio         // a probability, or a drift
	Dist  Dist          // of latencies
	Rate  int64         // bytes per second
	Queue int           // messages that wait at most; 0: no bound

	InFlight bool          // a cut also drops the messages that are on their way
	Op       int           // a crash waits for this disk operation of one handler, from 1; a failure hits the one of all calls that it is about
	Access   Access        // which calls fail or are short; "" is any
	Keep     disk.Survival // what a crash leaves of what was not synced
	State    disk.State    // with Keep [disk.Chosen]
	File     string        // which file; "" is any
	Sector   int           // which sector, from 1; 0 is any
	Left     int           // how many bytes are left of a file, from 1; 0: drawn

	For time.Duration // how long; 0: until the end of the fault phase
}

// Ratio is a fraction of integers, so that it means the same on every machine: a probability, or the drift of a clock, which may be
// negative. It is written "1/100". The zero value is never, and written "0".
type Ratio struct{ Num, Den int64 }

// String returns "1/100", and "0" for never.
func (r Ratio) String() string {
	if r.Num == 0 {
		return "0"
	}
	return strconv.FormatInt(r.Num, 10) + "/" + strconv.FormatInt(r.Den, 10)
}

// MarshalText implements [encoding.TextMarshaler].
func (r Ratio) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]. It reads probabilities alone.
func (r *Ratio) UnmarshalText(b []byte) error {
	n, d, ok := strings.Cut(string(b), "/")
	num, err1 := strconv.ParseUint(n, 10, 32)
	den, err2 := strconv.ParseUint(d, 10, 32)
	switch {
	case string(b) == "0" || ok && err1 == nil && err2 == nil && num == 0 && den > 0:
		*r = Ratio{}
	case !ok || err1 != nil || err2 != nil || den == 0 || num > den:
		return fmt.Errorf("%q is not a probability: expected one like 1/100, or 0", b)
	default:
		*r = Ratio{int64(num), int64(den)}
	}
	return nil
}

// Access is a kind of call of a disk.
type Access string

// accesses are the kinds of calls, those that move bytes first.
var accesses = []struct {
	word Access
	of   disk.Access
}{{"read", disk.Reads}, {"write", disk.Writes}, {"truncate", disk.Truncates}, {"rename", disk.Renames}, {"remove", disk.Removes}, {"sync", disk.Syncs}}

// accessWords are their words.
var accessWords = func() []string {
	list := make([]string, len(accesses))
	for i, a := range accesses {
		list[i] = string(a.word)
	}
	return list
}()

// Failure returns what a fault of kind [IOError] or [ShortIO] makes of calls of the disk.
func (f *Fault) Failure() disk.Failure {
	d := disk.Failure{File: f.File, Nth: f.Op, Num: uint64(f.Ratio.Num), Den: uint64(f.Ratio.Den), Short: f.Kind == ShortIO}
	for _, a := range accesses {
		if a.word == f.Access {
			d.Of = a.of
		}
	}
	return d
}

// Event names what a fault can wait for.
type Event string

// Dist is the shape of a distribution of delays.
type Dist string

const (
	Constant    Dist = "constant"    // always By
	Uniform     Dist = "uniform"     // from By to Max, all alike
	Exponential Dist = "exponential" // from By, falling off, cut at Max
	LongTailed  Dist = "long-tailed" // mostly near By, at times near Max
)

// Dists lists the distributions.
var Dists = []Dist{Constant, Uniform, Exponential, LongTailed}

// Shape is a partition that is spelled out when it begins. One node against the rest
// is not a shape but two groups, "any | rest", and so is "minority | rest".
type Shape string

const (
	Halves         Shape = "halves"          // two halves, the smaller first
	MajoritiesRing Shape = "majorities-ring" // each node sees a majority, and no two see the same
	Bridge         Shape = "bridge"          // two halves that only one node sees both of
	Chain          Shape = "chain"           // each node sees its two neighbours alone
	QuorumLoss     Shape = "quorum-loss"     // one node sees all, the others see only that one
	OneWay         Shape = "one-way"         // a minority is heard but hears nothing
)

// Shapes lists the shapes.
var Shapes = []Shape{Halves, MajoritiesRing, Bridge, Chain, QuorumLoss, OneWay}

// EventDecl declares an event that a fault can wait for.
type EventDecl struct {
	Event   Event
	Summary string // what happened, and which node is "it"
}

// EngineEvents lists what the engine itself reports. All other events are a model's own: see [Profile].
func EngineEvents() []EventDecl {
	return []EventDecl{
		{"invoke", "a client invoked an operation; it is the client's first node"},
		{"ack", "a client's operation completed; it is the node that answered"},
		{"boot", "a node started or restarted"},
		{"crash", "a node went down"},
		{"write", "a node wrote to its disk"},
		{"sync", "a node began a sync"},
		{"synced", "a sync of a node completed"},
	}
}
