// Package quorum is a register per key that any node reads and writes by asking quorums of all nodes, without a leader, as a
// system under test. Its nodes are written as straight code (package blocking).
//
// With option consistency=abd it is the register of Attiya, Bar-Noy and Dolev ("Sharing memory robustly in message-passing
// systems", JACM 1995) in its form for several writers (Lynch and Shvartsman, "Robust emulation of shared memory using
// dynamic quorum-acknowledged broadcasts", FTCS 1997): each operation asks a majority for the newest version, and stores what it
// writes, or what it read, at a majority before it answers.
//
// With consistency=lww it is a store in the manner of Dynamo (DeCandia et al., SOSP 2007) and Cassandra: N is the number of nodes, a write is
// acknowledged by W of them, a read takes the newest of R answers, and newest is whatever has the latest timestamp of some node's
// clock. Hinted handoff and read repair bring the replicas together later. It promises no more than that, and loses acknowledged writes.
package quorum

import (
	"fmt"
	"time"

	"simrun/models"
	"simrun/models/invariant"
	"simrun/models/workload"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/fault"
)

// Model is the store as a system under test.
func Model() models.Model {
	numbers := []string{"2", "1", "3"}
	return models.Model{
		Name:      "quorum",
		Summary:   "registers that any node reads and writes at quorums of all nodes",
		Guarantee: "linearizable, whatever the clocks do, and available while a majority is connected; with consistency=lww, only that a read returns a value that was written",

		Boot:      blocking.Boot(run),
		Client:    client,
		Workloads: []models.Workload{workload.Registers(), workload.Register()},
		Options: []models.Option{
			{Name: optionConsistency, Summary: "abd asks majorities twice; lww takes the latest timestamp of R answers, and writes to W nodes", Values: []string{"abd", "lww"}, Weaker: []string{"lww"}},
			{Name: optionR, Summary: "answers that a read of lww waits for", Values: numbers},
			{Name: optionW, Summary: "acknowledgements that a write of lww waits for", Values: numbers},
			{Name: optionHints, Summary: "hinted handoff of lww: what a node did not acknowledge is kept and sent again", Values: []string{"on", "off"}},
			{Name: optionRepair, Summary: "read repair of lww: who answers a read with an older version is sent the newest", Values: []string{"on", "off"}},
		},
		Nodes: 3,
		Profile: models.Profile{
			Roles:  []string{"replica"},
			Events: []fault.EventDecl{{Event: "stored", Summary: "a node's disk holds a new version"}, {Event: "tagged", Summary: "a node chose the tag of a write"}},
			Claims: fault.Claims{Lost: fault.AMinority, Torn: true, Errors: fault.Everybody, Corrupted: true, Skew: fault.Forever, Drift: 100},
		},
		Monitors: func(c *sim.Case) []sim.Monitor {
			return []sim.Monitor{invariant.Unique("unique tags", tagOf), invariant.Durable("durability", c.Nodes, steps)}
		},
		Marks:           []string{markNewer, markRetried, markUnavailable},
		DescribeMessage: describe,

		Bugs: []models.Bug{
			{Name: bugSkewedClocks, ID: "B56", Tier: models.Easy,
				Summary: "the tag of a write is the time of the node's clock instead of more than every earlier tag, so that a later write loses against one of a clock that is ahead",
				Oracles: []string{"linearizability"},
				Source:  "Jepsen (Kingsbury, 2013, Call me maybe: Cassandra): last write wins by wall clocks"},
			{Name: bugAckBeforeSave, ID: "B26", Tier: models.Easy,
				Summary: "a node acknowledges a version that its disk does not hold yet",
				Oracles: []string{"durability", "linearizability"},
				Source:  "etcd#14370, the same mistake in another protocol"},
			{Name: bugNoWriteBack, Tier: models.Easy,
				Summary: "a read answers with a version that no majority may hold, and a later read misses it",
				Oracles: []string{"linearizability"},
				Source:  "the second phase of a read in Attiya, Bar-Noy and Dolev (1995), left out"},
			{Name: bugReusedTag, Tier: models.Easy,
				Summary: "the tag of a write is a number and the node's name alone, so that two writes at one node get the same",
				Oracles: []string{"unique tags", "linearizability"},
				Source:  "the multi-writer register of Lynch and Shvartsman (1997), which assumes one write per node at a time and no crash in between"},
		},
	}
}

const (
	optionConsistency sim.OptionName = "consistency"
	optionR           sim.OptionName = "r"
	optionW           sim.OptionName = "w"
	optionHints       sim.OptionName = "hints"
	optionRepair      sim.OptionName = "read-repair"
)

const (
	bugSkewedClocks  sim.BugName = "lww-with-skewed-clocks"
	bugAckBeforeSave sim.BugName = "ack-before-save"
	bugNoWriteBack   sim.BugName = "no-write-back"
	bugReusedTag     sim.BugName = "reused-tag"
)

// States worth reaching.
const (
	markNewer       = "read found versions that differ"
	markRetried     = "what the disk refused saved again"
	markUnavailable = "no quorum answered in time"
)

const (
	patience    = 300 * time.Millisecond // for the answers of one round
	diskRetry   = 50 * time.Millisecond
	handoffTick = 200 * time.Millisecond // between two attempts to hand hints over
)

// The facts of a node.
type (
	tagged    struct{ v version } // it chose the tag of a write
	stored    struct{ n uint64 }  // its disk holds so many changes
	acked     struct{ n uint64 }  // it told another node so
	recovered struct{ n uint64 }  // it has booted with so many
)

func (f tagged) String() string    { return "tagged " + f.v.String() }
func (f stored) String() string    { return fmt.Sprintf("stored change %d", f.n) }
func (f acked) String() string     { return fmt.Sprintf("acknowledged change %d", f.n) }
func (f recovered) String() string { return fmt.Sprintf("recovered %d changes", f.n) }

func (tagged) Trigger() fault.Event { return "tagged" }
func (stored) Trigger() fault.Event { return "stored" }

// steps tells what facts say about durability.
func steps(f sim.Fact) (invariant.Step, uint64) {
	switch f := f.(type) {
	case acked:
		return invariant.Acknowledged, f.n
	case recovered:
		return invariant.Recovered, f.n
	}
	return invariant.Nothing, 0
}

// tagOf tells which facts use a tag, and for what.
func tagOf(f sim.Fact) (id, use string, ok bool) {
	t, ok := f.(tagged)
	return fmt.Sprintf("%v of %s", t.v.tag, t.v.key), fmt.Sprintf("value %d", t.v.value), ok
}
