package fault

import (
	"fmt"
	"slices"
)

// Kind says what goes wrong.
type Kind uint8

const (
	None Kind = iota // nothing: a slot of a plan that holds no fault

	Crash
	Restart
	CrashLoop
	Pause
	Resume
	Slow

	Partition
	Isolate
	Cut
	Heal
	Clog
	SwizzleClog

	Loss
	Duplicate
	Reorder
	Corrupt
	Latency
	Bandwidth

	Skew
	Drift
	Strobe

	Rot
	Misdirect
	CutFile
	LoseFile
	IOError
	ShortIO
	DiskFull
	SlowSync
	StallSync

	kinds
)

// Family groups the kinds by what they hit.
type Family string

const (
	Nothing   Family = ""
	Processes Family = "process"
	Networks  Family = "partition"
	Weather   Family = "network"
	Clocks    Family = "clock"
	Disks     Family = "disk"
)

// form is what the grammar knows of a kind.
type form struct {
	name    string
	family  Family
	summary string
	clauses []clause
}

var forms = [kinds]form{
	None: {"none", Nothing, "nothing happens", nil},

	Crash:     {"crash", Processes, "the node stops, and loses what it did not sync; it restarts at the end", []clause{nodesC, opC, keepC, forC}},
	Restart:   {"restart", Processes, "a node that is down starts", []clause{nodesC}},
	CrashLoop: {"crash-loop", Processes, "the node crashes again and again, and is down for half of each period", []clause{nodesC, everyC, keepC, forC}},
	Pause:     {"pause", Processes, "the node does nothing; messages pile up, timers fire late together", []clause{nodesC, forC}},
	Resume:    {"resume", Processes, "a node that is paused goes on", []clause{nodesC}},
	Slow:      {"slow", Processes, "the node takes that much longer for each event", []clause{nodesC, byC, forC}},

	Partition:   {"partition", Networks, "the groups cannot reach each other; a node in no group reaches all", []clause{groupsC, inFlightC, forC}},
	Isolate:     {"isolate", Networks, "the nodes, together, cannot reach the others", []clause{nodesC, inFlightC, forC}},
	Cut:         {"cut", Networks, "the links carry nothing, one way (>) or both (<>)", []clause{linksC, inFlightC, forC}},
	Heal:        {"heal", Networks, "every partition, cut and clog in force ends", nil},
	Clog:        {"clog", Networks, "messages on the links wait, and arrive in a burst at the end", []clause{onC, forC}},
	SwizzleClog: {"swizzle-clog", Networks, "the nodes, some of them, are clogged one by one and released in another order", []clause{someC, forC}},

	Loss:      {"loss", Weather, "messages get lost with this probability", []clause{chanceC, onC, forC}},
	Duplicate: {"duplicate", Weather, "a copy of a message arrives later, with this probability", []clause{chanceC, onC, forC}},
	Reorder:   {"reorder", Weather, "a message is held back for at most that long, with this probability", []clause{chanceC, byC, onC, forC}},
	Corrupt:   {"corrupt", Weather, "a bit of a message flips, with this probability", []clause{chanceC, onC, forC}},
	Latency:   {"latency", Weather, "messages take this long", []clause{distC, onC, forC}},
	Bandwidth: {"bandwidth", Weather, "each link carries so many bytes a second; beyond the queue, messages are lost", []clause{rateC, queueC, onC, forC}},

	Skew:   {"skew", Clocks, "the clock jumps; at the end it jumps back", []clause{nodesC, stepC, forC}},
	Drift:  {"drift", Clocks, "the clock gains or loses this part of the time", []clause{nodesC, driftC, forC}},
	Strobe: {"strobe", Clocks, "the clock jumps to and fro", []clause{nodesC, jumpC, everyC, forC}},

	Rot:       {"rot", Disks, "a bit of a stored sector flips", []clause{nodesC, fileC, sectorC}},
	Misdirect: {"misdirect", Disks, "the next write lands in another place", []clause{nodesC}},
	CutFile:   {"cut-file", Disks, "a stored file loses its end", []clause{nodesC, fileC, leftC}},
	LoseFile:  {"lose-file", Disks, "a stored file is gone, with its name", []clause{nodesC, fileC}},
	IOError:   {"io-error", Disks, "calls of the disk fail, by chance or the one that is counted; what a failed sync covered may be lost, though the node still reads it", []clause{nodesC, whichC, accessC, fileC, forC}},
	ShortIO:   {"short-io", Disks, "reads and writes do only a part of what they are asked for, as POSIX allows, by chance or the one that is counted", []clause{nodesC, whichC, moveC, fileC, forC}},
	DiskFull:  {"disk-full", Disks, "no file can grow", []clause{nodesC, forC}},
	SlowSync:  {"slow-sync", Disks, "each sync takes that much longer", []clause{nodesC, byC, forC}},
	StallSync: {"stall-sync", Disks, "no sync completes before the end", []clause{nodesC, forC}},
}

// Kinds lists the kinds, [None] first.
func Kinds() []Kind {
	list := make([]Kind, kinds)
	for i := range list {
		list[i] = Kind(i)
	}
	return list
}

// String returns the word of k in a plan.
func (k Kind) String() string {
	if k < kinds {
		return forms[k].name
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Family returns what k hits.
func (k Kind) Family() Family { return forms[k].family }

// Summary tells in one line what k does.
func (k Kind) Summary() string { return forms[k].summary }

// Lasts reports whether faults of kind k have an end.
func (k Kind) Lasts() bool { return slices.Contains(forms[k].clauses, forC) }

// OnLinks reports whether faults of kind k hit links: see [Fault.Links]. The others
// hit nodes: see [Fault.Nodes].
func (k Kind) OnLinks() bool {
	f := forms[k].family
	return (f == Networks || f == Weather) && k != Heal && k != SwizzleClog
}

// kindNamed returns the kind of a word.
func kindNamed(word string) (Kind, bool) {
	for k := range kinds {
		if forms[k].name == word {
			return k, true
		}
	}
	return 0, false
}
