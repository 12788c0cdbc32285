package txn

import (
	"slices"

	"simrun/check"
	"simrun/history/nearest"
)

// Level is an isolation level: what a database promises about transactions that run at the same time.
type Level uint8

// The levels, each before those that it implies.
const (
	StrictSerializable             Level = iota // serializable, in an order that keeps real time
	StrongSessionSerializable                   // serializable, in an order that keeps that of each process
	StrongSnapshotIsolation                     // snapshots hold all that was committed before the transaction began
	StrongSessionSnapshotIsolation              // snapshots hold all that the process itself had done
	Serializable                                // as if one ran after the other
	RepeatableRead                              // Adya's PL-2.99: without predicates, the same as serializable
	SnapshotIsolation                           // reads from one snapshot; the first that commits a write wins
	ParallelSnapshotIsolation                   // snapshot isolation whose commits may be seen in different orders
	Causal                                      // what a transaction has seen, or its process did, it never misses
	ReadAtomic                                  // all writes of a transaction are seen, or none
	MonotonicAtomicView                         // all writes of a transaction are seen from the first one that is seen on
	ReadCommitted                               // no read of what was aborted or replaced within its transaction; no circular flow
	ReadUncommitted                             // writes of different transactions do not interleave
	levels                         = iota
)

type levelInfo struct {
	name    string
	summary string
	implies []Level // directly
	source  string
}

// info has what is known about each level. Definitions by graphs of dependencies are those of Adya, Liskov and O'Neil (ICDE 2000); those of
// snapshot isolation and its relatives of Cerone and Gotsman (JACM 2018) and Cerone, Bernardi and Gotsman (CONCUR 2015); causal and read
// atomic those of Biswas and Enea (OOPSLA 2019); monotonic atomic view that of Bailis and others (VLDB 2014).
var info = [levels]levelInfo{
	StrictSerializable: {"strict-serializable", "one order of all transactions explains what they saw, and keeps real time",
		[]Level{StrongSessionSerializable, StrongSnapshotIsolation}, "Papadimitriou 1979; Herlihy and Wing 1990"},
	StrongSessionSerializable: {"strong-session-serializable", "one order of all transactions explains what they saw, and keeps that of each process",
		[]Level{Serializable, StrongSessionSnapshotIsolation}, "Daudjee and Salem, ICDE 2004"},
	StrongSnapshotIsolation: {"strong-snapshot-isolation", "snapshot isolation, and a snapshot holds all that was committed before its transaction began",
		[]Level{StrongSessionSnapshotIsolation}, "Daudjee and Salem, VLDB 2006"},
	StrongSessionSnapshotIsolation: {"strong-session-snapshot-isolation", "snapshot isolation, and a snapshot holds all that its process did before",
		[]Level{SnapshotIsolation, Causal}, "Daudjee and Salem, VLDB 2006"},
	Serializable: {"serializable", "one order of all transactions explains what they saw",
		[]Level{RepeatableRead}, "Adya 2000, PL-3"},
	RepeatableRead: {"repeatable-read", "no cycle of dependencies between items (PL-2.99: without predicates the same as serializable; what databases sell under this name is often snapshot isolation)",
		[]Level{SnapshotIsolation}, "Adya 2000, PL-2.99"},
	SnapshotIsolation: {"snapshot-isolation", "reads come from one snapshot, and of transactions at the same time that write one key only one commits; write skew is allowed",
		[]Level{ParallelSnapshotIsolation}, "Berenson and others, SIGMOD 1995; Cerone and Gotsman, JACM 2018"},
	ParallelSnapshotIsolation: {"parallel-snapshot-isolation", "snapshot isolation, but readers may see independent transactions in different orders (long fork)",
		[]Level{ReadAtomic}, "Sovran and others, SOSP 2011; Cerone and others, CONCUR 2015"},
	Causal: {"causal", "a transaction that saw another, or follows it in its process, sees all that the other had seen or done",
		[]Level{ReadAtomic}, "Biswas and Enea, OOPSLA 2019"},
	ReadAtomic: {"read-atomic", "a transaction sees all writes of another or none (no fractured reads)",
		[]Level{MonotonicAtomicView}, "Bailis and others, SIGMOD 2014"},
	MonotonicAtomicView: {"monotonic-atomic-view", "once a transaction has seen a write of another, its later reads see all writes of that",
		[]Level{ReadCommitted}, "Bailis and others, VLDB 2014"},
	ReadCommitted: {"read-committed", "no aborted or intermediate reads, and no circular flow of information",
		[]Level{ReadUncommitted}, "Adya 2000, PL-2"},
	ReadUncommitted: {"read-uncommitted", "writes of transactions do not interleave (no dirty writes)",
		nil, "Adya 2000, PL-1"},
}

// String returns the name of a level, as on the command line: "snapshot-isolation".
func (l Level) String() string { return info[l].name }

// Summary is what the level promises, in one line.
func (l Level) Summary() string { return info[l].summary }

// Source says where its definition comes from.
func (l Level) Source() string { return info[l].source }

// MarshalText writes the name of a level.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads the name of a level.
func (l *Level) UnmarshalText(b []byte) (err error) {
	*l, err = LevelByName(string(b))
	return err
}

// Levels lists all levels, each before those that it implies.
func Levels() []Level {
	all := make([]Level, levels)
	for i := range all {
		all[i] = Level(i)
	}
	return all
}

// LevelByName returns the level of a name. The error lists the names and the nearest.
func LevelByName(name string) (Level, error) {
	var all []string
	for _, l := range Levels() {
		if l.String() == name {
			return l, nil
		}
		all = append(all, l.String())
	}
	return 0, nearest.Unknown("isolation level", name, all)
}

// Implies reports whether each history that satisfies l satisfies m too. A level implies itself.
func (l Level) Implies(m Level) bool {
	return l == m || slices.ContainsFunc(info[l].implies, func(d Level) bool { return d.Implies(m) })
}

// strongest returns those of the levels that were found valid which no other of them implies.
func strongest(found *[levels]Result) []Level {
	return extreme(found, check.Valid, func(l, other Level) bool { return other.Implies(l) })
}

// weakest returns those of the broken levels that imply no other of them.
func weakest(found *[levels]Result) []Level {
	return extreme(found, check.Violation, Level.Implies)
}

// extreme returns the levels of an outcome without those that another makes superfluous.
func extreme(found *[levels]Result, o check.Outcome, superfluous func(l, other Level) bool) []Level {
	var kept []Level
	for _, l := range Levels() {
		if found[l].Outcome != o {
			continue
		}
		if !slices.ContainsFunc(Levels(), func(other Level) bool {
			return other != l && found[other].Outcome == o && superfluous(l, other)
		}) {
			kept = append(kept, l)
		}
	}
	return kept
}

// order is how a level treats the order of processes and of time.
type order uint8

const (
	anyOrder order = iota
	sessionOrder
	realTime
)

// order returns which order the level keeps.
func (l Level) order() order {
	switch l {
	case StrictSerializable, StrongSnapshotIsolation:
		return realTime
	case StrongSessionSerializable, StrongSessionSnapshotIsolation, Causal:
		return sessionOrder
	}
	return anyOrder
}

// snapshots reports whether a transaction reads at its start and writes at its end, and not all at one point.
func (l Level) snapshots() bool {
	return l == SnapshotIsolation || l == StrongSessionSnapshotIsolation || l == StrongSnapshotIsolation
}

// forbids reports whether a level is sure to forbid a cycle of dependencies. Of causal consistency and the levels below it says no.
func (l Level) forbids(cycle []link) bool {
	missed := 0
	for i, e := range cycle {
		switch {
		case !l.order().keeps(e.kind):
			return false
		case e.kind == rw && cycle[(i+1)%len(cycle)].kind == rw && l.snapshots():
			return false
		case e.kind == rw:
			missed++
		}
	}
	switch l {
	case StrictSerializable, StrongSessionSerializable, Serializable, RepeatableRead:
		return true
	case ParallelSnapshotIsolation:
		return missed < 2
	}
	return l.snapshots()
}

// weakestOf returns the weakest levels that forbid each of some cycles, of which a level is known to be one: one proof breaks them all.
func weakestOf(known Level, cycles [][]link) []Level {
	var all []Level
	for _, l := range Levels() {
		if l == known || known.Implies(l) && !slices.ContainsFunc(cycles, func(c []link) bool { return !l.forbids(c) }) {
			all = append(all, l)
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(l Level) bool {
		return slices.ContainsFunc(all, func(weaker Level) bool { return weaker != l && l.Implies(weaker) })
	})
}
