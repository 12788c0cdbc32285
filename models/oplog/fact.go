package oplog

import (
	"fmt"

	"simrun/models/invariant"
	"simrun/sim"
	"simrun/sim/fault"
)

// The facts of a node that replicates a log. A protocol reports them, and [Monitors] judges them.
type (
	Led          struct{ Epoch Epoch } // it became the leader of an epoch
	Deposed      struct{ Epoch Epoch } // it is no longer the leader of an epoch
	Adopted      struct{ Epoch Epoch } // its disk holds an epoch
	Acknowledged struct{ Index Index } // it told another node that its disk holds the log up to an entry
	Truncated    struct{ From Index }  // it deleted an entry and all that follow it
	Recovered    struct {              // it has booted with this on its disk
		Epoch Epoch
		Last  Index
	}
	Committed struct{ Index Index } // it knows that the entries up to one will never change
	Applied   struct {              // it applied an entry
		Index Index
		Hash  uint64 // of the log up to the entry
	}
	Halted struct{ Reason string } // it left the cluster for good
)

func (f Led) String() string          { return fmt.Sprintf("leads epoch %d", f.Epoch) }
func (f Deposed) String() string      { return fmt.Sprintf("no longer leads epoch %d", f.Epoch) }
func (f Adopted) String() string      { return fmt.Sprintf("in epoch %d", f.Epoch) }
func (f Acknowledged) String() string { return fmt.Sprintf("acknowledged %d", f.Index) }
func (f Truncated) String() string    { return fmt.Sprintf("truncated from %d", f.From) }
func (f Recovered) String() string {
	return fmt.Sprintf("recovered epoch %d, last %d", f.Epoch, f.Last)
}
func (f Committed) String() string { return fmt.Sprintf("committed %d", f.Index) }
func (f Applied) String() string   { return fmt.Sprintf("applied %d", f.Index) }
func (f Halted) String() string    { return "halted: " + f.Reason }
func (f Halted) Halts() string     { return f.Reason }

// What faults can wait for.
const (
	Elected fault.Event = "elected"
	deposed fault.Event = "deposed"
	commit  fault.Event = "commit"
	apply   fault.Event = "apply"
)

func (Led) Trigger() fault.Event       { return Elected }
func (Deposed) Trigger() fault.Event   { return deposed }
func (Committed) Trigger() fault.Event { return commit }
func (Applied) Trigger() fault.Event   { return apply }

// Events lists what faults can wait for, for the profile of a model.
func Events() []fault.EventDecl {
	return []fault.EventDecl{
		{Event: Elected, Summary: "a node began to lead an epoch"},
		{Event: deposed, Summary: "a node stopped leading"},
		{Event: commit, Summary: "a node advanced its commit index"},
		{Event: apply, Summary: "a node applied an entry"},
	}
}

// Monitors returns fresh monitors of the facts of so many nodes: those of [Agreement], durability of what was
// acknowledged, and epochs that never go back.
func Monitors(nodes int, role, epoch string) []sim.Monitor {
	return append(Agreement(nodes, role, epoch), memory(nodes, epoch)...)
}

// Agreement returns fresh monitors of what must hold also where nodes forget: one leader per epoch, and equal logs. The words role and epoch are those of the
// protocol: "primary", "view".
func Agreement(nodes int, role, epoch string) []sim.Monitor {
	return []sim.Monitor{
		invariant.OnePerEpoch("one "+role+" per "+epoch, role, epoch, func(f sim.Fact) (uint64, bool) {
			l, ok := f.(Led)
			return uint64(l.Epoch), ok
		}),
		invariant.EqualPrefix("equal logs", nodes, func(f sim.Fact) (index, hash uint64, ok bool) {
			a, ok := f.(Applied)
			return uint64(a.Index), a.Hash, ok
		}),
	}
}

// memory returns monitors of what a node must never forget.
func memory(nodes int, epoch string) []sim.Monitor {
	return []sim.Monitor{
		invariant.Durable("durability", nodes, func(f sim.Fact) (invariant.Step, uint64) {
			switch f := f.(type) {
			case Acknowledged:
				return invariant.Acknowledged, uint64(f.Index)
			case Truncated:
				return invariant.Truncated, uint64(f.From)
			case Recovered:
				return invariant.Recovered, uint64(f.Last)
			}
			return invariant.Nothing, 0
		}),
		invariant.Monotone(epoch+" monotone", epoch, nodes, func(f sim.Fact) (uint64, bool) {
			switch f := f.(type) {
			case Adopted:
				return uint64(f.Epoch), true
			case Recovered:
				return uint64(f.Epoch), true
			}
			return 0, false
		}),
	}
}
