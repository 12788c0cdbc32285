// Package lease is election by a lease, as a system under test: a lock service (n1) lets one node lead at a time, and that node answers reads from its
// memory, without asking anybody.
//
// Leases are those of Gray and Cheriton, "Leases: An Efficient Fault-Tolerant Mechanism for Distributed File Cache Consistency", SOSP 1989: they are
// exclusive as long as clocks run at nearly the same speed. The lock service, and a token that fences off a holder which lost its lease without knowing, are as in
// Burrows, "The Chubby Lock Service for Loosely-Coupled Distributed Systems", OSDI 2006, §2.4 (sequencers). Nodes are written as straight code
// (package blocking).
//
// The bounds of clocks: a lease lasts 300 ms by the clock of the service, and its holder uses it for 294 ms by its own, counted from when it asked. That
// is enough as long as no clock runs more than 1 % fast or slow (294 / 0.99 < 300 / 1.01), and none jumps. A clock that jumps back makes a holder go on too long.
package lease

import (
	"fmt"
	"time"

	"simrun/models"
	"simrun/models/invariant"
	"simrun/models/saved"
	"simrun/models/workload"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/fault"
)

// Model is election by a lease as a system under test.
func Model() models.Model {
	return models.Model{
		Name:      "lease",
		Epoch:     "token",
		Summary:   "a leader by a lease of a lock service, which answers reads from its memory",
		Guarantee: "linearizable as long as clocks do not jump and run at most 1 % fast or slow, and the service keeps what it synced; available while the service, and a node that it can reach, are up",
		Boot:      blocking.Boot(run),
		Client:    client,
		Workloads: []models.Workload{workload.Registers(), workload.Register()},
		Bugs: []models.Bug{
			{Name: bugNoFencing, ID: "B48", Tier: models.Easy,
				Summary: "the store takes writes with the token of an older lease",
				Oracles: []string{"tokens grow", "linearizability"},
				Source:  "Kleppmann, \"How to do distributed locking\" (2016); etcd#11457"},
			{Name: bugForgets, Tier: models.Medium,
				Summary:  "the service grants the lease when it has restarted, though somebody may hold it",
				Oracles:  []string{"linearizability"},
				Scenario: "at 2s isolate leader for 2s\nat 2.01s crash n1 for 10ms\nat 6s isolate leader for 2s\nat 6.01s crash n1 for 10ms\n",
				Source:   "Gray and Cheriton (1989) §5: after a crash a server must wait for the longest term that it may have granted"},
			{Name: bugRenewsAny, ID: "B72", Tier: models.Easy,
				Summary: "the service renews a lease that it has granted to somebody else since",
				Oracles: []string{"linearizability", "progress"},
				Source:  "etcd#20615"},
			{Name: bugStoresTwice, Tier: models.Medium,
				Summary:  "the store takes a copy of a write, which the network has doubled or the holder has sent again, for another write",
				Oracles:  []string{"linearizability"},
				Scenario: "at 0s latency uniform 1ms 120ms on n2,n3,n4 > n1\nat 0s duplicate 1/1\nat 1.5s crash leader for 400ms\nat 3s crash leader for 400ms\nat 4.5s crash leader for 400ms\nat 6s crash leader for 400ms\nat 7.5s crash leader for 400ms\nat 9s crash leader for 400ms\n",
				Source:   "a defect of this model's first version, which the search found"},
		},
		Nodes:    4,
		MinNodes: 2,
		Profile: fault.Profile{
			Roles:   []string{roleService, roleLeader, roleFollower},
			Leader:  roleLeader,
			Elected: "elected",
			Events: []fault.EventDecl{
				{Event: "elected", Summary: "a node was granted the lease"},
				{Event: "stored", Summary: "the service stored a write"},
			},
			Claims: fault.Claims{Torn: true, Errors: fault.Everybody, Corrupted: true, Drift: 10},
		},
		Monitors: func(c *sim.Case) []sim.Monitor {
			return []sim.Monitor{
				invariant.OnePerEpoch("one leader per token", "leader", "token", func(f sim.Fact) (uint64, bool) {
					l, ok := f.(led)
					return l.token, ok
				}),
				invariant.Monotone("tokens grow", "token", c.Nodes, func(f sim.Fact) (uint64, bool) {
					w, ok := f.(written)
					return w.token, ok
				}),
			}
		},
		Marks:           []string{markExpired, markFenced, saved.MarkRefused},
		DescribeMessage: describe,
	}
}

// The facts of a node.
type (
	led     struct{ token uint64 } // it was granted the lease
	written struct{ token uint64 } // the service stores a write of the holder of a token
)

func (f led) String() string     { return fmt.Sprintf("leads with token %d", f.token) }
func (f written) String() string { return fmt.Sprintf("stored a write with token %d", f.token) }

func (led) Trigger() fault.Event     { return "elected" }
func (written) Trigger() fault.Event { return "stored" }

const (
	bugNoFencing   sim.BugName = "no-fencing"
	bugForgets     sim.BugName = "service-forgets-lease"
	bugRenewsAny   sim.BugName = "renew-after-revocation"
	bugStoresTwice sim.BugName = "stores-twice"

	roleService  = "service"
	roleLeader   = "leader"
	roleFollower = "follower"

	markExpired = "leader lost its lease without hearing of another"
	markFenced  = "request with an older token refused"

	serviceNode    sim.NodeID = 1
	term                      = 300 * time.Millisecond
	renewEvery                = 80 * time.Millisecond // on average
	patience                  = 200 * time.Millisecond
	clientPatience            = time.Second
)

// run is the code of a node.
func run(p *blocking.Proc) {
	if p.ID() == serviceNode {
		serveLeases(p)
		return
	}
	holdLeases(p)
}
